"""incident-bot beside a checker of objects, on the same evidence: who names the cause, and who speaks where nothing is wrong.

    .venv/bin/python -m benchmarks.peers.compare [FOLDER] [--conditions]

The checker restates, in our own words, the conditions that k8sgpt's analyzers report (github.com/k8sgpt-ai/k8sgpt,
pkg/analyzer, the list of analyzers at commit 002fdff8c1b3 and the files of 2026). It is not k8sgpt: neither its binary nor its module can be had here. Left
out are the model that explains findings (`--explain`), integrations (Trivy, Kyverno, Prometheus, KEDA), custom analyzers, and objects that a cluster would
give and a folder does not have: a name counts as missing only where its kind was listed. In its favour: all findings count, in
any order, and one names the cause if it holds one text of the scenario's `cause` or a decisive line; of ours only the first cause counts, by
the same measure and by that of `incident-bot eval`, which also wants the line cited.
"""

from __future__ import annotations

import argparse
import secrets
import statistics
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.peers import network, platform, scaling, workloads
from benchmarks.peers.cluster import CONDITIONS, Condition, Finding, read_cluster
from incident_bot import pipeline
from incident_bot.cli import wiring
from incident_bot.cli.eval_record import evidence_only
from incident_bot.diagnosis import RuleSet, load_rules
from incident_bot.eval import EXPECTATION_FILE, Expectation, read_expectation, score
from incident_bot.model import Case, Diagnosis, EvidenceKind, Verdict

