"""Lines that such a program logs on any day: complaints of a log that tell of nothing that began."""

from __future__ import annotations

from typing import TYPE_CHECKING

from incident_bot.diagnosis.causes.alerted import is_about_performance
from incident_bot.diagnosis.causes.probe_logins import is_login_of_probe
from incident_bot.diagnosis.causes.stride import is_about_one_caller, is_about_users, is_from_a_client
from incident_bot.diagnosis.health.states import State
from incident_bot.diagnosis.logs.background import is_background, is_everywhere, is_lost_race, is_routine

if TYPE_CHECKING:
    from incident_bot.diagnosis.causes.candidates import Candidate
    from incident_bot.diagnosis.health.judgement import Health
    from incident_bot.diagnosis.scene import Log, Scene


def is_background_noise(candidate: Candidate, scene: Scene, health: Health) -> bool:
    """Lines as frequent at the log's beginning as at its end that no reader can name, or that call themselves information.

    Not where errors or latency were alerted; only users who are refused for their own mistakes are none where refusals
    are.
    """
    is_asked = is_about_performance(scene)
    if (is_asked and not _is_about_refusals(scene)) or candidate.is_stall:
        return False
    is_unnamed = candidate.finding is not None and candidate.finding.kind in ("error-line", "server-errors")
    lines = {(fact.citation.evidence_id, fact.citation.line) for fact in candidate.facts if fact.citation}
    found = [(kept, log) for log in scene.logs for kept in log.kept if (log.evidence_id, kept.line) in lines]
    if is_asked:
        return bool(found) and all(is_about_users(kept, log) for kept, log in found)
    return bool(found) and all(
        not log.previous
        and not _keeps_waiting(log, health)
        and (
            is_routine(kept, log)
            or is_lost_race(kept, log)
            or (is_unnamed and is_background(kept, log))
            or (is_from_a_client(kept, log) and is_everywhere(kept, log))
            or is_about_one_caller(kept, log)
            or is_about_users(kept, log)
            or is_login_of_probe(kept, log, scene)
        )
        for kept, log in found
    )


def _keeps_waiting(log: Log, health: Health) -> bool:
    """Whether something fails while a program that all others wait for never ends: what it says all along is why."""
    return log.role == "init" and bool(health.failing) and health.of(log.pod, log.container) is not State.HEALTHY


def _is_about_refusals(scene: Scene) -> bool:
    """Whether the alert counts answers below 500: most of what it counts is what callers do."""
    name = scene.case.incident.alert.name.lower()
    return "4xx" in name or "login" in name
