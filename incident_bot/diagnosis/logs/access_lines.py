"""Lines that report one answered HTTP request, in the forms of the common servers and frameworks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from incident_bot.patterns import compile_later

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from incident_bot.model import KeptLine

_REACH = 800
_METHOD = r"(?P<method>GET|POST|PUT|DELETE|HEAD|PATCH|OPTIONS)"
_FORMS = tuple(
    compile_later(pattern)
    for pattern in (
        # common and combined log format, Envoy, Uvicorn, PHP-FPM: "GET /x HTTP/1.1" 500
        _METHOD + r" (?P<path>\S{1,400})(?: HTTP/[\d.]{1,3})?\\?\"\s{1,3}(?P<status>[1-5]\d\d)\b",
        # Gin: | 500 | 1.2ms | 10.0.0.1 | GET "/x"
        r"\|\s{0,3}(?P<status>[1-5]\d\d)\s{0,3}\|[^|\n]{1,30}\|[^|\n]{1,60}\|\s{0,3}" + _METHOD + r"\s{1,8}\"(?P<path>[^\"\n]{1,400})\"",
        # Rails, Phoenix: Completed 401 Unauthorized in 90ms, Sent 500 in 12ms
        r"\b(?P<method>Completed|Sent) (?P<status>[1-5]\d\d)\b(?P<path>)[^\n]{0,40}? in \d",
        # plain words: GET /x 500 12ms, POST /x -> 500, GET /x returned 500
        r"\b" + _METHOD + r" (?P<path>/[^\s\"?]{0,300})\S{0,200}(?: HTTP/[\d.]{1,3})?\"?,? (?:-> |=> |returned |status[ =:]{1,2}|- )?(?P<status>[1-5]\d\d)\b(?! ?(?:ms|MB|KB|bytes))",
    )
)  # fmt: skip
_FIELDS = compile_later(
    r"\b(?:http[._])?(?:status|status_code|statusCode|response_code|code)\"?\s?[=:]\s?\"?(?P<status>[1-5]\d\d)\b"
)
_STATUS = re.compile(r"\b[1-5]\d\d\b")
"""What every form has; most lines have none."""
_FIELD_METHOD = re.compile(r"\b(?:http[._])?(?:request_)?(?:method|verb)\"?\s?[=:]\s?\"?(?P<method>[A-Z]{3,7})\b")
_FIELD_PATH = compile_later(
    r"\b(?:http[._])?(?:request_)?(?:path|uri|url|route|target)\"?\s?[=:]\s?\"?(?P<path>/[^\s\",?]{0,300})"
)

SERVER_ERROR = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answered request."""

    method: str
    path: str
    status: int


def read_answer(line: str) -> Answer | None:
    """The request that a line reports as answered; None for every other line."""
    head = line[:_REACH]
    if not _STATUS.search(head):
        return None
    for form in _FORMS:
        match = form.search(head)
        if match:
            path = match["path"].partition("?")[0]
            return Answer(method=match["method"], path=path, status=int(match["status"]))
    status, method, path_field = _FIELDS.search(head), _FIELD_METHOD.search(head), _FIELD_PATH.search(head)
    if status and method and path_field:
        return Answer(method=method["method"], path=path_field["path"], status=int(status["status"]))
    return None


def count_answers(kept: Iterable[KeptLine]) -> tuple[int, int]:
    """How many requests were answered with a server error, and how many in all."""
    bad = total = 0
    for line in kept:
        answer = read_answer(line.text) if line.why != "last" else None
        if answer:
            total += line.count
            bad += line.count * (answer.status >= SERVER_ERROR)
    return bad, total


_ENOUGH_REQUESTS = 100
_OUTAGE_SHARE = 0.05


def fails_often(kept: Iterable[KeptLine]) -> bool:
    """Whether a server's access lines show that every twentieth request or more got a server error.

    That spends the monthly error budget of a 99.9 % objective within 15 hours (Google SRE workbook, chapter 5).
    """
    bad, total = count_answers(kept)
    return total >= _ENOUGH_REQUESTS and bad >= _OUTAGE_SHARE * total


def is_outage(kept: Iterable[KeptLine]) -> bool:
    """Whether requests fail that often, or no caller is let in any more."""
    lines = list(kept)
    return fails_often(lines) or is_turned_away(lines)


TURNED_AWAY = (401, 403)
"""Answers to callers who are not let in."""

_GONE = (404, 410)
_ENOUGH_REFUSALS = 10
_TO_THE_END_SHARE = 0.95


def is_turned_away(kept: Sequence[KeptLine]) -> bool:
    """Whether a server that answered callers does so no more: since some moment every answer is 401 or 403, or what it
    had served before is not found.
    """
    answered = [(line, answer) for line in kept if (answer := read_answer(line.text))]
    served = max((max(line.line, line.last) for line, answer in answered if answer.status < _CLIENT_ERROR), default=0)
    refused = [line.count for line, answer in answered if answer.status in TURNED_AWAY and line.line > served]
    return (served > 0 and max(refused, default=0) >= _ENOUGH_REFUSALS) or bool(find_lost(kept))


def find_lost(kept: Sequence[KeptLine]) -> frozenset[str]:
    """The paths that a server answered until some moment and does not find since, to the end of its log.

    As many requests as make an outage have to be about them: a page that was taken down is asked for now and then.
    """
    served: dict[str, int] = {}
    refused: dict[str, list[KeptLine]] = {}
    answers = [(line, answer) for line in kept if (answer := read_answer(line.text))]
    for line, answer in answers:
        path = _DIGITS.sub("#", answer.path)
        if answer.status < _CLIENT_ERROR:
            served[path] = max(served.get(path, 0), line.line, line.last)
        elif answer.status in _GONE and line.why != "last":
            refused.setdefault(path, []).append(line)
    lost = {path: lines for path, lines in refused.items() if 0 < served.get(path, 0) < min(x.line for x in lines)}
    if not lost:
        return frozenset()
    count = sum(line.count for lines in lost.values() for line in lines)
    end = max(max(line.line, line.last) for line in kept)
    goes_on = max(line.last for lines in lost.values() for line in lines) >= _TO_THE_END_SHARE * end
    total = sum(line.count for line, _ in answers if line.why != "last")
    return frozenset(lost) if goes_on and count >= max(_ENOUGH_REFUSALS, _OUTAGE_SHARE * total) else frozenset()


def is_lost(answer: Answer, kept: Sequence[KeptLine]) -> bool:
    """Whether a request was not found that the same server answered before (`find_lost`)."""
    return answer.status in _GONE and _DIGITS.sub("#", answer.path) in find_lost(kept)


_DIGITS = compile_later(r"\d+")
_CLIENT_ERROR = 400