MODULES = (workloads, scaling, network, platform)
"""What registers the conditions."""
SCENARIOS = Path(__file__).resolve().parents[2] / "tests/scenarios"
NOW = datetime(2026, 12, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Compared:
    """One scenario, told by both."""

    name: str
    expected: Verdict
    findings: Sequence[Finding]
    is_decided_by_objects: bool
    is_named: dict[str, bool]
    is_ours_named: bool
    is_ours_right: bool
    verdict: Verdict


def find_all(case: Case, conditions: Iterable[Condition]) -> list[Finding]:
    """Every finding of some conditions in a case, each sentence once."""
    cluster = read_cluster(case)
    return list(dict.fromkeys(finding for item in conditions for finding in item.find(cluster)))


def names_cause(texts: Iterable[str], expectation: Expectation) -> bool:
    """Whether any text holds a word of the expected cause, or the words of a decisive line."""
    wanted = [*expectation.cause, *(item.contains for item in expectation.decisive)]
    return any(word.lower() in text.lower() for text in texts for word in wanted)


SETS = {
    "k8sgpt's conditions, default analyzers": frozenset(name for name, item in CONDITIONS.items() if item.is_default),
    "k8sgpt's conditions, all but Log": frozenset(CONDITIONS) - {"log-error"},
    "k8sgpt's conditions, all": frozenset(CONDITIONS),
}


def compare(scenario: Path, expectation: Expectation, rules: RuleSet) -> Compared:
    """Diagnose one scenario without its answer, both ways."""
    redactor = wiring.make_redactor(wiring.load(None))
    with evidence_only(scenario) as folder:
        case = pipeline.gather_folder(folder, redactor)
        limits = pipeline.Limits(issue_tokens=None)
        analysis = pipeline.analyse(
            case, rules=rules, redactor=redactor, now=NOW, nonce=secrets.token_hex(8), limits=limits
        )
    told, found = analysis.diagnosis, find_all(case, CONDITIONS.values())
    texts = {name: [item.text for item in found if item.condition in chosen] for name, chosen in SETS.items()}
    return Compared(
        name=scenario.name,
        expected=expectation.verdict,
        findings=found,
        is_decided_by_objects=_is_decided_by_objects(expectation, case),
        is_named={name: names_cause(lines, expectation) for name, lines in texts.items()},
        is_ours_named=expectation.accepts(told.verdict) and names_cause(_first(told), expectation),
        is_ours_right=score(scenario.name, expectation, told, case).rank == 1,
        verdict=told.verdict,
    )


def _is_decided_by_objects(expectation: Expectation, case: Case) -> bool:
    """Whether a decisive line stands in an object, event, description or table, and not only in a log or note."""
    kinds = {item.name: item.kind for item in case.evidence}
    told = (EvidenceKind.OBJECT, EvidenceKind.DESCRIBE, EvidenceKind.EVENTS, EvidenceKind.TABLE)
    return any(kinds.get(item.file) in told for item in expectation.decisive)


def _first(diagnosis: Diagnosis) -> Iterator[str]:
    for cause in diagnosis.causes[:1]:
        yield "\n".join((cause.title, cause.explanation, *(citation.quote for citation in cause.citations)))


def read_scenarios(folder: Path) -> list[tuple[Path, Expectation]]:
    """The scenarios below a folder whose answer somebody confirmed."""
    paths = sorted(folder.rglob(EXPECTATION_FILE))
    found = [(path.parent, read_expectation(path.read_text(encoding="utf-8"), str(path))) for path in paths]
    return [(path, expectation) for path, expectation in found if expectation.confirmed]


def print_table(rows: Sequence[Compared]) -> None:
    failures = [row for row in rows if row.expected is Verdict.FAILURE]
    shown = [row for row in failures if row.is_decided_by_objects]
    quiet = [row for row in rows if row.expected in (Verdict.HEALTHY, Verdict.RECOVERED)]
    print("| | names the cause | where objects or events decide | findings a failure | speaks where nothing is wrong |")
    print("|---|---|---|---|---|")
    for name, chosen in SETS.items():
        named = [_share(sum(row.is_named[name] for row in some), some) for some in (failures, shown)]
        counts = [sum(item.condition in chosen for item in row.findings) for row in failures]
        loud = sum(any(item.condition in chosen for item in row.findings) for row in quiet)
        print(f"| {name} | {' | '.join(named)} | {statistics.mean(counts or [0]):.1f} | {_share(loud, quiet)} |")
    named = [_share(sum(row.is_ours_named for row in some), some) for some in (failures, shown)]
    right = [_share(sum(row.is_ours_right for row in some), some) for some in (failures, shown)]
    alarms = sum(row.verdict is Verdict.FAILURE for row in quiet)
    print(f"| incident-bot, its first cause | {' | '.join(named)} | 1 | {_share(alarms, quiet)} |")
    print(f"| the same, and cites the line | {' | '.join(right)} | | |")


def _share(part: int, whole: Sequence[object]) -> str:
    return f"{part} of {len(whole)} ({part / max(1, len(whole)):.0%})"


def conditions_table() -> str:
    """The conditions by analyzer as a table of Markdown, each with the scenario that shows what incident-bot does."""
    rows = ["| analyzer | told first, its line cited | no cause: incident-bot is silent |", "|---|---|---|"]
    for analyzer in dict.fromkeys(item.analyzer for item in CONDITIONS.values()):
        own = [item for item in CONDITIONS.values() if item.analyzer == analyzer]
        told = "; ".join(_link(item) for item in own if not item.harmless)
        silent = "; ".join(f"{_link(item)} ({item.harmless})" for item in own if item.harmless)
        rows.append(f"| {analyzer}{'' if own[0].is_default else ' *'} | {told} | {silent} |")
    return "\n".join(rows)


def _link(item: Condition) -> str:
    return f"[{item.says}](../tests/scenarios/{item.scenario})"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path, default=SCENARIOS)
    parser.add_argument(
        "--conditions", action="store_true", help="per condition, where it is met, instead of the shares"
    )
    chosen = parser.parse_args()
    rules = load_rules(())
    rows = [compare(path, expectation, rules) for path, expectation in read_scenarios(chosen.folder)]
    if not chosen.conditions:
        print_table(rows)
        return
    for name in CONDITIONS:
        met = [row for row in rows if any(item.condition == name for item in row.findings)]
        failures = sum(row.expected is Verdict.FAILURE for row in met)
        print(f"{name}: {failures} failures, {len(met) - failures} others; {', '.join(row.name for row in met[:6])}")


if __name__ == "__main__":
    main()
