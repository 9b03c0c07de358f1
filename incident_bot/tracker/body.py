"""The body of an issue as we write and read it back: marker, state, report, and what people wrote.

    <!-- incident-bot:v1 key=... -->      identity, first line
    <!-- incident-bot:state {...} -->     what the next run has to know
    ...the report...
    <sub>Seen 3 times: ...</sub>
    <!-- incident-bot:end -->
    ...whatever people wrote below: kept

The report between marker and end is ours and is written anew; ticked boxes of steps that are
still there stay ticked. Untrusted text cannot contain `<!--`, so it can forge none of these lines.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from incident_bot.model import IssueDraft

MAX_BODY_BYTES = 65_536
"""What GitHub's own error message allows in characters; counted in bytes to be safe on every release."""

_HEAD_CHARS = 22_000
"""Where the state line can be: it holds at most GitHub's hundred labels of fifty characters."""

_END = "<!-- incident-bot:end -->"
_STATE = re.compile(r"<!-- incident-bot:state (\{[^\n]{0,20000}\}) -->")
_TICKED = re.compile(r"^([ \t]{0,8}- )\[[xX]\] (.{1,1000})$", re.MULTILINE)
_OPEN_BOX = re.compile(r"^([ \t]{0,8}- )\[ \] (.{1,1000})$", re.MULTILINE)
_CUT_NOTE = "\n\n*The report was cut here to fit into an issue; the whole of it is in the run's artifact.*"


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What the last run left for the next one, in the body itself: no database is needed.

    `title` and `draft` are digests of what we wrote, to tell our words from people's edits;
    `labels` are the ones we set; `previous` is the number of the incident's earlier issue.
    """

    count: int = 0
    first: datetime | None = None
    last: datetime | None = None
    labels: tuple[str, ...] = ()
    title: str = ""
    draft: str = ""
    resolved: bool = False
    previous: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedBody:
    """A stored body taken apart. `tail` is what people wrote below the report."""

    state: State
    report: str
    tail: str


def marker_of(key: str) -> str:
    """The line that makes an issue the one of an incident."""
    return f"<!-- incident-bot:v1 key={key} -->"


def has_marker(body: str, key: str) -> bool:
    """Whether the body's first line is the incident's marker. Quoted further down it means nothing."""
    return body.lstrip("\ufeff\r\n ").split("\n", 1)[0].rstrip() == marker_of(key)


def digest(text: str) -> str:
    """16 hex digits by which a later run recognises the same text."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]


def parse_body(body: str) -> ParsedBody:
    """Take a stored body apart; damaged or missing state counts as none. GitHub's editor saves CRLF."""
    text = body.replace("\r\n", "\n")
    ours, _, tail = text.partition(f"\n{_END}")
    found = _STATE.search(ours[:_HEAD_CHARS])
    return ParsedBody(state=_read_state(found[1]) if found else State(), report=ours, tail=tail.strip("\n"))


def next_state(draft: IssueDraft, before: State, now: datetime) -> State:
    """The state after filing `draft` once more."""
    return replace(
        before,
        count=before.count + 1,
        first=before.first or now,
        last=now,
        labels=draft.labels,
        title=digest(draft.title),
        draft=digest(draft.body),
        resolved=False,
    )


def compose_body(draft: IssueDraft, state: State, *, before: ParsedBody | None = None) -> str:
    """The whole body for a draft, with people's ticks and text of the body `before`.

    The tail is left out when both do not fit into `MAX_BODY_BYTES`: `tail_fits` tells.
    """
    report = _without_marker(draft)
    if before is not None:
        report = _carry_ticks(before.report, report)
    frame = _frame(draft.key, state, "")
    tail = f"\n\n{before.tail}" if before is not None and before.tail else ""
    room = MAX_BODY_BYTES - _size(frame)
    if _size(report) + _size(tail) > room:
        tail = ""
    return _frame(draft.key, state, _shorten(report, room)) + tail


