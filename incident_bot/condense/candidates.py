"""A surveyed log with what selection asks of it: each line's text, level, template and kind."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from incident_bot.condense.lines import clean
from incident_bot.condense.severity import grade
from incident_bot.condense.shorten import drop_stamp, message_of
from incident_bot.condense.traces import body
from incident_bot.model import SafeText

if TYPE_CHECKING:
    from incident_bot.condense.survey import Survey
    from incident_bot.condense.templates import Template

Rewrite = Callable[[Sequence[str]], Sequence[SafeText]]
"""What lines pass, in their order and one for one, before any is shortened and kept: redaction of a raw stream."""

Novelty = Callable[["Template"], float]
"""How new a template is against a baseline: 0 for one that it has, up to 1."""

_SEVERAL_STREAMS = 3
"""With fewer streams than this, what only one of them says is nothing special."""
_SELDOM_LINES = 3
"""What each stream says no more often than this, it says about itself."""
_FAMILY_WORDS = 12
_RAREST_WORDS = 3
_ROUTINE_LINES = 20
"""A kind with more lines than this is a log's background."""


class Log:
    """A survey with what selection asks of it: text, level, template and family by line number."""

    def __init__(self, survey: Survey, *, novelty: Novelty | None = None, rewrite: Rewrite | None = None) -> None:
        self.survey = survey
        self.known = survey.known_lines()
        self._texts = _rewritten(self.known, survey.before(), rewrite) if rewrite is not None else {}
        self.templates = survey.table.templates
        self.novel = {id(template): new for template in self.templates if (new := novelty(template))} if novelty else {}
        """How new templates are against the baseline, by identity; those that it has are absent."""
        self.variety = min(1.0, len(self.templates) / max(1, survey.total_lines))
        self.ends = {template.first: template for template in self.templates}
        self.ends |= {template.last: template for template in self.templates}
        """Templates by the numbers of their first and last lines."""
        self._levels = {
            number: template.level for template in self.templates for number in (template.first, template.last)
        }
        words = _words(self.templates)
        spread = _spread(self.templates, words)
        self._families = _families(self.templates, words, {w for w, n in spread.items() if 2 * n > survey.total_lines})
        self._worn = {key: _worn(told, spread) for key, told in words.items()}
        self.streams = _by_stream(self.templates)
        """The templates of each stream, in order."""
        self.rarities: dict[int, float] = {}
        """How rare templates are, by identity, where selection asked."""
        self._outliers = _outliers(self.templates)
        self._echo = _echoes(self.templates)
        self._templates: dict[int, Template | None] = {}
        self._streams_of_kind: dict[str, set[str]] = {}
        self._counts = Counter[tuple[str, str]]()
        self._ordinals: dict[int, float] = {}
        seen = Counter[str | tuple[str, str]]()
        for template in self.templates:
            kind = self._families[id(template)]
            here = (template.stream, kind)
            self._counts[here] += template.count
            seen.update((kind, here))
            self._streams_of_kind.setdefault(kind, set()).add(template.stream)
            self._ordinals[id(template)] = math.log2(seen[here]) + math.log2(seen[kind]) / 3

    def text(self, number: int) -> SafeText:
        """A line that is at hand as a reader may see it: cleaned, and redacted where it came raw."""
        text = self._texts.get(number)
        if text is None:
            text = self._texts[number] = SafeText(clean(self.known[number]))
        return text

    def level(self, number: int) -> int:
        """How bad a line that is at hand sounds."""
        level = self._levels.get(number)
        if level is None:
            level = self._levels[number] = grade(clean(self.known[number]))
        return level

    def usual_lines(self, template: Template) -> float:
        """How many lines are like it: of its kind, or else with its words. Rarity belongs to kinds, not to names in them."""
        return max(self._counts[template.stream, self._families[id(template)]], self._worn[id(template)])

    def family(self, template: Template) -> str:
        """The kind a template belongs to."""
        return self._families[id(template)]

    def is_routine(self, number: int) -> bool:
        """Whether a line is of a kind that fills this log: it explains nothing that stands beside it."""
        template = self.template(number)
        return template is not None and self.usual_lines(template) > _ROUTINE_LINES

    def count_shown(self, number: int) -> int:
        """The count that is printed behind a line: that of its template, on the template's first line."""
        template = self.ends.get(number)
        return template.count if template is not None and template.last != number else 1

    def is_lonely(self, template: Template) -> bool:
        """Whether only one of several streams has lines of this kind."""
        return bool(self._echo) and len(self._streams_of_kind[self.family(template)]) == 1

    def is_outlier(self, template: Template) -> bool:
        """Whether its stream gives other numbers where nearly all streams give the same."""
        return id(template) in self._outliers

    def echo(self, template: Template) -> int:
        """1 for the first stream that says this, 2 for the second: the tenth pod's same words say little new."""
        return self._echo.get(id(template), 1)

    def sameness(self, template: Template) -> float:
        """0 for the first template of its kind, growing with every further one: the tenth says little new."""
        return self._ordinals[id(template)]

    def template(self, number: int) -> Template | None:
        """The template of a line that is at hand."""
        if number not in self._templates:
            line = self.known[number]
            self._templates[number] = self.survey.table.find(
                line, self.survey.stream_of(line) if self.survey.stream_of else ""
            )
        return self._templates[number]


