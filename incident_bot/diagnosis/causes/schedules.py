"""Suspended schedules and Jobs, and workloads without replicas: which of them somebody misses, and which were retired."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING

from incident_bot.diagnosis.causes.notes import is_asked_about, open_notes
from incident_bot.diagnosis.causes.questions import complains
from incident_bot.diagnosis.fieldpaths import first_value, read_time
from incident_bot.diagnosis.targets import is_guessed
from incident_bot.kubectl.times import read_age_s
from incident_bot.model import EvidenceKind
from incident_bot.patterns import compile_later

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from incident_bot.diagnosis.facts import Fact
    from incident_bot.diagnosis.scene import Scene
    from incident_bot.kubectl import KubeObject


def is_parked(facts: Sequence[Fact], scene: Scene) -> bool:
    """Schedules and Jobs that stand still in a list of others that do not, when nobody asked about them, were retired or wait their turn."""
    kinds = {fact.kind for fact in facts} & {"CronJob", "Job"}
    schedules = [item for item, _ in scene.objects if item.kind in kinds]
    suspended = [item for item in schedules if first_value(item.body, "spec.suspend") is True]
    names = {item.name for item in suspended}
    others = {item.name for item in schedules}
    return (
        is_guessed(scene.case)
        and not any(_is_asked_for(item, others - {item.name}, scene) for item in suspended)
        and len(names) < len(others)
        and all(fact.field == "spec.suspend" and fact.name in names for fact in facts)
    )


def is_asleep(facts: Sequence[Fact], scene: Scene) -> bool:
    """Whether workloads want no replicas, and neither an alert is about them nor does a note complain of what has their name."""
    names = {
        fact.name
        for fact in facts
        if fact.source == "workload" and fact.field == "spec.replicas" and fact.value in ("0", 0)
    }
    if not names or len(names) < len({fact.name for fact in facts}):
        return False
    if not is_guessed(scene.case):
        return scene.target.workload not in names
    notes = ("\n".join(item.lines) for item in scene.case.evidence if item.kind is EvidenceKind.NOTE)
    return not any(names & set(re.findall(r"[a-z0-9][a-z0-9-]+", note.lower())) for note in notes if complains(note))


def _is_asked_for(item: KubeObject, others: set[str], scene: Scene) -> bool:
    """Whether a note asks about a schedule: by its name, by a word that only its name has, or by the day since when it rests."""
    if is_asked_about(item.name, scene):
        return True
    own = _words(item.name) - {word for name in others for word in _words(name)}
    notes = open_notes(scene)
    if any(own & _words(note) for note in notes):
        return True
    rests_s = _rests_s(item, scene)
    return rests_s is not None and any(
        abs(age_s - rests_s) <= _DAY_S + rests_s * _VAGUE for note in notes for age_s in _ages_s(note, scene.at)
    )


_DAY_S = 86_400.0
_VAGUE = 0.1
_EVERY = frozenset(
    {"daily", "nightly", "weekly", "hourly", "monthly", "cron", "cronjob", "jobs", "schedule", "scheduled", "sync"}
)
"""Words of many names, which tell no schedule from the other."""


def _words(text: str) -> set[str]:
    return {word.removesuffix("s") for word in re.findall(r"[a-z]{4,}", text.lower())} - _EVERY


def _rests_s(item: KubeObject, scene: Scene) -> float | None:
    """How long ago a schedule started its last Job, where that was a day or more."""
    last = read_time(first_value(item.body, "status.lastScheduleTime"))
    age_s = (
        (scene.at - last).total_seconds()
        if last
        else read_age_s(str(first_value(item.body, "table.LAST SCHEDULE") or ""))
    )
    return age_s if age_s is not None and age_s >= _DAY_S else None


_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = "(?:" + "|".join(_MONTHS) + ")"
_DATE = compile_later(
    rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\.? (?:of )?(?P<month>{_MONTH})[a-z]*\b"
    rf"|\b(?P<month2>{_MONTH})[a-z]*\.? (?P<day2>\d{{1,2}})(?:st|nd|rd|th)?\b"
    r"|\b(?P<iso>\d{4}-\d\d-\d\d)\b",
    re.IGNORECASE,
)
_SPAN = compile_later(
    r"\b(?P<count>\d{1,3}|an?|one|two|three|four|five|six) (?P<unit>day|week|month)s?\b", re.IGNORECASE
)
_COUNTS = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6}
_UNIT_DAYS = {"day": 1, "week": 7, "month": 30}


def _ages_s(note: str, now: datetime) -> Iterator[float]:
    """How long ago the days were that a note names: `1 Nov`, `Nov 1st`, `2026-11-01`, `two weeks`."""
    for match in _DATE.finditer(note):
        if (day := _read_day(match, now)) is not None:
            yield (now - day).total_seconds()
    for match in _SPAN.finditer(note):
        count = match["count"].lower()
        yield (_COUNTS.get(count) or int(count)) * _UNIT_DAYS[match["unit"].lower()] * _DAY_S


def _read_day(match: re.Match[str], now: datetime) -> datetime | None:
    """The day, of this year or, where that is still to come, of the last one."""
    try:
        if match["iso"]:
            return datetime.fromisoformat(match["iso"]).replace(tzinfo=now.tzinfo)
        month = _MONTHS.index((match["month"] or match["month2"]).lower()) + 1
        day = datetime(now.year, month, int(match["day"] or match["day2"]), tzinfo=now.tzinfo)
        return day if day <= now else day.replace(year=now.year - 1)
    except ValueError:  # no such day
        return None
