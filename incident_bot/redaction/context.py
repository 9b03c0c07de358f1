"""Generated-looking values near a word that announces a secret, where no grammar ties the two."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from incident_bot.patterns import compile_later
from incident_bot.redaction.finding import Finding
from incident_bot.redaction.settle import GUESSED
from incident_bot.redaction.values import looks_random

REACH = 160
"""Characters behind the announcing word in which a value is looked for; half as many before it."""

_WORD = compile_later(
    r"(?:passw|passphrase|secret|credential|bearer|api[ _-]?key|access[ _-]?key|private[ _-]?key|(?:auth|refresh|access|api|id)?[ _-]?token(?![a-z])|authoriz(?:ation)?\b|\bauth\b|\bkey\b)",
    re.IGNORECASE,
)
_PUBLIC_KEY = compile_later("age1[02-9ac-hj-np-z]{58}|AAAA(?:[BC]3NzaC1|E2VjZHNhL|G[nX]Nr)[A-Za-z0-9+/]{16,512}={0,2}")
"""A public key of age, by its specification, or one of SSH (RFC 4253, 6.6: base64 that begins with the algorithm's name)."""
_ENCRYPTED = "ENC[AES"
"""Before what sops encrypted."""
_ENCRYPTED_REACH = 240
_PUBLIC = compile_later(r"(?i:\b(?:pub(?:lic)?|site|measurement|sec-websocket)[ _-]?)$")
"""Before `key`: everybody may know it."""
_WORD_CHARS = 20
"""Characters of a text in which such a word has ended, and one more to see that it has."""
_CANDIDATE = compile_later(r"(?<![A-Za-z0-9+/=_~.\-])[A-Za-z0-9+/_~.\-]{16,512}={0,3}")
_CUT = 512
"""Characters of a candidate that are judged."""
_REST_OF_RUN = compile_later(r"[A-Za-z0-9+/_~.\-]{0,8192}={0,3}")
_TRACED = compile_later(
    r"(?:\bkid|fingerprint|sha\d{1,3}|md5|trace|span|request|req|correlation|session|transaction|tx|event|message|msg|build|job|run|commit|pod|node|image|container|object|resource|instance|host|user|file|path|version|digest|checksum|hash|uid|uuid|guid|id|etag|revision|ref|tag|name|time|ts|sec-websocket-(?:key|accept))[ _-]?(?:id|name)?[\"']?\s{0,2}(?:[=:]|(?<=kid) (?=[\"']))\s{0,2}[\"']?$",
    re.IGNORECASE,
)


_CLASS_NAME = compile_later(r"(?:[A-Z]{0,4}[a-z]{3,24}\d{0,2}){2,12}")
"""`OAuth2AccessToken`: words, with a number behind one of them; drawn letters change case sooner."""

_RUN_CLASSES = bytes(
    ord("A") if chr(byte).isascii() and (chr(byte).isalnum() or chr(byte) in "+/_~.-") else 0 for byte in range(256)
)
_DIGITS_ALIKE = bytes(ord("0") if chr(byte).isdecimal() else byte for byte in range(256))
"""A path with an id in it is another one in every line, and has the same shape."""
_SHORTEST = b"A" * 16
_REST = len(_SHORTEST) - 1
_NO_SIGN = "0123456789abcdefABCDEF+/_~.-="
"""Hex, however it is taken apart, is an id and no secret."""
_CHANGE = re.compile(b"[0-9][A-Za-z]|[a-z][A-Z0-9]|[A-Z][0-9]")
"""Without it nothing looks generated: paths and names are words and numbers, each apart."""
_SEGMENT = re.compile(b"[A-Za-z0-9]{8}")
"""Nor without this, for signs between letters take a value apart: `kube-api-access-fb7f3`."""


def find_near(text: str, raw: bytes, start: int, floor: int) -> tuple[Sequence[Finding], int]:
    """Values on the line of the word at `start`, not before `floor`, and up to where was read.

    `raw` is the text as the prefilter reads it, a byte a character.
    """
    low = start - REACH // 2 if start > REACH // 2 else 0
    line_start = text.rfind("\n", low, start) + 1 or low
    end = text.find("\n", start, start + REACH)
    if end < 0:
        end = min(len(text), start + REACH)
    at = _next_run(raw, max(floor, line_start), end)
    if at < 0:
        return (), max(floor, end)
    found: list[Finding] = []
    while at >= 0:
        read_to = at
        if match := _CANDIDATE.match(text, at, end + 512):
            read_to = match.end()
            end = max(end, read_to)
            value = match[0].rstrip(".")
            if (
                value.strip(_NO_SIGN)
                and _is_mixed(raw[at : at + len(value)].translate(_DIGITS_ALIKE))
                and looks_random(value)
                and not (_CLASS_NAME.fullmatch(value) or _PUBLIC_KEY.fullmatch(value))
                and not _is_traced(text, at)
            ):
                found.append(Finding(at, at + len(value), GUESSED, spreads=False))
                found += _rest_of_run(text, read_to) if len(value) >= _CUT else ()
        run_end = raw[read_to : end + 512].translate(_RUN_CLASSES).find(b"\0")
        at = _next_run(raw, read_to + run_end, end) if run_end >= 0 else -1
    # Asked last: most lines hold no such value.
    low = start - _WORD_CHARS if start > _WORD_CHARS else 0
    if found and not _is_telling(text[low : start + _WORD_CHARS], start - low):
        return (), floor
    return found, max(floor, end)


def _rest_of_run(text: str, at: int) -> list[Finding]:
    """What goes on where a candidate was cut, in parts: one that holds a credential gives way to that, the others do not."""
    rest = _REST_OF_RUN.match(text, at)
    end = rest.end() if rest else at
    return [Finding(low, min(low + _CUT, end), GUESSED, spreads=False) for low in range(at, end, _CUT)]


def _next_run(raw: bytes, low: int, high: int) -> int:
    """Where the first candidate starts that begins between the two; negative when none does."""
    at = raw[low : high + _REST].translate(_RUN_CLASSES).find(_SHORTEST) if low < high else -1
    return low + at if at >= 0 else at


@lru_cache(maxsize=4096)
def _is_mixed(shape: bytes) -> bool:
    """Whether a value of this shape may look generated: judged once, for paths and names of images stand in many lines."""
    return _CHANGE.search(shape) is not None and _SEGMENT.search(shape) is not None


@lru_cache(maxsize=4096)
def _is_telling(around: str, at: int) -> bool:
    """Whether the word at `at`, or four characters before it (`api_key`), announces a generated value."""
    if _PUBLIC.search(around, 0, at):
        return False
    return _WORD.match(around, max(0, at - 4)) is not None or _WORD.match(around, at) is not None


def _is_traced(text: str, at: int) -> bool:
    """Whether a name before the value at `at` says that engineers trace by it, or the value is part of a colour code."""
    low = max(0, at - _ENCRYPTED_REACH)
    if text.rfind(_ENCRYPTED, low, at) > text.rfind("]", low, at):
        return True
    before = text[max(0, at - 5) : at]
    if "=" not in before and ":" not in before and "kid" not in before:
        return before.endswith("\x1b[")
    return _TRACED.search(text, max(0, at - 40), at) is not None
