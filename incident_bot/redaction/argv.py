"""Command lines that are shown word by word: `["mysql", "-u", "app", "-px"]`, `a0="mysql" a1="-px"`, a title in hex.

Read as the line that a shell would show, so that everything that is known of commands and flags holds there too.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from incident_bot.patterns import compile_later
from incident_bot.redaction.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_REACH = 4096
"""Characters of one list that are read."""
_MOST_WORDS = 64
LISTS = {"execve(": "", "popen([": "", "check_call([": "", "check_output([": ""} | dict.fromkeys(
    ("cmd", "command", "args", "argv", "entrypoint"), r"[ \"':=][^\n]{0,4}[\[(]"
)
"""What a list of the words of a command stands behind, and what must stand between."""
NUMBERED = "type=execve "
"""How the audit log of Linux begins such a record: `argc=2 a0="mysql" a1="-px"`."""
TITLE = "proctitle="
"""Before a command line as the kernel has it, in hex and with NUL between its words."""
_OPEN = compile_later(r"""(?:"[^"\n]{1,256}", ?\[|["' ]?[^\n"'\[(]{0,5}[\[(])?\s{0,40}""")
_ITEM = compile_later(r"""(?:"(?P<double>[^"\n]{0,1024})"|'(?P<single>[^'\n]{0,1024})')\s{0,4}(?P<more>,?)\s{0,80}""")
_NUMBERED = compile_later(r'\ba\d{1,3}=(?:"(?P<double>[^"\n]{0,1024})"|(?P<bare>[^\s"]{1,1024}))')
_HEX = compile_later(r'"?(?P<hex>(?:[0-9a-fA-F]{2}){4,2048})(?![0-9a-fA-F])')


def find_in_list(text: str, at: int, scan: Callable[[str], list[Finding]]) -> tuple[list[Finding], int]:
    """The secrets of the command whose list of words starts at `at`, and where it ends."""
    opening = _OPEN.match(text, at)
    at, high = (opening.end() if opening else at), at + _REACH
    words: list[tuple[int, int]] = []
    for _ in range(_MOST_WORDS):
        item = _ITEM.match(text, at, high)
        if not item:
            break
        words.append(item.span("double") if item["double"] is not None else item.span("single"))
        at = item.end()
        if not item["more"]:
            break
    return list(_in_line(text, words, scan)), at


def find_numbered(text: str, at: int, scan: Callable[[str], list[Finding]]) -> tuple[list[Finding], int]:
    """The same of a record of the audit log, which is a line."""
    newline = text.find("\n", at, at + _REACH)
    end = newline if newline >= 0 else min(len(text), at + _REACH)
    words = [
        item.span("double") if item["double"] is not None else item.span("bare")
        for item in _NUMBERED.finditer(text, at, end)
    ]
    return list(_in_line(text, words[:_MOST_WORDS], scan)), end


def find_title(text: str, at: int, scan: Callable[[str], list[Finding]]) -> Iterator[Finding]:
    """The same of a command line in hex, which goes as a whole."""
    written = _HEX.match(text, at)
    line = bytes.fromhex(written["hex"]).decode("utf-8", "replace").replace("\0", " ") if written else ""
    if written and line.isprintable() and (found := scan(line)):
        yield Finding(*written.span("hex"), found[0].kind)


def _in_line(text: str, words: list[tuple[int, int]], scan: Callable[[str], list[Finding]]) -> Iterator[Finding]:
    if len(words) < 2:  # one word is no more than its quotes show
        return
    starts, line = [], ""
    for start, end in words:
        starts.append(len(line))
        line += text[start:end] + " "
    for found in scan(line.rstrip()):
        word = bisect_right(starts, found.start) - 1
        shift = words[word][0] - starts[word]
        end = min(found.end + shift, words[word][1])
        yield found._replace(start=found.start + shift, end=end)
