"""Share of CI incidents whose decisive line survives condensing, at 500 to 32,000 tokens, beside simple baselines.

Run: python -m benchmarks.condense.ci_logs --data FOLDER   (see docs/condensing.md for where the data comes from)
With --cross-validate: every number of `Weights` halved and doubled (or moved by a tenth, for shares), and for each
repository the choice that the other 23 would have made.
"""

from __future__ import annotations

import argparse
import re
import statistics
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from benchmarks.condense.cross_validation import cross_validate
from benchmarks.condense.incidents import four_chars, read_incidents, survives
from incident_bot.condense import Survey, condense, estimate_tokens, survey
from incident_bot.model import Evidence, EvidenceKind, SafeText

BUDGETS = (500, 1000, 2000, 8000, 32000)

Method = Callable[[Sequence[str], int], Sequence[str]]


class Surveys:
    """The survey of the log that was asked for last: every budget and estimate selects from the same one."""

    def __init__(self) -> None:
        self._lines: Sequence[str] = ()
        self._known: tuple[Evidence, Mapping[str, Survey]] | None = None

    def of(self, lines: Sequence[str]) -> tuple[Evidence, Mapping[str, Survey]]:
        """The log as evidence, and its survey by the evidence's id."""
        if self._known is None or lines is not self._lines:
            text = tuple(map(SafeText, lines))
            evidence = Evidence(id="E1", kind=EvidenceKind.LOG, name="log", source="log", lines=text)
            self._lines, self._known = lines, (evidence, {evidence.id: survey(text)})
        return self._known


SURVEYS = Surveys()


def condensed(estimate: Callable[[str], float]) -> Method:
    def method(lines: Sequence[str], budget: int) -> list[str]:
        evidence, surveys = SURVEYS.of(lines)
        (excerpt,) = condense([evidence], budget_tokens=budget, surveys=surveys, estimate=estimate)
        return [line.text for line in excerpt.kept]

    return method


def tail_100(lines: Sequence[str], budget: int) -> Sequence[str]:
    return _last(lines[-100:], budget)


def tail(lines: Sequence[str], budget: int) -> Sequence[str]:
    return _last(lines, budget)


def grep(lines: Sequence[str], budget: int) -> Sequence[str]:
    return _last([line for line in lines if re.search(r"(?i)error|exception|fatal", line)], budget)


def head_tail(lines: Sequence[str], budget: int) -> Sequence[str]:
    half = budget // 2
    return [*_last(lines[::-1], half)[::-1], *_last(lines, half)]


def _last(lines: Sequence[str], budget: int) -> list[str]:
    kept: list[str] = []
    room = budget * 4
    for line in reversed(lines):
        room -= len(line) + 1
        if room < 0:
            break
        kept.append(line)
    return kept[::-1]


METHODS: dict[str, Method] = {
    "condense": condensed(four_chars),
    "condense, own estimate": condensed(estimate_tokens),
    "tail -100": tail_100,
    "tail": tail,
    "grep": grep,
    "head + tail": head_tail,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with labels.jsonl and the logs it names")
    parser.add_argument("--misses", action="store_true", help="name the incidents that condense loses")
    parser.add_argument("--cross-validate", action="store_true", help="leave one repository out")
    arguments = parser.parse_args()
    incidents = list(read_incidents(arguments.data))
    print(f"{len(incidents)} incidents, {len({item.group for item in incidents})} repositories")
    print(f"{'method':<26}" + "".join(f"{budget:>8}" for budget in BUDGETS) + "   mean over repositories")
    for name, method in METHODS.items():
        shares, by_group = [], []
        for budget in BUDGETS:
            groups: dict[str, list[bool]] = defaultdict(list)
            for incident in incidents:
                kept = survives(incident, method(incident.lines, budget))
                groups[incident.group].append(kept)
                if arguments.misses and not kept and name == "condense":
                    print(f"  lost at {budget}: {incident.log} {incident.group} {next(iter(incident.decisive))[:80]}")
            shares.append(sum(map(sum, groups.values())) / len(incidents))
            by_group.append(statistics.mean(sum(kept) / len(kept) for kept in groups.values()))
        print(
            f"{name:<26}"
            + "".join(f"{share:>8.1%}" for share in shares)
            + "   "
            + " ".join(f"{share:.1%}" for share in by_group)
        )
    if arguments.cross_validate:
        cross_validate(incidents)


if __name__ == "__main__":
    main()
