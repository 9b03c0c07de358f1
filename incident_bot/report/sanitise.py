"""Untrusted text made harmless for a GitHub issue.

There are three places for text and one function for each: `prose` (a sentence in the body),
`code_span` (a quote), `code_line` (a line inside a fence, always written behind a prefix).
`plain` serves titles and summaries, where Markdown is not parsed but GitHub's later passes
still look for mentions and references.

GitHub finds mentions, references and math after Markdown has been decoded, so a backslash or an
entity does not stop them (github/cmark-gfm#181, github/markup#1168): outside code a zero-width
space breaks the pattern. Inside code nothing is changed but invisible characters and `<!--`,
because what stands in code is there to be read and copied exactly.
"""

from __future__ import annotations

import re

from incident_bot.patterns import compile_later

ZERO_WIDTH_SPACE = "\u200b"

# A code span holds at most 80 backticks and a fence is counted up to 255 in cmark-gfm; longer runs
# turn the text behind them live. Nobody's log needs more than this many in a row.
_LONGEST_RUN = 16
_RUN = compile_later(r"`{17,}|~{17,}")

# ECMA-48 control sequences: colours and cursor movements in a container's log.
_ANSI = compile_later(r"\x1b(?:\[[0-?]{0,32}[ -/]{0,8}[@-~]|\][^\x07\x1b]{0,256}(?:\x07|\x1b\\)|[@-Z\\-_])")
_SPACES = compile_later(r"\s+")
_CODE_SPAN = compile_later(r"(?<!`)(`{1,3})(?!`)([^`]+)(?<!`)\1(?!`)")

_ESCAPES = {
    **{character: "\\" + character for character in "\\*[]~|"},
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    "`": "&#96;",
    "@": "@" + ZERO_WIDTH_SPACE,
    "#": "#" + ZERO_WIDTH_SPACE,
}
_ESCAPE_TABLE = str.maketrans(_ESCAPES)
_GH_REFERENCE = compile_later(r"(?i)\b(gh-)(?=\d)")
# Inside a word an underscore is never emphasis, and `MODEL_NAME` reads better in an e-mail unescaped.
_EDGE_UNDERSCORE = compile_later(r"(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")
_HEX_RUN = compile_later(r"(?i)(?<![0-9a-z])[0-9a-f]{7,}(?![0-9a-z])")
_LINK_LIKE = ("://", "www.", "mailto:", "xmpp:", "javascript:", "data:", "[redacted:", "$")
_BLOCK_START = compile_later(r"(?:[-+=/:]|\d{1,9}[.)])")
_WRAPPING = "\"'(),.;:!?"


def visible(text: str) -> str:
    """The text without what cannot be seen: control, format, bidi, zero-width, tag and surrogate characters.

    Line separators become spaces, a tab stays. Colour codes of terminals go as a whole.
    """
    if text.isprintable() and (text.isascii() or _INVISIBLE_LETTERS.isdisjoint(text)):
        return text
    return "".join(map(_visible_character, _ANSI.sub("", text)))


def _visible_character(character: str) -> str:
    if character == "\t" or character.isprintable():
        return "" if character in _INVISIBLE_LETTERS else character
    return " " if character.isspace() else ""


# Printable by category, drawn as nothing: Hangul fillers, Braille blank, variation selectors, combining joiner.
_INVISIBLE_LETTERS = frozenset(
    [
        *"\u115f\u1160\u3164\uffa0\u2800\u034f\u17b4\u17b5",
        *map(chr, range(0xFE00, 0xFE10)),
        *map(chr, range(0xE0100, 0xE01F0)),
    ]
)


def one_line(text: str) -> str:
    """Visible text with every run of white space as one space."""
    return _SPACES.sub(" ", visible(text)).strip()


