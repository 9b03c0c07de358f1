"""Secrets inside base64 that nobody has seen in the clear: the encoding of `password=` tells."""

from __future__ import annotations

from binascii import a2b_base64, b2a_base64

from incident_bot.patterns import compile_later

_TELLING = (
    "password Password PASSWORD passwd PASSWD secret SECRET token TOKEN api_key apiKey API_KEY apikey api-key Api-Key Secret Token PWD= pwd= phrase Key= _KEY= _key= -key= access_key"
    ' ACCESS_KEY "auths" "auth": "pass": PASS= pass= private_key -----BEGIN client_secret AKIA ghp_ glpat- xoxb- sk-ant AIza'
).split()
_RUN = compile_later(r"[A-Za-z0-9+/_-]{0,8192}={0,2}")
_RUN_BACKWARDS = compile_later(r"[A-Za-z0-9+/_-]{0,8192}")
_LINE_BELOW = compile_later(r"\r?\n[ \t]{0,40}(?P<run>[A-Za-z0-9+/_-]{2,128}={0,2})(?=[ \t]*(?:\r?\n|$|[\"'`]))")
_GAP_BACKWARDS = compile_later(r"[ \t]{0,40}\n\r?")
_GAP_REACH = 42
_NARROWEST, _WIDEST = 48, 128
"""Characters of a line of wrapped base64."""
_MOST_LINES = 64
"""Lines of a block that are read before and behind the one with the mark."""


def cores(raw: bytes) -> tuple[str, ...]:
    """What base64 of any text around `raw` must contain, for the three ways in which bytes meet groups."""
    found = []
    for shift in range(3):
        encoded = b2a_base64(b"\0" * shift + raw, newline=False).decode().rstrip("=")
        core = encoded[(0, 2, 3)[shift] :]
        # The last character also encodes bits of what follows, unless the bytes end with a group.
        found.append(core[:-1] if (shift + len(raw)) % 3 else core)
    return tuple(found)


_TWICE = ("password", "secret")
"""What is looked for in base64 of base64: long enough to tell there."""
_OBJECT = ("eyJ", "ZXlK")
"""How JSON begins in base64, and in base64 of it."""
MARKS = tuple(
    sorted(
        {core for word in _TELLING for core in cores(word.encode()) if len(core) >= 5}
        | {twice for word in _TWICE for core in cores(word.encode()) for twice in cores(core.encode())}
        | {*_OBJECT}
    )
)
MOST_LEVELS = 3
"""How often what was decoded is decoded again."""


def run_around(text: str, start: int, end: int, floor: int) -> tuple[int, int]:
    """The base64 run that `text[start:end]` is a part of, not before `floor`."""
    before = _RUN_BACKWARDS.match(text[max(floor, start - 8192) : start][::-1])
    after = _RUN.match(text, end)
    return start - (before.end() if before else 0), after.end() if after else end


def runs_around(text: str, start: int, end: int, floor: int) -> list[tuple[int, int]]:
    """The base64 that `text[start:end]` is a part of, not before `floor`: one run, or one of each line of a wrapped block.

    Encoders wrap at 64 (RFC 7468), 76 (RFC 2045) or another multiple of four; only the last line may be shorter.
    """
    run = run_around(text, start, end, floor)
    before: list[tuple[int, int]] = []
    at = run[0]
    while len(before) < _MOST_LINES and (above := _run_above(text, at, floor)):
        if above[1] - above[0] != (before[-1][1] - before[-1][0] if before else above[1] - above[0]):
            break
        before.append(above)
        at = above[0]
    width = before[0][1] - before[0][0] if before else run[1] - run[0]
    runs = [*reversed(before), run] if run[1] - run[0] <= width else [run]
    width = runs[0][1] - runs[0][0]
    while len(runs) < 2 * _MOST_LINES and runs[-1][1] - runs[-1][0] == width >= _NARROWEST and width % 4 == 0:
        below = _LINE_BELOW.match(text, runs[-1][1])
        if not below or below.end("run") - below.start("run") > width:
            break
        runs.append(below.span("run"))
    return runs


def _run_above(text: str, at: int, floor: int) -> tuple[int, int] | None:
    """The run that the line above ends with, if nothing but spaces stands between it and the run at `at`."""
    gap = _GAP_BACKWARDS.match(text[max(floor, at - _GAP_REACH) : at][::-1])
    if not gap:
        return None
    end = at - gap.end()
    before = _RUN_BACKWARDS.match(text[max(floor, end - _WIDEST - 1) : end][::-1])
    width = before.end() if before else 0
    return (end - width, end) if _NARROWEST <= width <= _WIDEST and width % 4 == 0 else None


def decode(run: str) -> str:
    """The text that a base64 run encodes; empty when it encodes none."""
    plain = run.rstrip("=").replace("-", "+").replace("_", "/")
    plain = plain[: len(plain) - (len(plain) % 4 == 1)]
    try:
        text = a2b_base64(plain + "=" * (-len(plain) % 4), strict_mode=True).decode("utf-8")
    except ValueError:  # no base64, or none of a text; what is to be decoded may hold letters that are not ASCII
        return ""
    return text if sum(char.isprintable() or char in "\r\n\t" for char in text) >= 0.95 * len(text) else ""
