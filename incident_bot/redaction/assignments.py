"""Secrets that a name announces: `key=value`, JSON, YAML, headers, flags, query strings, pairs of lines."""

from __future__ import annotations

import re
from collections.abc import Iterator

from incident_bot.redaction.finding import Finding
from incident_bot.redaction.names import Promise, kind_of, promise
from incident_bot.redaction.values import entropy_bits, is_prose_word, is_stand_in, looks_secret

MAX_VALUE = 8192
"""Characters of one value; what is longer is replaced up to here and found again behind it."""

_FIRST_LOOK = 96

_NAME_BEFORE = re.compile(r"[\w.\-]{0,64}")
_NAME_AFTER = re.compile(r"[\w\-]{0,48}(?:\[['\"]?\w{0,24}['\"]?\])?")
_QUOTE = r"""\\{0,7}["'`]|&quot;|&\#3[49];|%22|%27"""
_SEPARATOR = re.compile(
    rf"""
    (?:\x1b\[[0-9;]{{0,8}}m){{0,2}}(?P<close>{_QUOTE})?
    (?:\s?(?:string|str|String|\]|\}}))?
    (?:
      [ \t]{{0,8}}(?:\|\|?:|::=|[:?+.!]=|<=|=>|->|=|:=|:(?!:|//)|\uff1a|→|%3[dDaA]|=3D)[ \t]{{0,40}}
      | (?P<loose>>|[ \t]{{0,2}},[ \t]{{0,2}}(?=["'\\]))
    )
    (?:\x1b\[[0-9;]{{0,8}}m){{0,2}}
    (?P<list>\[(?=[\w"'\\])|\((?=["'\\]))?
    (?P<break>(?:\\|[|>][-+]?)?[ \t]*\r?\n[^\S\n]*)?
    (?P<typed>(?:!!?[a-zA-Z]{{1,16}}|&[\w-]{{1,32}})[ \t]{{1,4}}|string\(\d{{1,6}}\)[ ]
      |(?:Some|Ok|Just|Secret|SecretStr|SecretString|Sensitive|Optional|PASSWORD|Password|String|str)[(\[](?={_QUOTE}))?
    (?P<bytes>[brufN@]?(?={_QUOTE}))?
    """,
    re.VERBOSE,
)
_OPENING = re.compile(_QUOTE)
_BARE = re.compile(
    rf"""(?:[^\s"'`<>&,;|\\]|[,;|](?![\s"'`<>]|[\w.\-]{{1,40}}[=:]|$)|\\(?![nrt"'\\]|u00|$)|(?<==)"(?!\s)){{1,{MAX_VALUE}}}"""
)
_PAIR = re.compile(
    r"""(?P<close>\\{0,7}["'])?[ \t]*,?(?P<break>[ \t]*\r?\n[^\S\n]*)?[ \t]*\\{0,7}["']?(?i:value)\\{0,7}["']?[ \t]*[:=][ \t]*"""
)
_NAME_KEY = re.compile(r"""(?i:name|key)\\{0,7}["']?[ \t]*[:=][ \t]*\\{0,7}["']?[\w.\-]*$""")
_FLAG = re.compile(r"(?:[ \t]+|(?P<break>[ \t]*\\?\r?\n[^\S\n]*(?:-[ \t]+)?))(?=[^\s-])")
_SCHEME = re.compile(
    r"(?:Bearer|Basic|Token|Digest|Negotiate|NTLM|ApiKey|Api-Key|SSWS|AWS4-HMAC-SHA256|GenieKey|Key|Splunk|Klaviyo-API-Key|OAuth|Hawk|JWT)[ \t]+",
    re.IGNORECASE,
)
_HEADER_REST = re.compile(rf"""[^\r\n"'`\\]{{1,{MAX_VALUE}}}""")
_COOKIE = re.compile(rf"""[\w.!#$%*+^|~-]{{1,128}}=([^\s;,"'`\\]{{1,{MAX_VALUE}}})""")
_MOST_COOKIES = 64
"""Cookies of one header that are told apart; browsers keep 50 to 180 a site. What follows is replaced as one."""
_COOKIE_GAP = re.compile(
    r"[ \t]*;[ \t]*(?:(?:HttpOnly|Secure|Partitioned|Path=[^;\s]*|Expires=[^;\r\n]{0,40}|SameSite=\w*|Domain=[^;\s]*|Max-Age=\d*)[ \t]*;?[ \t]*){0,8}",
    re.IGNORECASE,
)
_PAIR_BEFORE = re.compile(
    r"""(?i:value)\\{0,7}["']?[ \t]{0,8}[:=][ \t]{0,8}\\{0,7}["']?(?P<value>[^\s"'\\]{1,256})\\{0,7}["']?[ \t]{0,8},?\s{0,80}\\{0,7}["']?(?i:name|key)\\{0,7}["']?[ \t]{0,8}[:=][ \t]{0,8}\\{0,7}["']?[\w.\-]*$"""
)
_MARKUP_PAIR = re.compile(r"</(?:name|key)>\s{0,80}<(?:value|string)>(?:<string>)?([^<\n]{1,512})<")
_MARKUP_ELEMENT = re.compile(r"[ \t][^<>\n]{1,200}>([^<\s]{1,512})</")
_LONE_VALUE = re.compile(r"(?=[^\s=:/]{0,64}\d)(?=[^\s=:/]{0,64}[A-Za-z])[^\s=:/]{6,128}[ \t]*(?:\r?\n|$)")
_PARTIAL = re.compile(r"\d{4}-[\dT:.Z+-]{10,40} std(?:out|err) P ")
_PARTIAL_NEXT = re.compile(r"\r?\n\d{4}-[\dT:.Z+-]{10,40} std(?:out|err) [FP] (?P<more>[^\s\"',;&]{1,512})")
_PROSE = re.compile(
    r"""(?:[ \t]+(?:is|was|to|of|as|now|set|with|by|value|used|using|be|got|for(?:\ the)?(?:\ (?:user|account|role|login))?\ [\w.@-]{1,40}(?=:|\ is))){0,3}[ \t]*[:=|→\uff1a]?[ \t]*(?P<quote>["'`])?"""
)
_CONTINUED = re.compile(r"\r?\n[ \t]*(?P<more>[A-Za-z0-9+/=_.\-]{8,512})[ \t]*(?=\r?\n|$|[\"'])")


