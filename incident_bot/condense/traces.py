"""Where a traceback starts and ends, in the shapes of Python, Java, Go, Node, Rust, .NET, C++ and Ruby."""

from __future__ import annotations

from collections.abc import Mapping

from incident_bot.condense.lines import clean
from incident_bot.condense.shorten import stamp_length
from incident_bot.patterns import compile_later

_WRAPPER = compile_later(r"(?:\[[^\]\s]{1,200}\] {0,2}|(?:stdout|stderr) [FP] |[\w./-]{1,120} {0,40}\| )")

_HEADER = compile_later(
    r"(?:.{0,200}Traceback \(most recent call last\)|panic: |fatal error: |goroutine \d+ \[|Exception in thread |thread '[^']{0,200}' panicked at"
    r"|stack backtrace:|Unhandled [Ee]xception|={2,}\d+={2,}ERROR|Stack trace:|Backtrace:|Call [Tt]race:|\S{0,120}(?:Error|Exception)\b.{0,400}$)"
)
_FRAME = compile_later(
    r"(?:\s{1,16}at \S|\s{0,8}(?:PC: )?@ {1,8}0x[0-9a-f]|\s{2,16}File \"|\s{0,8}\.\.\. \d+ (?:more|common frames)|\s{0,8}(?:Caused by|Suppressed): |\s{0,4}#\d{1,3}:?\s{1,2}(?:0x[0-9a-f]|\{main\}|<\w|\S{1,300}\(|[^\s(]{1,200} \()|\s{1,6}\d{1,3}: \S"
    r"|goroutine \d+ \[|\t\S{1,300}:\d+|\S{1,200}\((?:0x[0-9a-f]|\{0x|\.\.\.|\)$).{0,200}|created by \S|\s{0,8}from \S{1,300}:\d+:in |\S{1,300}:\d+:in [`']|\s{0,4}note: "
    r"|During handling of the above|The above exception was|\s{1,8}--- End of |\s{0,8}---> |stack backtrace:|Traceback \(most recent|\s{0,4}\^+$|\[?signal |exit status \d)"
)
_INDENTED = compile_later(r"(?:\t|  )\s{0,40}\S")
_CAUSE = compile_later(
    r"\s{0,8}(?:Caused by: |---> |[\w.$]{1,200}(?:Error|Exception|Panic|Interrupt|Exit)(?:: |$)|panic: )"
)
_QUOTES_NEXT = compile_later(r"\s{2,16}File \"")
_MOST_LINES = 120


def body(text: str) -> str:
    """A line without the timestamp, pod name or stream that a collector put before it."""
    rest = text
    for _ in range(3):
        wrapper = _WRAPPER.match(rest)
        length = wrapper.end() if wrapper else stamp_length(rest)
        if not length:
            break
        rest = rest[length:] if wrapper else _after_stamp(rest, length)
    return rest


def _after_stamp(text: str, length: int) -> str:
    """What follows a timestamp, with the indent of a frame left on it."""
    while length and text[length - 1] in " \t":
        length -= 1
    return text[length + 1 :] if length < len(text) else ""


def find_trace(lines: Mapping[int, str], number: int) -> range:
    """The line numbers of the traceback around a line; empty when there is none.

    `lines` are the lines at hand by number; the traceback ends where they do.
    """
    start = _walk(lines, number, -1)
    end = _walk(lines, number, +1)
    while start - 1 in lines and start > 1 and _opens(lines[start - 1]) and number - start < _MOST_LINES:
        start -= 1
        if "Traceback" not in lines[start]:
            break
    after = lines.get(end + 1)
    if end > number or start < number:
        # Python, Ruby and Rust say what happened after the frames.
        if (
            after is not None
            and any("Traceback (most recent" in lines[n] for n in range(start, end + 1))
            and _CAUSE.match(body(clean(after)))
        ):
            end += 1
        return range(start, end + 1)
    return range(number, number)


def _walk(lines: Mapping[int, str], number: int, step: int) -> int:
    at = number
    while at + step in lines and abs(at - number) < _MOST_LINES:
        text = body(clean(lines[at + step]))
        if not (_FRAME.match(text) or _INDENTED.match(text)):
            break
        at += step
    return at


def _opens(line: str) -> bool:
    return _HEADER.match(body(clean(line))) is not None


def is_frame(line: str) -> bool:
    """Whether a line is one frame of a traceback rather than its message."""
    text = body(clean(line))
    return _FRAME.match(text) is not None and not _CAUSE.match(text)


def is_inside(lines: Mapping[int, str], number: int) -> bool:
    """Whether a line is a frame, or the source that Python quotes under one: it says where, not what."""
    if is_frame(lines[number]):
        return True
    above = lines.get(number - 1)
    return above is not None and _QUOTES_NEXT.match(body(clean(above))) is not None


def causes(lines: Mapping[int, str], trace: range) -> list[int]:
    """The lines of a traceback that name what happened: the outermost and the innermost."""
    named = [number for number in trace if _CAUSE.match(body(clean(lines[number])))]
    return named[:1] + named[-1:] if len(named) > 1 else named
