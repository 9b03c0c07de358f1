"""Lines that differ only in numbers and ids are one template: found in two steps, so that 25 MB take a fraction of a second.

Step one deletes the digits of a whole chunk at C speed and looks the rest up in a dict. Only lines
that miss there (new ones, and those with hexadecimal ids) meet a regular expression. Words are never
masked: two lines that differ in a word have different templates.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from incident_bot.condense.hints import hints_in
from incident_bot.condense.lines import clean
from incident_bot.condense.severity import grade

_DIGITS = b"0123456789"
_HEX_LETTERS = b"abcdefABCDEF"
_ID = re.compile(
    rb"(?<![0-9A-Za-z])(?=[0-9A-Za-z]{6})(?:[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}"
    rb"|(?:0x)?[A-Fa-f]*[0-9][0-9A-Fa-f]{5,}"
    rb"|(?=(?:[A-Za-z]*[0-9]){3})[0-9A-Za-z]{12,}={0,2}|(?<=[a-z]:)[0-9a-f]{6}(?=\]))(?![0-9A-Za-z])"
)
"""UUIDs, hexadecimal ids of six or more with a digit, mixed tokens of twelve or more with three digits, and what redaction
puts in place of a value, which is another in each run.
"""

_SLOT_WORDS = (
    "status",
    "code",
    "exit",
    "exited",
    "errno",
    "signal",
    "rc",
    "returned",
    "response",
    "reason",
    "error",
    "http/",
)
_METHODS = ("get", "post", "put", "patch", "delete", "head", "options")
_REQUESTS = tuple(f"{method} " for method in _METHODS)


def _any_word(words: Sequence[str]) -> str:
    """A choice whose branches begin with a letter, so that `re` skips ahead; the look back for a word's start comes second."""
    return "(?:" + "|".join(rf"{word[0]}(?<!\w{word[0]}){word[1:]}" for word in words) + ")"


_SLOT = re.compile(
    _any_word(_SLOT_WORDS)
    + r"""(?:(?<=http/)[\d.]{1,3}"?\s|(?<!http/)(?:[_ ]?(?:code|status|with))*["']?\s?[:=(]?\s?["']?)(-?\d{1,3})(?![\w.%])"""
)
"""Numbers that mean something: exit codes, HTTP status, errno, signals. They are part of the template. For lower case."""
_ANSWERED = re.compile(_any_word(_METHODS) + r"""\b[^"]{1,300}?"?\s([1-5]\d\d)(?=[\s",]|$)""")
"""A status that stands behind method and path without a name. For lower case."""
_ANY_STATUS = re.compile(r"\s([1-5]\d\d)(?=[\s\",]|$)")
_NUMBER = re.compile(r"-?\d{1,3}")
_NOT_LETTERS = bytes(code if chr(code).isascii() and chr(code).isalpha() else ord(" ") for code in range(256))
_SHORTEST_WORD = 4
_NEW_WORDS = 4
"""A full table takes a further template of each so many that it holds, for lines with a word that nobody said before."""
_MOST_VARIANTS = 64
_RAW_CHARS = 5
"""A meaningful number has three digits at most; one more and what ends it tell it from longer ones."""
_MOST_KNOWN = 4096
_MOST_SHAPES = 20_000
_MEMO_LIMIT = 100_000
_BEGINNING = 12
_SAMPLE_CHARS = 1024
"""What is held of lines that are samples of numbers, or stand before another."""


class Template:
    """Lines of one stream that differ only in numbers and ids."""

    __slots__ = (
        "before_first",
        "before_last",
        "common",
        "count",
        "first",
        "first_text",
        "known",
        "last",
        "last_text",
        "level",
        "samples",
        "slot_chars",
        "slots",
        "stream",
        "variants",
    )

    def __init__(self, number: int, text: str, level: int, stream: str, common: bytes) -> None:
        self.common = common
        """What its lines have in common but for the stream, comparable between the streams of one log."""
        self.first = number
        self.first_text = text
        self.last = number
        self.last_text = text
        self.before_first = self.before_last = ""
        self.samples: list[str] = []
        """The first line, the second, the fourth and so on: enough to tell a trend from chance."""
        self.count = 0
        self.level = level
        self.stream = stream
        self.slots: tuple[str, ...] | None = None
        self.slot_chars = 0
        """Length of the text before its meaningful number where it has one of them; 0 for none or several."""
        self.variants: dict[str, Template] = {}
        self.known: dict[str, Template] = {}

    def words(self) -> bytes:
        """What its lines have in common, comparable between logs."""
        return _mask(self.first_text)


StreamOf = Callable[[str], str]
"""Which stream (pod and container) a line of a merged log belongs to."""


