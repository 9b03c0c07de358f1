"""Credentials that their beginning gives away: whole, broken by a line's end, or of a form that their issuer no longer has."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from incident_bot.patterns import compile_later
from incident_bot.redaction.finding import Finding
from incident_bot.redaction.formats import is_distinctive
from incident_bot.redaction.values import looks_secret

if TYPE_CHECKING:
    from incident_bot.redaction.formats import Provider
    from incident_bot.redaction.scanner import Scan
    from incident_bot.redaction.settle import Span

_TOKEN_RUN = compile_later("[A-Za-z0-9_-]{14,1024}")
_TOKEN_CHARS = compile_later(r"[A-Za-z0-9_+/=.~-]{1,1024}")
_ESCAPED_BREAK = compile_later(r"\\[nrt]|%[0-9A-Fa-f]{2}|\\u00[0-9a-f]{2}|\x1b\[[0-9;]{0,8}m")


_TWO_GLUED = 40
"""Characters of two credentials at least."""
_MOST_CHARS = 1024
"""Characters of a glued credential that are read."""


def issued(provider: Provider) -> Callable[[Scan, int, int], Sequence[Finding]]:
    """What asks about the credential of an issuer."""
    marks = tuple(mark.removeprefix("^").partition("(?=")[0] for mark in provider.marks)

    def probe(scan: Scan, start: int, end: int) -> Sequence[Finding]:
        text = scan.text
        if start < scan.providers_until:
            return ()
        if provider.behind or provider.inner:
            found = provider.pattern.match(text, end) if provider.behind else _around(scan, start, provider)
            chain = [found.span()] if found and found.end() > start else []
        elif start != scan.providers_until and not _may_start(text, start):
            return ()  # inside a word; where one credential ends, the next may begin
        else:
            chain = _chain(text, start, provider, marks)
        if chain and "REDACTED" not in text[slice(*chain[0])]:
            scan.providers_until = chain[-1][1]
            return [Finding(low, high, provider.kind) for low, high in chain]
        if provider.inner or provider.behind:
            return ()
        return list(_broken(text, start, provider)) or list(_misshapen(scan, start, end, provider.kind))

    return probe


def _around(scan: Scan, start: int, provider: Provider) -> re.Match[str] | None:
    """The first credential near a mark that stands inside one."""
    low, high = max(scan.providers_until, start - 128), min(len(scan.text), start + 2048)
    if provider.signs and all(scan.text.find(sign, low, high) < 0 for sign in provider.signs):
        return None
    return provider.pattern.search(scan.text, low, high)


def _chain(text: str, start: int, provider: Provider, marks: tuple[str, ...]) -> list[Span]:
    """The credential that starts here, and those of its issuer that follow without anything between."""
    chain: list[Span] = []
    while not chain or text.startswith(marks, start):
        length = _length_at(text, start, provider, marks)
        if not length and chain:
            # A pattern may ask what stands before it, and once the one before is replaced, that is a bracket.
            length = _length_at(text[start : start + _MOST_CHARS], 0, provider, marks)
        if not length:
            break
        chain.append((start, start + length))
        start += length
    return chain


def _length_at(text: str, start: int, provider: Provider, marks: tuple[str, ...]) -> int:
    """Characters of the credential that starts here; 0 when none does."""
    found = _glued(text, start, provider, marks) or provider.pattern.match(text, start)
    return found.end() - start if found else 0


def _glued(text: str, start: int, provider: Provider, marks: tuple[str, ...]) -> re.Match[str] | None:
    """A credential right before another of its issuer: a pattern that asks what follows sees no end there, and one of any
    length goes on into the other's mark.
    """
    run = _TOKEN_CHARS.match(text, start)
    if not run or len(run[0]) < _TWO_GLUED:
        return None
    mark = next((mark for mark in marks if text.startswith(mark, start)), "")
    places = [text.find(other, start + len(mark), run.end()) for other in marks]
    again = min((place for place in places if place >= 0), default=-1)
    found = provider.pattern.match(text, start, again) if again >= 0 else None
    # The mark may also be a part of one credential: what follows has to be another.
    follows = run.end() - again >= again - start or provider.pattern.match(text, again)
    return found if found and found.end() == again and follows else None


def _misshapen(scan: Scan, start: int, end: int, kind: str) -> Iterator[Finding]:
    """A credential that its beginning gives away although the rest is not as its issuer has it: cut, or of a newer form."""
    run = _TOKEN_RUN.match(scan.text, end) if is_distinctive(scan.text[start:end]) else None
    if run and looks_secret(run[0]) and not scan.text.startswith("[REDACTED", run.end()):
        scan.providers_until = run.end()
        yield Finding(start, run.end(), kind)


def _may_start(text: str, start: int) -> bool:
    if start == 0 or not (text[start - 1].isalnum() and text[start - 1].isascii()):
        return True
    low = max(0, start - 10)
    before = text[low:start]
    if "\\" not in before and "%" not in before and "\x1b" not in before:
        return False
    return any(match.end() == start for match in _ESCAPED_BREAK.finditer(text, low, start))


def _broken(text: str, start: int, provider: Provider) -> Iterator[Finding]:
    """A value that a line break cut in two."""
    first = _TOKEN_CHARS.match(text, start)
    if not first or len(first[0]) < 8 or text[first.end() : first.end() + 1] not in {"\n", "\r", "\\"}:
        return
    gap = re.compile(r"\\?\r?\n[ \t]*").match(text, first.end())
    second = _TOKEN_CHARS.match(text, gap.end()) if gap else None
    if not second:
        return
    whole = provider.pattern.match(first[0] + second[0])
    if whole and whole.end() > len(first[0]):
        yield Finding(start, first.end(), provider.kind)
        yield Finding(second.start(), second.start() + whole.end() - len(first[0]), provider.kind)


_JWT = compile_later(r"eyJ[A-Za-z0-9_-]{8,4096}\.(?:\s{0,2}[A-Za-z0-9_-]{8,8192})?(?:\.[A-Za-z0-9_-]{0,2048}){0,3}")


def find_jwt(scan: Scan, start: int, _end: int) -> Iterator[Finding]:
    """JSON Web Tokens (RFC 7519), also with the signature or payload cut off."""
    if start < scan.providers_until or not _may_start(scan.text, start):
        return
    match = _JWT.match(scan.text, start)
    if match and match.end() - start >= 20:
        scan.providers_until = match.end()
        yield Finding(start, match.end(), "jwt")
