"""The story of one webhook message: read, redact, hand every incident over, answer.

202 is said only when every incident of the message was taken by its target; until then
Alertmanager keeps the message and sends it again, because 503 is what it repeats. It drops a
message that is answered by any 4xx (notify/util.go), so 400 and 413 are for messages that can
never be handled, and neither a throttled GitHub nor a wrong token of ours is a reason for one.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import queue
import random
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus
from math import ceil
from typing import TYPE_CHECKING, Any

from incident_bot import intake
from incident_bot.dispatch import Dispatched, DispatchError, Trouble
from incident_bot.dispatch.message import Message, make_message, make_whole_message
from incident_bot.errors import LeakError, UsageError
from incident_bot.redaction.nouns import pairs_of, redact_incident
from incident_bot.server.json_log import log_webhook

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from concurrent.futures import Future
    from datetime import datetime

    from incident_bot.dispatch import Dispatcher
    from incident_bot.model import Incident
    from incident_bot.redaction import Redactor
    from incident_bot.server.metrics import Metrics
    from incident_bot.server.recent import RecentMessages

_LOG = logging.getLogger(__name__)

_LATE = "late"
_LONGEST_RETRY_AFTER_S = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the sender is told. `retry_after_s` is for people and other senders: Alertmanager has its own pace."""

    status: HTTPStatus
    body: dict[str, Any] = field(default_factory=dict)
    retry_after_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Outcome:
    """What came of one message: a word for the metric, and for trouble when to try again."""

    result: str
    is_taken: bool
    retry_after_s: float = 0.0