def shorten(text: str, limit: int) -> str:
    """At most `limit` characters, the last one an ellipsis where something was cut."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def prose(text: str, limit: int = 1200) -> str:
    """One paragraph of Markdown that shows `text` and does nothing else.

    Code spans of the writer are kept as code. Words that GitHub would make a link, a commit or a
    formula of become code; everything else is escaped. Starts safely at the beginning of a line.
    """
    flat = shorten(one_line(text), limit)
    pieces: list[str] = []
    position = 0
    for match in _CODE_SPAN.finditer(flat):
        pieces.append(_prose_words(flat[position : match.start()]))
        pieces.append(code_span(match[2]))
        position = match.end()
    pieces.append(_prose_words(flat[position:]))
    return _protect_line_start(_join(pieces))


def _join(pieces: list[str]) -> str:
    """Pieces side by side, but never two code spans touching: their backticks would become one run."""
    joined = ""
    for piece in pieces:
        if joined.endswith("`") and piece.startswith("`"):
            joined += " "
        joined += piece
    return joined


def _prose_words(text: str) -> str:
    return _join([_code_word(word) if _is_live(word) else _escape(word) for word in re.split(r"( )", text)])


def _is_live(word: str) -> bool:
    folded = word.casefold()
    return any(mark in folded for mark in _LINK_LIKE) or any(_may_be_commit(run) for run in _HEX_RUN.findall(word))


def _may_be_commit(run: str) -> bool:
    return len(run) >= 40 or not run.isdecimal()


def _code_word(word: str) -> str:
    core = word.strip(_WRAPPING)
    if not core:
        return _escape(word)
    before, _, after = word.partition(core)
    return _join([_escape(before), code_span(core), _escape(after)])


def _escape(text: str) -> str:
    unreferenced = _GH_REFERENCE.sub(rf"\1{ZERO_WIDTH_SPACE}", text)
    return _EDGE_UNDERSCORE.sub(r"\\_", unreferenced.translate(_ESCAPE_TABLE))


def _protect_line_start(text: str) -> str:
    match = _BLOCK_START.match(text)
    if not match:
        return text
    return text[: match.end() - 1] + "\\" + text[match.end() - 1 :]


def code_span(text: str, limit: int = 400) -> str:
    """A code span that shows `text` exactly, whatever backticks it holds."""
    flat = shorten(code_line(text).replace("\t", " ").strip(), limit)
    if not flat:
        return "`(empty)`"
    longest = max((len(run) for run in re.findall(r"`+", flat)), default=0)
    delimiter = "`" * (longest + 1)
    padding = " " if flat.startswith("`") or flat.endswith("`") else ""
    return f"{delimiter}{padding}{flat}{padding}{delimiter}"


def code_line(text: str, limit: int = 2000) -> str:
    """A line for the inside of a fence. The caller writes it behind a prefix of its own, so that it
    can neither close the fence nor stand at the start of a line, where bots look for commands.
    """
    line = _RUN.sub(lambda run: run[0][:_LONGEST_RUN] + "…", visible(text)).replace("<!--", "<! --")
    if len(line) <= limit:
        return line
    return f"{line[:limit].rstrip()} … {len(line) - limit} more characters"


def fence(lines: list[str], language: str = "text") -> str:
    """A fenced block, its fence longer than any run of backticks inside."""
    longest = max((len(run) for line in lines for run in re.findall(r"`{3,}", line)), default=2)
    bar = "`" * (longest + 1)
    return "\n".join([f"{bar}{language}", *lines, bar])


def plain(text: str, limit: int) -> str:
    """One line for places where Markdown is not parsed: mentions and references broken, no `<!--`."""
    flat = shorten(one_line(text), limit).replace("<!--", "<! --")
    flat = _GH_REFERENCE.sub(rf"\1{ZERO_WIDTH_SPACE}", flat)
    return re.sub(r"([@#])(?=\w)", rf"\1{ZERO_WIDTH_SPACE}", flat)


def summary_text(text: str, limit: int = 160) -> str:
    """Text for a `<summary>` line: Markdown is not parsed there, so backticks protect nothing."""
    flat = shorten(one_line(text), limit)
    flat = re.sub(r"[^\w .,()/·-]", "", flat)
    flat = re.sub(r"(?i)www\.", "www ", flat)
    flat = _GH_REFERENCE.sub(rf"\1{ZERO_WIDTH_SPACE}", flat)
    return _HEX_RUN.sub(_broken_up, flat)


def _broken_up(run: re.Match[str]) -> str:
    """A run of hexadecimal digits that is too short everywhere to be a commit."""
    return ZERO_WIDTH_SPACE.join(re.findall(".{1,6}", run[0])) if _may_be_commit(run[0]) else run[0]


_LINK = compile_later(
    r"https://(?P<host>[A-Za-z0-9](?:[A-Za-z0-9-]{0,62}\.){0,8}[A-Za-z0-9-]{0,62}[A-Za-z0-9])(?::\d{1,5})?"
    r"(?P<path>/[A-Za-z0-9._~/%?=&+,:;-]{0,400})?(?:#[A-Za-z0-9._/=-]{0,100})?"
)
# A link to one of these leaves a back-reference on its target, visible to everyone there.
_REFERENCING = compile_later(r"/(?:issues|pull|pulls|commit|commits|compare|discussions)/")


def https_link(label: str, url: str) -> str:
    """`[label](url)` for a plain https address of bounded form, else an empty string.

    `label` is ours, never from outside. No user info, no brackets, no quotes, no script; on
    github.com nothing that would leave a back-reference.
    """
    match = _LINK.fullmatch(url.strip())
    if not match:
        return ""
    host = match["host"].casefold()
    if (host == "github.com" or host.endswith(".github.com")) and _REFERENCING.search(match["path"] or ""):
        return ""
    return f"[{label}]({url.strip()})"
