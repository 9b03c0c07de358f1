"""Where nothing is wrong, the issue says what was looked at: the pods, and the lines that frighten."""

from __future__ import annotations

from fakes.evidence import diagnose, make_case
from incident_bot.diagnosis import load_rules
from incident_bot.model import Verdict

RULES = load_rules()
PODS = """\
NAME                   READY   STATUS    RESTARTS   AGE
cart-7c9d8f6b5c-2xk4q  1/1     Running   0          3d
"""
LOG = "".join(
    f"2026-11-21T08:{minute:02}:00Z INFO order {4000 + minute} placed\n"
    + (f"2026-11-21T08:{minute:02}:30Z WARN stock call took 900 ms, retried\n" if minute % 9 == 0 else "")
    for minute in range(60)
)


def test_a_healthy_workload_is_told_with_its_pod_and_its_loudest_line() -> None:
    found = diagnose(make_case({"pods.txt": PODS, "cart-7c9d8f6b5c-2xk4q_cart.log": LOG}), RULES)

    assert found.verdict is Verdict.HEALTHY
    assert found.ruled_out == (
        "pod cart-7c9d8f6b5c-2xk4q: Running, no restart (E1:2).",
        'read, and no sign of a failure here: "stock call took 900 ms, retried" (7 times, E2:2).',
    )


def test_a_calm_log_gives_nothing_to_tell() -> None:
    calm = "".join(line for line in LOG.splitlines(keepends=True) if "WARN" not in line)

    found = diagnose(make_case({"pods.txt": PODS, "cart-7c9d8f6b5c-2xk4q_cart.log": calm}), RULES)

    assert found.ruled_out == ("pod cart-7c9d8f6b5c-2xk4q: Running, no restart (E1:2).",)


def test_a_request_that_was_served_is_no_loud_line() -> None:
    asked = '10.0.1.2 - - [27/Nov/2026:07:01:07 +0000] "GET /search?q=error HTTP/1.1" 200 5001 "-" "curl" error\n'

    found = diagnose(
        make_case({"pods.txt": PODS, "cart-7c9d8f6b5c-2xk4q_cart.log": LOG.replace("WARN", "INFO") + asked}), RULES
    )

    assert found.ruled_out == ("pod cart-7c9d8f6b5c-2xk4q: Running, no restart (E1:2).",)
