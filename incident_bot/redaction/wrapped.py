"""The rest of a value that goes on where it was cut: on the next line, in the next text of a sum, in the next record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from incident_bot.patterns import compile_later
from incident_bot.redaction.extents import MAX_VALUE
from incident_bot.redaction.finding import Finding
from incident_bot.redaction.values import entropy_bits, is_prose_word, looks_secret

if TYPE_CHECKING:
    from collections.abc import Iterator

_PARTIAL = compile_later(r"\d{4}-[\dT:.Z+-]{10,40} std(?:out|err) P ")
_PARTIAL_NEXT = compile_later(r"\r?\n\d{4}-[\dT:.Z+-]{10,40} std(?:out|err) [FP] (?P<more>[^\s\"',;&]{1,512})")
_CONTINUED = compile_later(
    r"\r?\n[ \t]*(?P<more>[A-Za-z0-9+/=_.\-]{8,512})[ \t]*(?=\r?\n|$|[\"'])|(?:(?<=\\)|\\)\r?\n[ \t]*(?P<joined>[A-Za-z0-9+/=_.\-]{8,512})"
)
_SUMMED = compile_later(
    r"""(?P<quote>["'`])(?:[ \t]*(?:\+|\.{1,2}|&|\|\||<<|~)[ \t]*(?:[\\_]?[ \t]*\r?\n[^\S\n]*)?|[ \t]*\\?[ \t]*\r?\n[^\S\n]*(?:(?:\+|\.{1,2}|&|\|\||<<|~)[ \t]*)?)(?P=quote)(?P<more>[^\s"'`]{2,512})(?=(?P=quote))"""
)
"""The next text of `"a" + "b"`, `("a"\\n "b")` and their like in other languages."""
_JOINED = compile_later(r"\\?\r?\n[ \t]*(?P<more>[^\s\"'`\\]{4,512})")
_FOLDED = compile_later(
    r"(?:=?\r?\n[ \t]+(?P<more>[A-Za-z0-9+/=_.~-]{6,512})[ \t]*(?=\r?\n|$|[\"'])|(?:(?<==)|=)\r?\n(?P<soft>[A-Za-z0-9+/_.~-]{4,512})(?=[\s\"'.,;)<]|$))"
)
"""A folded line, or the soft break of quoted-printable (RFC 2045, 6.7)."""
_PREFIXED = compile_later(
    r"\r?\n(?P<prefix>[^\s|]{1,64}[ \t]{1,8}\| |[^\n|\[\]]{0,64}\]:? )(?P<more>[A-Za-z0-9+/=_-]{8,512})[ \t]*(?=\r?\n|$)"
)
"""A further line under the same name of a service, as a composed log prefixes them."""
_MOST_PARTS = 64
_ENDS = frozenset("\"'`\\\r\n=")
"""What a value ends with that may go on."""
_LONG_ENOUGH = 10
"""Characters of a value that may have been cut."""


def find_rest(text: str, finding: Finding) -> Iterator[Finding]:
    """What of the value at `finding` follows behind the place where it was cut."""
    end = finding.end
    if text[end : end + 1] not in _ENDS:
        return
    if partial := _rest_of_partial(text, finding):
        yield partial
        return
    pattern = _SUMMED
    if text[end - 1 : end + 1] == "\\\n" or (text[end : end + 1] == "\\" and text[end + 1 : end + 2] in {"\n", "\r"}):
        pattern = _JOINED
    elif text[end : end + 1] in {"\n", "\r", "="}:
        pattern = _FOLDED
    value = text[finding.start : end]
    if pattern is not _SUMMED and len(value) < _LONG_ENOUGH:
        return
    for _ in range(_MOST_PARTS):
        more = pattern.match(text, end)
        part = more.lastgroup if more else None
        if (
            not more
            or not part
            or (pattern is not _SUMMED and not _is_rest(finding.kind, value, more[part], folded=pattern is _FOLDED))
        ):
            break
        yield Finding(*more.span(part), finding.kind)
        end = more.end(part)
    if pattern is _FOLDED and end == finding.end:
        yield from _under_prefix(text, finding)


def _is_rest(kind: str, value: str, part: str, *, folded: bool) -> bool:
    """Whether the rest of a generated value is generated, too; a setting below it is not."""
    whole = looks_secret(value.rstrip("\\=") + part)
    if not folded:
        return whole
    mixed = any(map(str.isdigit, part)) and any(map(str.isupper, part)) and any(map(str.islower, part))
    return (whole or kind == "authorization") and (looks_secret(part) or mixed)


def _under_prefix(text: str, finding: Finding) -> Iterator[Finding]:
    more = _PREFIXED.match(text, finding.end)
    if not more or not _goes_on(more["more"]):
        return
    line_start = text.rfind("\n", max(0, finding.start - MAX_VALUE), finding.start) + 1
    if text.startswith(more["prefix"], line_start):
        yield Finding(more.start("more"), more.end("more"), finding.kind)


def find_wrapped(text: str, at: int, value: str, kind: str) -> Iterator[Finding]:
    """Further lines of a long bare value that ends at `at`."""
    if len(value) < 12 or is_prose_word(value) or not looks_secret(value):
        return
    for _ in range(_MOST_PARTS):
        more = _CONTINUED.match(text, at)
        if not more:
            return
        part = "joined" if more["joined"] else "more"
        if not (more["joined"] or _goes_on(more["more"])):
            return
        yield Finding(more.start(part), more.end(part), kind)
        at = more.end(part)


def _goes_on(line: str) -> bool:
    """Whether a line by itself looks like more of a wrapped value."""
    mixed = any(map(str.isdigit, line)) and any(map(str.isupper, line))
    return looks_secret(line) or (len(line) >= 12 and mixed and entropy_bits(line) > 3.4)


def _rest_of_partial(text: str, finding: Finding) -> Finding | None:
    """The rest of a value that the container runtime cut with its line (CRI log tag `P`)."""
    more = _PARTIAL_NEXT.match(text, finding.end)
    line_start = text.rfind("\n", max(0, finding.start - MAX_VALUE), finding.start) + 1
    if more and _PARTIAL.match(text, line_start):
        return Finding(more.start("more"), more.end("more"), finding.kind)
    return None
