"""What a finding is called: the title of its complaint, with the names and the words of its record."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from incident_bot.diagnosis.complaints.search import find_place
from incident_bot.diagnosis.logs.dependencies import (
    find_account,
    find_address,
    find_key,
    find_path,
    find_quoted,
    find_resource,
    find_setting,
)
from incident_bot.diagnosis.logs.messages import read_text, tidy
from incident_bot.diagnosis.logs.peers import find_in_record, find_peer
from incident_bot.diagnosis.logs.records import begins_record
from incident_bot.diagnosis.logs.sentences import shorten, shorten_about
from incident_bot.patterns import compile_later

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from incident_bot.diagnosis.complaints.complaint import Complaint
    from incident_bot.diagnosis.scene import Log

_SAID_CHARS = 120
"""A message beside a complaint's own words."""


def subject_of(log: Log) -> str:
    """Who speaks in a log, for titles: its container, pod or machine."""
    machine = "The container" if log.node is None else f"node {log.node}" if log.node else "The node"
    return log.container or log.pod or machine


def text_at(log: Log, index: int) -> str:
    """What a kept line says; where it is only a heading (`1 error occurred:`), with the first line below it."""
    text = log.kept[index].text
    below = skip_heading(log, index)
    return f"{text.rstrip()} {log.kept[below].text.strip(_BULLETS)}" if below != index else text


def skip_heading(log: Log, index: int) -> int:
    """Where the line below a heading stands, which says what it is about; of any other line its own place."""
    for _ in range(_MOST_HEADINGS):
        below = _below(log, index)
        is_named = _NAME_OF_ERROR.fullmatch(read_text(log.kept[index].text)) is not None
        if below is None or not (
            log.kept[index].text.rstrip().endswith(":") or (is_named and _is_deeper(below, index, log))
        ):
            return index
        index = below
    return index


def _below(log: Log, index: int) -> int | None:
    """The next line that is not empty, where it stands right below one or behind an empty line, and begins no record."""
    line = log.kept[index].line
    near = range(index + 1, min(index + 3, len(log.kept)))
    place = next((item for item in near if log.kept[item].text.strip(_BULLETS)), None)
    is_near = (
        place is not None and log.kept[place].line - line <= _GAP_LINES and not begins_record(log.kept[place].text)
    )
    return place if is_near else None


def _is_deeper(below: int, index: int, log: Log) -> bool:
    return _indent_of(log.kept[below].text) > _indent_of(log.kept[index].text)


_GAP_LINES = 2
_MOST_HEADINGS = 2
_NAME_OF_ERROR = compile_later(r"(?:[A-Z][\w.]{1,40} ){0,3}(?:Error|Exception|Failure)s?")
"""A kind of error alone, as compilers of queries print it above the indented message."""


def _indent_of(text: str) -> int:
    return len(text) - len(text.lstrip())


_BULLETS = " \t*-\u2022"


def fill_title(complaint: Complaint, what: str, line: str, log: Log) -> str:
    """The complaint's title; what its line says is cut around the words that it was known by."""
    template = complaint.title if what or not complaint.otherwise else complaint.otherwise
    told = shorten(tidy(read_text(line)), _WHOLE_CHARS)
    says = shorten_about(told, find_place(told, complaint), _SAID_CHARS)
    values = {"container": subject_of(log), "what": what, "says": says}
    return re.sub(r"\{(\w+)\}", lambda match: values[match[1]], template)


_WHOLE_CHARS = 600


def name_peer(complaint: Complaint, line: str, log: Log, index: int) -> str:
    """What the complaint is about, from the message before the rest of the line, and the line before its record."""
    if complaint.names is None:
        return ""
    text = read_text(line)
    if complaint.names == "login":
        host, account = find_address(text) or _peer_nearby(log, index), find_account(text)
        return f"{host} as {account}" if host and account else host
    readers = _READERS[complaint.names]
    found = next((found for part in (text, line) for read in readers if (found := read(part))), "")
    if not found and complaint.names == "address":
        return _peer_nearby(log, index)
    return found or (find_in_record(log, index, find_resource) if complaint.names == "resource" else "")


_READERS: Mapping[str, tuple[Callable[[str], str], ...]] = {
    "address": (find_address,),
    "path": (find_path,),
    "setting": (find_setting, find_key),
    "resource": (find_resource, find_address),
    "quoted": (find_quoted,),
}


def _peer_nearby(log: Log, index: int) -> str:
    """Loggers often print the address one line before or after the error, or elsewhere in its record."""
    for near in (index - 1, index + 1):
        if 0 <= near < len(log.kept) and abs(log.kept[near].line - log.kept[index].line) <= 2:
            found = find_address(read_text(log.kept[near].text))
            if found:
                return found
    return find_peer(log, index)
