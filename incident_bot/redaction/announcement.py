"""A name that announces a secret, where it stands and what it promises."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from incident_bot.redaction.names import Promise


class Announcement(NamedTuple):
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
