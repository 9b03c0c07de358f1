"""One line as a reader should see it: colours, progress bars and control characters taken out, words kept in order."""

from __future__ import annotations

import re

ELLIPSIS = "…"

LONGEST_LINE_CHARS = 64 * 1024
"""Longer lines are cut in the middle on arrival, so that one 50 MB line costs 64 KB."""

_ESCAPE = re.compile(
    r"\x1b(?:\[[0-9;:?<=>]{0,64}[ -/]{0,8}[@-~]|\][^\x07\x1b]{0,2048}(?:\x07|\x1b\\)?|[()*+#%][0-9A-Za-z]|[ -~]?)"
)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\x80-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]")
_BAR_CHARS = 240
"""Carriage-return segments up to this many characters in all are shown whole; more is a progress bar."""


def clip(line: str, limit: int = LONGEST_LINE_CHARS) -> str:
    """A line no longer than `limit` characters: both ends kept, the middle replaced by an ellipsis."""
    if len(line) <= limit:
        return line
    half = (limit - 3) // 2
    return f"{line[:half]} {ELLIPSIS} {line[-half:]}"


def clean(line: str) -> str:
    """A line's visible words: no escape sequences, no control characters, and the last state of a progress bar."""
    text = clip(line)
    if "\x1b" in text:
        text = _ESCAPE.sub("", text)
    if "\r" in text:
        text = _last_state(text)
    if not text.isprintable():
        text = _CONTROL.sub(" ", text)
    return text.rstrip()


def _last_state(text: str) -> str:
    """What a terminal shows of a line redrawn with carriage returns, unless all of it is short."""
    segments = [segment for segment in text.split("\r") if segment.strip()]
    if len(segments) <= 1 or sum(map(len, segments)) <= _BAR_CHARS:
        return " ".join(segments)
    return f"{ELLIPSIS} {segments[-1]}"