def tail_fits(body: str, before: ParsedBody) -> bool:
    """Whether what people wrote is still in a composed body."""
    return parse_body(body).tail == before.tail


def rewrite_state(body: str, key: str, state: State) -> str:
    """The same body with another state, for changes that bring no new report."""
    text = body.replace("\r\n", "\n")
    line = _state_line(state)
    if _STATE.search(text[:_HEAD_CHARS]):
        return _STATE.sub(lambda _: line, text, count=1)
    return text.replace(marker_of(key), f"{marker_of(key)}\n{line}", 1)


def duplicate_body(body: str, key: str, oldest: int) -> str:
    """The body of an issue that a parallel run filed too: no longer an identity, and says where to look.

    Written without GitHub's words that mark or close issues.
    """
    note = (
        f"<!-- incident-bot:v1 superseded key={key} -->\n> A parallel run filed #{oldest} first; follow that issue.\n"
    )
    return body.replace("\r\n", "\n").replace(marker_of(key), note, 1)


def _frame(key: str, state: State, report: str) -> str:
    parts = (f"{marker_of(key)}\n{_state_line(state)}\n{report}", _seen(state), _END)
    return "\n\n".join(part for part in parts if part)


def _state_line(state: State) -> str:
    plain: dict[str, Any] = {
        "count": state.count,
        "first": state.first.isoformat(timespec="seconds") if state.first else None,
        "last": state.last.isoformat(timespec="seconds") if state.last else None,
        "labels": list(state.labels),
        "title": state.title,
        "draft": state.draft,
        "resolved": state.resolved,
        "previous": state.previous,
    }
    # ">" is escaped so that no label can end the comment.
    text = json.dumps(plain, ensure_ascii=True).replace(">", "\\u003e")
    return f"<!-- incident-bot:state {text} -->"


def _read_state(text: str) -> State:
    try:
        plain = json.loads(text)
    except (ValueError, RecursionError):
        return State()
    if not isinstance(plain, dict):
        return State()
    labels = plain.get("labels")
    return State(
        count=_number(plain, "count"),
        first=_date(plain, "first"),
        last=_date(plain, "last"),
        labels=tuple(name for name in labels if isinstance(name, str)) if isinstance(labels, list) else (),
        title=str(plain.get("title", "")),
        draft=str(plain.get("draft", "")),
        resolved=plain.get("resolved") is True,
        previous=_number(plain, "previous"),
    )


def _number(plain: Mapping[str, Any], name: str) -> int:
    value = plain.get(name)
    return value if isinstance(value, int) and 0 <= value < 10**9 else 0


def _date(plain: Mapping[str, Any], name: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(str(plain.get(name)))
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _seen(state: State) -> str:
    parts = []
    if state.count > 1 and state.first and state.last:
        parts.append(f"Seen {state.count} times: first {_minute(state.first)}, last {_minute(state.last)}")
    if state.previous:
        parts.append(f"Earlier issue of this incident: #{state.previous}")
    return f"<sub>{' · '.join(parts)}</sub>" if parts else ""


def _minute(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")


def _without_marker(draft: IssueDraft) -> str:
    return draft.body.removeprefix(draft.marker).lstrip("\n").rstrip()


def _carry_ticks(old: str, new: str) -> str:
    ticked = {step.strip() for _, step in _TICKED.findall(old)}
    return _OPEN_BOX.sub(lambda box: f"{box[1]}[x] {box[2]}" if box[2].strip() in ticked else box[0], new)


def _size(text: str) -> int:
    return len(text.encode("utf-8", "replace"))


def _shorten(report: str, room: int) -> str:
    """A report that fits: cut before a collapsed block where one starts, so that no fence stays open."""
    if _size(report) <= room:
        return report
    room -= _size(_CUT_NOTE)
    kept = report.encode("utf-8", "replace")[:room].decode("utf-8", "ignore")
    end = kept.rfind("\n<details>")
    return kept[: end if end > 0 else kept.rfind("\n")] + _CUT_NOTE
