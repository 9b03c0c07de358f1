"""The routes. Everything that decides is elsewhere; here are HTTP's manners. The one file that knows Flask."""

from __future__ import annotations

import json
import logging
from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from incident_bot.errors import ConfigurationError
from incident_bot.server.authorisation import NO_CREDENTIALS, refuse
from incident_bot.server.metrics import CONTENT_TYPE
from incident_bot.server.webhook import Answer

if TYPE_CHECKING:
    from collections.abc import Callable

    from incident_bot.credentials import Credential
    from incident_bot.server.metrics import Metrics
    from incident_bot.server.webhook import Receiver

_LOG = logging.getLogger(__name__)

WEBHOOK_PATH = "/webhook/alertmanager"
_RETRY_AFTER_OUR_FAULT_S = 15.0


def create_app(
    receiver: Receiver,
    *,
    token: Credential,
    metrics: Metrics,
    check: Callable[[], None],
    max_body_bytes: int,
) -> Flask:
    """The WSGI application. `check` raises `ConfigurationError` while a credential is missing."""
    app = Flask("incident_bot", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = max_body_bytes

    @app.post(WEBHOOK_PATH)
    def webhook() -> Response:
        answer = _authorise(token)
        if answer is None:
            answer = receiver.receive(request.get_data(cache=False))
        metrics.webhooks.labels(int(answer.status)).inc()
        return _respond(answer)

    @app.get("/healthz")
    def healthz() -> Response:
        return Response("ok\n", mimetype="text/plain")

    @app.get("/readyz")
    def readyz() -> Response:
        try:
            token.read()
            check()
        except ConfigurationError as error:
            _LOG.error("not ready: %s", error)
            return Response(f"not ready: {error}\n", status=HTTPStatus.SERVICE_UNAVAILABLE, mimetype="text/plain")
        return Response("ok\n", mimetype="text/plain")

    @app.get("/metrics")
    def render_metrics() -> Response:
        return Response(metrics.render(), content_type=CONTENT_TYPE)

    @app.errorhandler(HTTPException)
    def refuse_request(error: HTTPException) -> Response:
        status = HTTPStatus(error.code or 500)
        if request.path == WEBHOOK_PATH:
            metrics.webhooks.labels(int(status)).inc()
            _LOG.warning("webhook", extra={"fields": {"status": int(status), "bytes": request.content_length}})
        return _respond(Answer(status=status, body={"error": status.phrase.lower()}))

    @app.errorhandler(Exception)
    def own_up(error: Exception) -> Response:
        """A bug of ours must not lose an alert either: Alertmanager repeats after 503."""
        _LOG.error("a bug in the receiver", exc_info=error)
        metrics.webhooks.labels(int(HTTPStatus.SERVICE_UNAVAILABLE)).inc()
        return _respond(_our_fault("a bug in the receiver; see its log"))

    return app


def _authorise(token: Credential) -> Answer | None:
    try:
        expected = token.read()
    except ConfigurationError as error:
        _LOG.error("webhook refused: %s", error)
        return _our_fault("the receiver has no webhook token")
    status = refuse(request.headers.get("Authorization"), expected)
    if status is None:
        return None
    _LOG.warning("webhook", extra={"fields": {"status": status}})
    reason = "no usable Authorization header" if status == NO_CREDENTIALS else "wrong token"
    return Answer(status=HTTPStatus(status), body={"error": reason})


def _our_fault(reason: str) -> Answer:
    return Answer(status=HTTPStatus.SERVICE_UNAVAILABLE, body={"error": reason}, retry_after_s=_RETRY_AFTER_OUR_FAULT_S)


def _respond(answer: Answer) -> Response:
    response = Response(json.dumps(answer.body) + "\n", status=answer.status, mimetype="application/json")
    if answer.retry_after_s is not None:
        response.headers["Retry-After"] = str(int(answer.retry_after_s))
    if answer.status == HTTPStatus.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = 'Bearer realm="incident-bot"'
    return response
