"""What stands in an issue, and where."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from fakes.analyses import (
    ANALYSIS,
    CASE,
    DESCRIBE,
    DIAGNOSIS,
    LOG,
    NOW,
    START,
    cite,
    keep_all,
    with_case,
    with_diagnosis,
)
from fakes.drafted_issues import body, draft, first_screen, section
from fakes.github_view import view
from incident_bot import report
from incident_bot.model import (
    NO_TEXT,
    Action,
    Analysis,
    Category,
    Engine,
    Evidence,
    EvidenceKind,
    Excerpt,
    Gap,
    KeptLine,
    SafeText,
    Severity,
    Target,
    Usage,
    Verdict,
)


def test_title_labels_and_marker_are_the_contract():
    made = draft()

    assert made.title == "[PRODUCTION ALERT] ModelPodOOMKilled - sentiment-d57bd79dd-c4lbc"
    assert made.labels == ("production-alert", "ai-analysis", "critical", "cause/resources")
    assert made.marker == "<!-- incident-bot:v1 key=0123456789abcdef -->"
    assert made.body.split("\n")[0] == made.marker
    assert made.key == "0123456789abcdef"


def test_the_first_screen_answers_five_questions():
    screen = first_screen(body())

    assert "> [!CAUTION]\n> **`server` is killed each time it loads its model" in screen
    assert (
        "critical · firing since 00:38 UTC (13 min) · deployment `ml/sentiment` in `prod-eu1` · 9 restarts · very likely (0.94)"
        in screen
    )
    assert "E2:15  00:38:54 INFO loaded shard 13/24 rss=57 MiB" in screen
    assert "```sh\nkubectl -n ml get deploy sentiment -o yaml\n```" in screen
    assert view(screen).links == [
        "https://runbooks.example.com/ModelPodOOMKilled",
        "https://grafana.example.com/d/ml",
        "https://github.com/acme/ops/actions/runs/1",
    ]


def test_the_proof_prefers_what_the_program_said():
    """After the first line, which the diagnosis chose: a log line tells more than a status field."""
    cause = replace(
        DIAGNOSIS.causes[0], citations=(cite(DESCRIBE, 6), cite(DESCRIBE, 7), cite(DESCRIBE, 10), cite(LOG, 15))
    )
    screen = first_screen(body(with_diagnosis(causes=(cause,))))

    assert re.findall(r"(?m)^(E\d:\d+) ", screen) == ["E1:6", "E2:15", "E1:7"]


def test_sections_come_in_the_order_of_the_contract():
    assert view(body()).headings == [
        "Root Cause Hypothesis",
        "Impact Assessment",
        "Immediate Actions",
        "Prevention Recommendations",
        "What happened",
        "What was read",
    ]


def test_each_cause_says_how_sure_who_found_it_and_which_lines():
    causes = section(body(), "Root Cause Hypothesis")

    assert (
        "**1. The memory limit is smaller than the model** · very likely (0.94) · rules and Gemini agree (`oom-loading-weights`)"
        in causes
    )
    assert "- `E2:15` `INFO loaded shard 13/24 rss=57 MiB`" in causes
    assert "- `E1:6` `Reason: OOMKilled`" in causes
    assert "**2. Weights are loaded in fp32** · possible (0.40) · Gemini" in causes
    assert "**3. A neighbour takes the memory of the node** · conjecture, no line proves it (0.20) · rules" in causes
    assert "**Ruled out**\n- a liveness kill: no `Killing` event" in causes
    assert "**Disagreement:** The model alone suspects fp32." in causes


def test_harmless_steps_come_first_and_the_others_are_marked():
    actions = section(body(), "Immediate Actions")

    assert actions.index("Confirm the size (read only)") < actions.index(
        "Roll back (**changes state**): the old model fits"
    )
    assert view(actions).tags.count("input") == 2
    assert "**Do not** delete the pod" in actions


def test_a_step_without_a_command_has_no_empty_block():
    actions = section(body(with_diagnosis(actions=(Action(step="Call the owner"),))), "Immediate Actions")

    assert "```" not in actions


def test_without_any_action_there_is_still_a_harmless_look():
    made = body(with_diagnosis(actions=()))

    assert "kubectl -n ml describe pod sentiment-d57bd79dd-c4lbc" in section(made, "Immediate Actions")


@pytest.mark.parametrize(
    ("target", "command"),
    [
        (Target(namespace="ml", pod="x-1"), "kubectl -n ml describe pod x-1"),
        (Target(namespace="ml", workload="x"), "kubectl -n ml get events --sort-by=.lastTimestamp"),
        (Target(node="n1"), "kubectl describe node n1"),
        (Target(), "kubectl -A get events --sort-by=.lastTimestamp"),
        (Target(namespace="ml", pod="x; rm -rf /"), "kubectl -n ml get events --sort-by=.lastTimestamp"),
        (Target(namespace="$(id)", pod="--all"), "kubectl -A get events --sort-by=.lastTimestamp"),
    ],
)
def test_the_harmless_look_holds_only_kubernetes_names(target, command):
    """A label can hold anything, and this command is there to be pasted into a shell."""
    analysis = with_diagnosis(actions=())
    made = body(replace(analysis, case=replace(CASE, incident=replace(CASE.incident, target=target))))

    assert f"```sh\n{command}\n```" in first_screen(made)


def test_what_happened_is_in_order_of_time():
    happened = section(body(), "What happened")

    assert happened.index("00:38:40 `server` starts") < happened.index("00:39:00 `server` is killed `E1:6`")


def test_what_was_read_is_written_by_code():
    read = section(body(), "What was read")

    assert "Read: 2 pieces of evidence with 31 lines; 31 of them are shown below" in read
    assert "- `E2` older lines: only the newest 8 MiB were read" in read
    assert (
        "- **the node**: the service account may not get nodes (HTTP 403). Add the ClusterRole in deploy/rbac." in read
    )
    assert "Redacted: 3 values (2 `jwt`, 1 `url-password`)." in read


def test_a_model_that_was_wanted_and_missing_is_a_gap_in_the_issue():
    gap = Gap(kind="model", what="no model was asked", reason="GEMINI_API_KEY is not set", remedy="Set it.")
    made = body(with_diagnosis(gaps=(gap,), model="", engine=Engine.RULES))

    assert "- **no model was asked**: GEMINI_API_KEY is not set. Set it." in section(made, "What was read")
    assert "rules only, no model" in made


def test_a_gap_known_twice_is_printed_once():
    made = body(with_diagnosis(gaps=CASE.gaps))

    assert made.count("may not get nodes") == 1


def test_nothing_read_is_said():
    read = section(body(replace(with_case(evidence=()), excerpts=())), "What was read")

    assert "Not one piece of evidence could be had" in read


def test_every_raw_line_carries_its_number():
    made = body()

    assert (
        "<summary>E2 · log of server, previous run · 15 lines</summary>\n\n```text\n   1 | 2026-11-21T00:38:40.123Z INFO model-server"
        in made
    )
    assert "   6 |       Reason:       OOMKilled" in made


def test_lines_left_out_are_counted_and_repeats_marked():
    kept = (
        KeptLine(line=1, text=DESCRIBE.lines[0], last=1),
        KeptLine(line=4, text=DESCRIBE.lines[3], count=3, last=6),
        KeptLine(line=9, text=DESCRIBE.lines[8], last=9),
    )
    excerpt = Excerpt(evidence_id="E1", kept=kept, total_lines=16)
    diagnosis = replace(DIAGNOSIS, causes=(), timeline=())
    made = body(Analysis(case=replace(CASE, evidence=(DESCRIBE,)), excerpts=(excerpt,), diagnosis=diagnosis))

    assert "E1 · kubectl describe pod, pod.txt · 3 of 16 lines" in made
    assert "     | … 2 lines left out\n   4 |   server:  \u00d73\n" in made
    assert "     | … 7 lines left out\n```" in made


def test_similar_lines_in_a_row_are_called_similar():
    lines = tuple(SafeText(f"shard {number}") for number in range(1, 21))
    log = Evidence(id="E9", kind=EvidenceKind.LOG, name="a", source="a", lines=lines)
    kept = (KeptLine(line=1, text=lines[0], count=20, last=20), KeptLine(line=20, text=lines[19], count=20, last=20))
    excerpt = Excerpt(evidence_id="E9", kept=kept, total_lines=20)
    diagnosis = replace(DIAGNOSIS, causes=(), timeline=())
    made = body(Analysis(case=replace(CASE, evidence=(log,)), excerpts=(excerpt,), diagnosis=diagnosis))

    assert "… 18 similar lines left out" in made


def test_a_cited_line_is_shown_even_where_the_excerpt_lost_it():
    empty = Excerpt(evidence_id="E1", kept=(), total_lines=16)
    made = body(replace(ANALYSIS, excerpts=(empty, keep_all(CASE.evidence[1]))))

    assert "   6 |       Reason:       OOMKilled" in made


def test_an_evidence_without_any_line_to_show_has_no_block_but_is_counted():
    silent = Evidence(id="E3", kind=EvidenceKind.LOG, name="x", source="log of x", lines=(NO_TEXT,) * 5)
    made = body(replace(ANALYSIS, case=replace(CASE, evidence=(*CASE.evidence, silent))))

    assert "E3 ·" not in made
    assert "3 pieces of evidence with 36 lines" in made


@pytest.mark.parametrize(
    ("verdict", "severity", "block", "words"),
    [
        (Verdict.FAILURE, Severity.CRITICAL, "CAUTION", "very likely (0.94)"),
        (Verdict.FAILURE, Severity.WARNING, "WARNING", "very likely (0.94)"),
        (Verdict.RECOVERED, Severity.CRITICAL, "NOTE", "recovered"),
        (Verdict.HEALTHY, Severity.CRITICAL, "NOTE", "no failure found"),
        (Verdict.INSUFFICIENT_EVIDENCE, Severity.CRITICAL, "WARNING", "not enough evidence"),
    ],
)
def test_the_verdict_has_its_block_and_words(verdict, severity, block, words):
    screen = first_screen(body(with_diagnosis(verdict=verdict, severity=severity)))

    assert f"> [!{block}]\n" in screen
    assert f"· {words}\n" in screen


def test_a_healthy_workload_gets_no_invented_cause():
    made = body(with_diagnosis(verdict=Verdict.HEALTHY, causes=(), category=Category.UNKNOWN))
    causes = section(made, "Root Cause Hypothesis")

    assert "No failure found" in causes
    assert "**1." not in causes
    assert "**Checked**" in causes


def test_too_little_evidence_says_what_would_decide_it():
    causes = section(body(with_diagnosis(verdict=Verdict.INSUFFICIENT_EVIDENCE, causes=())), "Root Cause Hypothesis")

    assert "No cause is named" in causes
    assert "**What would decide it**\n- the node: Add the ClusterRole in deploy/rbac." in causes


def test_the_footer_says_what_made_the_report():
    footer = body().rstrip().split("\n")[-1]

    assert "gemini-3.8-flash, 6,120 tokens in, 900 out, 0.0042 USD" in footer
    assert "3.1 s" in footer
    assert "prompt triage-1 `7f3a7f3a`" in footer
    assert "incident-bot 1.2.3" in footer
    assert "Check before you act" in footer


def test_an_unknown_price_is_not_printed_as_free():
    assert "cost unknown" in body(with_diagnosis(usage=Usage(input_tokens=1)))


def test_an_alert_of_another_day_shows_its_date():
    alert = replace(CASE.incident.alert, starts_at=START.replace(day=19))
    made = body(with_case(incident=replace(CASE.incident, alert=alert)))

    assert "firing since 2026-11-19 00:38 UTC (2 d)" in made


def test_unknown_restarts_are_not_guessed():
    """Two pods in the evidence: whose count would it be?"""
    other = replace(DESCRIBE, id="E3")
    made = body(replace(ANALYSIS, case=replace(CASE, evidence=(*CASE.evidence, other))))

    assert "restarts" not in first_screen(made)


def test_only_our_own_link_labels_and_https():
    alert = replace(
        CASE.incident.alert,
        annotations={
            "runbook_url": "http://x.example/",
            "dashboard_url": "javascript:alert(1)",
            "evil": "https://evil.example/",
        },
    )
    page = view(body(with_case(incident=replace(CASE.incident, alert=alert))))

    assert page.links == ["https://github.com/acme/ops/actions/runs/1"]


def test_no_body_depends_on_when_it_is_drawn_but_for_the_age():
    """The tracker compares bodies to leave an unchanged issue alone."""
    assert body() == body()


def test_the_resolved_comment_is_short_and_does_not_repeat_the_analysis():
    alert = replace(CASE.incident.alert, ends_at=NOW)
    resolved = report.render_resolved_comment(replace(CASE.incident, alert=alert), now=NOW)

    assert "It fired for 13 min." in resolved
    assert len(resolved) < 500
    assert not re.search(r"E\d:\d|kubectl|###", resolved)


def test_an_alert_that_never_said_when_it_ended_ends_now():
    assert "**Resolved** at 2026-11-21 00:52 UTC" in report.render_resolved_comment(CASE.incident, now=NOW)