def name_span(text: str, start: int, end: int) -> tuple[int, int]:
    """The whole name of which `text[start:end]` is a part."""
    before = _NAME_BEFORE.match(text[max(0, start - 64) : start][::-1])
    after = _NAME_AFTER.match(text, end)
    return start - (before.end() if before else 0), after.end() if after else end


def find_assignment(text: str, name_start: int, name_end: int) -> Iterator[Finding]:
    """The value that the name at `text[name_start:name_end]` announces."""
    name = text[name_start:name_end]
    level = promise(name)
    if name == "Pass" and text.startswith(":", name_end) and not text[name_end + 1 : name_end + 2].isspace():
        level = Promise.FIRM  # a Go struct; test runners print `Pass: 12`
    if level is Promise.NONE:
        return
    kind = kind_of(name)
    for finding in _announced_by(text, name_start, name_end, kind, level):
        yield finding
        yield from _rest_of_partial(text, finding)


def _announced_by(text: str, name_start: int, name_end: int, kind: str, level: Promise) -> Iterator[Finding]:
    lowered = text[name_start:name_end].lower()
    if lowered.endswith("authorization"):
        yield from _header(text, name_end)
        return
    if "cookie" in lowered and (cookies := list(_cookies(text, name_end))):
        yield from cookies
        return
    yield from _value_of(text, name_start, name_end, kind, level)


def _rest_of_partial(text: str, finding: Finding) -> Iterator[Finding]:
    """The rest of a value that the container runtime cut with its line (CRI log tag `P`)."""
    more = _PARTIAL_NEXT.match(text, finding.end)
    line_start = text.rfind("\n", max(0, finding.start - MAX_VALUE), finding.start) + 1
    if more and _PARTIAL.match(text, line_start):
        yield Finding(more.start("more"), more.end("more"), finding.kind)


