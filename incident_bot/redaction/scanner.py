"""Runs the detectors where the prefilter points, and settles which of their findings stands."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache, partial
from operator import itemgetter
from typing import TYPE_CHECKING

from incident_bot.patterns import compile_later
from incident_bot.redaction import (
    assignments,
    codes,
    columns,
    commands,
    context,
    encodings,
    manifests,
    protocols,
    words,
)
from incident_bot.redaction.colours import without_colours
from incident_bot.redaction.command_lines import COMMANDS
from incident_bot.redaction.finding import Finding
from incident_bot.redaction.flood import FloodGauge
from incident_bot.redaction.issued import find_jwt, issued
from incident_bot.redaction.name_keywords import CODE_KEYWORDS, COLUMN, HANDED_IN, NAME_KEYWORDS
from incident_bot.redaction.non_ascii_names import find_under_non_ascii_name
from incident_bot.redaction.parts import RunParts, fastest_parts
from incident_bot.redaction.pem import PemReader
from incident_bot.redaction.personal import fastest_starts, find_email, find_numbers, find_starts
from incident_bot.redaction.prefilter import FinderMaker, Keyword, Prefilter, as_bytes, fastest_finder, plain_finder
from incident_bot.redaction.providers import PROVIDERS
from incident_bot.redaction.secret_name import name_span
from incident_bot.redaction.settle import PLACEHOLDER_START, placeholder_spans, settle
from incident_bot.redaction.urls import find_slashed, find_user_info, is_in_url, may_hold_user_info

if TYPE_CHECKING:
    from incident_bot.redaction.policy import Policy

_SHOWN_BREAK = "\u2424"
"""How a line break inside a table's cell is shown: values are split by it as by the break itself."""

_PLACEHOLDER = Keyword(PLACEHOLDER_START)

_NUMBER = itemgetter(1)
"""Of a hit the number of its keyword."""

Probe = Callable[["Scan", int, int], Iterable[Finding]]
ScanDecoded = Callable[[str, int], list[Finding]]


class Scan:
    """One stretch of text while it is being read: how far each detector has got."""

    def __init__(self, text: str, raw: bytes, pem: PemReader, level: int = 0) -> None:
        self.level = level
        """How often it was decoded."""
        self.text = text
        self.raw = raw
        self.pem = pem
        self.at_signs_until = 0
        self.encoded_until = 0
        self.manifests_until = 0
        self.named_until = 0
        self.values_until = 0
        self.near_until = 0
        self.providers_until = 0
        self.listed_until = 0