class TemplateTable:
    """All templates of a log, filled in one pass. Memory grows with the number of templates, not of lines.

    `most` bounds the number of templates: past it, new lines share one coarse template a level and
    beginning, but for a few thousand that say a new word: names of many kinds make many lines of few words. None means no bound. `graded` false leaves every level at 0, which is faster.
    """

    def __init__(self, *, most: int | None = None, graded: bool = True) -> None:
        self.templates: list[Template] = []
        self._most = most
        self._graded = graded
        self.held_chars = 0
        """What long lines add to the length of all templates' first lines."""
        self._before = ""
        self._memo: dict[str, dict[bytes, Template]] = {}
        self._masked: dict[tuple[str, bytes], Template] = {}
        self._hints: dict[bytes, int] = {}
        self._without_slots: set[bytes] = set()
        self._stream_words: dict[str, bytes] = {}
        self._met_once: set[int] = set()
        self._words: set[bytes] | None = None
        """Every word of every template, once the table is full."""
        self._shapes: dict[tuple[str, bytes], tuple[list[bytes], Template]] = {}

    def add(self, lines: Sequence[str], first_number: int, stream_of: StreamOf | None = None) -> None:
        """Count consecutive lines, the first of which has number `first_number`."""
        keys = _without_digits(lines)
        stream = ""
        before = self._before
        memo = self._memo.setdefault(stream, {})
        for index, (line, key, end) in enumerate(zip(lines, keys, _ends(lines), strict=True)):
            if stream_of is not None:
                stream = stream_of(line)
                memo = self._memo.setdefault(stream, {})
            template = memo.get(key)
            if template is None:
                coarse = key.translate(None, _HEX_LETTERS)
                shape = self._shapes.get((stream, coarse))
                if shape is not None and _fits(key, shape[0]):
                    template = shape[1]
                    self._remember_repeated(key, template, stream)
                else:
                    template = self._meet(first_number + index, line, key, coarse, stream)
            if template.slots is not None:
                at = line.find(template.slots[0])
                raw = line[at + template.slot_chars : at + template.slot_chars + _RAW_CHARS] if at > 0 else ""
                template = template.known.get(raw) or self._variant(template, first_number + index, line, raw)
            count = template.count = template.count + 1
            if not count & (count - 1):
                template.samples.append(line[:_SAMPLE_CHARS])
                if count == 1:
                    template.before_first = before
            template.last = first_number + index
            template.last_text = line
            template.before_last = before
            before = end
        self._before = before

    def find(self, line: str, stream: str = "") -> Template | None:
        """The template of a line that was added before, or None."""
        template = self._memo.get(stream, {}).get(_without_digits([line])[0])
        if template is None:
            masked = _mask(line)
            template = self._masked.get((stream, masked))
            if template is None and self._most is not None:
                level = self._grade(line, self._without_stream(masked, stream))
                template = self._masked.get(_coarse(masked[:_BEGINNING], level)) or self._masked.get(
                    _coarse(b"", level)
                )
        if template is not None and template.slots is not None:
            # Past the most variants, the rest share the one without a value.
            return template.variants.get(_slot_value(template.slots, line)) or template.variants.get("")
        return template

    def _meet(self, number: int, line: str, key: bytes, coarse: bytes, stream: str) -> Template:
        """The template of a line whose digit-less key is not in the memo and fits no known shape."""
        parts = [part.translate(None, _DIGITS) for part in _ID.split(line.encode("utf-8", "surrogatepass"))]
        masked = b"".join(parts)
        template = self._masked.get((stream, masked))
        if template is None:
            template = self._create(number, line, masked, stream)
        if masked == key:
            if template.count:
                self._remember_repeated(key, template, stream)
            else:
                self._remember(masked, template, stream)
        elif len(self._shapes) < _MOST_SHAPES:
            self._shapes[stream, coarse] = (parts, template)
        return template

    def _remember(self, key: bytes, template: Template, stream: str) -> None:
        memo = self._memo[stream]
        if len(memo) >= _MEMO_LIMIT:
            memo.clear()
        memo[key] = template

    def _remember_repeated(self, key: bytes, template: Template, stream: str) -> None:
        """Remember a key with an id in it when it comes again: a pod's name does, a request's id does not."""
        mark = hash((stream, key))
        if mark in self._met_once:
            self._remember(key, template, stream)
            return
        if len(self._met_once) >= _MEMO_LIMIT:
            self._met_once.clear()
        self._met_once.add(mark)

    def _create(self, number: int, line: str, masked: bytes, stream: str) -> Template:
        index = (stream, masked)
        common = self._without_stream(masked, stream)
        level = self._grade(line, common)
        most = self._most
        if most is not None and len(self.templates) >= most and not self._says_something_new(common, most):
            index = _coarse(masked[:_BEGINNING] if len(self.templates) < 2 * most else b"", level)
            known = self._masked.get(index)
            if known is not None:
                return known
        template = Template(number, line, level, stream, common)
        self.held_chars += max(0, len(line) - _SAMPLE_CHARS)
        self._masked[index] = template
        template.slots = self._find_slots(line, common)
        if template.slots is not None and len(template.slots) == 1:
            template.slot_chars = len(template.slots[0])
        if template.slots is None:
            self.templates.append(template)
        return template

    def _says_something_new(self, common: bytes, most: int) -> bool:
        """Whether a line that met a full table has a word that no template has; its words are known from now on."""
        if len(self.templates) >= most + most // _NEW_WORDS:
            return False
        if self._words is None:
            self._words = {word for template in self.templates for word in _words(template.common)}
        new = _words(common) - self._words
        self._words |= new
        return bool(new)

    def _without_stream(self, masked: bytes, stream: str) -> bytes:
        """The masked words of a line but for its stream's."""
        if not stream:
            return masked
        name = self._stream_words.get(stream)
        if name is None:
            name = self._stream_words[stream] = _mask(stream)
        return masked.replace(name, b"")

    def _grade(self, line: str, common: bytes) -> int:
        if not self._graded:
            return 0
        text = clean(line)
        if not self._stream_words:
            return grade(text)
        # What one pod says, the others say too.
        hints = self._hints.get(common)
        if hints is None:
            hints = hints_in(text)
            if len(self._hints) < _MOST_KNOWN:
                self._hints[common] = hints
        return grade(text, hints)

    def _find_slots(self, line: str, common: bytes) -> tuple[str, ...] | None:
        if common in self._without_slots:
            return None
        slots = _slots(line)
        if slots is None and self._stream_words and len(self._without_slots) < _MOST_KNOWN:
            self._without_slots.add(common)
        return slots

    def _variant(self, template: Template, number: int, line: str, raw: str) -> Template:
        """The template of the same words with this very status or exit code.

        `raw` is what stands in the line's only slot: the next line with the same needs no search.
        """
        value = _slot_value(template.slots or (), line)
        variant = template.variants.get(value)
        if variant is None:
            if len(template.variants) >= _MOST_VARIANTS:
                value = ""
            variant = template.variants.get(value)
        if variant is None:
            variant = template.variants[value] = Template(
                number, line, self._grade(line, template.common), template.stream, template.common
            )
            self.held_chars += max(0, len(line) - _SAMPLE_CHARS)
            self.templates.append(variant)
        if template.slot_chars and raw[:1].isdigit() and len(template.known) < _MOST_KNOWN:
            template.known[raw] = variant
        return variant