def _value_of(text: str, name_start: int, name_end: int, kind: str, level: Promise) -> Iterator[Finding]:
    pair = _PAIR.match(text, name_end)
    if pair and _NAME_KEY.search(text, max(0, name_start - 24), name_start):
        yield from _take(text, pair.end(), kind, max(level, Promise.FIRM), alone=True)
        return
    if pair_before := _value_before(text, name_start):
        yield from _take(text, pair_before, kind, max(level, Promise.FIRM), alone=True)
        return
    if markup := _in_markup(text, name_start, name_end):
        if _counts(markup[1], level, quoted=True):
            yield Finding(markup.start(1), markup.end(1), kind)
        return
    separator = _SEPARATOR.match(text, name_end)
    if separator and separator.end() > name_end:
        yield from _separated(text, separator, kind, level)
        return
    if (
        text[max(0, name_start - 2) : name_start].strip(" \t'\"").endswith("-")
        or text[name_start : name_start + 2] == "--"
    ):
        flag = _FLAG.match(text, name_end)
        if flag and level > Promise.WEAK:
            taken = _next_line if flag["break"] is not None else _take
            yield from taken(text, flag.end(), kind, level)
        return
    yield from _prose(text, name_end, kind, level)


def _separated(text: str, separator: re.Match[str], kind: str, level: Promise) -> Iterator[Finding]:
    """The value behind `=`, `:` and their like."""
    at = separator.end()
    if separator["break"] is not None:
        empty = "=" in separator[0] and "\\" not in separator[0] and "=>" not in separator[0]
        # `PASSWORD=` at the end of a line is mostly an empty setting; only a lone generated-looking word follows it.
        if not empty or _LONE_VALUE.match(text, at):
            yield from _next_line(text, at, kind, level)
        return
    loose = separator["loose"]
    if loose and "," in loose and is_prose_word(text[at + 1 : at + 40].partition(text[at : at + 1])[0]):
        return
    plain_colon = separator[0].strip() == ":" and separator["close"] is None
    yield from _take(text, at, kind, level, alone=plain_colon, loose=loose is not None)


def _value_before(text: str, name_start: int) -> int:
    """Where the value stands in `value: x, name: PASSWORD`, whose order is reversed; else 0."""
    if not _NAME_KEY.search(text, max(0, name_start - 24), name_start):
        return 0
    pair = _PAIR_BEFORE.search(text, max(0, name_start - 400), name_start)
    return pair.start("value") if pair else 0


def _in_markup(text: str, name_start: int, name_end: int) -> re.Match[str] | None:
    """The value in `<name>password</name><value>x</value>` and `<a:Password Type="t">x</a:Password>`."""
    before = text[name_start - 1 : name_start] if name_start else ""
    if before == ">":
        return _MARKUP_PAIR.match(text, name_end)
    return _MARKUP_ELEMENT.match(text, name_end) if before in {"<", ":"} and before else None


def _take(
    text: str, at: int, kind: str, level: Promise, *, alone: bool = False, loose: bool = False
) -> Iterator[Finding]:
    """The value that starts at `at`, if it is one. `alone`: after a plain `name: `, where prose may follow."""
    quote = _OPENING.match(text, at)
    if quote:
        stop = _closing(text, quote.end(), quote[0])
        if _counts(text[quote.end() : stop], level, quoted=True):
            yield Finding(quote.end(), stop, kind)
        return
    bare = _bare_value(text, at)
    if not bare or (loose and text[bare.end() : bare.end() + 2] != "</"):
        return
    value = _trim(bare[0])
    if value.startswith(("Bearer", "Basic")):
        yield from _header(text, at)
    elif not (alone and _is_prose(bare, value, level)) and _counts(value, level, quoted=False):
        yield Finding(at, at + len(value), kind)
        yield from _wrapped(text, bare.end(), value, kind)


