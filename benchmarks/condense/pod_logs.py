"""Share of generated pod logs whose needle survives condensing, at 500 to 32,000 tokens, beside simple baselines.

Run: python -m benchmarks.condense.pod_logs                    (add `uv run --with drain3` for the Drain3 rows)
"""

from __future__ import annotations

import argparse
import importlib.util
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "tests"))

from benchmarks.condense.ci_logs import BUDGETS, METHODS, SURVEYS, Method
from benchmarks.condense.incidents import four_chars
from fakes.log_evidence import evidence
from fakes.log_generators import GENERATORS, Scenario, generate
from incident_bot.condense import condense


def kept_all(scenario: Scenario, kept: str) -> bool:
    return all(needle in kept for needle in scenario.needles)


def with_baseline(scenario: Scenario, budget: int, *, use: bool) -> str:
    baseline = [evidence(scenario.baseline)] if use and scenario.baseline else []
    log, surveys = SURVEYS.of(scenario.lines)
    (excerpt,) = condense([log], budget_tokens=budget, baseline=baseline, surveys=surveys, estimate=four_chars)
    return "\n".join(line.text for line in excerpt.kept)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--only", nargs="+", choices=sorted(GENERATORS), default=list(GENERATORS))
    arguments = parser.parse_args()
    methods: dict[str, Method] = dict(METHODS)
    if importlib.util.find_spec("drain3") is not None:
        from benchmarks.condense.drain import drain_rare_first

        methods["Drain3, rarest first"] = drain_rare_first
    names = [*methods, "condense, baseline given"]
    scores = {name: [0] * len(BUDGETS) for name in names}
    for name in arguments.only:
        scenario = generate(name, seed=arguments.seed)
        for column, budget in enumerate(BUDGETS):
            for method_name, method in methods.items():
                kept = kept_all(scenario, "\n".join(method(scenario.lines, budget)))
                scores[method_name][column] += kept
                if method_name == "condense" and not kept:
                    print(f"  lost at {budget}: {name}", flush=True)
            scores["condense, baseline given"][column] += kept_all(scenario, with_baseline(scenario, budget, use=True))
    print(f"{len(arguments.only)} scenarios")
    print(f"{'method':<26}" + "".join(f"{budget:>8}" for budget in BUDGETS))
    for name in names:
        print(f"{name:<26}" + "".join(f"{score / len(arguments.only):>8.0%}" for score in scores[name]))


if __name__ == "__main__":
    main()
