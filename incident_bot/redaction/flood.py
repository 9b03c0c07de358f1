"""Text that is nothing but keywords: no log, and slow to read word by word, so it goes as a whole.

Anyone who can write to a log can write `key=key=key=`. Of the development logs the densest stretch
holds one keyword every 200 characters over a line or two; a flood is one every `_WORTH` characters for a few
kilobytes on end. What a flood covers is replaced unread: to leave it in would trust what was not looked at.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence

from incident_bot.redaction.finding import Finding

KIND = "flood"
_WORTH = 16
"""Characters that one keyword must be apart from the next, on average."""
_MOST = 8192
"""How far keywords may run ahead of that, in characters, before they are a flood."""
_PAUSE = 256
"""Characters without a whole keyword that end a flood."""
_REACH = 8192
"""Characters behind a flood that are taken with it, at most to the end of its line."""


_NOWHERE = (math.inf, math.inf)


class FloodGauge:
    """Fills with every keyword and drains with every character; when it overflows, a flood began where it was empty."""

    def __init__(
        self, text: str, last_keyword: Callable[[int, int], int | None], placeholders: Sequence[tuple[int, int]] = ()
    ) -> None:
        """`last_keyword` tells where the last keyword starts that lies wholly between two places of the text.

        What stands before a placeholder counts no longer behind it, or redacting twice would see more.
        """
        self.floods: list[Finding] = []
        self.resume_at = 0
        """Where the search for keywords goes on, at the earliest."""
        self._text = text
        self._last_keyword = last_keyword
        self._level = self._last = self._start = 0
        self.pass_over(placeholders)

    def pass_over(self, placeholders: Sequence[tuple[int, int]]) -> None:
        """Counts nothing in these; none may stand before the last hit."""
        self._placeholders = iter(placeholders)
        self._next = next(self._placeholders, _NOWHERE)

    def outside(self, hits: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
        """The hits that are part of neither flood nor placeholder. They come in order, from one call to the next too."""
        level, last, kept = self._level, self._last, []
        for hit in hits:
            at = hit[0]
            while at >= self._next[1]:
                level, last = 0, int(self._next[1])
                self._next = next(self._placeholders, _NOWHERE)
            if at >= self._next[0] or at < self.resume_at:
                continue
            level -= at - last
            if level <= 0:
                level, self._start = 0, at
            level += _WORTH
            last = at
            if level <= _MOST:
                kept.append(hit)
                continue
            last = self.resume_at = self._end_of_flood(at)
            self.floods.append(Finding(self._start, last, KIND, spreads=False))
            level = 0
        self._level, self._last = level, last
        return kept

    def _end_of_flood(self, at: int) -> int:
        """The end of the line whose last keyword is followed by none for a while."""
        last, end = at, len(self._text)
        while at < end and (found := self._last_keyword(at, min(at + _PAUSE, end))) is not None:
            last = found
            at += _PAUSE
        reach = min(end, last + _REACH)
        newline = self._text.find("\n", last, reach)
        return newline if newline >= 0 else reach
