"""A secret's name where it stands in a text, which is what every grammar is handed."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from incident_bot.patterns import compile_later
from incident_bot.redaction.names import kind_of
from incident_bot.redaction.sentences import may_log_in

if TYPE_CHECKING:
    from incident_bot.redaction.names import Promise


_LETTERS_AND_DIGITS = "".join(char for char in map(chr, range(128)) if char.isalnum())
_ENDS_NAME = frozenset(map(chr, range(128))) - frozenset(_LETTERS_AND_DIGITS + "_.-[") | {""}
"""Characters that stand neither in a name nor before its index."""
_NAME_CHARS = _LETTERS_AND_DIGITS + "_.-"
_NAME_BEFORE = compile_later(r"[\w.\-]{0,64}")
_NAME_AFTER = compile_later(r"[\w\-]{0,48}(?:\[['\"]?\w{0,24}['\"]?\])?")


class SecretName(NamedTuple):
    """The name at `text[start:end]`; `kind` is what its value would be called."""

    text: str
    start: int
    end: int
    name: str
    """As it is written."""
    kind: str
    level: Promise

    def before(self, length: int) -> int:
        """An offset at most `length` characters before the name."""
        return max(0, self.start - length)


class Reading(NamedTuple):
    """What a name alone says about how it is to be read."""

    authorizes: bool
    of_cookies: bool
    of_login: bool
    dashed: bool


@lru_cache(maxsize=8192)
def reading_of(name: str) -> Reading:
    """How a name is to be read: judged once, as a log has few names."""
    lowered = name.lower()
    return Reading(
        lowered.endswith("authorization"), "cookie" in lowered, may_log_in(lowered, kind_of(name)), name.startswith("-")
    )


_SEPARATES = frozenset("\x1b\\\"'`&%AsS]}:|?+.!=<->\uff1a→,")
"""What a separator begins with, behind a space too."""


def may_be_named(before: str) -> bool:
    """Whether `name: ` can end with these two characters. A name that is longer than is read goes on before its start."""
    earlier, last = before[:-1], before[-1:]
    if last in {" ", "\t", "\\", '"', "'"}:
        return earlier in {":", "=", " ", "\t", "\\"}
    return last in {":", "=", "_", ".", "-", "@", "$"} or last.isalnum()


def may_separate(after: str) -> bool:
    """Whether a separator can begin with these two characters."""
    head, then = after[:1], after[1:]
    return head in _SEPARATES or (head.isspace() and (not then or then.isspace() or then == "(" or then in _SEPARATES))


def name_span(text: str, start: int, end: int) -> tuple[int, int]:
    """The whole name of which `text[start:end]` is a part."""
    if start and text[start - 1] not in _ENDS_NAME:
        before = text[start - 64 if start > 64 else 0 : start]
        other = before.rstrip(_NAME_CHARS)
        if other and not other[-1].isascii() and (name := _NAME_BEFORE.match(before[::-1])):
            start -= name.end()  # letters of another script
        else:
            start -= len(before) - len(other)
    if text[end : end + 1] not in _ENDS_NAME:
        after = _NAME_AFTER.match(text, end)
        end = after.end() if after else end
    return start, end
