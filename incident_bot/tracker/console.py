"""Shows what would be filed; keeps nothing, so every draft is new."""

from __future__ import annotations

from typing import TYPE_CHECKING, TextIO

from incident_bot.model import Filed, FiledAction

if TYPE_CHECKING:
    from incident_bot.model import IssueDraft, SafeText


class ConsoleTracker:
    """A `Tracker` for dry runs that writes Markdown to a stream."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def file(self, draft: IssueDraft) -> Filed:
        """Write title, labels and body."""
        self._stream.write(f"# {draft.title}\n\nLabels: {', '.join(draft.labels)}\n\n{draft.body.rstrip()}\n")
        return Filed(action=FiledAction.CREATED, number=0, url="")

    def resolve(self, key: str, comment: SafeText) -> Filed:
        """Write the comment that the incident's issue would get."""
        self._stream.write(f"Comment for incident {key}:\n\n{comment.rstrip()}\n")
        return Filed(action=FiledAction.RESOLVED, number=0, url="")
