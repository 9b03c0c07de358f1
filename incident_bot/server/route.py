"""The webhook's route as a plain WSGI application in front of Flask, which answers everything else.

Flask's contexts, URL map, session and response objects cost more than reading and redacting a
message (benchmarks/receiver), and this one route needs none of them.
"""

from __future__ import annotations

import json
import logging
from http import HTTPStatus
from typing import TYPE_CHECKING

from incident_bot.errors import ConfigurationError
from incident_bot.server.authorisation import NO_CREDENTIALS, refuse
from incident_bot.server.webhook import Answer

if TYPE_CHECKING:
    from collections.abc import Iterable
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from incident_bot.credentials import Credential
    from incident_bot.server.metrics import Metrics
    from incident_bot.server.webhook import Receiver

_LOG = logging.getLogger(__name__)

WEBHOOK_PATH = "/webhook/alertmanager"
_RETRY_AFTER_OUR_FAULT_S = 15.0


class WebhookRoute:
    """`POST /webhook/alertmanager`; other paths go to `others`."""

    def __init__(
        self,
        others: WSGIApplication,
        receiver: Receiver,
        *,
        token: Credential,
        metrics: Metrics,
        max_body_bytes: int,
    ) -> None:
        self._others = others
        self._receiver = receiver
        self._token = token
        self._metrics = metrics
        self._max_body_bytes = max_body_bytes

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request. A bug of ours must not lose an alert either: Alertmanager repeats after 503."""
        if environ.get("PATH_INFO") != WEBHOOK_PATH:
            return self._others(environ, start_response)
        try:
            answer = self._answer(environ)
        except Exception as error:  # noqa: BLE001 - the last door of a request
            _LOG.error("a bug in the receiver", exc_info=error)
            answer = _our_fault("a bug in the receiver; see its log")
        self._metrics.count_webhook(int(answer.status))
        body = _send(answer, start_response)
        return body if environ["REQUEST_METHOD"] != "HEAD" else []

    def _answer(self, environ: WSGIEnvironment) -> Answer:
        if environ["REQUEST_METHOD"] != "POST":
            return _refused(HTTPStatus.METHOD_NOT_ALLOWED, "only POST")
        return self._authorise(environ.get("HTTP_AUTHORIZATION")) or self._receive(environ)

    def _authorise(self, header: str | None) -> Answer | None:
        try:
            expected = self._token.read()
        except ConfigurationError as error:
            _LOG.error("webhook refused: %s", error)
            return _our_fault("the receiver has no webhook token")
        status = refuse(header, expected)
        if status is None:
            return None
        reason = "no usable Authorization header" if status == NO_CREDENTIALS else "wrong token"
        return _refused(HTTPStatus(status), reason)

    def _receive(self, environ: WSGIEnvironment) -> Answer:
        stated = environ.get("CONTENT_LENGTH") or ""
        # Without a length it is chunks, of which the server finds the end; where it cannot, nothing follows.
        length = int(stated) if stated.isdecimal() else self._max_body_bytes + 1
        if stated and length > self._max_body_bytes:
            return _refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"more than {self._max_body_bytes} bytes", length)
        try:
            raw = environ["wsgi.input"].read(length) if stated or environ.get("wsgi.input_terminated") else b""
        except Exception as error:  # noqa: BLE001 - every server has its own errors for broken chunks and lost clients
            return _our_fault(f"the body did not arrive: {type(error).__name__}")
        if len(raw) > self._max_body_bytes:
            return _refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"more than {self._max_body_bytes} bytes", len(raw))
        if stated and len(raw) < length:
            return _our_fault("the body did not arrive whole")
        return self._receiver.receive(raw)


def _our_fault(reason: str) -> Answer:
    """What makes Alertmanager send the message again."""
    return Answer(status=HTTPStatus.SERVICE_UNAVAILABLE, body={"error": reason}, retry_after_s=_RETRY_AFTER_OUR_FAULT_S)


def _refused(status: HTTPStatus, reason: str, size: int | None = None) -> Answer:
    _LOG.warning("webhook", extra={"fields": {"status": int(status), "bytes": size}})
    return Answer(status=status, body={"error": reason})


def _send(answer: Answer, start_response: StartResponse) -> list[bytes]:
    body = json.dumps(answer.body).encode() + b"\n"
    headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
    if answer.retry_after_s is not None:
        headers.append(("Retry-After", str(int(answer.retry_after_s))))
    if answer.status == HTTPStatus.UNAUTHORIZED:
        headers.append(("WWW-Authenticate", 'Bearer realm="incident-bot"'))
    if answer.status == HTTPStatus.METHOD_NOT_ALLOWED:
        headers.append(("Allow", "POST"))
    start_response(f"{answer.status.value} {answer.status.phrase}", headers)
    return [body]