class Scanner:
    """Finds secrets in a stretch of text."""

    def __init__(self, policy: Policy, make_finder: FinderMaker = fastest_finder, *, fast: bool = True) -> None:
        self._personal = policy.personal
        self._number_starts = fastest_starts() if fast else find_starts
        self._allow = tuple(re.compile(pattern) for pattern in policy.allow)
        self._rules = tuple((rule.kind, re.compile(rule.pattern)) for rule in policy.rules)
        probes = _probes(policy, self._scan_decoded)
        self.prefilter = Prefilter(probes, make_finder)
        self.make_parts = fastest_parts() if fast else RunParts
        """For the values that a redactor of this scanner comes to know."""
        self._asked = [[(probe, len(keyword.text)) for probe in probes[keyword]] for keyword in self.prefilter.keywords]
        """For each of the prefilter's keywords what is asked where it stands, and its length."""
        self._placeholder = self.prefilter.keywords.index(_PLACEHOLDER)

    def scan(
        self, text: str, pem: PemReader, *, near_from: int = 0, level: int = 0, raw: bytes | None = None
    ) -> list[Finding]:
        """Findings in order, none overlapping another or a placeholder.

        Generated values without a grammar are looked for from `near_from` on. `level`: how often the text was
        decoded; `raw` is what `as_bytes` makes of the text.
        """
        if _SHOWN_BREAK in text:
            text, raw = text.replace(_SHOWN_BREAK, "\n"), None
        raw = as_bytes(text) if raw is None else raw
        state = Scan(text, raw, pem, level)
        state.near_until = near_from
        if level >= encodings.MOST_LEVELS:
            state.encoded_until = len(text)
        found = list(pem.continue_block(text))
        beside, taken = self._beside_keywords(state)
        found += beside
        if not text.isascii():
            found.extend(find_under_non_ascii_name(text, taken))
        found.extend(find_numbers(text, raw, self._personal, self._number_starts))
        found.extend(self._by_user_rules(text))
        found.extend(self._coloured(text, near_from))
        if not found:
            return []
        settled = settle(text, found, taken)
        return (
            [item for item in settled if not self._is_allowed(text[item.start : item.end])]
            if self._allow
            else list(settled)
        )

    def _beside_keywords(self, state: Scan) -> tuple[list[Finding], list[tuple[int, int]]]:
        """What stands where the prefilter points, with where placeholders stand."""
        text, raw = state.text, state.raw
        found: list[Finding] = []
        taken: list[tuple[int, int]] = []
        gauge = FloodGauge(text, partial(self.prefilter.last_start, raw))
        for hits in self.prefilter.hits(raw, gauge):
            marked = self._placeholder in map(_NUMBER, hits)
            if not taken and (marked or gauge.floods):  # of a flood not all is searched
                taken = placeholder_spans(text)
                gauge.pass_over(taken)
            counted = [hit for hit in hits if hit[1] != self._placeholder] if marked else hits
            for start, number in gauge.outside(counted):
                for probe, length in self._asked[number]:
                    found += probe(state, start, start + length)
        if gauge.floods:
            found += gauge.floods
            taken = taken or placeholder_spans(text)
        return found, taken

    def _coloured(self, text: str, near_from: int) -> Iterator[Finding]:
        if "\x1b" not in text:  # one character, which is looked for ten times as fast as two
            return
        plain = without_colours(text)
        near_from = 0 if near_from < len(text) else len(plain.text)
        for item in self.scan(plain.text, PemReader(), near_from=near_from) if plain.text else ():
            yield item._replace(start=plain.place(item.start), end=plain.place(item.end))

    def _scan_decoded(self, text: str, level: int) -> list[Finding]:
        """What stands in a text that was decoded so many times."""
        return self.scan(text, PemReader(), near_from=len(text), level=level)

    def _by_user_rules(self, text: str) -> Iterator[Finding]:
        for kind, pattern in self._rules:
            group = "secret" if "secret" in pattern.groupindex else 0
            for match in pattern.finditer(text):
                if match[group]:
                    yield Finding(match.start(group), match.end(group), kind)

    def _is_allowed(self, value: str) -> bool:
        return any(pattern.fullmatch(value) for pattern in self._allow)


@lru_cache(maxsize=8)
def scanner_for(policy: Policy, *, fast: bool = True) -> Scanner:
    """The scanner of a policy; building one compiles some hundred patterns, and it keeps no state."""
    return Scanner(policy, fastest_finder if fast else plain_finder, fast=fast)


