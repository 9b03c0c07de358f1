"""Private keys in PEM armour, over the full stream: whole blocks, cut blocks, blocks inside one string."""

from __future__ import annotations

import re
from collections.abc import Iterator

from incident_bot.patterns import compile_later
from incident_bot.redaction.finding import Finding

KIND = "private-key"
MAX_BODY_LINES = 400
"""Lines after BEGIN in which END is looked for; a 16,384-bit key has 200."""

_BEGIN = compile_later(
    r"-----BEGIN [A-Z0-9 ]{0,40}(?:PRIVATE KEY(?: BLOCK)?|OpenVPN Static key V\d)-----|PuTTY-User-Key-File-\d:",
    re.IGNORECASE,
)
_END = compile_later(r"-----END [A-Z0-9 ]{0,40}(?:PRIVATE KEY(?: BLOCK)?|OpenVPN Static key V\d)-----", re.IGNORECASE)
_BODY = compile_later(r"(?:^|.*[\s|:\"'])([A-Za-z0-9+/=]{1,76})(?:\\[nr]|[\s\"',\\+])*")
_INNER_HEADER = compile_later(
    r"[\s|\w:.\-+]*(?:Proc-Type|DEK-Info|Version|Comment|Encryption|Public-Lines|Private-Lines|Private-MAC): ?.*"
)


class PemReader:
    """Remembers, from one stretch of a stream to the next, that a private key is open."""

    def __init__(self) -> None:
        self.left = 0
        """Lines that may still belong to the key that is open."""
        self._read_to = 0
        self._column = 0
        self.floor = 0
        """Where the stretch starts that may change this state; what stands before it was read already."""
        self.limit: int | None = None
        """Where that stretch ends; what follows is read only to look ahead."""

    def continue_block(self, text: str) -> Iterator[Finding]:
        """Lines at the start of this stretch that belong to a key begun in an earlier one."""
        self._read_to = self.floor
        if self.left:
            yield from self._body(text, self.floor)

    def open_block(self, text: str, start: int) -> Iterator[Finding]:
        """The key whose BEGIN stands at `start`."""
        begin = _BEGIN.match(text, start)
        if not begin or start < self._read_to or (self.limit is not None and start >= self.limit):
            return
        line_end = _line_end(text, begin.end())
        quote = text[begin.end() : begin.end() + 1]
        if (
            quote in {'"', "'"}
            and text[begin.end() + 1 : line_end].strip(" \t\r.)") == ""
            and not text[line_end + 1 : line_end + 64].lstrip().startswith(quote)
        ):
            return  # only the words of an error: `expected "-----BEGIN ..."`
        same_line = _END.search(text, begin.end(), line_end)
        self._read_to = same_line.end() if same_line else line_end
        if same_line:
            yield Finding(start, same_line.end(), KIND, spreads=False)
            return
        yield Finding(start, _without_return(text, line_end), KIND, spreads=False)
        self._column = start - text.rfind("\n", 0, start) - 1
        self.left = MAX_BODY_LINES
        yield from self._body(text, line_end + 1)

    def _body(self, text: str, at: int) -> Iterator[Finding]:
        stop_at = len(text) if self.limit is None else self.limit
        while at < stop_at and self.left:
            self._read_to = max(self._read_to, at + 1)
            line_end = _line_end(text, at)
            end = _END.search(text, at, min(line_end, at + 4096))
            stop = _without_return(text, line_end)
            if end:
                self.left = 0
                yield Finding(at, stop, KIND, spreads=False)
                return
            if _is_body(text[at : min(stop, at + 512)]) or _is_body(text[at + self._column : min(stop, at + 512)]):
                self.left -= 1
                if stop > at:
                    yield Finding(at, stop, KIND, spreads=False)
            else:
                self.left -= min(self.left, 20)
            at = line_end + 1

    def close_block(self, text: str, start: int) -> Iterator[Finding]:
        """The body above an END whose BEGIN was cut off."""
        if not _END.match(text, start):
            return
        line_start = text.rfind("\n", 0, start) + 1
        yield Finding(line_start, _without_return(text, _line_end(text, start)), KIND, spreads=False)
        for count in range(MAX_BODY_LINES):
            previous_end = line_start - 1
            if previous_end < 0:
                return
            previous = text.rfind("\n", 0, previous_end) + 1
            line = text[previous:previous_end].rstrip("\r")
            if len(line) > 512 or not _is_body(line, shortest=40 if count else 1):
                return
            yield Finding(previous, previous + len(line), KIND, spreads=False)
            line_start = previous


def _line_end(text: str, at: int) -> int:
    found = text.find("\n", at)
    return found if found >= 0 else len(text)


def _without_return(text: str, line_end: int) -> int:
    return line_end - 1 if line_end and text[line_end - 1] == "\r" else line_end


def _is_body(line: str, *, shortest: int = 1) -> bool:
    """Whether the line ends in base64 of a key, perhaps after a log prefix, or is a header inside the armour."""
    if "[REDACTED:" in line or not line.strip():
        return False
    match = _BODY.fullmatch(line)
    if match:
        body = match[1]
        alone = line.strip() == body
        return len(body) >= max(shortest, 1 if alone else 24) and (len(body) >= 16 or alone)
    return shortest == 1 and _INNER_HEADER.fullmatch(line) is not None
