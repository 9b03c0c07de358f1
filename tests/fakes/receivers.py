"""A receiver as `serve` makes it, around a dispatcher of the test's own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from incident_bot.credentials import Credential
from incident_bot.dispatch import Dispatched, Dispatcher, DispatchError, Trouble
from incident_bot.errors import ConfigurationError
from incident_bot.intake import IGNORED_ALERTS
from incident_bot.redaction import Redactor
from incident_bot.server.app import create_app
from incident_bot.server.metrics import Metrics
from incident_bot.server.recent import RecentMessages
from incident_bot.server.webhook import Receiver

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from incident_bot.dispatch.message import Message

TOKEN = "made-up-webhook-token"
KEY = b"k" * 16
"""Of the placeholders."""


@dataclass
class RecordingDispatcher:
    """Remembers what it took; `fail` may raise instead."""

    taken: list[Message] = field(default_factory=list)
    fail: Callable[[Message], None] = lambda _: None
    missing: str = ""
    closed: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock)

    def dispatch(self, message: Message) -> Dispatched:
        self.fail(message)
        with self.lock:
            self.taken.append(message)
        return Dispatched(where="a list")

    def check(self) -> None:
        if self.missing:
            raise ConfigurationError(f"{self.missing}: missing")

    def close(self) -> None:
        self.closed = True

    @property
    def keys(self) -> list[str]:
        return [message.key for message in self.taken]


def raise_trouble(trouble: Trouble, retry_after_s: float = 5.0) -> Callable[[Message], None]:
    def fail(_: Message) -> None:
        raise DispatchError("made-up trouble", trouble=trouble, retry_after_s=retry_after_s)

    return fail


@dataclass
class Rig:
    """A receiver, its routes' client and its numbers."""

    client: FlaskClient
    receiver: Receiver
    metrics: Metrics

    def post(self, body: Any, *, token: str = TOKEN, **options: Any) -> Any:
        content = {"data": body} if isinstance(body, bytes) else {"json": body}
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return self.client.post("/webhook/alertmanager", headers=headers, **content, **options)

    def number(self, line: str) -> float:
        text = self.client.get("/metrics").get_data(as_text=True)
        return next((float(row.rpartition(" ")[2]) for row in text.splitlines() if row.startswith(f"{line} ")), 0.0)


def make_rig(
    dispatcher: Dispatcher,
    *,
    token: Credential | None = None,
    recent_s: float = 60.0,
    deadline_s: float = 8.0,
    parallel: int = 4,
    max_body_bytes: int = 64 * 1024,
    ignore: tuple[str, ...] = IGNORED_ALERTS,
) -> Rig:
    metrics = Metrics()
    receiver = Receiver(
        dispatcher,
        make_redactor=lambda: Redactor(KEY),
        recent=RecentMessages(recent_s),
        metrics=metrics,
        now=lambda: datetime.now(UTC),
        ignore=ignore,
        deadline_s=deadline_s,
        parallel=parallel,
    )
    app = create_app(
        receiver,
        token=token or Credential("INCIDENT_BOT_WEBHOOK_TOKEN", value=TOKEN),
        metrics=metrics,
        check=dispatcher.check,
        max_body_bytes=max_body_bytes,
    )
    return Rig(app.test_client(), receiver, metrics)