class Receiver:
    """Takes webhook messages; safe to call from many threads.

    `make_redactor` gives a fresh redactor for every message, so that nothing found in one
    is remembered. `deadline_s` bounds one message; `parallel` the calls at once.
    """

    def __init__(
        self,
        dispatcher: Dispatcher,
        *,
        make_redactor: Callable[[], Redactor],
        recent: RecentMessages,
        metrics: Metrics,
        now: Callable[[], datetime],
        ignore: Collection[str],
        deadline_s: float,
        parallel: int,
    ) -> None:
        self._dispatcher = dispatcher
        self._make_redactor = make_redactor
        self._recent = recent
        self._metrics = metrics
        self._now = now
        self._ignore = ignore
        self._deadline_s = deadline_s
        # A queue of C's making is taken from and put back to in a tenth of a semaphore's time.
        self._slots: queue.SimpleQueue[None] = queue.SimpleQueue()
        for _ in range(parallel):
            self._slots.put(None)
        self._pool = ThreadPoolExecutor(max_workers=parallel, thread_name_prefix="dispatch")

    def receive(self, raw: bytes) -> Answer:
        """Handle one webhook body."""
        started = time.monotonic()
        answer = self._receive(raw, started)
        fields = {name: value for name, value in answer.body.items() if name != "error"}
        seconds = round(time.monotonic() - started, 4)
        log_webhook(self._now(), {"status": int(answer.status), "bytes": len(raw), "seconds": seconds, **fields})
        return answer

    def close(self) -> None:
        """Finish what is under way."""
        self._pool.shutdown(wait=True)
        self._dispatcher.close()

    def _receive(self, raw: bytes, started: float) -> Answer:
        digest = hashlib.sha256(raw).hexdigest()
        incidents = self._recent.holds(digest)
        if incidents is not None:
            self._metrics.deduplicated.inc(incidents)
            return Answer(status=HTTPStatus.ACCEPTED, body={"incidents": incidents, "deduplicated": incidents})
        answer = self._read(raw, started)
        if answer.status == HTTPStatus.ACCEPTED:
            self._recent.note(digest, answer.body["incidents"])
        return answer

    def _read(self, raw: bytes, started: float) -> Answer:
        try:
            body = json.loads(raw)
        except (ValueError, RecursionError):
            return Answer(status=HTTPStatus.BAD_REQUEST, body={"error": "the body is not JSON"})
        try:
            incidents = intake.read_webhook(body, ignore=self._ignore)
        except UsageError as error:
            return Answer(status=HTTPStatus.BAD_REQUEST, body={"error": f"{error}. {error.hint}".strip()})
        messages = self._make_messages(incidents)
        outcomes = self._hand_over_all(messages, started + self._deadline_s)
        return _answer(messages, outcomes)

    def _make_messages(self, incidents: Sequence[Incident]) -> list[Message]:
        redactor = self._make_redactor().within(*(incident.target.namespace for incident in incidents))
        messages = [_make_message(incident, redactor) for incident in incidents]
        cut = sum(1 for message in messages if message.cut)
        if cut:
            self._metrics.truncated.inc(cut)
        return messages

    def _hand_over_all(self, messages: Sequence[Message], deadline: float) -> list[_Outcome]:
        """One outcome a message. What is still under way at the deadline goes on, but counts as late."""
        if len(messages) == 1:
            return [self._hand_over(messages[0], deadline)]
        # A group so large that it never fits into one deadline still gets everything over in the end,
        # on any replica: every attempt begins somewhere else.
        order = random.sample(range(len(messages)), len(messages))
        futures: dict[int, Future[_Outcome]] = {
            at: self._pool.submit(self._hand_over, messages[at], deadline) for at in order
        }
        wait(futures.values(), timeout=max(0.0, deadline - time.monotonic()))
        late = _Outcome(result=_LATE, is_taken=False, retry_after_s=1.0)
        outcomes = []
        for at in range(len(messages)):
            future = futures[at]
            outcomes.append(future.result() if future.done() and not future.cancel() else late)
        return outcomes

    def _hand_over(self, message: Message, deadline: float) -> _Outcome:
        digest = message.digest
        if self._recent.holds(digest) is not None:
            self._metrics.deduplicated.inc()
            return _Outcome(result="deduplicated", is_taken=True)
        try:
            self._slots.get(timeout=max(0.0, deadline - time.monotonic()))
        except queue.Empty:
            return _Outcome(result=_LATE, is_taken=False, retry_after_s=1.0)
        started = time.monotonic()
        try:
            done = self._dispatcher.dispatch(message)
        except DispatchError as error:
            return self._note_trouble(message, error)
        finally:
            self._slots.put(None)
        self._metrics.dispatch_seconds.observe(time.monotonic() - started)
        return self._note_success(digest, done)

    def _note_success(self, digest: str, done: Dispatched) -> _Outcome:
        self._recent.note(digest)
        self._metrics.note_success(self._now())
        self._metrics.count_dispatch(done.result)
        if not done.is_new:
            self._metrics.deduplicated.inc()
        return _Outcome(result=done.result, is_taken=True)

    def _note_trouble(self, message: Message, error: DispatchError) -> _Outcome:
        self._metrics.count_dispatch(error.trouble.value)
        level = logging.ERROR if error.trouble is Trouble.REFUSED else logging.WARNING
        _LOG.log(
            level,
            "incident %s was not taken: %s %s",
            message.key,
            error,
            error.hint,
            extra={"fields": {"key": message.key, "result": error.trouble.value}},
        )
        return _Outcome(result=error.trouble.value, is_taken=False, retry_after_s=error.retry_after_s)


def _make_message(incident: Incident, redactor: Redactor) -> Message:
    """What may leave of an incident. In most nothing is to be redacted, and one look tells it and checks the outgoing text."""
    with contextlib.suppress(LeakError):
        seal = partial(redactor.seal, beside=pairs_of(incident))
        return make_whole_message(incident, redacted=incident, seal=seal)
    return make_message(incident, redacted=redact_incident(incident, redactor), seal=redactor.seal)


def _answer(messages: Sequence[Message], outcomes: Sequence[_Outcome]) -> Answer:
    counts = Counter(outcome.result for outcome in outcomes)
    body: dict[str, Any] = {"incidents": len(messages), **counts}
    if len(messages) == 1:
        body["key"] = messages[0].key
    missed = [outcome.retry_after_s for outcome in outcomes if not outcome.is_taken]
    if not missed:
        return Answer(status=HTTPStatus.ACCEPTED, body=body)
    retry_after_s = ceil(min(max(*missed, 1.0), _LONGEST_RETRY_AFTER_S))
    body["error"] = "not every incident was taken; send again"
    return Answer(status=HTTPStatus.SERVICE_UNAVAILABLE, body=body, retry_after_s=retry_after_s)
