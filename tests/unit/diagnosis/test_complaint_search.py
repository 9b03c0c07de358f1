"""Fast ways to complaints and findings give what searching and writing everything would give."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incident_bot.diagnosis import load_rules
from incident_bot.diagnosis.complaints.own import OWN
from incident_bot.diagnosis.complaints.permanence import PERMANENT
from incident_bot.diagnosis.complaints.remote import REMOTE
from incident_bot.diagnosis.complaints.search import find_complaint
from incident_bot.diagnosis.complaints.vague import VAGUE
from incident_bot.diagnosis.logs.findings import Draft, Finding, choose_best
from incident_bot.diagnosis.patterns import FLAGS, required_words, split_branches
from incident_bot.model import Category
from incident_bot.redaction import Redactor

_ALL = (*REMOTE, *OWN, *VAGUE, *PERMANENT)
_WORDS = sorted({word for item in _ALL for pattern in item.patterns for word in required_words(pattern)})
_LOGS = Path(__file__).parent / "application_logs"


def _kind(text: str) -> str | None:
    found = find_complaint(text)
    return found.kind if found else None


def _kind_by_all_patterns(text: str) -> str | None:
    return next((item.kind for item in _ALL if any(re.search(p, text, FLAGS) for p in item.patterns)), None)


@settings(max_examples=60)
@given(st.lists(st.sampled_from(_WORDS), min_size=1, max_size=5), st.sampled_from([" ", ": ", ""]))
def test_words_of_complaints_in_any_company_give_what_all_patterns_give(words: list[str], between: str) -> None:
    """Skipping alternatives by their words hides no complaint and finds no other."""
    text = between.join(words)
    assert _kind(text) == _kind_by_all_patterns(text)
    assert _kind(text.upper()) == _kind_by_all_patterns(text.upper())


def test_lines_of_real_programs_give_what_all_patterns_give() -> None:
    """The same for whole lines, of which most complain of nothing."""
    lines = {
        line
        for path in sorted(_LOGS.rglob("*"))
        if path.is_file()
        for line in path.read_text(encoding="utf-8", errors="replace").splitlines()
    }
    chosen = sorted(lines)[::5]
    kinds = [_kind(line) for line in chosen]
    assert len(set(kinds)) > 10
    assert kinds == [_kind_by_all_patterns(line) for line in chosen]


@pytest.mark.parametrize(
    ("pattern", "branches"),
    [
        ("a|b(?:c|d)|e", ("a", "b(?:c|d)", "e")),
        (r"one\|more|two", (r"one\|more", "two")),
        ("[|]x|[^]|]y|(?<!a|b)c", ("[|]x", "[^]|]y", "(?<!a|b)c")),
        (r"[\]|]x|[(]y", (r"[\]|]x", "[(]y")),
        ("alone", ("alone",)),
        (r"(['\"])x\1|y", (r"(['\"])x\1|y",)),
        ("(?s)a.b|c", ("(?s)a.b|c",)),
    ],
)
def test_pattern_is_split_where_its_alternatives_part(pattern: str, branches: tuple[str, ...]) -> None:
    """Bars in groups, classes and escapes part nothing, and what would mean something else alone stays whole."""
    assert split_branches(pattern) == branches


def _draft(weight: float, index: int, title: str, written: list[int], *, more: float = 0.0) -> Draft:
    finding = Finding(
        kind="k", category=Category.APPLICATION, title=title, hint="", index=index, offset=0, weight=weight, count=1
    )  # fmt: skip

    def write() -> Finding:
        written.append(index)
        return finding

    exact = Draft(most=weight, index=index, write=write)
    return Draft(most=weight + more, index=index, write=lambda: exact) if more else exact


def test_only_findings_that_can_be_told_are_written() -> None:
    """Of a storm of ten thousand, the eight that are told are read, and the heavy one at the end is among them."""
    written: list[int] = []
    drafts = [_draft(0.5, number, f"says {number}", written, more=0.05) for number in range(10_000)]
    drafts.append(_draft(0.6, 10_000, "says why", written))

    best = choose_best(drafts)

    assert [finding.index for finding in best] == [10_000, *range(7)]
    assert len(written) == 8


@given(st.lists(st.tuples(st.sampled_from([0.2, 0.5, 0.55]), st.sampled_from("abcdefghijkl"), st.booleans())))
def test_best_findings_are_those_of_writing_all(said: list[tuple[float, str, bool]]) -> None:
    """One a kind and title: the heaviest, then the first."""
    written: list[int] = []
    drafts = [
        _draft(weight, index, title, written, more=0.05 if is_open else 0.0)
        for index, (weight, title, is_open) in enumerate(said)
    ]
    first: dict[str, tuple[float, int]] = {}
    for index, (weight, title, _) in enumerate(said):
        first[title] = min(first.get(title, (0.0, 0)), (-weight, index))

    assert [(-f.weight, f.index) for f in choose_best(drafts)] == sorted(first.values())[:8]


@pytest.mark.parametrize(
    "line",
    [
        "ValueError: could not convert string to float: '39,28'",
        'java.lang.NumberFormatException: For input string: "1.204,50"',
        'strconv.ParseFloat: parsing "0,7": invalid syntax',
        "ERROR:  invalid input syntax for type numeric: \"12,5\"",
        "ValueError: time data '27.11.2026' does not match format '%Y-%m-%d'",
        'parsing time "27/11/2026" as "2006-01-02": cannot parse "27/11/2026" as "2006"',
    ],
)  # fmt: skip
def test_values_in_another_countrys_notation(line: str) -> None:
    assert _kind(line) == "notation"


@pytest.mark.parametrize(
    "line",
    [
        "ValueError: could not convert string to float: 'n/a'",
        'java.lang.NumberFormatException: For input string: "abc"',
        "cannot read chunks 3,4,5 of archive",
        "cannot parse header: a,b",
        "invalid literal for int() with base 10: '12.5'",
    ],
)
def test_values_that_are_no_numbers_at_all_are_no_matter_of_notation(line: str) -> None:
    assert _kind(line) != "notation"


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        (" - Orchard (2.479.3) or higher required", "version-too-old"),
        ("This version of the index requires Java 17 or newer", "version-too-old"),
        ("client version 1.22 is too old. Minimum supported API version is 1.24", "version-too-old"),
        ('Could not load the "sharp" module using the linuxmusl-arm64 runtime', "module-missing"),
        ("exec /app: exec format error", "module-missing"),
        ("refresh failed: invalid peer certificate: Expired", "certificate-expired"),
        ("refresh failed: invalid peer certificate: UnknownIssuer", "tls"),
        ("ORA-12514: TNS:listener does not currently know of service requested", "not-there"),
        ("ORA-28000: the account is locked", "login-failed"),
        ('no pg_hba.conf entry for host "10.0.0.1", user "app", database "x"', "login-failed"),
        ("etcdserver: mvcc: database space exceeded", "disk-full"),
        ("PANIC:  could not locate a valid checkpoint record", "disk-error"),
        ("kernel: nf_conntrack: table full, dropping packet", "limit-reached"),
        ("ActiveRecord::PendingMigrationError: Migrations are pending", "schema"),
        ('replication slot "feed" is active for PID 123', "lock"),
    ],
)
def test_usual_words_of_servers_and_runtimes(line: str, kind: str) -> None:
    assert _kind(line) == kind


@pytest.mark.parametrize(
    "line",
    [
        "supports TLS 1.2 or newer",
        "loading the module sharp took 120 ms",
        "certificate valid until 2027-01-01",
        "Migrations are up to date",
        "replica needs no newer version",
    ],
)
def test_calm_lines_with_some_of_these_words_complain_of_nothing(line: str) -> None:
    assert _kind(line) is None


_TITLES = {title for item in _ALL for title in (item.title, item.otherwise) if title} | {
    rule.title for rule in load_rules()
}


@pytest.mark.parametrize("title", sorted(_TITLES))
def test_no_title_makes_redaction_take_what_a_program_said_for_a_secret(title: str) -> None:
    """`credentials: ` before what a log says reads like a key before its value."""
    said = 'psql: error: FATAL: role "purger" does not exist'
    told = re.sub(r"\{(\w+)(?:\|[^}]*)?\}", lambda match: said if match[1] in ("says", "error") else "purge", title)

    assert Redactor(b"key").redact(told) == told