def _ends(lines: Sequence[str]) -> Sequence[str]:
    """What is kept of each line as the one before another."""
    if max(map(len, lines), default=0) <= _SAMPLE_CHARS:
        return lines
    return [line[-_SAMPLE_CHARS:] for line in lines]


def _coarse(beginning: bytes, level: int) -> tuple[str, bytes]:
    """What lines share that came when the table was full."""
    return "", b"\0%d %s" % (level, beginning)


def _without_digits(lines: Sequence[str]) -> list[bytes]:
    """Each line as bytes without its digits: one pass over the joined text, which is what makes it fast."""
    keys = "\n".join(lines).encode("utf-8", "surrogatepass").translate(None, _DIGITS).split(b"\n")
    if len(keys) == len(lines):
        return keys
    return [line.encode("utf-8", "surrogatepass").translate(None, _DIGITS) for line in lines]


def _words(common: bytes) -> set[bytes]:
    return {word for word in common.translate(_NOT_LETTERS).split() if len(word) >= _SHORTEST_WORD}


def _mask(line: str) -> bytes:
    return _ID.sub(b"", line.encode("utf-8", "surrogatepass")).translate(None, _DIGITS)


def _fits(key: bytes, parts: list[bytes]) -> bool:
    """Whether a key is these parts in order with only hexadecimal letters between them.

    The caller knows that both are equal without those letters, so finding every part is proof enough.
    """
    if not (key.startswith(parts[0]) and key.endswith(parts[-1])):
        return False
    if len(parts) == 2:
        return len(key) >= len(parts[0]) + len(parts[1])
    at = len(parts[0])
    for part in parts[1:-1]:
        at = key.find(part, at)
        if at < 0:
            return False
        at += len(part)
    return at <= len(key) - len(parts[-1])


def _slots(line: str) -> tuple[str, ...] | None:
    """The texts before a line's meaningful numbers ("" for a status found by its place), or None without any."""
    low = line.lower()
    if len(low) != len(line):
        # A few letters of other alphabets become two, and the places below would be off.
        low = "".join(char.lower() if char.isascii() else char for char in line)
    found = []
    if any(word in low for word in _SLOT_WORDS):
        found = [line[match.start() : match.start(1)] for match in _SLOT.finditer(low)]
    if not found and any(method in low for method in _REQUESTS) and _ANSWERED.search(low):
        found = [""]
    return tuple(found) or None


def _slot_value(slots: tuple[str, ...], line: str) -> str:
    if len(slots) == 1 and slots[0]:
        # Nearly all lines: one exit code or one status.
        at = line.find(slots[0])
        match = _NUMBER.match(line, at + len(slots[0])) if at >= 0 else None
        if match:
            return match.group()
    values = []
    for before in slots:
        at = line.find(before) if before else -1
        match = _NUMBER.match(line, at + len(before)) if at >= 0 else _ANY_STATUS.search(line)
        values.append(match.group(match.lastindex or 0) if match else "")
    return ",".join(values)
