"""Text that is nothing but keywords: no log, and slow to read word by word, so it goes as a whole.

Anyone who can write to a log can write `key=key=key=`. Of the development logs the densest stretch
holds one keyword every 200 characters over a line or two; a flood is one every `_WORTH` characters for a few
kilobytes on end. What a flood covers is replaced unread: to leave it in would trust what was not looked at.
"""

from __future__ import annotations

from collections.abc import Callable

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


class FloodGauge:
    """Fills with every keyword and drains with every character; when it overflows, a flood began where it was empty."""

    def __init__(self, text: str, last_keyword: Callable[[int, int], int | None]) -> None:
        """`last_keyword` tells where the last keyword starts that lies wholly between two places of the text."""
        self.floods: list[Finding] = []
        self.resume_at = 0
        """Where the search for keywords goes on, at the earliest."""
        self._text = text
        self._last_keyword = last_keyword
        self._level = self._last = self._start = 0

    def clear(self, at: int) -> None:
        """A placeholder ends at `at`: what stands before it counts no longer, or redacting twice would see more."""
        self._level, self._last = 0, at

    def covers(self, at: int) -> bool:
        """Whether the keyword at `at` is part of a flood and need not be read. Keywords come in order."""
        self._level -= at - self._last
        if self._level <= 0:
            self._level, self._start = 0, at
        self._level += _WORTH
        self._last = at
        if self._level <= _MOST:
            return False
        end = self._end_of_flood(at)
        self.floods.append(Finding(self._start, end, KIND, spreads=False))
        self.resume_at = self._last = end
        self._level = 0
        return True

    def _end_of_flood(self, at: int) -> int:
        """The end of the line whose last keyword is followed by none for a while."""
        last, end = at, len(self._text)
        while at < end and (found := self._last_keyword(at, min(at + _PAUSE, end))) is not None:
            last = found
            at += _PAUSE
        reach = min(end, last + _REACH)
        newline = self._text.find("\n", last, reach)
        return newline if newline >= 0 else reach