def _by_stream(templates: Sequence[Template]) -> list[list[Template]]:
    by_stream: dict[str, list[Template]] = {}
    for template in templates:
        by_stream.setdefault(template.stream, []).append(template)
    return list(by_stream.values())


def _echoes(templates: Sequence[Template]) -> dict[int, int]:
    """For each template, the how-manieth stream it is that says these words; empty where there are few streams."""
    if len({template.stream for template in templates}) < _SEVERAL_STREAMS:
        return {}
    said: dict[bytes, dict[str, int]] = {}
    echoes = {}
    for template in templates:
        streams = said.setdefault(template.common, {})
        echoes[id(template)] = streams.setdefault(template.stream, len(streams) + 1)
    return echoes


def _rewritten(known: Mapping[int, str], before: Mapping[int, str], rewrite: Rewrite) -> dict[int, SafeText]:
    """All lines at hand, cleaned and rewritten in one go, each directly under the line it followed in the log."""
    order: list[tuple[int, str]] = []
    for number in sorted(known):
        if number - 1 not in known and before.get(number):
            order.append((0, clean(before[number])))
        order.append((number, clean(known[number])))
    texts = rewrite([text for _, text in order])
    return {number: text for (number, _), text in zip(order, texts, strict=True) if number}


_NOT_WORDS = {code: " " for code in range(128) if not chr(code).isalpha()}
_LEVEL_NAMES = frozenset(
    ["trace", "debug", "info", "notice", "warn", "warning", "error", "err", "fatal", "t", "z", "i", "w", "e", "f"]
)


def _spread(templates: Sequence[Template], words: Mapping[int, list[str]]) -> Counter[str]:
    """In how many lines of the log each word stands."""
    spread = Counter[str]()
    for template in templates:
        for word in set(words[id(template)]):
            spread[word] += template.count
    return spread


def _worn(words: list[str], spread: Mapping[str, int]) -> float:
    """How many lines have words as common as the three rarest of these: a sentence nobody else says gives 1."""
    rarest = sorted(spread[word] for word in set(words))[:_RAREST_WORDS]
    return math.prod(rarest) ** (1 / len(rarest)) if rarest else 1.0


def _families(templates: Sequence[Template], words: Mapping[int, list[str]], common: set[str]) -> dict[int, str]:
    """Coarse kinds for counting: level and the first three telling words of the message, whatever stream says it.

    A word that half of the log's lines have tells nothing, such as the name of the tool that prints them all.
    """
    return {
        id(template): f"{template.level} {' '.join(_telling(words[id(template)], common))[:60]}"
        for template in templates
    }


def _telling(words: list[str], common: set[str]) -> list[str]:
    return [word for word in words if word not in common][:3] or words[:3]


def _words(templates: Sequence[Template]) -> dict[int, list[str]]:
    """The first words of each template's message; what several streams say is read once."""
    told: dict[bytes, list[str]] = {}
    words = {}
    for template in templates:
        known = told.get(template.common)
        if known is None:
            known = told[template.common] = _told(template)
        words[id(template)] = known
    return words


def _told(template: Template) -> list[str]:
    """The first words of a template's message, without its stream and levels."""
    text = clean(template.first_text[:4000])
    if template.stream:
        text = text.replace(template.stream, " ", 1)
    words = message_of(body(text))[:300].translate(_NOT_WORDS).split(None, _FAMILY_WORDS)[:_FAMILY_WORDS]
    return [word for word in words if word.lower() not in _LEVEL_NAMES]


def _outliers(templates: Sequence[Template]) -> set[int]:
    """Templates that say once a stream what others say with other numbers: the replica of an older release."""
    said: dict[bytes, list[Template]] = {}
    for template in templates:
        if template.stream and template.count <= _SELDOM_LINES:
            said.setdefault(template.common, []).append(template)
    outliers: set[int] = set()
    for alike in said.values():
        if len(alike) <= _SEVERAL_STREAMS:
            continue
        values = {id(template): _values(template) for template in alike}
        ((usual, streams),) = Counter(values.values()).most_common(1)
        if 3 * streams >= 2 * len(alike):
            outliers.update(template for template, value in values.items() if value != usual)
    return outliers


def _values(template: Template) -> str:
    """What a line says without its stream and the time."""
    said = message_of(body(clean(template.first_text[:4000])))
    return drop_stamp(said.replace(template.stream, " "))
