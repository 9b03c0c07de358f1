"""The rules engine: one case in, one Diagnosis out, in milliseconds and without a model."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import replace
from typing import TYPE_CHECKING

from incident_bot.condense.severity import Level, grade
from incident_bot.diagnosis.causes.activity import is_in_doubt, is_over, judge_activity
from incident_bot.diagnosis.causes.aftermath import is_passed
from incident_bot.diagnosis.causes.alerted import is_about_performance, says_ended
from incident_bot.diagnosis.causes.answers import find_bad_state
from incident_bot.diagnosis.causes.candidates import (
    Activity,
    Candidate,
    add_change_before,
    from_logs,
    from_match,
    from_status,
    merge_facts,
)
from incident_bot.diagnosis.causes.confidence import SHOWN_FROM, weigh
from incident_bot.diagnosis.causes.downstream import find_called
from incident_bot.diagnosis.causes.notes import (
    find_unread,
    is_absence_open,
    is_announced_in_note,
    is_log_too_late,
    is_question_open,
)
from incident_bot.diagnosis.causes.preludes import add_prelude
from incident_bot.diagnosis.causes.questions import asks_about_lines
from incident_bot.diagnosis.causes.ranking import Ranking, rank
from incident_bot.diagnosis.causes.readings import add_growth, add_readings, put_reason_first
from incident_bot.diagnosis.causes.stride import ended_before_alert, is_old, is_ordinary
from incident_bot.diagnosis.causes.succession import names_a_cause
from incident_bot.diagnosis.causes.support import add_record, add_statements
from incident_bot.diagnosis.causes.suspects import answer_question
from incident_bot.diagnosis.facts import event_age_s
from incident_bot.diagnosis.health.judgement import Health, judge_health
from incident_bot.diagnosis.logs.access_lines import is_outage, read_answer
from incident_bot.diagnosis.logs.background import shape_of
from incident_bot.diagnosis.logs.outcome import Outcome, is_counted_well, outcome_of, read_outcome
from incident_bot.diagnosis.logs.reading import find_errors, read_log
from incident_bot.diagnosis.logs.tally import ends_done
from incident_bot.diagnosis.logs.turnarounds import is_left_away
from incident_bot.diagnosis.logs.waiting import is_only_waiting
from incident_bot.diagnosis.rulebook.matching import match_rules
from incident_bot.diagnosis.scene_reading import read_scene
from incident_bot.diagnosis.targets import Relation, is_guessed
from incident_bot.diagnosis.telling.advice import command_for, never_ran, tell_actions
from incident_bot.diagnosis.telling.checked import tell_checked
from incident_bot.diagnosis.telling.explanation import title_of
from incident_bot.diagnosis.telling.narrative import (
    tell_cause,
    tell_impact,
    tell_ruled_out,
    tell_summary,
    tell_timeline,
)
from incident_bot.diagnosis.telling.templates import fill_text
from incident_bot.diagnosis.telling.values import values_of
from incident_bot.model import AlertStatus, Case, Category, Diagnosis, Engine, EvidenceKind, Excerpt, Gap, Verdict
from incident_bot.patterns import compile_later

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from incident_bot.diagnosis.facts import Fact
    from incident_bot.diagnosis.rulebook.rules import RuleSet
    from incident_bot.diagnosis.scene import Log, Scene
    from incident_bot.model import KeptLine

ALWAYS_FIRING = frozenset({"Watchdog", "DeadMansSwitch", "InfoInhibitor"})
"""Alerts that say by firing that alerting works (kube-prometheus)."""

_ENOUGH_LOG_LINES = 10
_ENOUGH_FOR_A_QUESTION = 5
"""Who only asks what lines mean has copied those and what stands around them."""
_SURE_WITHOUT_STATUS = 0.45
_SURE_WITH_ALERT = 0.4
"""Where an alert fires for the very workload, an error that its log does not get over is believed although it was said once."""


def diagnose(case: Case, *, digests: Mapping[str, Excerpt], rules: RuleSet, now: datetime) -> Diagnosis:
    """Say what the evidence shows.

    `digests` holds `condense.digest` of each log by evidence id (a log without one is read whole);
    `now` is aware and stands for the time of the evidence while that is not older than 15 minutes.
    """
    scene = read_scene(case, digests, now)
    health = judge_health(scene)
    candidates = find_candidates(scene, health, rules)
    ranking = rank(candidates, rules, scene)
    verdict = judge(scene, health, ranking)
    if verdict is Verdict.HEALTHY:
        # What is too weak to be a failure hides no recovery.
        past = rank([item for item in candidates if item.activity is not Activity.ACTIVE], rules, scene)
        if judge(scene, health, past) is Verdict.RECOVERED:
            verdict, ranking = Verdict.RECOVERED, past
    causes = _merge_titles(_worth_telling(verdict, ranking), scene)
    asked = None if _is_heartbeat(scene, health) else answer_question(verdict, causes, scene, health)
    if asked is not None:
        verdict, causes = asked
    elif verdict is Verdict.FAILURE:
        causes = put_reason_first(causes, scene)
    if asked is None:
        causes = tuple(add_prelude(add_record(add_change_before(item, scene), scene), scene) for item in causes)
    if verdict is Verdict.FAILURE and asked is None:
        causes = (*(add_growth(add_statements(item, scene), scene) for item in causes[:1]), *causes[1:])
        causes = add_readings(causes, scene)
    alert = case.incident.alert
    first = causes[0].rule if causes else None
    complaint = causes[0].finding.complaint if causes and causes[0].finding else None
    return Diagnosis(
        verdict=verdict,
        summary=tell_summary(verdict, causes, scene, health),
        category=causes[0].category if causes else Category.UNKNOWN,
        severity=alert.severity,
        causes=tuple(tell_cause(item, place, scene) for place, item in enumerate(causes, start=1)),
        impact=tell_impact(verdict, causes, scene, health),
        actions=tell_actions(causes, verdict, scene),
        prevention=_fill_all(first.prevention, causes[0], scene)
        if first
        else complaint.prevention
        if complaint
        else (),
        do_not=_fill_all(first.do_not, causes[0], scene) if first and verdict is not Verdict.RECOVERED else (),
        ruled_out=tell_checked(scene, health) if verdict is Verdict.HEALTHY else tell_ruled_out(ranking, scene),
        gaps=tuple(_missing(scene, health, verdict)),
        timeline=tell_timeline(scene),
        engine=Engine.RULES,
    )


def find_candidates(scene: Scene, health: Health, rules: RuleSet) -> list[Candidate]:
    """Everything that could be a cause, with its activity and its confidence."""
    found = [from_match(match) for match in match_rules(rules, scene)]
    found += from_logs(scene, health)
    if any(log.relation is Relation.NEIGHBOUR for log in scene.logs):
        found += (item for item in from_logs(scene, health, find_called(found)) if names_a_cause(item))
    found += from_status(scene, health)
    judged = [replace(item, activity=judge_activity(item, scene, health)) for item in found]
    return [weigh(item, scene, health) for item in judged if item.activity is not Activity.INACTIVE]


def judge(scene: Scene, health: Health, ranking: Ranking) -> Verdict:
    """What the evidence says about the target, status before logs."""
    if _is_heartbeat(scene, health):
        return Verdict.HEALTHY
    if not (scene.pods or scene.objects or scene.events or scene.logs or scene.observed):
        return Verdict.INSUFFICIENT_EVIDENCE
    active = [
        item for item in ranking.causes if item.activity is Activity.ACTIVE and item.relation is not Relation.NEIGHBOUR
    ]
    if health.failing:
        return Verdict.FAILURE if _says_enough(active) else Verdict.INSUFFICIENT_EVIDENCE
    if scene.case.incident.alert.status is AlertStatus.RESOLVED:
        return Verdict.RECOVERED
    is_about_errors = is_about_performance(scene) or any(is_outage(log.kept) for log in scene.logs)
    is_alerted = not is_guessed(scene.case) and scene.case.incident.alert.status is AlertStatus.FIRING
    needed = SHOWN_FROM if is_about_errors else _SURE_WITH_ALERT if is_alerted else _SURE_WITHOUT_STATUS
    if active and (health.is_known or active[0].confidence >= needed):
        return Verdict.FAILURE if _says_enough(active) else Verdict.INSUFFICIENT_EVIDENCE
    return _judge_quiet(scene, health, ranking)


_ALERT_NAME = compile_later(r"\"?\balertname\"?:\s*[\"']?([^\"'\s,}]+)")


def _is_heartbeat(scene: Scene, health: Health) -> bool:
    """Whether the alert, or every alert in a folder whose status shows no failure, is one that always fires."""
    if scene.case.incident.alert.name in ALWAYS_FIRING:
        return True
    alerts = [item for item in scene.case.evidence if item.kind is EvidenceKind.ALERT]
    names = {name for item in alerts for line in item.lines for name in _ALERT_NAME.findall(line)}
    return bool(names) and names <= ALWAYS_FIRING and not health.failing


def _judge_quiet(scene: Scene, health: Health, ranking: Ranking) -> Verdict:
    """Nothing is failing: it was, it never did, or nobody knows."""
    is_over = _is_past(ranking) if health.is_known else _has_started_since(ranking, scene)
    if health.recovered or is_over or _is_overcome_in_log(ranking, scene, health):
        return Verdict.RECOVERED
    if health.unsettled or find_bad_state(scene) or _is_unanswered(scene):
        return Verdict.INSUFFICIENT_EVIDENCE
    if health.is_known:
        is_open = is_question_open(scene) or bool(find_unread(scene))
        return Verdict.INSUFFICIENT_EVIDENCE if is_open else Verdict.HEALTHY
    if says_ended(scene) or is_log_too_late(scene) or is_absence_open(scene) or ended_before_alert(scene):
        return Verdict.INSUFFICIENT_EVIDENCE
    own = [log for log in scene.logs if log.relation is not Relation.NEIGHBOUR]
    is_asked = any(item.kind is EvidenceKind.NOTE for item in scene.case.evidence)
    is_cut = _shows_only_end(own) or any(is_only_waiting(log) or (is_asked and is_left_away(log)) for log in own)
    if is_cut or is_in_doubt(ranking.causes, scene):
        return Verdict.INSUFFICIENT_EVIDENCE
    lines = sum(log.total_lines for log in own if not log.previous)
    enough = _ENOUGH_FOR_A_QUESTION if asks_about_lines(scene) else _ENOUGH_LOG_LINES
    is_done = is_guessed(scene.case) and bool(own) and all(ends_done(log) for log in own)
    is_whole = (lines >= enough and _shows_work(scene)) or any(is_counted_well(log, scene) for log in scene.logs)
    is_whole = is_whole or is_done
    is_calm = is_whole and not any(_is_left_open(kept, log, scene) for log in scene.logs for kept in find_errors(log))
    return Verdict.HEALTHY if is_calm else Verdict.INSUFFICIENT_EVIDENCE


def _is_left_open(kept: KeptLine, log: Log, scene: Scene) -> bool:
    """Whether an error is of today, none that such a program logs on any day or a note announces, and not overcome later."""
    if (
        scene.is_listed(log, kept)
        or is_ordinary(kept, log)
        or is_old(log, scene)
        or is_announced_in_note(kept.text, scene)
    ):
        return False
    place = bisect_left(log.kept, kept.line, key=lambda item: item.line)
    return outcome_of(place, log, scene, count=kept.count) is Outcome.OPEN


def _shows_only_end(own: Sequence[Log]) -> bool:
    """Whether the log of a run that ended was read, and none of the run that followed: ended it has, however calmly."""
    present = {(log.pod, log.container) for log in own if not log.previous}
    return any(log.previous and (log.pod, log.container) not in present for log in own)


def _shows_work(scene: Scene) -> bool:
    """Whether a log has lines beside its complaints: one that holds nothing else shows neither failure nor work."""
    logs = (log for log in scene.logs if log.relation is not Relation.NEIGHBOUR)
    return any(
        {shape_of(kept.text) for kept in log.kept}
        - {shape_of(log.kept[finding.index].text) for finding in read_log(log)}
        or any((answer := read_answer(kept.text)) and answer.status < _FIRST_REFUSAL for kept in log.kept)
        for log in logs
    )


_FIRST_REFUSAL = 400
"""Answers below it are work that was done (RFC 9110, section 15)."""


def _is_unanswered(scene: Scene) -> bool:
    """Whether errors or latency are alerted and nothing was read that could show them: pods that run may well be slow.

    Hardly a line of a log, none of the time of the alert, or for a latency none that says how long something took.
    """
    is_firing = scene.case.incident.alert.status is AlertStatus.FIRING and not is_guessed(scene.case)
    logs = [log for log in scene.logs if log.relation is not Relation.NEIGHBOUR]
    if not is_firing or not is_about_performance(scene):
        return False
    is_about_time = _OF_LATENCY.search(scene.case.incident.alert.name) is not None
    is_read = sum(log.total_lines for log in logs) >= _FEWEST_LINES and ended_before_alert(scene) is None
    return not is_read or (
        is_about_time and not any(_DURATION.search(kept.text[:_REACH]) for log in logs for kept in log.kept)
    )


_OF_LATENCY = compile_later(r"latency|slow|duration|response_?time|p9\d|apdex", re.IGNORECASE)
_DURATION = compile_later(
    r"\d ?(?:ms|µs|us|s|sec|secs|seconds|msec)\b"
    r"|(?<![a-z])(?:dur\w*|took|latency\w*|elapsed\w*|response_?time\w*|request_?time|time_?taken|ms|rt|\w{1,30}_(?:ms|us|seconds|secs?|s|time|latency|duration))\"?[ =:]{1,3}\"?\d",
    re.IGNORECASE,
)
_REACH = 600


_FEWEST_LINES = 10
"""Of fewer lines nobody sees a rate or a latency."""


def _is_past(ranking: Ranking) -> bool:
    """Only status and pod events can say that something was wrong; old log lines of a healthy pod cannot."""
    return any(
        item.activity is Activity.PAST and item.specificity >= 2 and any(_shows_past(fact) for fact in item.facts)
        for item in ranking.causes
    )


def _has_started_since(ranking: Ranking, scene: Scene) -> bool:
    """Whether events alone show a pod that waited, and that its container started later and met no trouble since."""
    waited = [item for item in ranking.causes if item.activity is Activity.PAST and is_passed(item.facts, scene)]
    pods = {item.pod for item in waited}
    started = {event.name: event_age_s(event, scene) for event, _ in scene.events if event.reason == "Started"}
    return bool(waited) and not any(
        event.name in pods
        and event.type == "Warning"
        and (age_s := event_age_s(event, scene)) is not None
        and age_s < (started.get(event.name) or 0.0)
        for event, _ in scene.events
    )


def _is_overcome_in_log(ranking: Ranking, scene: Scene, health: Health) -> bool:
    """The log itself says that what it complained about is over."""
    return any(
        item.activity is Activity.PAST
        and all(fact.source == "log" for fact in item.facts)
        and is_over(read_outcome(item.facts, scene), scene, health)
        for item in ranking.causes
    )


def _shows_past(fact: Fact) -> bool:
    return fact.source in ("container", "exit_code") or (fact.source == "event" and not fact.is_past)


def _says_enough(active: Sequence[Candidate]) -> bool:
    """Whether a cause is named: an umbrella symptom (it crashes, a Job's pods fail) is none, and failed requests alone neither."""
    is_named = bool(active) and (active[0].specificity > 1 or active[0].rule is None)
    return is_named and not all(_says_little(item) for item in active)


def _says_little(item: Candidate) -> bool:
    """Failed requests, or a warning that no reader knows and nothing bears out: a symptom, or a line like any other."""
    if item.finding is None:
        return False
    is_mere_warning = item.finding.kind == "error-line" and item.confidence < _SURE_WITH_ALERT
    return item.finding.kind == "server-errors" or (
        is_mere_warning
        and all(grade(fact.value) <= Level.WARNING and read_answer(fact.value) is None for fact in item.facts)
    )


def _worth_telling(verdict: Verdict, ranking: Ranking) -> tuple[Candidate, ...]:
    if verdict is Verdict.HEALTHY:
        return ()
    wanted = {Verdict.RECOVERED: (Activity.PAST,)}.get(verdict, (Activity.ACTIVE, Activity.ELSEWHERE))
    return tuple(item for item in ranking.causes if item.activity in wanted)


def _merge_titles(causes: Sequence[Candidate], scene: Scene) -> tuple[Candidate, ...]:
    """The causes, each once: what a rule and a reader say in the same words takes one of three places."""
    told: dict[str, Candidate] = {}
    for item in causes:
        title = title_of(item, scene)
        told[title] = merge_facts(told[title], (item,)) if title in told else item
    return tuple(told.values())


def _fill_all(texts: Sequence[str], candidate: Candidate, scene: Scene) -> tuple[str, ...]:
    values = values_of(candidate, scene)
    return tuple(fill_text(text, values) for text in texts)


def _missing(scene: Scene, health: Health, verdict: Verdict) -> list[Gap]:
    """What would have been needed; printed so that nobody mistakes silence for health."""
    if verdict is not Verdict.INSUFFICIENT_EVIDENCE:
        return []
    gaps = []
    if not health.is_known:
        gaps.append(
            Gap(
                kind="not-found",
                what="status",
                reason="no status of the target is in the evidence",
                remedy=_add(scene, "status", "the output of `kubectl describe pod` or `kubectl get pod -o yaml`"),
            )
        )
    if not scene.events:
        gaps.append(
            Gap(
                kind="not-found",
                what="events",
                reason="no events are in the evidence",
                remedy=f"{_add(scene, 'events', 'the output of `kubectl get events`')} Kubernetes keeps them for an hour.",
            )
        )
    if not any(log.relation is not Relation.NEIGHBOUR for log in scene.logs) and not never_ran(scene.target.pod, scene):
        gaps.append(
            Gap(
                kind="not-found",
                what="logs",
                reason="no log of the target is in the evidence",
                remedy=_add(
                    scene, "logs", "the log of the container that fails (`kubectl logs`, also with `--previous`)"
                ),
            )
        )
    ended = ended_before_alert(scene)
    if ended is not None:
        began = scene.case.incident.alert.starts_at
        gaps.append(
            Gap(
                kind="not-found",
                what="logs",
                reason=f"the log ends at {ended:%Y-%m-%d %H:%M}, and the alert began at {began:%Y-%m-%d %H:%M}",
                remedy=_add(scene, "logs", "the log of the time when the alert fires"),
            )
        )
    return gaps


def _add(scene: Scene, what: str, otherwise: str) -> str:
    """How to get what is missing: the command for this very target, where one is known."""
    command = command_for(what, scene)
    again = ", and the same with `--previous`" if what == "logs" else ""
    return f"Add the output of `{command}`{again}." if command else f"Add {otherwise}."
