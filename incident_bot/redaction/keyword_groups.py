"""Keywords of a vocabulary that are looked for together, by a text that all of them hold."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from incident_bot.redaction.demands import Demand
    from incident_bot.redaction.prefilter import Check

_PART = re.compile(rb"[A-Za-z]+")
_RARE_SIGN = re.compile(rb"[&?~$*;<>{}+|^!@]")
"""Whether one stands in a text is told thirty times as fast as whether a word does."""
_SIGN_FOLLOWS = re.compile(rb"\[[^\\\]]+\]\{\d+\}([~;<>&!@])")
"""Characters of one class, and then a sign."""
_SHARED = 3
"""Letters of a word by which keywords are looked for together, at least, and else characters with which they begin."""
_MOST_PLANS = 1000
"""Choices of keywords that a group remembers how to look for."""


class Sought:
    """A keyword that is looked for where all words that it demands stand in a text."""

    def __init__(self, check: Check, group: Group) -> None:
        self.check = check
        self.number = check.number
        self.group = group
        self.further: tuple[Demand, ...] = ()
        """What it demands beside its rarest word."""
        follows = _SIGN_FOLLOWS.fullmatch(check.then)
        sign = _RARE_SIGN.search(check.written)
        self.sign = sign[0] if sign else follows[1] if follows else b""
        """A sign that it holds or that must follow it, and that few texts hold."""


class _Plan(NamedTuple):
    """How some keywords of a group are looked for: their text, and what is checked where it stands."""

    text: bytes
    any_case: bool
    checks: dict[int, list[tuple[int, Check]]]
    """By the character that follows the text: where in the keyword the text stands, and the keyword."""
    always: list[tuple[int, Check]]
    """For all other characters."""
    sure: int
    """The keyword that is the text and asks nothing else; negative where there is none."""


class Group:
    """Keywords that are looked for together, by a text that all of them hold."""

    def __init__(self, text: bytes) -> None:
        self._text = text
        self._plans: dict[tuple[Sought, ...], _Plan] = {}

    def find(
        self, sought: tuple[Sought, ...], raw: bytes, lowered: bytes, low: int, high: int
    ) -> list[tuple[int, int]]:
        """Those of its keywords that are sought, in `raw[low:high]`, of which `lowered` is the lower case."""
        finditer = sought[0].check.finditer if len(sought) == 1 else None
        if finditer:
            number = sought[0].check.number
            return [(match.start(), number) for match in finditer(raw, low, high)]
        text, any_case, checks, always, sure = self._plans.get(sought) or self._planned(sought)
        window, shift = (lowered, low) if any_case else (raw, 0)
        floor, ceiling, length = low - shift, high - shift, len(text)
        found: list[tuple[int, int]] = []
        place = window.find(text, floor, ceiling)
        while place >= 0:
            if sure >= 0:
                found.append((place + shift, sure))
            if checks or always:
                follows = window[place + length] if place + length < ceiling else -1
                for inside, check in checks.get(follows, always):
                    start = place - inside
                    if start >= floor and check.stands_at(raw, start + shift, high):
                        found.append((start + shift, check.number))
            place = window.find(text, place + 1, ceiling)
        return found

    def _planned(self, sought: tuple[Sought, ...]) -> _Plan:
        if len(self._plans) > _MOST_PLANS:
            self._plans.clear()
        plan = self._plans[sought] = self._plan([each.check for each in sought])
        return plan

    def _plan(self, checks: Sequence[Check]) -> _Plan:
        # The whole keyword stands in fewer places than what it shares.
        text = checks[0].written if len(checks) == 1 else self._text
        any_case = len(checks) > 1 or checks[0].any_case
        sure = -1
        always: list[tuple[int, Check]] = []
        following: dict[int, list[tuple[int, Check]]] = {}
        for check in checks:
            written = check.written.lower() if any_case else check.written
            if written == text and check.any_case == any_case and not check.starting and not check.then:
                sure = check.number
                continue
            inside = written.index(text)
            end = inside + len(text)
            (following.setdefault(written[end], []) if end < len(written) else always).append((inside, check))
        return _Plan(text, any_case, {char: [*here, *always] for char, here in following.items()}, always, sure)


def shared_text(check: Check) -> bytes:
    """By what the keyword is looked for together with others: its longest run of letters, or its beginning."""
    written = check.written.lower()
    longest = max(_PART.findall(written), key=len, default=b"")
    return longest if len(longest) >= _SHARED else written[:_SHARED]
