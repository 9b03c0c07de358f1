"""Whether what a candidate describes is going on now, is past, is somebody else's, or is nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from incident_bot.diagnosis.causes.aftermath import is_asked_in_vain, is_going_on, is_of_done_job
from incident_bot.diagnosis.causes.alerted import is_about_performance
from incident_bot.diagnosis.causes.candidates import Activity, Candidate
from incident_bot.diagnosis.causes.confidence import ABOUT_A_CALLER, ABOUT_TELEMETRY, SHOWN_FROM
from incident_bot.diagnosis.causes.ended_work import has_ended_work
from incident_bot.diagnosis.causes.noise import is_background_noise
from incident_bot.diagnosis.causes.notes import (
    is_announced_in_note,
    is_complained_of,
    is_lack_asked_about,
    is_missed,
    is_of_load_test,
)
from incident_bot.diagnosis.causes.objects import judge_object
from incident_bot.diagnosis.causes.permanence import is_permanent
from incident_bot.diagnosis.causes.recurrence import is_lack_going_on
from incident_bot.diagnosis.causes.states import judge_by_state, state_for
from incident_bot.diagnosis.causes.stride import (
    is_long_ago,
    is_of_another_time,
    is_refused_change,
    is_taken_in_stride,
)
from incident_bot.diagnosis.health.states import State
from incident_bot.diagnosis.logs.announced import is_provoked
from incident_bot.diagnosis.logs.outcome import Outcome, read_outcome, read_said_outcome
from incident_bot.diagnosis.targets import Relation, is_guessed
from incident_bot.model import AlertStatus

if TYPE_CHECKING:
    from collections.abc import Sequence

    from incident_bot.diagnosis.health.judgement import Health
    from incident_bot.diagnosis.scene import Scene


def _judge_by_circumstance(candidate: Candidate, scene: Scene, health: Health) -> Activity | None:
    """What holds whatever the state of whom it is about: somebody else's, long ago, provoked by a test, of a Job that is done."""
    if candidate.relation is Relation.NEIGHBOUR:
        return Activity.ELSEWHERE
    if all(fact.source == "event" and fact.is_past for fact in candidate.facts):
        return Activity.PAST
    if health.failing:
        return None
    if is_provoked(candidate.facts, scene):
        return Activity.INACTIVE
    is_over_now = is_of_done_job(candidate.facts, scene) or is_long_ago(candidate.facts, scene)
    return Activity.PAST if is_over_now else None


def judge_activity(candidate: Candidate, scene: Scene, health: Health) -> Activity:
    """Whether what the candidate describes is going on, judged by the state of whom it is about."""
    settled = _judge_by_circumstance(candidate, scene, health)
    if settled is not None:
        return settled
    if candidate.finding is not None and candidate.finding.began:
        # The figures of its log say that it goes on; where status is known, they count for alerts about them.
        is_lacking = candidate.finding.kind == "emptied" and is_lack_asked_about(scene)
        return (
            Activity.ACTIVE if is_about_performance(scene) or is_lacking or not health.is_known else Activity.INACTIVE
        )
    # Where somebody looked, and it is so, no calm of a log and no readiness of a pod says otherwise.
    is_seen = any(fact.source == "output" for fact in candidate.facts)
    is_asked = is_missed(candidate.facts, scene) or is_complained_of(candidate.facts, scene)
    if is_seen or is_asked or is_refused_change(candidate.facts, scene) or is_asked_in_vain(candidate.facts):
        return Activity.ACTIVE
    state = state_for(candidate, scene, health)
    if (candidate.is_of_logs or candidate.is_dated_by_logs) and state is not State.FAILING:
        said = tuple(fact for fact in candidate.facts if fact.source == "log")
        judged = _judge_log(replace(candidate, facts=said), scene, health)
        if judged is not None:
            return judged
    if state is None:
        return judge_object(candidate, scene, health)
    return judge_by_state(candidate, state, scene, health)


def _judge_log(candidate: Candidate, scene: Scene, health: Health) -> Activity | None:
    """What the log itself says of how its complaint ended; None where it leaves that open."""
    if health.failing and all(fact.kind == "Node" for fact in candidate.facts):
        # A machine's log goes on calmly whatever device it lost, and what runs there still fails.
        return Activity.INACTIVE if is_of_another_time(candidate.facts, scene) else None
    is_lacking = is_lack_going_on(candidate.facts, scene)
    is_noise = (
        (is_background_noise(candidate, scene, health) and not is_lacking)
        or all(is_announced_in_note(fact.value, scene) for fact in candidate.facts)
        or is_of_load_test(candidate.facts, scene)
    )
    stands = is_permanent(candidate.facts, scene, candidate.rule)
    read = read_said_outcome if stands or is_lacking else read_outcome
    outcome = Outcome.HARMLESS if is_noise else read(candidate.facts, scene)
    if is_over(outcome, scene, health):
        return Activity.PAST
    if candidate.is_stall and not is_going_on(candidate.facts, scene):
        return Activity.PAST
    if is_of_another_time(candidate.facts, scene):
        return Activity.INACTIVE
    if candidate.is_stall and outcome is Outcome.RETRIED:
        # Tries that go on to the end of the log are what a standstill looks like.
        outcome = Outcome.OPEN
    # Where an alert says that something is wrong, one error with calm after it may be a worker that died.
    if outcome is not Outcome.OPEN and (outcome is not Outcome.CALMED or health.is_known):
        return Activity.INACTIVE
    is_handled = not (
        has_ended_work(candidate.facts, scene)
        or is_about_performance(scene)
        or candidate.is_stall
        or is_lacking
        or stands
    ) and is_taken_in_stride(candidate.facts, scene, specificity=candidate.specificity)
    return Activity.INACTIVE if is_handled else None


def is_over(outcome: Outcome, scene: Scene, health: Health) -> bool:
    """Whether a log shows that a trouble was there and is not any more; where status is known, that says so of single errors."""
    is_calm = outcome is Outcome.CALMED and not health.is_known and is_guessed(scene.case)
    return is_calm or outcome is Outcome.OVERCOME


def is_in_doubt(causes: Sequence[Candidate], scene: Scene) -> bool:
    """Whether a log complains of the same time and again, or at all while an alert fires, and nothing shows that it is over.

    Too little to name a failure by, and too much to call its program healthy.
    """
    alert = scene.case.incident.alert
    is_alerted = alert.status is AlertStatus.FIRING and not is_guessed(scene.case)
    said = [item for item in causes if item.activity is Activity.ACTIVE and item.relation is not Relation.NEIGHBOUR]
    return any(
        item.finding is not None
        and not {ABOUT_A_CALLER, ABOUT_TELEMETRY} & set(item.reasons)
        and (item.finding.is_lasting or (is_alerted and item.confidence >= SHOWN_FROM))
        for item in said
    )
