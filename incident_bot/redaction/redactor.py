"""The one gate between raw text and everything that leaves: raw text in, `SafeText` out."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, cast

from incident_bot.errors import LeakError
from incident_bot.patterns import compile_later
from incident_bot.redaction.extents import MAX_VALUE
from incident_bot.redaction.known import KnownValues
from incident_bot.redaction.lines import split_lines
from incident_bot.redaction.pem import PemReader
from incident_bot.redaction.policy import DEFAULT_POLICY, Policy
from incident_bot.redaction.prefilter import as_bytes
from incident_bot.redaction.scanner import scanner_for
from incident_bot.redaction.settle import placeholder_spans

if TYPE_CHECKING:
    from incident_bot.model import Evidence, RawEvidence, SafeText
    from incident_bot.redaction.finding import Finding

EXTRA_PAYS_BYTES = 350_000
"""Text from which on the fast extra saves more time than its automaton takes to build (`benchmarks/redact/speed.py`)."""
_BLOCK_CHARS = 1 << 17
"""A stretch is read as a whole, and one letter of another script makes every character of it take two or four bytes."""
_SURROUNDING_CHARS = 2048
_REST_OF_RUN = compile_later(rf"\S{{0,{MAX_VALUE}}}")
_MOST_ROUNDS = 4
_ROUND_CHARS = 1 << 15
"""Short stretches are read until nothing is found: of glued credentials each round may free but one."""
_HELD_BACK_LINES = 8
_HELD_BACK_CHARS = 1 << 15
_LOOK_BACK_CHARS = 2048


class Redactor:
    """Replaces secrets and personal data by `[REDACTED:kind:hash6]`.

    `key` makes the six hex digits: the same value gives the same placeholder under one key, and
    nobody without the key can test a guess against it, so take a fresh random key for every run.
    An instance remembers the values it found: what was a secret once is replaced in every later text.
    Without `fast` the extra of that name is left unused, which finds the same and pays for less than `EXTRA_PAYS_BYTES`.
    """

    def __init__(self, key: bytes, policy: Policy = DEFAULT_POLICY, *, fast: bool = True) -> None:
        self._key = key
        self._policy = policy
        self._fast = fast
        self._scanner = scanner_for(policy, fast=fast)
        self._known = KnownValues(self._scanner.make_parts())
        self._counts: Counter[str] = Counter()

    @property
    def counts(self) -> Mapping[str, int]:
        """Replaced values by kind so far."""
        return MappingProxyType(self._counts)

    def within(self, *namespaces: str) -> Redactor:
        """This redactor under the policy of these namespaces: what it finds and counts is shared, and so is the key."""
        policy = self._policy.within(*namespaces)
        if policy is self._policy:
            return self
        inside = Redactor(self._key, policy, fast=self._fast)
        inside._known, inside._counts = self._known, self._counts
        return inside

    def redact(self, text: str) -> SafeText:
        """The text without its secrets, line for line. Redacting it again changes and counts nothing."""
        return _certify(self._replace(text, self._read(text)))

    def guard(self, value: str) -> None:
        """Replaces this credential of our own in every text from now on, whatever it looks like.

        Below eight characters it is nobody's credential, and replacing it would tear words apart.
        """
        self._known.guard(value, "credential")

    def redact_evidence(self, raw: RawEvidence) -> Evidence:
        """The evidence with the same number of lines, each of them safe."""
        return self._make_evidence(raw, self._read(raw.text))

    def redact_all(self, raws: Sequence[RawEvidence]) -> tuple[Evidence, ...]:
        """Several pieces of evidence, where a value found in any is replaced in all."""
        found = [self._read(raw.text) for raw in raws]
        return tuple(self._make_evidence(raw, findings) for raw, findings in zip(raws, found, strict=True))

    def redact_stream(self, pieces: Iterable[str]) -> Iterator[SafeText]:
        """A text that comes in pieces, in bounded memory: joined, what is yielded has its lines.

        A piece ends with a line, or inside one that is too long to wait for. Some lines are held back, since a
        value may follow its name; an empty piece says that nothing more comes for now and lets them go.
        """
        pem = PemReader()
        before, held = "", ""
        parts: list[str] = []
        size = 0
        for piece in pieces:
            parts.append(piece)
            size += len(piece)
            if piece and size < _BLOCK_CHARS:
                continue
            text = "".join((before, held, *parts))
            cut = _last_lines(text, _HELD_BACK_LINES, _HELD_BACK_CHARS) if piece else len(text)
            if cut > len(before):
                yield self._stretch(text, len(before), cut, pem)
                before, held = _end_of(text, cut), text[cut:]
            else:
                held = text[len(before) :]
            parts, size = [], len(held)
        if text := "".join((held, *parts)):
            yield self._stretch(before + text, len(before), len(before) + len(text), pem)

    def redact_lines(self, lines: Iterable[str]) -> Iterator[SafeText]:
        """A stream of lines (with or without their line ends), in bounded memory."""
        ended: deque[bool] = deque()

        def pieces() -> Iterator[str]:
            for line in lines:
                ended.append(line.endswith("\n"))
                yield line if ended[-1] else line + "\n"

        for safe in self.redact_stream(pieces()):
            for line in safe.removesuffix("\n").split("\n"):
                yield _certify(line + "\n" if ended.popleft() else line)

    def seal(self, text: str, *, beside: str = "") -> SafeText:
        """The same text, certified; raises `LeakError` when anything in it would still be replaced.

        `beside`: what the text was made of, read in the same go and as closely as `redact` reads.
        """
        whole = f"{text}\n{beside}" if beside else text
        kinds = [finding.kind for finding in self._scanner.scan(whole, PemReader(), near_from=len(text))]
        kinds += [finding.kind for finding, _value in self._known_values(whole)]
        if kinds:
            raise LeakError(tuple(kinds))
        return _certify(text)

    def _stretch(self, text: str, low: int, high: int, pem: PemReader) -> SafeText:
        """The safe form of `text[low:high]`, read with what stands before it, which is out already, and with what comes next."""
        pem.floor, pem.limit = low, high
        raw = as_bytes(text)
        found = self._scanner.scan(text, pem, raw=raw)
        self._remember_all(text, found)
        here = [
            item._replace(start=max(item.start, low) - low, end=min(item.end, high) - low)
            for item in found
            if item.end > low and item.start < high
        ]
        return _certify(self._replace(text[low:high], here, raw[low:high]))

    def _read(self, text: str) -> list[Finding]:
        found = self._scanner.scan(text, PemReader())
        self._remember_all(text, found)
        return found

    def _make_evidence(self, raw: RawEvidence, findings: Sequence[Finding]) -> Evidence:
        from incident_bot.model import Evidence  # a filter reads no evidence, and the model takes a tenth of its start

        return Evidence(
            id=raw.id,
            kind=raw.kind,
            name=self.redact(raw.name),
            source=self.redact(raw.source),
            lines=tuple(_certify(line) for line in split_lines(self._replace(raw.text, findings))),
            pod=raw.pod,
            container=raw.container,
            previous=raw.previous,
            cut=self.redact(raw.cut),
        )

    def _remember_all(self, text: str, found: Iterable[Finding]) -> None:
        for finding in found:
            if finding.spreads and finding.kind not in {"email", "ip", "phone"}:
                self._known.remember(text[finding.start : finding.end], finding.kind)

    def _replace(self, text: str, findings: Sequence[Finding], raw: bytes | None = None) -> str:
        """The text with its findings and every known value replaced, and what only that brought to light."""
        safe, changed = self._replace_once(text, findings, raw)
        parts: list[str] = []
        at = 0
        for start, end in _surroundings(safe, changed):
            stretch = safe[start:end]
            for _ in range(max(_MOST_ROUNDS, _ROUND_CHARS // max(len(stretch), 1))):
                found = self._scanner.scan(stretch, PemReader())
                stretch, changed = self._replace_once(stretch, found)
                if not changed:
                    break
            parts += (safe[at:start], stretch)
            at = end
        return "".join((*parts, safe[at:])) if parts else safe

    def _replace_once(
        self, text: str, findings: Sequence[Finding], raw: bytes | None = None
    ) -> tuple[str, list[tuple[int, int]]]:
        """The text with placeholders, and where they stand in it."""
        found = [(finding, text[finding.start : finding.end]) for finding in findings]
        found += self._known_values(text, raw)
        parts: list[str] = []
        changed: list[tuple[int, int]] = []
        at = written = 0
        for finding, value in sorted(found, key=lambda pair: (pair[0].start, -pair[0].end)):
            if finding.start < at:
                continue
            placeholder = self._placeholder(finding.kind, value)
            parts += (text[at : finding.start], placeholder)
            written += finding.start - at + len(placeholder)
            changed.append((written - len(placeholder), written))
            at = finding.end
            self._counts[finding.kind] += 1
        return ("".join((*parts, text[at:])), changed) if parts else (text, changed)

    def _known_values(self, text: str, raw: bytes | None = None) -> list[tuple[Finding, str]]:
        """Occurrences of known values outside placeholders, with the values."""
        pairs = list(self._known.find(text, raw))
        taken = placeholder_spans(text) if pairs else []
        if not taken:
            return pairs
        starts = [start for start, _ in taken]

        def overlaps(finding: Finding) -> bool:
            before = bisect_left(starts, finding.end) - 1
            return before >= 0 and taken[before][1] > finding.start

        return [pair for pair in pairs if not overlaps(pair[0])]

    def _placeholder(self, kind: str, value: str) -> str:
        import hmac  # OpenSSL with it, which takes as long as reading a hundred kilobytes

        digest = hmac.digest(self._key, value.encode("utf-8", "surrogatepass"), "sha256")
        return f"[REDACTED:{kind}:{digest[:3].hex()}]"


def _certify(text: str) -> SafeText:
    """Every `SafeText` there is comes from here."""
    return cast("SafeText", text)


def _surroundings(text: str, changed: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Stretches of whole lines around changes, the line before, where a value's name may stand, and the line behind,
    where the value of a name may: a placeholder can end a word that nothing ended before. An empty line may stand between.
    """
    start = end = -2
    for low, high in changed:
        floor = max(0, low - _SURROUNDING_CHARS)
        line = text.rfind("\n", floor, low)
        if text[line - 1 : line] == "\n":
            line -= 1
        left = text.rfind("\n", floor, max(line, 0)) + 1 or floor
        ceiling = min(len(text), high + _SURROUNDING_CHARS)
        right = text.find("\n", high, ceiling)
        if right >= 0:
            right = text.find("\n", right + 1 + text.startswith("\n", right + 1), ceiling)
        if right < 0:  # not inside a value: its rest would be read as one of its own by whoever reads it again
            rest = _REST_OF_RUN.match(text, ceiling)
            right = rest.end() if rest else ceiling
        if left <= end + 1:
            end = max(end, right)
            continue
        if end >= 0:
            yield start, end
        start, end = left, right
    if end >= 0:
        yield start, end


def _last_lines(text: str, lines: int, chars: int, end: int | None = None) -> int:
    """Where the last lines before `end` start: at most so many of them, and at most so many characters."""
    end = len(text) if end is None else end
    floor, start = max(0, end - chars), end
    at = start - text.endswith("\n", 0, end)
    for _ in range(lines):
        newline = text.rfind("\n", floor, at)
        if newline < 0:
            break
        start, at = newline + 1, newline
    return start


def _end_of(text: str, end: int) -> str:
    """What of a text that is out up to `end` may name a value that comes next."""
    start = _last_lines(text, _HELD_BACK_LINES, _LOOK_BACK_CHARS, end)
    if start == end:
        start = max(0, start - _LOOK_BACK_CHARS)
        start = text.find(" ", start, end) + 1 or start
    return text[start:end]