def _probes(policy: Policy, scan_decoded: ScanDecoded) -> dict[Keyword, tuple[Probe, ...]]:
    """Which detectors each keyword calls."""
    # Looked for with all others: to ask every text whether it holds one takes a fiftieth of the time.
    probes: dict[Keyword, list[Probe]] = {_PLACEHOLDER: []}
    probes |= {Keyword(word, any_case=True): [_announcing(word)] for word in NAME_KEYWORDS}
    probes |= {Keyword(word): [_announcing(word)] for word in ("Bearer", "BEARER", "bearer ")}
    probes[Keyword("key", any_case=True)] = [_key]
    long = "[=:\"' ]{0,4}[A-Za-z0-9_~./+-]{16}"
    probes[Keyword(COLUMN, any_case=True, then="[,\r\n]")] = [_announcing(COLUMN)]
    probes |= {Keyword(word, any_case=True, then=long): [_announcing(word)] for word in HANDED_IN}
    probes |= {Keyword(word, starting=True): [_announcing(word)] for word in (*CODE_KEYWORDS, "pw ")}
    for provider in PROVIDERS:
        for mark in provider.marks:
            literal, _, then = mark.removeprefix("^").partition("(?=")
            keyword = Keyword(literal, starting=mark.startswith("^"), then=then.removesuffix(")"))
            probes.setdefault(keyword, []).append(issued(provider))
    probes.setdefault(Keyword("eyJ"), []).append(find_jwt)
    for opening in ("-----begin ", "putty-user-key-file-"):
        probes[Keyword(opening, any_case=True)] = [lambda scan, start, _end: scan.pem.open_block(scan.text, start)]
    probes[Keyword("-----end ", any_case=True)] = [lambda scan, start, _end: scan.pem.close_block(scan.text, start)]
    probes[Keyword("insert into", any_case=True)] = [lambda scan, _start, end: columns.find_inserted(scan.text, end)]
    probes[Keyword("@")] = [_at_sign(emails="email" in policy.personal)]
    probes |= {Keyword(command, any_case=True): [_typed(command)] for command in COMMANDS}
    for command in commands.PIPED_INTO:
        probes[Keyword(command, any_case=True)] = [lambda scan, start, _end: commands.find_piped(scan.text, start)]
    for word in codes.SENT:
        keyword = Keyword(word, any_case=True, starting=word in codes.SHORT, then=codes.THEN.get(word, ""))
        probes.setdefault(keyword, []).append(_coded(word))
    probes |= {Keyword(word, any_case=True): [_answered(word)] for word in (*codes.ANSWERS, *codes.PHRASES)}
    probes |= {Keyword(word, any_case=True): [_nested(word)] for word in codes.NESTED}
    probes |= {Keyword(word): [_linked(word)] for word in codes.LINKS}
    probes |= {Keyword(word, any_case=True): [_asked(word)] for word in codes.QUESTIONS}
    for word in protocols.WORDS:
        keyword = Keyword(
            word, any_case=word.islower(), starting=word in protocols.THEN, then=protocols.THEN.get(word, "")
        )
        probes.setdefault(keyword, []).append(_spoken(word))
    for mark in manifests.MARKS:
        probes[Keyword(mark)] = [_in_manifest]
    encoded = _encoded(scan_decoded)
    for mark in encodings.MARKS:
        probes.setdefault(Keyword(mark), []).append(encoded)
    for keyword, probe in words.probes(partial(_scan_words, scan_decoded)).items():
        probes.setdefault(keyword, []).append(probe)
    return {keyword: tuple(found) for keyword, found in probes.items()}


def _at_sign(*, emails: bool) -> Probe:
    def probe(scan: Scan, start: int, end: int) -> Sequence[Finding]:
        if scan.text.startswith("@", end):
            return ()  # the last ends a password that ends with one
        floor, scan.at_signs_until = scan.at_signs_until, end
        if scan.text.startswith("sha256:", end):
            return ()  # an image by its digest
        may_hold = may_hold_user_info(scan.text, start)
        found = list(find_user_info(scan.text, start, floor) if may_hold else find_slashed(scan.text, start))
        if may_hold and not found and is_in_url(scan.text, start):
            return ()  # a masked password before a host
        return found or (list(find_email(scan.text, start, floor)) if emails else ())

    return probe


def _in_manifest(scan: Scan, start: int, end: int) -> Iterator[Finding]:
    floor, scan.manifests_until = scan.manifests_until, end
    yield from manifests.find_secret_data(scan.text, start, end, floor)


def _typed(command: str) -> Probe:
    return lambda scan, start, _end: commands.find_in_command(scan.text, start, command)


def _coded(word: str) -> Probe:
    return lambda scan, start, _end: codes.find_code(scan.text, start, word)


def _answered(word: str) -> Probe:
    return lambda scan, start, _end: codes.find_answer(scan.text, start, word)


def _nested(word: str) -> Probe:
    return lambda scan, start, _end: codes.find_nested_code(scan.text, start, word)


def _linked(word: str) -> Probe:
    return lambda scan, start, _end: codes.find_linked(scan.text, start, word)


def _asked(word: str) -> Probe:
    return lambda scan, start, _end: codes.find_answered_question(scan.text, start, word)


