"""Runs the detectors where the prefilter points, and settles which of their findings stands."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from incident_bot.redaction import assignments, context
from incident_bot.redaction.finding import Finding
from incident_bot.redaction.pem import PemReader
from incident_bot.redaction.personal import find_email, find_numbers
from incident_bot.redaction.policy import Policy
from incident_bot.redaction.prefilter import Keyword, Prefilter
from incident_bot.redaction.providers import PROVIDERS, Provider
from incident_bot.redaction.urls import find_user_info
from incident_bot.redaction.values import PLACEHOLDER

_ANNOUNCING = (
    "passw passphrase passcode pass= pass: pass\" pass' pass> _pass pwd secret token key credential creds auth cookie"
    ' jwt session_ session-i session= session" sessionid= sessionid" sessid= sid= sig= signature= signature"'
    " otp= otp: pin= cvv mnemonic webhook connectionstring connection_string hmac pw= pw: senha kennwort contrasena"
    " requirepass"
).split()
_TOKEN_CHARS = re.compile(r"[A-Za-z0-9_+/=.~-]{1,1024}")
_ESCAPED_BREAK = re.compile(r"\\[nrt]|%[0-9A-Fa-f]{2}|\\u00[0-9a-f]{2}|\x1b\[[0-9;]{0,8}m")

Probe = Callable[["Scan", int, int], Iterable[Finding]]


def placeholder_spans(text: str) -> list[tuple[int, int]]:
    """Where placeholders stand: what they say is ours and no secret."""
    return [match.span() for match in PLACEHOLDER.finditer(text)] if "[REDACTED:" in text else []


class Scan:
    """One stretch of text while it is being read: how far each detector has got."""

    __slots__ = ("named_until", "near_until", "pem", "providers_until", "text", "values_until")

    def __init__(self, text: str, pem: PemReader) -> None:
        self.text = text
        self.pem = pem
        self.named_until = 0
        self.values_until = 0
        self.near_until = 0
        self.providers_until = 0


class Scanner:
    """Finds secrets in a stretch of text. `near` also looks for generated values without a grammar."""

    def __init__(self, policy: Policy) -> None:
        self._personal = policy.personal
        self._allow = tuple(re.compile(pattern) for pattern in policy.allow)
        self._rules = tuple((rule.kind, re.compile(rule.pattern)) for rule in policy.rules)
        self._probes = _probes(policy)
        self._prefilter = Prefilter(self._probes)

    def scan(self, text: str, pem: PemReader, *, near: bool = True) -> list[Finding]:
        """Findings in order, none overlapping another or a placeholder."""
        state = Scan(text, pem)
        if not near:
            state.near_until = len(text)
        found = list(pem.continue_block(text))
        taken = placeholder_spans(text)
        passed = 0
        for start, keyword in self._prefilter.hits(text):
            while passed < len(taken) and taken[passed][1] <= start:
                passed += 1
            if passed < len(taken) and taken[passed][0] <= start:
                continue
            for probe in self._probes[keyword]:
                found.extend(probe(state, start, start + len(keyword.text)))
        found.extend(find_numbers(text, self._personal))
        found.extend(self._by_user_rules(text))
        return self._settle(text, found, taken) if found else []

    def _by_user_rules(self, text: str) -> Iterator[Finding]:
        for kind, pattern in self._rules:
            group = "secret" if "secret" in pattern.groupindex else 0
            for match in pattern.finditer(text):
                if match[group]:
                    yield Finding(match.start(group), match.end(group), kind)

    def _settle(self, text: str, found: list[Finding], taken: list[tuple[int, int]]) -> list[Finding]:
        """One finding a place: the one that starts first and reaches farthest, with the kind of the most telling."""
        settled: list[Finding] = []
        for finding in sorted(found, key=lambda item: (item.start, -item.end)):
            last = settled[-1] if settled else None
            if last and finding.start < last.end:
                kind = finding.kind if _tells_more(finding, last) else last.kind
                settled[-1] = Finding(last.start, max(last.end, finding.end), kind, last.spreads and finding.spreads)
            elif finding.end > finding.start:
                settled.append(finding)
        lines = (piece for finding in settled for piece in _by_line(text, finding))
        pieces = (piece for finding in lines for piece in _outside(finding, taken, text))
        return [piece for piece in pieces if not self._is_allowed(text[piece.start : piece.end])]

    def _is_allowed(self, value: str) -> bool:
        return any(pattern.fullmatch(value) for pattern in self._allow)


_GENERAL = frozenset(
    "password passphrase cookie authorization session token secret key signature credential webhook dsn high-entropy"
    " url-token".split()
)


def _tells_more(finding: Finding, than: Finding) -> bool:
    return than.kind in _GENERAL and (finding.kind not in _GENERAL or than.kind == "high-entropy")


def _by_line(text: str, finding: Finding) -> Iterator[Finding]:
    """A finding cut at the ends of lines, so that the number of lines stays."""
    if text.find("\n", finding.start, finding.end) < 0:
        yield finding
        return
    start = finding.start
    while start < finding.end:
        newline = text.find("\n", start, finding.end)
        end = newline if newline >= 0 else finding.end
        stop = end - 1 if end > start and text[end - 1] == "\r" else end
        while start < stop and text[start] in " \t":
            start += 1
        if stop > start:
            yield finding._replace(start=start, end=stop)
        start = end + 1


def _outside(finding: Finding, taken: list[tuple[int, int]], text: str) -> Iterator[Finding]:
    """The parts of a finding that are no placeholder yet."""
    if not taken:
        yield finding
        return
    start = finding.start
    for left, right in taken:
        if right <= start:
            continue
        if left >= finding.end:
            break
        if left > start:
            yield from _worth(finding._replace(start=start, end=left), text)
        start = max(start, right)
    if start == finding.start:
        yield finding
    elif start < finding.end:
        yield from _worth(finding._replace(start=start), text)


def _worth(piece: Finding, text: str) -> Iterator[Finding]:
    if sum(char.isalnum() for char in text[piece.start : piece.end]) >= 4:
        yield piece._replace(spreads=False)


def _probes(policy: Policy) -> dict[Keyword, tuple[Probe, ...]]:
    """Which detectors each keyword calls."""
    probes: dict[Keyword, list[Probe]] = {Keyword(word, any_case=True): [_announced] for word in _ANNOUNCING}
    probes |= {Keyword(word): [_announced] for word in ("Bearer", "BEARER")}
    for provider in PROVIDERS:
        for mark in provider.marks:
            keyword = Keyword(mark.removeprefix("^"), starting=mark.startswith("^"))
            probes.setdefault(keyword, []).append(_issued(provider))
    probes.setdefault(Keyword("eyJ"), []).append(_jwt)
    for opening in ("-----begin ", "putty-user-key-file-"):
        probes[Keyword(opening, any_case=True)] = [lambda scan, start, _end: scan.pem.open_block(scan.text, start)]
    probes[Keyword("-----end ", any_case=True)] = [lambda scan, start, _end: scan.pem.close_block(scan.text, start)]
    at_sign: list[Probe] = [lambda scan, start, _end: find_user_info(scan.text, start)]
    if "email" in policy.personal:
        at_sign.append(lambda scan, start, _end: find_email(scan.text, start))
    probes[Keyword("@")] = at_sign
    return {keyword: tuple(found) for keyword, found in probes.items()}


def _announced(scan: Scan, start: int, end: int) -> Iterator[Finding]:
    text = scan.text
    while not text[end - 1].isalnum():
        end -= 1
    if start >= scan.named_until and start >= scan.values_until:
        name_start, name_end = assignments.name_span(text, start, end)
        scan.named_until = name_end
        for finding in assignments.find_assignment(text, name_start, name_end):
            scan.values_until = max(scan.values_until, finding.end)
            yield finding
    if start + context.REACH > scan.near_until:
        yield from context.find_near(text, start, scan.near_until)
        scan.near_until = max(scan.near_until, start)


def _issued(provider: Provider) -> Probe:
    match_at = provider.pattern.match

    def probe(scan: Scan, start: int, _end: int) -> Iterator[Finding]:
        text = scan.text
        if start < scan.providers_until:
            return
        if provider.inner:
            found = provider.pattern.search(text, max(0, start - 128), min(len(text), start + 2048))
        elif not _may_start(text, start):
            return
        else:
            found = match_at(text, start)
        if found and found.end() > start and "REDACTED" not in found[0]:
            scan.providers_until = found.end()
            yield Finding(found.start(), found.end(), provider.kind)
        elif not provider.inner:
            yield from _broken(text, start, provider)

    return probe


def _may_start(text: str, start: int) -> bool:
    if start == 0 or not (text[start - 1].isalnum() and text[start - 1].isascii()):
        return True
    return any(match.end() == start for match in _ESCAPED_BREAK.finditer(text, max(0, start - 10), start))


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


_JWT = re.compile(r"eyJ[A-Za-z0-9_-]{8,4096}\.(?:\s{0,2}[A-Za-z0-9_-]{8,8192})?(?:\.[A-Za-z0-9_-]{0,2048}){0,3}")


def _jwt(scan: Scan, start: int, _end: int) -> Iterator[Finding]:
    """JSON Web Tokens (RFC 7519), also with the signature or payload cut off."""
    if start < scan.providers_until or not _may_start(scan.text, start):
        return
    match = _JWT.match(scan.text, start)
    if match and match.end() - start >= 20:
        scan.providers_until = match.end()
        yield Finding(start, match.end(), "jwt")
