"""What was looked at where no failure was found: whoever was woken wants to see that the frightening lines were read, too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from incident_bot.condense.severity import Level, grade
from incident_bot.diagnosis.fieldpaths import first_value
from incident_bot.diagnosis.health.states import State
from incident_bot.diagnosis.logs.access_lines import SERVER_ERROR, read_answer
from incident_bot.diagnosis.logs.messages import read_message
from incident_bot.diagnosis.targets import Relation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from incident_bot.diagnosis.health.judgement import Health
    from incident_bot.diagnosis.scene import Log, Scene
    from incident_bot.model import KeptLine

_MOST_PODS = 2
_MOST_LINES = 3


def tell_checked(scene: Scene, health: Health) -> tuple[str, ...]:
    """The state of the target's pods and the loudest lines of its logs, each with its place."""
    return (*_pods(scene, health), *_loud_lines(scene))


def _pods(scene: Scene, health: Health) -> Iterator[str]:
    told = 0
    for pod in scene.pods:
        if pod.name not in health.own_pods or health.pods.get(pod.name) is not State.HEALTHY or told == _MOST_PODS:
            continue
        told += 1
        phase = first_value(pod.body, "status.phase") or "Running"
        restarts = first_value(pod.body, "status.containerStatuses[].restartCount")
        often = "" if restarts is None else ", no restart" if not restarts else f", {restarts} restarts"
        yield f"pod {pod.name}: {phase}{often} ({pod.source.evidence_id}:{pod.source.line_of('status.phase')})."


def _loud_lines(scene: Scene) -> Iterator[str]:
    loud = [
        (grade(kept.text), kept.count, log, kept)
        for log in scene.logs
        if log.relation is not Relation.NEIGHBOUR
        for kept in log.kept
        if kept.why != "last" and grade(kept.text) >= Level.WARNING and not _is_answered(kept)
    ]
    loud.sort(key=lambda item: (-item[0], -item[1]))
    said: set[str] = set()
    for _level, _count, log, kept in loud:
        message = read_message(kept.text)
        if message not in said and len(said) < _MOST_LINES:
            said.add(message)
            yield _tell_line(log, kept, message)


def _is_answered(kept: KeptLine) -> bool:
    """Whether a line is a request that was served, or that its caller got wrong: a path may hold any word."""
    answer = read_answer(kept.text)
    return answer is not None and answer.status < SERVER_ERROR


def _tell_line(log: Log, kept: KeptLine, message: str) -> str:
    often = f"{kept.count} times, " if kept.count > 1 else ""
    return f'read, and no sign of a failure here: "{message}" ({often}{log.evidence_id}:{kept.line}).'
