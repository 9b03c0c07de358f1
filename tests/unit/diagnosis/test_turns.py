"""A warning where the work of a log changes for good is a failure; the same warning in work that goes on is none."""

from __future__ import annotations

import pytest

from fakes.evidence import diagnose, make_case
from incident_bot.diagnosis import load_rules
from incident_bot.model import Diagnosis, Verdict

RULES = load_rules()

OPENING = "WARN licence server licences.corp.example answers nothing since 06:00, going on with the free edition"


def tell(opening: str, before: str, after: str, *, turn: int = 60, of: int = 150) -> Diagnosis:
    """A log whose minutes say `before` until `turn` and `after` from then on, beside ticks that go on all the time."""
    lines = []
    for minute in range(of):
        at = f"2026-11-21T{8 + minute // 60:02}:{minute % 60:02}"
        if minute == turn and opening:
            lines.append(f"{at}:01Z {opening}")
        lines.append(f"{at}:20Z {(before if minute < turn else after).replace('#', str(7000 + minute))}")
        lines.append(f"{at}:50Z DEBUG tick")
    return diagnose(make_case({"app.log": "\n".join(lines) + "\n"}), RULES)


def test_a_warning_where_other_work_begins_is_a_failure_that_cites_it() -> None:
    found = tell(OPENING, "INFO drawing # rendered in full", "INFO drawing # left at the preview")
    assert found.verdict is Verdict.FAILURE
    assert any("licence server" in item.quote for item in found.causes[0].citations)


def test_the_same_warning_while_the_work_goes_on_is_no_failure() -> None:
    work = "INFO drawing # rendered in full"
    assert tell(OPENING, work, work).verdict is not Verdict.FAILURE


def test_other_work_without_a_warning_is_no_failure() -> None:
    found = tell("", "INFO blue answered # in 40 ms", "INFO green answered # in 40 ms")
    assert found.verdict is Verdict.HEALTHY


def test_a_refusal_in_place_of_the_work_is_a_failure_though_no_line_has_a_level() -> None:
    sent = "relay[71]: letter # to=<the reader>, status=sent (250 accepted)"
    bounced = "relay[71]: letter # to=<the reader>, status=bounced (the host said: 550 5.7.1 listed, blocked using bl.example)"
    found = tell("", sent, bounced)
    assert found.verdict is Verdict.FAILURE
    assert "bounced" in found.causes[0].citations[0].quote


def test_refusals_beside_the_work_are_no_failure() -> None:
    sent = "relay[71]: letter # to=<the reader>, status=sent (250 accepted)"
    assert tell("relay[71]: letter 9 bounced (550 5.1.1 no such reader)", sent, sent).verdict is Verdict.HEALTHY


@pytest.mark.parametrize("turn", [3, 147])
def test_work_that_changes_at_the_very_start_or_end_tells_nothing(turn: int) -> None:
    found = tell(OPENING, "INFO drawing # queued", "INFO drawing # rendered in full", turn=turn)
    assert found.verdict is not Verdict.FAILURE


def test_a_missing_share_that_is_stated_where_work_falls_silent_is_a_failure_at_any_level() -> None:
    opening = "INFO group mailers rebalanced, this member holds {} of 12 partitions"
    sent, nothing = "INFO letter # sent", "INFO looked at the queue"
    assert tell(opening.format(0), sent, nothing).verdict is Verdict.FAILURE
    assert tell(opening.format(6), sent, sent).verdict is Verdict.HEALTHY


def test_what_is_turned_down_in_the_place_of_work_is_a_failure_though_it_calls_itself_information() -> None:
    assert tell("", "INFO quote # reckoned, kept", "INFO quote # reckoned, discarded").verdict is Verdict.FAILURE


def test_a_new_release_that_says_other_things_is_no_failure() -> None:
    lines = [f"2026-11-21T08:{minute:02}:20Z INFO basket {minute} stored" for minute in range(60)]
    lines += [
        "2026-11-21T09:00:00Z INFO version 4.0 starting",
        "2026-11-21T09:00:01Z WARN option legacy_names is ignored",
    ]
    lines += [f"2026-11-21T09:{minute:02}:20Z INFO cart {minute} saved" for minute in range(1, 60)]
    found = diagnose(make_case({"app.log": "\n".join(lines) + "\n"}), RULES)
    assert found.verdict is Verdict.HEALTHY


def test_one_level_of_a_line_that_ends_while_another_goes_on_is_no_turn() -> None:
    """Levels and threads are drawn by chance: the work of the same words goes on."""
    lines = [
        f"2026-11-21T08:{minute:02}:{second:02}Z {'DEBUG' if minute < 36 and second % 20 == 0 else 'INFO'} "
        f"[pool-{second // 10}] contract {4000 + minute * 60 + second} calculated\n"
        for minute in range(50)
        for second in range(0, 60, 10)
    ]
    lines.insert(36 * 6 + 2, "2026-11-21T08:36:15Z WARN [pool-1] contract 4411 has two open riders, newest taken\n")

    found = diagnose(make_case({"premium.log": "".join(lines)}), RULES)

    assert found.verdict is Verdict.HEALTHY
