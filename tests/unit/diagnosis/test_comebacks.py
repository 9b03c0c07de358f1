"""What a supervisor inside a program begins again: recovered where the same thing runs later, a failure where it does not."""

from __future__ import annotations

from fakes.evidence import diagnose, make_case
from incident_bot.diagnosis import load_rules
from incident_bot.model import Verdict

RULES = load_rules()


def judge(*lines: str) -> Verdict:
    return diagnose(make_case({"run.log": "\n".join(lines) + "\n"}), RULES).verdict


def _step(minute: int, text: str, level: str = "INFO") -> str:
    return f"2026-11-20 04:{minute:02}:00,310 {level} planner - {text}"


STEPS = (
    _step(1, "Step step_id=weigh run_id=r-118 goes to RUNNING"),
    _step(2, "Step step_id=weigh run_id=r-118 failed: ConnectionResetError: scale-3.example:9100", "ERROR"),
    _step(2, "Step step_id=weigh run_id=r-118 goes to RETRYING"),
)


def test_a_step_that_is_retried_and_succeeds_has_recovered() -> None:
    end = _step(9, "Step step_id=weigh run_id=r-118 goes to SUCCEEDED")

    assert judge(*STEPS, end) is Verdict.RECOVERED


def test_the_success_of_another_step_ends_nothing() -> None:
    end = _step(9, "Step step_id=print run_id=r-118 goes to SUCCEEDED")

    assert judge(*STEPS, end) is Verdict.FAILURE


def test_a_step_that_is_retried_again_and_again_is_not_well() -> None:
    tries = [
        _step(at, f"Step step_id=weigh run_id=r-118 goes to {state}")
        for at in range(3, 8)
        for state in ("RUNNING", "RETRYING")
    ]

    assert judge(*STEPS, *tries) is Verdict.FAILURE


def _flow(second: int, text: str, level: str = "info") -> str:
    return f"2026-11-20T04:00:{second:02}Z {level} flow: {text}"


FLOW = (
    *(_flow(at, f"copied {at * 31 + 7} rows to lake, offset {at * 800}") for at in range(1, 9)),
    _flow(10, "source stopped: connection reset by peer (crm-2.example:5432)", "error"),
)
RESTART = _flow(11, "will restart the source in 10 s", "warn")


def test_a_connector_that_restarts_and_copies_on_has_recovered() -> None:
    work = (_flow(at, f"copied {at * 29} rows to lake, offset {at * 811}") for at in range(22, 30))

    assert judge(*FLOW, RESTART, *work) is Verdict.RECOVERED


def test_a_connector_that_only_says_that_it_restarts_has_not() -> None:
    beats = (_flow(at, "heartbeat") for at in range(22, 30))

    assert judge(*FLOW, RESTART, *beats) is Verdict.FAILURE


def test_a_worker_that_stays_away_beside_health_checks_has_not() -> None:
    checks = [_flow(at, "GET /healthz 200") for at in (0, *range(12, 42))]

    assert judge(checks[0], *FLOW, RESTART, *checks[1:]) is Verdict.FAILURE


def test_a_connector_that_fails_once_more_has_not() -> None:
    work = (_flow(at, f"copied {at * 29} rows to lake, offset {at * 811}") for at in range(22, 30))
    again = _flow(40, "source stopped: connection reset by peer (crm-2.example:5432)", "error")

    assert judge(*FLOW, RESTART, *work, again) is Verdict.FAILURE


def test_work_that_goes_on_without_a_restart_ends_nothing() -> None:
    work = (_flow(at, f"copied {at * 29} rows to lake, offset {at * 811}") for at in range(22, 26))

    assert judge(*FLOW, *work) is Verdict.FAILURE
