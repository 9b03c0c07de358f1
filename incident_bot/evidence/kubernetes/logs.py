"""Which logs of a pod exist, and the newest bytes of each.

The server's own ways of shortening are traps: with `limitBytes` it cuts the newest lines
away (it seeks to the tail's start and writes forward), so the limit is kept here.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from incident_bot.evidence.kubernetes import questions
from incident_bot.evidence.kubernetes.api import Api, ApiError
from incident_bot.evidence.kubernetes.fields import count, entries, name_of, section, text
from incident_bot.evidence.kubernetes.parallel import Deadline

TAIL_LINES = 100_000
"""Lines asked for at first."""

SHORT_TAIL_LINES = 2_000
"""Lines asked for when so many did not arrive in time: the newest matter most."""

_STATUS_LISTS = (
    ("initContainers", "initContainerStatuses"),
    ("containers", "containerStatuses"),
    ("ephemeralContainers", "ephemeralContainerStatuses"),
)

# What a kubelet answers, with status 200, in place of a log that its runtime no longer has.
_NO_LOG = re.compile(
    r"(unable to retrieve container logs for [a-z0-9-]+://"
    r"|failed to (try resolving symlinks in path|watch file|open log file|get container status) ?).{0,500}",
    re.ASCII,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LogAsk:
    """One log to read: a container's current or previous run."""

    container: str
    previous: bool = False

    @property
    def what(self) -> str:
        """For people."""
        return f"log of container {self.container}{', previous run' if self.previous else ''}"


@dataclass(frozen=True, slots=True, kw_only=True)
class NoLog:
    """A container that has no log to ask for, and why."""

    container: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LogText:
    """A log as read. `cut` says what is missing, `incomplete` why the newest lines are, where they are."""

    text: str
    cut: str = ""
    incomplete: ApiError | None = None


def plan_logs(pod: Mapping[str, Any], first: str = "") -> list[LogAsk | NoLog]:
    """What to ask for: init, main and ephemeral containers, previous run before current, `first` before all.

    A waiting container has only its last run, which the server would give for both questions.
    """
    planned: list[LogAsk | NoLog] = []
    for spec_list, status_list in _STATUS_LISTS:
        statuses = {text(status, "name"): status for status in entries(pod, "status", status_list)}
        names = dict.fromkeys([*(text(item, "name") for item in entries(pod, "spec", spec_list)), *statuses])
        for name in names:
            if name:
                planned += _plan_container(name, statuses.get(name))
    return sorted(planned, key=lambda ask: ask.container != first)


def _plan_container(name: str, status: Mapping[str, Any] | None) -> Iterator[LogAsk | NoLog]:
    if status is None:
        yield NoLog(container=name, reason="the container was never started")
        return
    ran_before = bool(section(status, "lastState", "terminated"))
    waiting = section(status, "state", "waiting")
    if ran_before or (count(status, "restartCount") > 0 and not waiting):
        yield LogAsk(container=name, previous=True)
    if not waiting:
        yield LogAsk(container=name)
    elif not ran_before:
        reason = text(waiting, "reason") or "no reason given"
        yield NoLog(container=name, reason=f"the container has not started: it is waiting ({reason})")


def read_log(api: Api, pod: Mapping[str, Any], ask: LogAsk, *, keep_bytes: int, deadline: Deadline) -> LogText:
    """The newest `keep_bytes` of a log. Raises `ApiError` where there is none.

    When the long tail does not arrive whole in the first half of the time, a short one is asked
    for; when that fails too, what did arrive is given, with `incomplete` set, while there is
    still time to give it.
    """
    remaining_s = deadline.remaining_s()
    half, most = Deadline(remaining_s * 0.5), Deadline(remaining_s * 0.9)
    first = _read_tail(api, pod, ask, tail_lines=TAIL_LINES, keep_bytes=keep_bytes, deadline=half)
    if first.incomplete is None:
        return _checked(pod, ask, first)
    try:
        second = _read_tail(api, pod, ask, tail_lines=SHORT_TAIL_LINES, keep_bytes=keep_bytes, deadline=most)
    except ApiError:
        second = LogText(text="", incomplete=first.incomplete)
    if second.incomplete is None:
        return _checked(pod, ask, second)
    best = max(second, first, key=lambda log: len(log.text))
    if not best.text:
        raise first.incomplete
    return best


def _read_tail(
    api: Api, pod: Mapping[str, Any], ask: LogAsk, *, tail_lines: int, keep_bytes: int, deadline: Deadline
) -> LogText:
    query = [("container", ask.container), ("tailLines", str(tail_lines))]
    if ask.previous:
        query.append(("previous", "true"))
    question = questions.pod_log(text(pod, "metadata", "namespace"), name_of(pod))
    newest = NewestBytes(keep_bytes)
    incomplete: ApiError | None = None
    with api.stream(question, deadline, query=tuple(query)) as pieces:
        try:
            newest.fill(pieces)
        except ApiError as failure:
            incomplete = failure
    return LogText(text=newest.text(), cut=_describe_cut(newest, tail_lines, incomplete), incomplete=incomplete)


def _checked(pod: Mapping[str, Any], ask: LogAsk, log: LogText) -> LogText:
    """The log, unless its text says that there is none."""
    stripped = log.text.strip("\n")
    question = questions.pod_log(text(pod, "metadata", "namespace"), name_of(pod))
    if not stripped:
        raise ApiError(question, "not-found", f"container {ask.container} has written nothing")
    if _NO_LOG.fullmatch(stripped):
        raise ApiError(question, "not-found", "the node no longer has this log")
    return log


def _describe_cut(newest: NewestBytes, tail_lines: int, incomplete: ApiError | None) -> str:
    if incomplete is not None:
        return f"the newest lines: {incomplete.reason} after {newest.total_bytes:,} bytes"
    if newest.total_bytes > newest.keep_bytes:
        return f"older lines: only the newest {newest.keep_bytes:,} of {newest.total_bytes:,} bytes were kept"
    if newest.lines >= tail_lines:
        return f"older lines: only the newest {tail_lines:,} were read"
    return ""


class NewestBytes:
    """A bounded window on the end of a stream."""

    def __init__(self, keep_bytes: int) -> None:
        self.keep_bytes = keep_bytes
        self.total_bytes = 0
        self.lines = 0
        self._pieces: deque[bytes] = deque()
        self._held_bytes = 0

    def fill(self, pieces: Iterable[bytes]) -> None:
        """Take the stream; what was taken stays when it raises."""
        for piece in pieces:
            self.total_bytes += len(piece)
            self.lines += piece.count(b"\n")
            self._pieces.append(piece)
            self._held_bytes += len(piece)
            while self._held_bytes - len(self._pieces[0]) >= self.keep_bytes:
                self._held_bytes -= len(self._pieces.popleft())

    def text(self) -> str:
        """The window from its first whole line; a single line longer than the window is given in part."""
        held = b"".join(self._pieces)
        if self.total_bytes > self.keep_bytes:
            held = held[-self.keep_bytes :]
            _, newline, rest = held.partition(b"\n")
            held = rest if newline and rest else held
        return held.decode("utf-8", "replace")
