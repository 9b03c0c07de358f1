"""The routes and HTTP's manners; everything that decides is elsewhere. The one file that knows Flask."""

from __future__ import annotations

import json
import logging
from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Flask, Response
from werkzeug.exceptions import HTTPException

from incident_bot.errors import ConfigurationError
from incident_bot.server.metrics import CONTENT_TYPE
from incident_bot.server.route import WebhookRoute

if TYPE_CHECKING:
    from collections.abc import Callable

    from incident_bot.credentials import Credential
    from incident_bot.server.metrics import Metrics
    from incident_bot.server.webhook import Receiver

_LOG = logging.getLogger(__name__)


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
    # Alertmanager takes a redirect for a refusal and drops the alert.
    app.url_map.merge_slashes = app.url_map.redirect_defaults = False

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
        return _say(status, status.phrase.lower())

    @app.errorhandler(Exception)
    def own_up(error: Exception) -> Response:
        _LOG.error("a bug in the receiver", exc_info=error)
        return _say(HTTPStatus.SERVICE_UNAVAILABLE, "a bug in the receiver; see its log")

    app.wsgi_app = WebhookRoute(  # type: ignore[method-assign]  # Flask's own way to put something in front
        app.wsgi_app, receiver, token=token, metrics=metrics, max_body_bytes=max_body_bytes
    )
    return app


def _say(status: HTTPStatus, error: str) -> Response:
    return Response(json.dumps({"error": error}) + "\n", status=status, mimetype="application/json")