def _bare_value(text: str, at: int) -> re.Match[str] | None:
    """An unquoted value. A first look at its beginning keeps texts made of nothing but `key=key=` linear."""
    start = _BARE.match(text, at, min(len(text), at + _FIRST_LOOK))
    if not start or start.end() < at + _FIRST_LOOK - 1 or not looks_secret(start[0]):
        return start
    return _BARE.match(text, at)


def _is_prose(bare: re.Match[str], value: str, level: Promise) -> bool:
    """Whether what follows `name: ` is the rest of a sentence: a word, a count, the next part of an error."""
    if bare[0].endswith(":") or (value.isdigit() and len(value) < 4):
        return True
    followed = re.match(r"[ \t]+[^\s#]", bare.string[bare.end() : bare.end() + 40])
    return is_prose_word(value) and (level < Promise.STRONG or followed is not None)


def _wrapped(text: str, at: int, value: str, kind: str) -> Iterator[Finding]:
    """Further lines of a long value that was wrapped."""
    if len(value) < 12 or is_prose_word(value) or not looks_secret(value):
        return
    for _ in range(64):
        more = _CONTINUED.match(text, at)
        if not more or not (
            looks_secret(more["more"])
            or (
                len(more["more"]) >= 12
                and entropy_bits(more["more"]) > 3.4
                and any(c.isdigit() for c in more["more"])
                and any(c.isupper() for c in more["more"])
            )
        ):
            return
        yield Finding(more.start("more"), more.end("more"), kind)
        at = more.end("more")


def _next_line(text: str, at: int, kind: str, level: Promise) -> Iterator[Finding]:
    """A value on the line after its name; a mapping or list that starts there is none."""
    line_end = text.find("\n", at, at + MAX_VALUE)
    line = text[at : line_end if line_end >= 0 else at + MAX_VALUE].strip()
    if not line or line.startswith(("- ", "{", "[")) or re.match(r"[\w.\-\"'/]{1,64}\s*[:=](?:\s|$)", line):
        return
    if " " in line and line[0] not in "\"'":
        return
    quote = _OPENING.match(text, at)
    value = text[quote.end() : _closing(text, quote.end(), quote[0])] if quote else line
    if (level is Promise.STRONG and not is_prose_word(value)) or looks_secret(value):
        yield from _take(text, at, kind, level)


def _closing(text: str, at: int, quote: str) -> int:
    """Where a quoted value ends: at the same quote, equally escaped, else at the end of the line."""
    limit = min(len(text), at + MAX_VALUE)
    newline = text.find("\n", at, limit)
    limit = newline if newline >= 0 else limit
    if quote.startswith(("&", "%")):
        found = text.find(quote, at, limit)
        return found if found >= 0 else limit
    found = text.find(quote, at, limit)
    while found > at and text[found - 1] == "\\" and len(quote) == 1:
        escapes = len(text[at:found]) - len(text[at:found].rstrip("\\"))
        if escapes % 2 == 0:
            break
        found = text.find(quote, found + 1, limit)
    if found >= 0:
        return found
    return at + len(text[at:limit].rstrip("\r"))


def _trim(value: str) -> str:
    """A bare value without the punctuation of the sentence or expression around it."""
    value = value.rstrip(".,;:|")
    for opening, closing in ("()", "[]", "{}"):
        while value.endswith(closing) and value.count(opening) < value.count(closing):
            value = value[:-1].rstrip(",;")
    return value


def _counts(value: str, level: Promise, *, quoted: bool) -> bool:
    """Whether a value under a name of this promise is a secret."""
    if is_stand_in(value) or "[REDACTED:" in value:
        return False
    if level is Promise.STRONG:
        return True
    if looks_secret(value):
        return True
    if level is Promise.FIRM:
        return _is_firm_value(value, quoted=quoted)
    return False


