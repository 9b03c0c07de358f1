"""Generated-looking values near a word that announces a secret, where no grammar ties the two."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from incident_bot.redaction.finding import Finding
from incident_bot.redaction.patterns import compile_later
from incident_bot.redaction.settle import GUESSED
from incident_bot.redaction.values import looks_random

REACH = 160
"""Characters behind the announcing word in which a value is looked for; half as many before it."""

_WORD = compile_later(
    r"(?:passw|passphrase|secret|credential|bearer|api[ _-]?key|access[ _-]?key|private[ _-]?key|(?:auth|refresh|access|api|id)?[ _-]?token(?![a-z])|authoriz(?:ation)?\b|\bauth\b|\bkey\b)",
    re.IGNORECASE,
)
_WORD_CHARS = 20
"""Characters of a text in which such a word has ended, and one more to see that it has."""
_CANDIDATE = compile_later(r"(?<![A-Za-z0-9+/=_~.\-])[A-Za-z0-9+/_~.\-]{16,512}={0,3}")
_TRACED = compile_later(
    r"(?:\bkid|fingerprint|sha\d{1,3}|md5|trace|span|request|req|correlation|session|transaction|tx|event|message|msg|build|job|run|commit|pod|node|image|container|object|resource|instance|host|user|file|path|version|digest|checksum|hash|uid|uuid|guid|id|etag|revision|ref|tag|name|time|ts)[ _-]?(?:id|name)?[\"']?\s{0,2}(?:[=:]|(?<=kid) (?=[\"']))\s{0,2}[\"']?$",
    re.IGNORECASE,
)


_RUN_CLASSES = bytes(
    ord("A") if chr(byte).isascii() and (chr(byte).isalnum() or chr(byte) in "+/_~.-") else 0 for byte in range(256)
)
_SHORTEST = b"A" * 16
_REST = len(_SHORTEST) - 1
_NO_SIGN = "0123456789abcdefABCDEF+/_~.-="
"""Hex, however it is taken apart, is an id and no secret."""
_CHANGE = compile_later("[0-9][A-Za-z]|[a-z][A-Z0-9]|[A-Z][0-9]")
"""Without it nothing looks generated: paths and names are words and numbers, each apart."""
_SEGMENT = compile_later("[A-Za-z0-9]{8}")
"""Nor without this, for signs between letters take a value apart: `kube-api-access-fb7f3`."""


def mark_runs(raw: bytes) -> bytes:
    """Where candidates stand in a text, read as a byte a character: their characters as `A`."""
    return raw.translate(_RUN_CLASSES)


def find_near(text: str, runs: bytes, start: int, floor: int) -> tuple[Sequence[Finding], int]:
    """Values on the line of the word at `start`, not before `floor`, and up to where was read.

    `runs` is what `mark_runs` made of the text.
    """
    low = start - REACH // 2 if start > REACH // 2 else 0
    line_start = text.rfind("\n", low, start) + 1 or low
    end = text.find("\n", start, start + REACH)
    if end < 0:
        end = min(len(text), start + REACH)
    at = runs.find(_SHORTEST, max(floor, line_start), end + _REST)
    if at < 0:
        return (), max(floor, end)
    found: list[Finding] = []
    while at >= 0:
        read_to = at
        if match := _CANDIDATE.match(text, at, end + 512):
            read_to = match.end()
            end = max(end, read_to)
            value = match[0].rstrip(".")
            if value.strip(_NO_SIGN) and _is_generated(value) and not _is_traced(text, at):
                found.append(Finding(at, at + len(value), GUESSED, spreads=False))
        run_end = runs.find(b"\0", read_to, end + 512)
        at = runs.find(_SHORTEST, run_end, end + _REST) if run_end >= 0 else -1
    # Asked last: most lines hold no such value.
    low = start - 5 if start > 5 else 0
    if found and not _is_telling(text[low : start + _WORD_CHARS], start - low):
        return (), floor
    return found, max(floor, end)


@lru_cache(maxsize=4096)
def _is_generated(value: str) -> bool:
    """Whether it looks so: judged once, for paths and names of images stand in many lines."""
    return _CHANGE.search(value) is not None and _SEGMENT.search(value) is not None and looks_random(value)


@lru_cache(maxsize=4096)
def _is_telling(around: str, at: int) -> bool:
    """Whether the word at `at`, or four characters before it (`api_key`), announces a generated value."""
    return _WORD.match(around, max(0, at - 4)) is not None or _WORD.match(around, at) is not None


def _is_traced(text: str, at: int) -> bool:
    """Whether a name before the value at `at` says that engineers trace by it, or the value is part of a colour code."""
    before = text[max(0, at - 5) : at]
    if "=" not in before and ":" not in before and "kid" not in before:
        return before.endswith("\x1b[")
    return _TRACED.search(text, max(0, at - 40), at) is not None
