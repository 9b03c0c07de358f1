"""Secrets that a name announces: `key=value`, JSON, YAML, flags, query strings, markup, pairs of lines."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache

from incident_bot.patterns import compile_later
from incident_bot.redaction.ambiguous import AMBIGUOUS, promise_in_place
from incident_bot.redaction.chosen_words import find_again, find_chosen_word, find_labelled
from incident_bot.redaction.columns import DELIMITERS, find_in_columns
from incident_bot.redaction.extents import (
    MAX_VALUE,
    OPENING,
    PAIR,
    QUOTE,
    SEPARATOR,
    bare_value,
    closing,
    is_empty_field,
    shell_end,
    trim,
)
from incident_bot.redaction.finding import Finding
from incident_bot.redaction.forms import find_apart
from incident_bot.redaction.headers import cookies, header
from incident_bot.redaction.lone_lines import find_alone_on_line, is_setting
from incident_bot.redaction.loose import find_default, find_flagged, find_loose
from incident_bot.redaction.markup import find_in_cell, find_in_markup
from incident_bot.redaction.names import Promise, kind_of, promise
from incident_bot.redaction.non_english_wordings import find_in_non_english_wording
from incident_bot.redaction.parameters import find_bound
from incident_bot.redaction.phrases import find_phrase
from incident_bot.redaction.plain_words import find_plain_word, is_given
from incident_bot.redaction.printed import find_written
from incident_bot.redaction.secret_name import Reading, SecretName, may_be_named, may_separate, reading_of
from incident_bot.redaction.sentences import find_in_sentence, find_login, find_refused, is_rest_of_sentence
from incident_bot.redaction.values import counts, is_prose_word, looks_secret
from incident_bot.redaction.wrapped import find_rest, find_wrapped

_ARN = compile_later(r"\barn:[\w:*-]{4,72}:$")
"""Before `secret` in a resource name of AWS."""
_NAME_KEY = compile_later(
    r"""(?i:name|key|property|field|option|setting|variable|param(?:eter)?|(?<=["'])k)\\{0,7}["']?[ \t]*[:=][ \t]*\\{0,7}["']?[@$]?[\w.\-]*$"""
)
_FLAG = compile_later(r"(?:[ \t]+(?!\\?\r?\n)|(?P<break>[ \t]*(?P<continued>\\?)\r?\n[^\S\n]*(?:-[ \t]+)?))(?=[^\s-])")
_BLOCK_SCALAR = compile_later(r"[|>][-+]?[ \t]*\r?\n[ \t]+")
_SIDE = compile_later(r"\b(?:old|new|previous|current)(?:_?[vV]alue)?[\"']?[ ]?[:=][ ]?")
"""`key=db.password, old=x, new=y`."""
_SIDES_REACH = 160
_LISTED = frozenset(",\"' ")
_LABEL = compile_later(r"\b(\w{1,16})Label=$")
"""`cs1Label=apiKey cs1=x`, as CEF names its fields."""
_PAIR_BEFORE = compile_later(
    r"""(?i:value)\\{0,7}["']?[ \t]{0,8}[:=][ \t]{0,8}\\{0,7}["']?(?P<value>[^\s"'\\]{1,256})\\{0,7}["']?[ \t]{0,8},?\s{0,80}(?i:where[ ]|and[ ])?\\{0,7}["']?(?i:name|key|param|path|field|property)\\{0,7}["']?[ \t]{0,8}[:=][ \t]{0,8}\\{0,7}["']?[\w.\-]*$"""
)
_ELEMENT = compile_later(r"([^\s<]{1,512})\s{0,80}</")
_LONE_VALUE = compile_later(r"(?=[^\s=:/]{0,64}\d)(?=[^\s=:/]{0,64}[A-Za-z])[^\s=:/]{6,128}[ \t]*(?:\r?\n|$)")
_REPLACED = compile_later(
    r"""(?:"[^"\n]{0,512}"|'[^'\n]{0,512}'|null|\([a-z ]{1,32}\))[ \t]{1,4}(?:->|=>|→)[ \t]{1,4}["']"""
)
"""What a change shows: `"old" -> "new"`."""
_BECAME = compile_later(r"""[ \t]{1,4}(?:->|=>|\u2192)[ \t]{1,4}["']?(?P<value>[^\s"',;]{4,256})""")
"""The same without quotes."""
_FIRST_OF_TWO = compile_later(r"""[({][ \t]?["']?$""")
"""Before the name in `define('DB_PASSWORD', 'x')` and `{db_password, "x"}`."""
_REFUSED = compile_later(
    r"""\r?\n[ \t]+[^\n\[]{1,512}\[[^\n\]]{0,128}\binput_value=(?P<quote>["'])(?P<value>[^"'\n]{1,512})(?P=quote)"""
)
"""A setting that a Python program refuses at its start: its name, and the value on the line below."""
_HASHED = compile_later(
    r"""(?i:md5|sha\d{0,3}|(?:old_)?password|crypt|encrypt|hash\w{0,12}|digest|bcrypt|encode|concat)\([ ]?[NEb]?['"]([^'"\n]{1,256})['"]"""
)
"""A password as a statement hands it to a function: `passwd = md5('x')`."""
_WRAPPED = compile_later(
    r"""[A-Z]\w{0,32}[(\[{](?:(?:value|token|key|secret|raw|inner)[=:][ ]?)?["']?([^\s"'()\[\]{},;]{6,512})["']?[)\]}]"""
)
"""`token=Token(value=x)`, as classes show themselves."""
_COUNT = compile_later(r"\d{1,5}\s{0,80}(?:[,}\]]|$)")
"""A number of JSON, as our own counts of what was replaced: `"password": 12`."""
_APART = frozenset("\"'\\\r\n")
"""What stands behind the name of a form's part or of a value that is shown below it."""
_CALLED = compile_later(rf"\((?={QUOTE})")
_USER_AND_PASSWORD = compile_later(r"""\([ \t]?["'][^"'\n]{0,128}["'],[ \t]?["']([^"'\n]{1,256})["'][ \t]?\)""")
_SETTER = compile_later(r"(?:set|with|add|put|use)(?![a-z])")
_GETTER = compile_later(
    r"(?:get|has|is|check|validate|verify|find|read|load|resolve|parse|encode|decode|hash|encrypt|decrypt|match|compare|prompt|test|createhmac)"
)


def find_assignment(text: str, name_start: int, name_end: int) -> list[Finding]:
    """The value that the name at `text[name_start:name_end]` announces."""
    name = text[name_start:name_end]
    level = _promise_at(text, name_start, name_end, name)
    if level is Promise.NONE:
        return []
    found = _announced_by(SecretName(text, name_start, name_end, name, kind_of(name), level))
    more = _repeated if level is Promise.STRONG else find_rest
    return [part for finding in found for part in (finding, *more(text, finding))] if found else []


def _promise_at(text: str, name_start: int, name_end: int, name: str) -> Promise:
    """What the name promises; a few depend on what stands around them."""
    level = promise(name)
    if name.lower() in AMBIGUOUS:
        level = promise_in_place(text, name_start, name_end, level)
    if level and text[name_start - 1 : name_start] in {":", "/"}:
        if text.startswith((" HTTP/", " -> ", " => "), name_end):
            return Promise.NONE  # the end of a path
        # Of a data set: `/day=7/key=x`.
        partition = level is Promise.WEAK and text[name_start - 1] == "/" and text.startswith("=", name_end)
        return Promise.NONE if partition or _is_about_it(text, name_start) else level
    return level


def _is_about_it(text: str, name_start: int) -> bool:
    low = max(0, name_start - 80)
    if text[name_start - 1] == "/":
        return text.endswith("checksum/", low, name_start)
    return "arn:" in text[low:name_start] and _ARN.search(text, low, name_start) is not None


def _announced_by(said: SecretName) -> list[Finding]:
    text, start, end = said.text, said.start, said.end
    reading = reading_of(said.name)
    if reading.authorizes:
        return list(header(text, end))
    if reading.of_cookies and (found := cookies(text, end)) is not None:
        return found
    around = (text[max(0, start - 2) : start], text[end : end + 2])
    for grammar in _grammars_between(*around, reading):
        if (read := grammar(said)) is not None:
            return read or find_refused(said) or _in_words(said)
    return find_refused(said) or list(find_in_sentence(said)) or _in_words(said)


def _in_words(said: SecretName) -> list[Finding]:
    if written := find_written(said):
        return written
    if said.level < Promise.FIRM:
        return []
    if shown := find_in_cell(said) or find_flagged(said):
        return shown
    if said.level is not Promise.STRONG:
        apart = find_apart(said) if said.text[said.end : said.end + 1] in _APART else []
        return (
            apart
            or find_bound(said)
            or find_default(said)
            or find_in_non_english_wording(said)
            or find_chosen_word(said)
        )
    return (
        find_bound(said)
        or find_apart(said)
        or find_loose(said)
        or list(find_plain_word(said))
        or find_in_non_english_wording(said)
        or find_phrase(said)
        or (find_labelled(said) if said.text[said.end : said.end + 1] in {" ", ","} else [])
    )


def _in_named_pair(said: SecretName) -> list[Finding] | None:
    """`name: PASSWORD, value: x` and, in reverse, `value: x, name: PASSWORD`."""
    if label := _LABEL.search(said.text, said.before(24), said.start):
        value = re.compile(rf"[^\n]{{0,160}}?\b{label[1]}=").match(said.text, said.end)
        return list(_take(said.text, value.end(), said.kind, said.level)) if value else []
    tie = said.text[said.before(24) : said.start]
    if not (":" in tie or "=" in tie) or not _NAME_KEY.search(said.text, said.before(24), said.start):
        return None
    pair = PAIR.match(said.text, said.end)
    if pair is None and (sides := list(_SIDE.finditer(said.text, said.end, said.end + _SIDES_REACH))):
        found = [part for side in sides for part in _take(said.text, side.end(), said.kind, said.level)]
        return found if said.text[said.end : said.end + 1] in _LISTED else None
    before = None if pair else _PAIR_BEFORE.search(said.text, said.before(400), said.start)
    at = pair.end() if pair else before.start("value") if before else 0
    if pair and (block := _BLOCK_SCALAR.match(said.text, at)):
        at = block.end()
    return list(_take(said.text, at, said.kind, max(said.level, Promise.FIRM), alone=True)) if at else None


def _in_call(said: SecretName) -> list[Finding] | None:
    """`setPassword("x")`, `builder.password("x")`, `UserPassword("app", "x")`; what a getter is given is a name."""
    called = _CALLED.match(said.text, said.end)
    if not called:
        return None
    if "user" in said.name.lower() and (both := _USER_AND_PASSWORD.match(said.text, said.end)):
        return [Finding(both.start(1), both.end(1), said.kind)] if counts(both[1], said.level, quoted=True) else []
    _owner, dot, method = said.name.rpartition(".")
    sets = _SETTER.match(method) or (dot and not _GETTER.match(method))
    return list(_take(said.text, called.end(), said.kind, said.level)) if sets else []


def _assigned(said: SecretName) -> list[Finding] | None:
    separator = SEPARATOR.match(said.text, said.end)
    if not separator or separator.end() == said.end:
        return None
    if separator[0] == ":" and said.text.startswith("://", said.start - 3):
        return []  # a user of a URL, whose password ends at the `@`
    if said.text.startswith(":?", said.end) and said.text.startswith("${", said.start - 2):
        return []  # what a shell says where the variable is not set
    if separator[0] == ": " and is_empty_field(said.text, said.start, separator.end()):
        return []
    paired = said.name.startswith("-") or (
        is_setting(said.name) and _FIRST_OF_TWO.search(said.text, said.before(8), said.start) is not None
    )
    return list(_separated(said.text, separator, said.kind, said.level, paired=paired))


def _in_flag(said: SecretName) -> list[Finding] | None:
    """`--password x`, also on two lines."""
    flag = _FLAG.match(said.text, said.end)
    if not flag or said.level is Promise.WEAK:
        return []
    word = bare_value(said.text, flag.end())
    if (
        word
        and word[0].isalpha()
        and word[0].islower()
        and not is_given(word[0])
        and said.text[word.end() : word.end() + 1] == " "
    ):
        return []  # a sentence about the flag
    if flag["break"] is None or flag["continued"]:
        return list(_take(said.text, flag.end(), said.kind, said.level))
    return list(_next_line(said.text, flag.end(), said.kind, said.level, block=True))


def _refused_below(said: SecretName) -> list[Finding] | None:
    refused = _REFUSED.match(said.text, said.end)
    if not refused:
        return None
    found = Finding(refused.start("value"), refused.end("value"), said.kind)
    return [found] if counts(refused["value"], said.level, quoted=True) else []


_RULED = frozenset("-=+| ")
"""What the line below the only column of a table begins with."""
Grammar = Callable[[SecretName], list[Finding] | None]
GRAMMARS: tuple[Grammar, ...] = (
    _in_named_pair,
    find_in_columns,
    _in_call,
    find_login,
    find_in_markup,
    _assigned,
    _in_flag,
    find_alone_on_line,
    _refused_below,
)
"""In order: the first that applies decides, even that there is no secret; without one, the name stands in a sentence."""


@lru_cache(maxsize=8192)
def _grammars_between(before: str, after: str, reading: Reading) -> tuple[Grammar, ...]:
    """The grammars that can apply to a name between these two characters and those two: to most names none does."""
    last, head = before[-1:], after[:1]
    may_apply = (
        may_be_named(before),
        "  " in {before, after}
        or after[1:] == "\n"
        or (head == "\n" and after[1:] in _RULED)
        or not DELIMITERS.isdisjoint(before + after),
        head == "(",
        reading.of_login,
        last in {"<", ">", ":", '"', "'"} or head in {">", "&", "\\"},
        bool(after) and may_separate(after),
        reading.dashed or before.rstrip("'\"").endswith("-"),
        head in {" ", "\t"},
        head in {"\r", "\n"},
    )
    return tuple(grammar for grammar, may in zip(GRAMMARS, may_apply, strict=True) if may)


def _separated(
    text: str, separator: re.Match[str], kind: str, level: Promise, *, paired: bool = False
) -> Iterator[Finding]:
    """The value behind `=`, `:` and their like. `paired`: even a plain word behind a comma is the value, not the next name."""
    at = separator.end()
    if separator["break"] is not None:
        element = _ELEMENT.match(text, at) if separator["loose"] == ">" else None
        if element and counts(element[1], level, quoted=True):
            yield Finding(element.start(1), element.end(1), kind)
            return
        empty = "=" in separator[0] and "\\" not in separator[0] and "=>" not in separator[0]
        # `PASSWORD=` at the end of a line is mostly an empty setting; only a lone generated-looking word follows it.
        if separator["typed"]:
            yield from _take(text, at, kind, level)
        elif not empty or _LONE_VALUE.match(text, at):
            block = "|" in separator[0] or ">" in separator["break"]
            yield from _next_line(text, at, kind, level, block=block, named=separator["close"] is not None)
        return
    if separator["scope"] and not any(char.isdigit() for char in text[at : at + 16]):
        return  # a path of a program: `token::Error`
    loose = separator["loose"]
    if loose and "," in loose and _lists_more(text, separator, level, paired=paired):
        return
    if separator["close"] and level is not Promise.CODE and _COUNT.match(text, at):
        return
    # Nothing and two spaces or more are no sentence: structs and `kubectl describe` write so.
    plain_colon = separator[0].endswith((": ", ":\t")) and separator["close"] is None
    yield from _take(text, at, kind, level, alone=plain_colon, loose=loose is not None)


def _lists_more(text: str, separator: re.Match[str], level: Promise, *, paired: bool) -> bool:
    """Whether the text behind a comma is the next of a list and not the value."""
    at = separator.end()
    if text.startswith("--", at + 1) or ("\n" in separator["loose"] and not paired):
        return True  # the next argument, or the next line
    word, _quote, rest = text[at + 1 : at + 40].partition(text[at : at + 1])
    if separator["close"] and rest.lstrip()[:1] == ":":
        return True  # the next name of an object: `"field": "password", "rejected": ...`
    if not paired and level is not Promise.STRONG and word.isalpha() and not looks_secret(word):
        return True  # names, whose next is no value
    given = level is Promise.STRONG and rest[:1] in {")", "]", ">", "}"} and is_given(word)
    return not paired and is_prose_word(word) and not given


def _take(
    text: str, at: int, kind: str, level: Promise, *, alone: bool = False, loose: bool = False
) -> Iterator[Finding]:
    """The value that starts at `at`, if it is one. `alone`: after a plain `name: `, where prose may follow."""
    if replaced := _REPLACED.match(text, at):
        new = text[replaced.end() : closing(text, replaced.end(), replaced[0][-1])]
        if counts(new, level, quoted=True):
            yield Finding(replaced.end(), replaced.end() + len(new), kind)
    if handed := _handed(text, at, level):
        if counts(handed[1], level, quoted=False):
            yield Finding(*handed.span(1), kind)
        return
    quote = OPENING.match(text, at)
    if quote:
        stop = closing(text, quote.end(), quote[0])
        stop = shell_end(text, stop) if quote[0] == "'" else stop
        if counts(text[quote.end() : stop], level, quoted=True):
            yield Finding(quote.end(), stop, kind)
        return
    bare = bare_value(text, at)
    if not bare or (loose and text[bare.end() : bare.end() + 2] != "</"):
        return
    value = _own_part(text, at, trim(bare[0]))
    if value.startswith(("Bearer", "Basic")):
        yield from header(text, at)
    elif not (_is_size(bare) or (alone and is_rest_of_sentence(bare, value, level))) and counts(
        value, level, quoted=False
    ):
        yield Finding(at, at + len(value), kind)
        yield from _replacing(text, bare.end(), kind, level)
        yield from find_wrapped(text, bare.end(), value, kind)


def _replacing(text: str, at: int, kind: str, level: Promise) -> Iterator[Finding]:
    """The new value where the old one, which ends at `at`, is shown before it."""
    became = _BECAME.match(text, at)
    if became and counts(became["value"], level, quoted=False):
        yield Finding(*became.span("value"), kind)


def _own_part(text: str, at: int, value: str) -> str:
    """The value without the next parameter of an escaped query."""
    return re.split("%(?:25)?26", value, maxsplit=1)[0] if text[at - 2 : at].upper() == "3D" else value


def _is_size(bare: re.Match[str]) -> bool:
    """Whether it is the size of a Secret's key, as `kubectl describe` shows it."""
    return bare[0].isdigit() and bare.string.startswith(" bytes", bare.end())


def _handed(text: str, at: int, level: Promise) -> re.Match[str] | None:
    """The value inside a call that makes or hashes one."""
    return (_HASHED.match(text, at) if level is Promise.STRONG else None) or _WRAPPED.match(text, at)


def _next_line(
    text: str, at: int, kind: str, level: Promise, *, block: bool = False, named: bool = False
) -> Iterator[Finding]:
    """A value on the line after its name; a mapping or list that starts there is none.

    `block`: a YAML block scalar. `named`: the name is in quotes, as in JSON, so that a text in quotes is its value.
    """
    line_end = text.find("\n", at, at + MAX_VALUE)
    line = text[at : line_end if line_end >= 0 else at + MAX_VALUE].strip()
    if not line or line.startswith(("- ", "{", "[")) or re.match(r"[\w.\-\"'/]{1,64}\s*[:=](?:\s|$)", line):
        return
    if " " in line and line[0] not in "\"'":
        return
    quote = OPENING.match(text, at)
    value = text[quote.end() : closing(text, quote.end(), quote[0])] if quote else line
    any_value = level is Promise.STRONG and (block or quote or not is_prose_word(value))
    if any_value or (named and quote) or looks_secret(value):
        yield from _take(text, at, kind, level)


def _repeated(text: str, finding: Finding) -> Iterator[Finding]:
    """The rest of a value, and the value again on its line: `password=x&confirm=x`; elsewhere a plain word is no secret."""
    yield from find_rest(text, finding)
    yield from find_again(text, finding)
