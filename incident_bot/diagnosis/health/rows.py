"""How a pod is, judged from its row of `kubectl get pods` when nothing describes it better.

A row knows no containers, only how many of them are ready, one word of status, and ages.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from incident_bot.diagnosis.fieldpaths import first_value, read_quantity
from incident_bot.diagnosis.health.pod_age import YOUNG_S
from incident_bot.diagnosis.health.states import State
from incident_bot.kubectl.times import read_age_s

if TYPE_CHECKING:
    from collections.abc import Mapping

SETTLED_S = 600.0
"""As `health.SETTLED`: a restart this long ago is over."""

LONG_AGO_S = 3 * 86_400.0
"""`RESTARTS 1 (97d ago)`: a restart days ago is no news."""

AGAIN = 3
"""So many restarts have a rhythm."""

STEADY_S = 12 * 3_600.0
"""What ran this long since its last restart has recovered, however long it ran before."""

_STARTING = re.compile(r"^(?:Pending|ContainerCreating|PodInitializing|Init:\d{1,4}/\d{1,4})$")
_DONE = frozenset({"Completed", "Succeeded"})


def judge_row(body: Mapping[str, object]) -> tuple[State, str]:
    """The state of a listed pod, and what is wrong with it in words ("" when nothing is).

    `UNKNOWN` where a row cannot tell: terminating pods, and restarts whose time was not printed.
    """
    row = first_value(body, "table")
    status = str(row.get("STATUS", "")) if isinstance(row, dict) else ""
    if not status or status in ("Terminating", "Unknown"):
        return State.UNKNOWN, ""
    if status in _DONE:
        return State.HEALTHY, ""
    age_s = read_age_s(str(row.get("AGE", "")))
    if status != "Running" and not _STARTING.match(status):
        return State.FAILING, f"is listed as {status}"
    is_ready = first_value(body, "status.containerStatuses[].ready")
    if status == "Running" and is_ready is not False:
        return _judge_restarts(body, age_s)
    if age_s is not None and age_s <= YOUNG_S:
        return State.STARTING, ""
    return State.FAILING, "is listed as running but not ready" if status == "Running" else f"is listed as {status}"


def _judge_restarts(body: Mapping[str, object], age_s: float | None) -> tuple[State, str]:
    restarts = read_quantity(first_value(body, "status.containerStatuses[].restartCount")) or 0
    if not restarts:
        return State.HEALTHY, ""
    since_s = first_value(body, "status.containerStatuses[].lastRestartAgeSeconds")
    if not isinstance(since_s, int | float):
        return State.UNKNOWN, ""
    if since_s < SETTLED_S:
        return State.UNKNOWN, f"restarted {_tell_times(restarts)}, and the last time only now"
    if since_s > LONG_AGO_S:
        return State.HEALTHY, ""
    if restarts >= AGAIN and age_s is not None and since_s < min((age_s - since_s) / restarts, STEADY_S):
        return State.FAILING, f"restarted {restarts:.0f} times and has not run longer since than in between"
    return State.RECOVERED, f"restarted {_tell_times(restarts)} and runs again"


def _tell_times(restarts: float) -> str:
    return "once" if restarts == 1 else f"{restarts:.0f} times"
