"""The words of one cause: its title, and the explanation below it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from incident_bot.diagnosis.logs.messages import read_details, read_message, read_text, tidy
from incident_bot.diagnosis.logs.sentences import shorten
from incident_bot.diagnosis.targets import Relation
from incident_bot.diagnosis.telling.templates import fill_text
from incident_bot.diagnosis.telling.values import TOLD, values_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from incident_bot.diagnosis.causes.candidates import Candidate
    from incident_bot.diagnosis.facts import Fact
    from incident_bot.diagnosis.scene import Scene

_MAX_SYMPTOMS = 3
_LONGEST_TITLE = 190
"""Two lines of a phone; the explanation says the rest."""
_TITLE_CHARS = 120
_SAID_CHARS = 260
"""How much a title and an explanation quote of what a program says."""
_WORDS_CHARS = 160


def title_of(candidate: Candidate, scene: Scene) -> str:
    """One line that names the cause; rules speak in templates, log readers have spoken already."""
    title = candidate.title
    if candidate.rule is not None:
        values = values_of(candidate, scene)
        told = {name: shorten(values[name], _TITLE_CHARS) for name in TOLD & values.keys()}
        paths = {name: _shorten_path(value) for name, value in values.items() if value.startswith("/")}
        title = fill_text(candidate.rule.title, values | paths | told)
    return _fit(title)


def _fit(title: str) -> str:
    """A title that fits its line: of what a program says the last part stays, of our own words the first."""
    if len(title) <= _LONGEST_TITLE:
        return title
    if "…" not in title and title.find(": ") < _LONGEST_TITLE // 2:
        return shorten(title, _LONGEST_TITLE)
    return title[: _LONGEST_TITLE - 1].rpartition(" ")[0].rstrip(" .:;,-…") + "…"


_PATH_CHARS = 60


def _shorten_path(path: str) -> str:
    """A long path by its first folders and its name: `/var/lib/…/new-110`."""
    parts = path.split("/")
    is_long = len(path) > _PATH_CHARS and len(parts) > _FEWEST_FOLDERS and " " not in path
    return f"{'/'.join(parts[:3])}/…/{parts[-1]}" if is_long else path


_FEWEST_FOLDERS = 5


def end_sentence(text: str) -> str:
    """The text with one full stop; what is cut ends in its dots already."""
    return text if text.endswith(("…", "!", "?")) else f"{text.rstrip('.')}."


_LOOPBACK = re.compile(r"(?:127\.\d|localhost\b|\[?::1\b)")


def explain(candidate: Candidate, values: dict[str, str], scene: Scene) -> str:
    """What the cause means, what its log says of it, and which symptoms it accounts for."""
    told = fill_text(candidate.rule.explanation, values) if candidate.rule else ""
    title = title_of(candidate, scene)
    cut = next((values[name] for name in sorted(TOLD & values.keys()) if values[name].rstrip(" .") not in title), "")
    if cut and candidate.rule and cut not in told:
        told += f' In full: "{shorten(cut, _SAID_CHARS)}".'
    if candidate.rule is None and candidate.finding is None:
        told = "No rule knows this failure; this is what Kubernetes itself says about it."
    if candidate.finding:
        times = f" ({candidate.finding.count} times)" if candidate.finding.count > 1 else ""
        told = f'Its log says{times}: "{_said(candidate.facts[0], _SAID_CHARS)}". {candidate.finding.hint}'
    if candidate.id == "dep-connection-refused" and _LOOPBACK.match(values.get("peer", "")):
        told += (
            " That address is the pod itself (on the host network its node): where nothing there should listen, the setting that names the"
            " other host is missing or misspelt, and a default applies."
        )
    told = " ".join((told, *_own_words_of(candidate, told, scene), *_surroundings(candidate)))
    symptoms = list(
        dict.fromkeys(
            lower_first(title_of(item, scene).rstrip("."))
            for item in candidate.took_over
            if (item.rule or (item.finding and item.finding.began))
            and title_of(item, scene) != title_of(candidate, scene)
        )
    )
    if symptoms:
        told += f" This also explains why {'; '.join(symptoms[:_MAX_SYMPTOMS])}."
    if candidate.relation is Relation.NEIGHBOUR:
        told += (
            f" This is {candidate.pod or 'another object'}, not the alert's own target; the target's evidence names it."
        )
    return told


def _said(fact: Fact, chars: int) -> str:
    told = shorten(tidy(read_text(fact.value)), chars)
    return told if " " in told else read_message(fact.value) or told


def _own_words_of(candidate: Candidate, told: str, scene: Scene) -> Iterator[str]:
    """What the deciding line of a rule says, where neither title nor explanation has said it."""
    fact = candidate.facts[0]
    if candidate.rule is None or fact.source not in ("log", "event"):
        return
    said = _said(fact, _SAID_CHARS)
    if said.rstrip("…")[:60].lower() not in f"{told} {title_of(candidate, scene)}".lower():
        yield f'{"Its log says" if fact.source == "log" else "The event says"}: "{said}".'


def _surroundings(candidate: Candidate) -> Iterator[str]:
    """What else the log says of it: another complaint, a rare line before, a change."""
    beside = next(
        (item for item in candidate.took_over if item.finding and item.finding.is_known and item.id != candidate.id),
        None,
    )
    if beside and candidate.finding:
        is_own = beside.container == candidate.container
        who = "It says as well" if is_own else f"{beside.container or beside.pod or 'Another log'} says"
        yield f'{who}: "{_said(beside.facts[0], _WORDS_CHARS)}".'
    is_other = (
        _plainly(candidate.sign_before) != _said(candidate.facts[0], _WORDS_CHARS) if candidate.sign_before else False
    )
    if is_other and candidate.sign_before != candidate.change_before:
        yield f'Shortly before, it said: "{_plainly(candidate.sign_before)}".'
    if candidate.growth:
        yield f"Before that, by its log, {candidate.growth}."
    told_by = [candidate.facts[0], *(beside.facts[:1] if beside and candidate.finding else ())]
    for line in candidate.statements:
        is_told = line in (candidate.sign_before, candidate.change_before)
        if not is_told and not any(_said(fact, _WORDS_CHARS) in _plainly(line) for fact in told_by):
            yield f'A log states: "{_plainly(line)}".'
    if candidate.change_before:
        details = read_details(candidate.change_before)
        told = (
            f"{read_message(candidate.change_before)} ({details})" if details else read_message(candidate.change_before)
        )
        yield f'Shortly before, its log reports a change: "{told}".'


def _plainly(line: str) -> str:
    details = read_details(line)
    return shorten(tidy(read_text(line)), _WORDS_CHARS) + (f" ({details})" if details else "")


def lower_first(text: str) -> str:
    """A title inside a sentence; abbreviations and names stay as they are."""
    first = text.partition(" ")[0]
    is_word = (first[1:].islower() and "." not in first) or not first[1:]
    return text[:1].lower() + text[1:] if is_word else text
