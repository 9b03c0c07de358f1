"""Text that is nothing but keywords: no log, and slow to read word by word, so it goes as a whole.

Anyone who can write to a log can write `key=key=key=`. Of the development logs the densest stretch
holds one keyword every 200 characters over a line or two; a flood is one every `_WORTH` characters for a few
kilobytes on end. What a flood covers is replaced unread: to leave it in would trust what was not looked at.
"""

from __future__ import annotations

from incident_bot.redaction.finding import Finding

KIND = "flood"
_WORTH = 16
"""Characters that one keyword must be apart from the next, on average."""
_MOST = 8192
"""How far keywords may run ahead of that, in characters, before they are a flood."""
_PAUSE = 256
"""Characters without a keyword that end a flood."""
_STRIDE = 16
"""Characters of a line that are passed over at a time inside a flood."""
_REACH = 8192
"""Characters behind the last keyword of a flood that are taken with it, at most to the end of its line."""


class FloodGauge:
    """Fills with every keyword and drains with every character; when it overflows, a flood began where it was empty."""

    def __init__(self, text: str) -> None:
        self.floods: list[Finding] = []
        self.resume_at = 0
        """Where the search for keywords goes on, at the earliest."""
        self._text = text
        self._level = self._last = self._start = 0
        self._flooded = False

    def clear(self, at: int) -> None:
        """A placeholder ends at `at`: what stands before it counts no longer, or redacting twice would see more."""
        if not self._flooded:
            self._level, self._last = 0, at

    def covers(self, at: int) -> bool:
        """Whether the keyword at `at` is part of a flood and need not be read. Keywords come nearly in order."""
        if self._flooded:
            return self._goes_on(at)
        self._level -= max(0, at - self._last)
        if self._level <= 0:
            self._level, self._start = 0, at
        self._level += _WORTH
        self._last = max(self._last, at)
        self._flooded = self._level > _MOST
        return self._flooded

    def finish(self) -> None:
        """Closes the flood that is open."""
        if self._flooded:
            self.floods.append(Finding(self._start, self._end(), KIND, spreads=False))
            self._flooded = False
            self._level = 0

    def _goes_on(self, at: int) -> bool:
        if at - self._last > _PAUSE and at >= self._end():
            self.finish()
            return self.covers(at)
        self._last = max(self._last, at)
        newline = self._text.find("\n", at, at + _STRIDE)
        self.resume_at = newline + 1 if newline >= 0 else at + _STRIDE
        return True

    def _end(self) -> int:
        reach = min(len(self._text), self._last + _REACH)
        newline = self._text.find("\n", self._last, reach)
        return newline if newline >= 0 else reach