def _spoken(word: str) -> Probe:
    return lambda scan, start, _end: protocols.find_in_protocol(scan.text, start, word)


def _encoded(scan_decoded: ScanDecoded) -> Probe:
    """Base64 whose text holds a secret."""

    def probe(scan: Scan, start: int, end: int) -> Iterator[Finding]:
        if start < scan.encoded_until:
            return
        runs = encodings.runs_around(scan.text, start, end, scan.encoded_until)
        scan.encoded_until = runs[-1][1]
        written = [scan.text[low:high] for low, high in runs]
        texts = [(encodings.decode("".join(written)), runs)]
        if len(runs) > 1 and not texts[0][0]:  # lines beside each other, each encoded by itself
            texts = [(encodings.decode(line), [run]) for line, run in zip(written, runs, strict=True)]
        for text, spans in texts:
            found = scan_decoded(text, scan.level + 1) if text else []
            for low, high in spans if found else ():
                yield Finding(low, high, found[0].kind)

    return probe


def _scan_words(scan_decoded: ScanDecoded, text: str) -> list[Finding]:
    """The secrets of a command line that was shown word by word."""
    return scan_decoded(text, encodings.MOST_LEVELS)


def _announcing(word: str) -> Probe:
    """What asks about the name that a word is a part of; the word goes without the signs and the verb at its end."""
    length = len(word.rstrip("".join(char for char in set(word) if not char.isalnum())))
    lead = len(word) - len(word.lstrip(" ,"))
    verb = word[:length].rpartition(" ")[2]
    shorter = word.rindex(" ", 0, length) if verb in _VERBS and " " in word[:length] else length

    def probe(scan: Scan, start: int, _end: int) -> Sequence[Finding]:
        end = start + length
        start += lead
        if shorter < length and scan.text.startswith(verb, start - lead + shorter + 1):
            end = start - lead + shorter
        return _announced(scan, start, end)

    return probe


_VERBS = frozenset({"is", "for"})
_LINE_ENDS = frozenset({"\n", ""})


def _announced(scan: Scan, start: int, end: int) -> Sequence[Finding]:
    text = scan.text
    found: Sequence[Finding] = ()
    if start >= scan.named_until and start >= scan.values_until:
        name_start, name_end = name_span(text, start, end)
        scan.named_until = name_end
        # A folder of a path (`/run/secrets/token`, `/auth/callback`) announces nothing, and paths are what logs hold.
        if not text.startswith("/", name_end):
            found = assignments.find_assignment(text, name_start, name_end)
            for finding in found:
                scan.values_until = max(scan.values_until, finding.end)
    until = scan.near_until
    # A line that was read to its end for a word before this one has no more to give.
    if start >= until or (start + context.REACH > until and text[until : until + 1] not in _LINE_ENDS):
        near, scan.near_until = context.find_near(text, scan.raw, start, until)
        return [*found, *near] if near else found
    return found


_SET_FROM = "<set to the key "
_REFERENCE = compile_later(r"key '[^'\n]{1,253}' (?:in|of) (?:secret|config map) '[^'\n]{1,253}'>")
"""What `kubectl describe` shows for a variable that is set from a Secret: names, and no values."""
_REFERRING = compile_later(r"(?<=[A-Z]_KEY): {1,64}<set to the (?=key ')")


_NUMBERED = compile_later(r"\"key\": \"[0-9a-f]{16}\"")
"""An incident's key, as every message of ours has one: no grammar takes a name so short with so few digits for a secret."""


def _key(scan: Scan, start: int, end: int) -> Sequence[Finding]:
    text = scan.text
    before, behind = text[start - 1 : start], text[end : end + 1]  # asked before the patterns that need them
    if before == '"' and start < scan.near_until and _NUMBERED.match(text, start - 1):
        return ()
    if behind == ":" and (referring := _REFERRING.match(text, end)):
        shown = _REFERENCE.match(text, referring.end())
    else:
        named = text.startswith(_SET_FROM, start - len(_SET_FROM) + 4)
        shown = _REFERENCE.match(text, start) if named else None
    if shown:
        scan.named_until = max(scan.named_until, shown.end())
    return _announced(scan, start, end)
