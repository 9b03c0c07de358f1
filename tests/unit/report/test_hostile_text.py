"""Whatever stands in logs, labels, events or a model's answer: the issue shows it and it does nothing."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fakes.attacks import ATTACKS
from fakes.github_view import GitHubView, view
from incident_bot import report
from incident_bot.errors import UsageError
from incident_bot.model import (
    Action,
    Alert,
    Analysis,
    Case,
    Category,
    Cause,
    Citation,
    Diagnosis,
    Evidence,
    EvidenceKind,
    Excerpt,
    Gap,
    Incident,
    KeptLine,
    Risk,
    SafeText,
    Severity,
    Target,
    TimelineEntry,
    Verdict,
)
from incident_bot.report.sanitise import code_span, https_link, plain, prose, summary_text

NOW = datetime(2026, 11, 21, 0, 52, tzinfo=UTC)
KEY = "0123456789abcdef"
OUR_TAGS = {
    "blockquote", "p", "strong", "em", "code", "pre", "br", "h3", "ul", "ol", "li", "input", "hr", "details", "summary", "sub", "a",
}  # fmt: skip
ATTACK_CASES = [pytest.param(text, id=name) for name, text in ATTACKS.items()]


def everywhere(text: str, verdict: Verdict = Verdict.FAILURE, evidence_id: str = "E1") -> Analysis:
    """An analysis with `text` in every field that outside text can reach."""
    lines = tuple(SafeText(line) for line in (text.split("\n") or [""]))
    log = Evidence(
        id=evidence_id, kind=EvidenceKind.LOG, name=text, source=text, lines=lines, pod=text, container=text, cut=text
    )
    kept = tuple(KeptLine(line=1, text=lines[0], count=3, last=1, why=text) for _ in range(1))
    citation = Citation(evidence_id=evidence_id, line=1, quote=SafeText(text))
    cause = Cause(
        rank=1,
        title=text,
        explanation=text,
        category=Category.RESOURCES,
        confidence=0.9,
        citations=(citation,),
        rule_id=text,
    )
    gap = Gap(kind=text, what=text, reason=text, remedy=text)
    urls = dict.fromkeys(("runbook_url", "dashboard_url", "runbook", "x"), text)
    alert = Alert(
        name=text,
        severity=Severity.CRITICAL,
        starts_at=NOW - timedelta(minutes=14),
        annotations=urls,
        labels=urls,
        generator_url=text,
        summary=text,
    )
    target = Target(
        cluster=text, namespace=text, workload_kind=text, workload=text, pod=text, container=text, node=text
    )
    return Analysis(
        case=Case(
            incident=Incident(key=KEY, alert=alert, target=target), evidence=(log,), gaps=(gap,), redactions={text: 2}
        ),
        excerpts=(Excerpt(evidence_id=evidence_id, kept=kept, total_lines=len(lines), cut=text),),
        diagnosis=Diagnosis(
            verdict=verdict,
            summary=text,
            category=Category.RESOURCES,
            severity=Severity.CRITICAL,
            causes=(cause,),
            impact=text,
            actions=(
                Action(step=text, command=text, why=text),
                Action(step=text, command=text, risk=Risk.CHANGES_STATE),
            ),
            prevention=(text, text),
            do_not=(text,),
            ruled_out=(text,),
            disagreement=text,
            gaps=(gap,),
            timeline=(TimelineEntry(at=NOW, text=text, citation=citation),),
            model=text,
            prompt_version=text,
            prompt_sha256=text,
        ),
    )


def assert_harmless(page: GitHubView, *, links: tuple[str, ...] = ()) -> None:
    """Nothing live outside code: no link, image, mention, reference, commit, formula, tag or comment that is not ours."""
    assert set(page.tags) <= OUR_TAGS
    assert [link for link in page.links if link not in links] == []
    assert page.mentions == []
    assert page.references == []
    assert page.commits == []
    assert page.math == []
    assert page.addresses == []
    assert page.comments in ([], [f" incident-bot:v1 key={KEY} "])
    assert {name for _, name, _ in page.attributes} <= {"type", "disabled", "class", "href", "lang"}


def body_of(analysis: Analysis) -> str:
    return report.draft(analysis, seal=SafeText, now=NOW, version="1.2.3").body


def assert_sound(body: str) -> None:
    """The body keeps its shape: one marker, our headings in order, every fence and details closed."""
    page = view(body)
    assert_harmless(page)
    assert body.count("<!--") == 1
    assert body.startswith(f"<!-- incident-bot:v1 key={KEY} -->\n")
    assert page.headings[:4] == [
        "Root Cause Hypothesis", "Impact Assessment", "Immediate Actions", "Prevention Recommendations",
    ]  # fmt: skip
    assert page.headings[-1] == "What was read"
    assert len(page.headings) == page.tags.count("h3") <= 6
    assert page.text.rstrip().endswith("incident-bot 1.2.3")
    assert page.tags.count("details") == page.tags.count("summary") == len(page.summaries)
    assert len(body) <= 60_000
    assert len(body.encode()) <= 65_536


@pytest.mark.parametrize("text", ATTACK_CASES)
def test_an_attack_in_every_field_is_only_shown(text):
    assert_sound(body_of(everywhere(text)))


@pytest.mark.parametrize("text", ATTACK_CASES)
def test_an_attack_in_a_file_that_another_job_wrote_is_only_shown(text):
    """Even the ids: the publishing job reads its input from a job that may not write issues."""
    assert_sound(body_of(everywhere(text, evidence_id=text)))


@pytest.mark.parametrize("key", ["", "x", "0123456789ABCDEF", "0123456789abcdef -->", "0123456789abcdef\n"])
def test_a_key_that_is_none_is_refused(key):
    """It stands in the marker, where nothing is escaped."""
    analysis = everywhere("x")
    incident = replace(analysis.case.incident, key=key)

    with pytest.raises(UsageError, match=r"incident\.key"):
        body_of(replace(analysis, case=replace(analysis.case, incident=incident)))


@pytest.mark.parametrize("verdict", list(Verdict))
def test_every_verdict_holds_against_attacks(verdict):
    assert_sound(
        body_of(everywhere("\n".join(ATTACKS[name] for name in sorted(ATTACKS) if "long" not in name), verdict))
    )


@pytest.mark.parametrize("text", ATTACK_CASES)
def test_no_line_of_outside_text_starts_a_command_for_bots(text):
    """Bots read `/close` at the start of any line, inside fences too."""
    commands = re.findall(r"(?m)^\s*/\w+", body_of(everywhere(text)))

    assert commands == []


@pytest.mark.parametrize("text", ATTACK_CASES)
def test_the_title_is_one_harmless_line(text):
    title = report.draft(everywhere(text), seal=SafeText, now=NOW, version="1").title

    assert title.startswith("[PRODUCTION ALERT] ")
    assert len(title) <= 256
    assert title.isprintable() or "\u200b" in title
    assert "<!--" not in title
    assert not re.search(r"[@#]\w|\n|\r", title)


@pytest.mark.parametrize("text", ATTACK_CASES)
def test_the_minimal_draft_and_the_last_comment_are_harmless_too(text):
    analysis = everywhere(text)
    minimal = report.draft_minimal(analysis, seal=SafeText, now=NOW, version="1")

    assert_harmless(view(minimal.body))
    assert_harmless(view(report.render_resolved_comment(analysis.case.incident, now=NOW)))


@pytest.mark.parametrize("text", ATTACK_CASES)
def test_a_code_span_is_one_code_span(text):
    """Everything is inside, and inside is everything that can be seen."""
    page = view(f"before {code_span(text)} after")

    assert len(page.code) == 1
    assert page.text.split() == ["before", "after"]


@pytest.mark.parametrize("text", ATTACK_CASES)
def test_the_terminal_gets_no_escape_sequence(text):
    shown = report.render_terminal(everywhere(text), 80)

    assert all(character == "\n" or character.isprintable() for character in shown)


TEXTS = st.text(
    alphabet=st.one_of(
        st.sampled_from("@#<>!-[]()`~*_|\\/&;:$.\n\r\t 0123456789abcdefGH\u200b\u202e"), st.characters(codec=None)
    ),
    max_size=80,
) | st.lists(st.sampled_from([text for text in ATTACKS.values() if len(text) < 400]), min_size=1, max_size=3).map(
    "".join
)


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(TEXTS)
def test_any_text_in_every_field_does_nothing(text):
    assert_sound(body_of(everywhere(text)))


@settings(max_examples=400)
@given(TEXTS, TEXTS)
def test_any_prose_is_harmless_at_the_start_of_a_line_and_beside_other_prose(first, second):
    one, two = prose(first) or "nothing", prose(second) or "nothing"
    page = view(f"{one}\n{two}\n- {one}\n\n> **{two}**\n")

    assert_harmless(page)
    assert set(page.tags) <= {"p", "br", "ul", "li", "code", "blockquote", "strong"}


@settings(max_examples=300)
@given(TEXTS)
def test_any_summary_is_harmless(text):
    page = view(f"<details>\n<summary>{summary_text(text)}</summary>\n\nx\n</details>\n")

    assert_harmless(page)
    assert page.tags == ["details", "summary", "p"]


@settings(max_examples=300)
@given(TEXTS)
def test_any_plain_text_is_one_line_without_mentions(text):
    shown = plain(text, 100)

    assert len(shown) <= 300
    assert not re.search(r"[@#]\w|[\n\r\x00]|<!--", shown)


def test_prose_keeps_what_people_must_read():
    """Escaping is invisible: the page shows the same words, code as code."""
    page = view(prose("`server` needs 2 * 3 GiB <limit 4> [REDACTED:jwt:ab12cd] & more_than_that ~ 50 % #1"))

    assert page.code == ["server", "[REDACTED:jwt:ab12cd]"]
    assert page.text.replace("\u200b", "").split() == [
        "needs",
        "2",
        "*",
        "3",
        "GiB",
        "<limit",
        "4>",
        "&",
        "more_than_that",
        "~",
        "50",
        "%",
        "#1",
    ]


def test_addresses_and_commits_stay_readable_as_code():
    page = view(prose("see https://evil.example/a, then (9f86d081884c7d65)."))

    assert page.code == ["https://evil.example/a", "9f86d081884c7d65"]
    assert page.text.strip() == "see , then ()."


@pytest.mark.parametrize(
    "url",
    [
        "https://runbooks.acme.example/ModelPodOOMKilled",
        "https://grafana.acme.example:3000/d/ml?orgId=1&var-pod=x",
        "https://github.com/acme/ops/blob/main/runbooks/oom.md",
        "https://github.com/acme/ops/actions/runs/1",
        "https://wiki.acme.example/a#section-2",
    ],
)
def test_a_plain_https_address_becomes_a_link(url):
    page = view(https_link("Runbook", url))

    assert page.links == [url]
    assert page.text.strip() == "Runbook"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "http://runbooks.example/x",
        "javascript:alert(1)",
        "https://user:pw@evil.example/",
        "https://evil.example/x)[y](https://evil.example",
        "https://evil.example/<script>",
        'https://evil.example/"onclick="x',
        "https://evil.example/`x`",
        "https://evil.example/a b",
        "https://evil.example\\@good.example/",
        "https://[::1]/",
        "https:///x",
        "https://github.com/acme/ops/issues/1",
        "https://GitHub.com/acme/ops/pull/2/files",
        "https://github.com/acme/ops/commit/9f86d081884c7d65",
        "https://evil.example/" + "x" * 500,
        "https://evil.example/\u202e",
        "https://b\u00fccher.example/",
    ],
)
def test_any_other_address_does_not(url):
    assert https_link("Runbook", url) == ""