def _is_firm_value(value: str, *, quoted: bool) -> bool:
    """Under `token` or `api_key`: anything but words, numbers, paths, code and Kubernetes names."""
    if len(value) < 6 or value.isdigit() or value.startswith(("/", "./", "http")):
        return False
    if " " in value or is_prose_word(value):
        return False
    if re.fullmatch(r"[a-z]+(?:[-_.][a-z0-9]+)*", value) and ("-" in value or "." in value or "_" in value):
        return looks_secret(value)
    return quoted or any(char.isdigit() for char in value) or any(not char.isalnum() for char in value)


def _header(text: str, at: int) -> Iterator[Finding]:
    """The credentials of an Authorization header, its scheme kept."""
    separator = _SEPARATOR.match(text, at)
    at = separator.end() if separator else at
    quote = _OPENING.match(text, at)
    at = quote.end() if quote else at
    scheme = _SCHEME.match(text, at)
    if scheme is None and separator is None:
        return
    at = scheme.end() if scheme else at
    if scheme and scheme[0].lower().startswith(("digest", "aws4", "hawk", "oauth")):
        rest = _HEADER_REST.match(text, at)
    else:
        rest = _BARE.match(text, at)
    if not rest:
        return
    value = _trim(rest[0].rstrip())
    known = scheme is not None and not is_prose_word(value)
    if (known and len(value) >= 6 and not is_stand_in(value)) or _counts(value, Promise.FIRM, quoted=False):
        yield Finding(at, at + len(value), "authorization")


def _cookies(text: str, at: int) -> Iterator[Finding]:
    """The values of the cookies in a Cookie or Set-Cookie header."""
    separator = _SEPARATOR.match(text, at)
    if not separator or separator["break"] is not None:
        return
    at = separator.end()
    quote = _OPENING.match(text, at)
    at = quote.end() if quote else at
    for _ in range(_MOST_COOKIES):
        cookie = _COOKIE.match(text, at)
        if not cookie:
            return
        name = text[cookie.start() : cookie.start(1) - 1].lower()
        if name not in {"path", "domain", "expires", "max-age", "samesite", "version"} and not is_stand_in(cookie[1]):
            yield Finding(cookie.start(1), cookie.end(1), "cookie")
        gap = _COOKIE_GAP.match(text, cookie.end())
        if not gap:
            return
        at = gap.end()
    if rest := _HEADER_REST.match(text, at):
        yield Finding(at, rest.end(), "cookie", spreads=False)


def _prose(text: str, at: int, kind: str, level: Promise) -> Iterator[Finding]:
    """`using password hunter2`, `the token is abc123…`, `IDENTIFIED WITH PASSWORD 'x'`."""
    words = _PROSE.match(text, at)
    if not words or words.end() == at:
        return
    quote = words["quote"]
    if quote:
        stop = _closing(text, words.end(), quote)
        value = text[words.end() : stop]
        if (
            level is Promise.STRONG and 4 <= len(value) <= 128 and " " not in value and not is_stand_in(value)
        ) or looks_secret(value):
            yield Finding(words.end(), stop, kind)
        return
    bare = _BARE.match(text, words.end())
    if not bare:
        return
    value = _trim(bare[0])
    if level > Promise.WEAK and _is_prose_secret(value, level):
        yield Finding(words.end(), words.end() + len(value), kind)


def _is_prose_secret(value: str, level: Promise) -> bool:
    if is_stand_in(value) or len(value) < 6 or "(" in value or "=" in value[:-2] or ":" in value:
        return False
    if looks_secret(value):
        return True
    if level is not Promise.STRONG:
        return False
    if value.isalpha():
        # Letters only: no word, and no CamelCase name, changes case in its middle.
        return re.fullmatch(r"[A-Z]?[a-z]+(?:[A-Z][a-z]{2,})*|[A-Z]+s?", value) is None
    letters = any(char.isalpha() for char in value)
    digits = any(char.isdigit() for char in value)
    marks = any(char in "!@#$%^&*+~" for char in value)
    return letters and (digits or marks) and re.fullmatch(r"v?[\d.]+\w*|[a-z]+(?:[-.][a-z0-9]+)+", value) is None
