"""The frame around a report: written, read back, forged, damaged, too long."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from fakes.drafts import KEY, draft
from incident_bot.tracker.body import (
    MAX_BODY_BYTES,
    State,
    compose_body,
    duplicate_body,
    has_marker,
    marker_of,
    next_state,
    parse_body,
    rewrite_state,
)

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def test_state_survives_the_round_trip() -> None:
    state = replace(next_state(draft(), State(previous=7), NOW), resolved=True, labels=("a-->b", "ü", '"'))

    assert parse_body(compose_body(draft(), state)).state == state


def test_as_many_labels_as_github_allows_are_remembered() -> None:
    labels = tuple(f"{number:03d}-{'x' * 46}" for number in range(100))

    assert (
        parse_body(compose_body(draft(labels=labels), next_state(draft(labels=labels), State(), NOW))).state.labels
        == labels
    )


def test_no_label_can_end_the_hidden_state() -> None:
    body = compose_body(draft(), next_state(draft(labels=("x --> <script>",)), State(), NOW))

    assert body.split("\n")[1].count("-->") == 1


@pytest.mark.parametrize(
    "damage",
    [
        "",
        "<!-- incident-bot:state {} -->",
        "<!-- incident-bot:state {broken} -->",
        '<!-- incident-bot:state {"count": "x", "first": 5, "labels": "no", "previous": -1} -->',
        '<!-- incident-bot:state {"count": 1e999, "last": "never"} -->',
        "<!-- incident-bot:state {" + "[" * 3000 + "} -->",
    ],
)
def test_damaged_state_counts_as_none(damage: str) -> None:
    assert parse_body(f"{marker_of(KEY)}\n{damage}\ntext").state == State()


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (f"{marker_of(KEY)}\nx", True),
        (f"{marker_of(KEY)}\r\nx", True),
        (f"\ufeff\n{marker_of(KEY)}", True),
        (f"text\n{marker_of(KEY)}", False),
        (f"> {marker_of(KEY)}", False),
        (f"{marker_of(KEY)} x", False),
        (marker_of("f" * 16), False),
        ("", False),
    ],
)
def test_only_the_first_line_is_the_identity(body: str, expected: bool) -> None:
    assert has_marker(body, KEY) is expected


def test_a_duplicate_is_no_identity_any_more_and_wakes_no_automation() -> None:
    body = duplicate_body(compose_body(draft(), next_state(draft(), State(), NOW)), KEY, 12)

    assert not has_marker(body, KEY)
    assert "#12" in body
    assert not any(word in body.lower() for word in ("duplicate of", "closes #", "fixes #", "resolves #"))


def test_rewriting_the_state_keeps_everything_else() -> None:
    first = next_state(draft(), State(), NOW)
    body = compose_body(draft(), first) + "\n\nOur notes."

    rewritten = rewrite_state(body, KEY, replace(first, resolved=True))

    assert parse_body(rewritten).state.resolved
    assert parse_body(rewritten).tail == "Our notes."
    assert rewritten.replace('"resolved": true', '"resolved": false') == body


def test_a_state_that_people_deleted_is_written_anew() -> None:
    rewritten = rewrite_state(f"{marker_of(KEY)}\ntext", KEY, State(count=3))

    assert parse_body(rewritten).state.count == 3
    assert rewritten.endswith("\ntext")


@pytest.mark.parametrize("filler", ["x", "ü", "🔥"])
def test_a_report_that_is_too_long_is_cut_before_a_collapsed_block(filler: str) -> None:
    blocks = "".join(
        f"\n<details>\n<summary>E{n}</summary>\n\n```text\n{filler * 5000}\n```\n</details>" for n in range(40)
    )

    body = compose_body(draft(f"Summary.{blocks}"), next_state(draft(), State(), NOW))

    assert len(body.encode()) <= MAX_BODY_BYTES
    assert body.count("<details>") == body.count("</details>") > 0
    assert body.count("```") % 2 == 0
    assert "was cut here" in body


def test_the_first_filing_counts_nothing_aloud() -> None:
    assert "Seen" not in compose_body(draft(), next_state(draft(), State(), NOW))


def test_ticks_are_carried_for_identical_steps_only() -> None:
    before = parse_body(compose_body(draft("- [x] Roll back\n  - [X] nested\nsee [x] Page"), State()))

    body = compose_body(
        draft("- [ ] Roll back\n  - [ ] nested\n- [ ] Page\n- [ ] Roll back now"), State(), before=before
    )

    assert "- [x] Roll back\n  - [x] nested\n- [ ] Page\n- [ ] Roll back now" in body
