"""Of several reasons why no node fits, the one that is worth acting on."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from incident_bot.diagnosis.causes.confidence import bound

if TYPE_CHECKING:
    from incident_bot.diagnosis.causes.candidates import Candidate

# In the order of the scheduler's filters: a node that fails a later one has passed those before.
# Source: kubernetes/kubernetes@v1.36.2:pkg/scheduler/apis/config/v1/default_plugins.go
_FILTERS = (
    re.compile(r"unschedulable|cordoned|didn't match the requested node name"),
    re.compile(r"taint"),
    re.compile(r"node affinity|node selector|match Pod's"),
    re.compile(r"free ports|host port"),
    re.compile(r"volume|persistentvolumeclaim|topology spread|affinity rules|anti-affinity|claim"),
    re.compile(r"Insufficient|Too many pods"),
)
_REASON = re.compile(r"(\d{1,6}) ([^,.]{3,200})")


def order_scheduling(pool: list[Candidate]) -> list[Candidate]:
    """FailedScheduling is a histogram of reasons: the actionable one is where nodes pass everything else.

    A taint about the very resource that others lack (`nvidia.com/gpu`) goes first: those others are no
    candidates at all. The rest lose confidence.
    """
    staged = {index: stage for index, item in enumerate(pool) if (stage := _scheduling_stage(item)) is not None}
    if len(staged) < 2:
        return pool
    best = max(staged.values())
    return [
        replace(item, confidence=bound(item.confidence - 0.15)) if index in staged and staged[index] < best else item
        for index, item in enumerate(pool)
    ]


def _scheduling_stage(item: Candidate) -> tuple[int, int] | None:
    fact = next((fact for fact in item.facts if re.search(r"nodes are available", fact.value)), None)
    if fact is None or item.rule is None:
        return None
    patterns = [
        test for condition in item.rule.any for key in ("message", "pattern") if (test := condition.test.get(key))
    ]
    best: tuple[int, int] | None = None
    for count, reason in _REASON.findall(fact.value.partition("preemption:")[0].partition("available:")[2]):
        text = f"{count} {reason}"
        if any(re.search(pattern, text, re.IGNORECASE) for pattern in patterns):
            stage = max((number for number, known in enumerate(_FILTERS) if known.search(reason)), default=-1)
            is_device_taint = "taint" in reason and re.search(r"gpu|tpu|accelerator", reason) is not None
            best = max(best or (-1, 0), (len(_FILTERS) if is_device_taint else stage, int(count)))
    return best
