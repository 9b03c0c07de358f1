"""What an issue never exceeds and never holds: GitHub's limits, and text that the gate refuses."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fakes.analyses import (
    ANALYSIS,
    CASE,
    DIAGNOSIS,
    NOW,
    cite,
    keep_all,
    with_diagnosis,
)
from fakes.drafted_issues import body, draft
from fakes.github_view import view
from incident_bot import report
from incident_bot.errors import LeakError
from incident_bot.model import (
    Action,
    Analysis,
    Evidence,
    EvidenceKind,
    Gap,
    Risk,
    SafeText,
)


def huge_analysis(characters: str, lines: int = 1500, line_length: int = 300) -> Analysis:
    texts = tuple(
        SafeText(f"{number} " + characters * (line_length // len(characters))) for number in range(1, lines + 1)
    )
    logs = tuple(
        Evidence(id=f"E{number}", kind=EvidenceKind.LOG, name=f"{number}.log", source=f"log {number}", lines=texts)
        for number in range(1, 4)
    )
    cause = replace(DIAGNOSIS.causes[0], citations=(cite(logs[1], 17), cite(logs[1], 1499)))
    return Analysis(
        case=replace(CASE, evidence=logs),
        excerpts=tuple(keep_all(log) for log in logs),
        diagnosis=replace(DIAGNOSIS, causes=(cause,), timeline=()),
    )


@pytest.mark.parametrize("characters", ["x", "\u00e9", "\u6f22", "\U0001f600", "`", "<", "~ "])
def test_the_limits_hold_and_cited_lines_survive(characters):
    """Least important first: other evidence goes before the surroundings of what is cited."""
    made = body(huge_analysis(characters))

    assert len(made) <= 60_000
    assert len(made.encode()) <= 65_536
    assert "\n  17 | 17 " in made
    assert "\n1499 | 1499 " in made
    assert "\n  16 | 16 " in made
    assert "to stay within GitHub's limit" in made
    assert made.rstrip().endswith("</sub>")
    assert view(made).headings[-1] == "What was read"


def test_the_room_is_used():
    """A limit that throws half of the evidence away is a loss too."""
    assert len(body(huge_analysis("x"))) > 50_000


@pytest.mark.parametrize("word", ["word ", "<>&@#* ", "\u6f22\u5b57 ", "https://x.example ", "\U0001f600@"])
def test_long_prose_cannot_push_the_limits(word):
    """Escaping makes some characters five times as long, so the limit is on what is written, not on what came."""
    long = word * 2_000
    causes = tuple(replace(cause, title=long, explanation=long) for cause in DIAGNOSIS.causes)
    actions = tuple(Action(step=long, command="x" * 900, why=long, risk=Risk.CHANGES_STATE) for _ in range(50))
    gaps = tuple(Gap(kind="x", what=f"{number} {long}", reason=long, remedy=long) for number in range(40))
    texts = (long,) * 50
    made = body(
        with_diagnosis(
            causes=causes, actions=actions, impact=long, prevention=texts, do_not=texts, ruled_out=texts, gaps=gaps
        )
    )

    assert len(made) <= 60_000
    assert len(made.encode()) <= 65_536
    assert view(made).headings[-1] == "What was read"
    assert "  15 | 2026" in made, "the cited line must survive"


def test_a_command_is_shown_whole_or_not_at_all():
    """The end of a command can be what makes it harmless."""
    command = "kubectl delete pod " + "x" * 5_000 + " --dry-run=client"
    made = body(with_diagnosis(actions=(Action(step="Try it", command=command, risk=Risk.CHANGES_STATE),)))

    assert "kubectl delete" not in made
    assert "its command of 5,036 characters is too long to show" in made


def leaky(secret: str):
    """A gate that refuses any text with this in it."""

    def seal(text: str) -> SafeText:
        if secret in text:
            raise LeakError(("token",))
        return SafeText(text)

    return seal


def test_the_gate_sees_the_exact_bytes_that_leave():
    seen: list[str] = []

    def seal(text: str) -> SafeText:
        seen.append(text)
        return SafeText(text)

    made = draft(seal=seal)

    assert made.title in seen
    assert made.body in seen


def test_a_leak_in_the_evidence_stops_the_draft():
    with pytest.raises(LeakError):
        draft(seal=leaky("shard 13/24"))


def test_a_leak_in_a_link_costs_only_the_link():
    page = view(body(seal=leaky("grafana")))

    assert len(page.links) == 2


def test_the_minimal_draft_holds_no_evidence_and_no_prose():
    made = report.draft_minimal(ANALYSIS, seal=leaky("shard"), now=NOW, version="1")

    assert made.labels == draft().labels
    assert made.body.startswith(made.marker)
    assert "`resources` · very likely (0.94)" in made.body
    for quoted in ("shard", "OOMKilled\n", "64 MiB", "Roll back", "<details>"):
        assert quoted not in made.body


@pytest.mark.parametrize("secret", ["ModelPodOOMKilled", "sentiment-d57bd79dd", "ml", "incident-bot 1"])
def test_the_minimal_draft_is_always_made(secret):
    """Even where the alert's own name is refused: an incident without a name is better than none."""
    made = report.draft_minimal(ANALYSIS, seal=leaky(secret), now=NOW, version="1")

    assert made.title.startswith("[PRODUCTION ALERT]")
    assert made.body.startswith(made.marker)
    assert secret not in made.title + made.body
