"""Questions to the API server, one at a time: every answer is bounded, every failure is named.

Answers are read raw. The library's typed calls would turn a log into `str` by rules that
changed three times between its versions 35 and 37, fail on bytes that are not UTF-8, and
read an answer of any size into memory.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import datetime

    from kubernetes.client import ApiClient

    from incident_bot.evidence.kubernetes.parallel import Deadline

MAX_ANSWER_BYTES = 32 * 1024 * 1024
"""Larger JSON answers are refused: 500 pods of 60 KB each fit."""

_MAX_ERROR_BYTES = 64 * 1024
_CONNECT_TIMEOUT_S = 5.0
_READ_TIMEOUT_S = 10.0
"""Longest silence between two pieces of an answer."""

_TRIES = 3
_BACKOFF_S = 0.1
_RETRIED_STATUS = frozenset({429, 500, 502, 503, 504})
_CHUNK_BYTES = 64 * 1024
_PAGE_SIZE = 250
_TLS_FAILED = "the API server's certificate is not trusted, or TLS failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One read, in the words of RBAC: what is printed when it is forbidden. No namespace: cluster scope."""

    verb: str
    resource: str
    path: str
    group: str = ""
    namespace: str = ""
    name: str = ""

    @property
    def what(self) -> str:
        """For people: `pods model-server-0 in namespace ml`."""
        name = f" {self.name}" if self.name else ""
        scope = f" in namespace {self.namespace}" if self.namespace else ""
        return f"{self.resource}{name}{scope}"


class ApiError(Exception):
    """A question that got no usable answer.

    `kind` is a `Gap.kind`, `message` the server's own words, if any. `is_total` says that every
    other question would fail in the same way.
    """

    def __init__(
        self, ask: Ask, kind: str, reason: str, *, status: int = 0, message: str = "", is_total: bool = False
    ) -> None:
        super().__init__(reason)
        self.ask = ask
        self.kind = kind
        self.reason = reason
        self.status = status
        self.message = message
        self.is_total = is_total


class Api:
    """A cluster's API server. `where` names it for people."""

    def __init__(self, client: ApiClient, *, where: str) -> None:
        self._client = client
        self.where = where
        self.server_time: datetime | None = None
        """The server's clock at its last answer, to tell ages without trusting ours."""

    def get(self, ask: Ask, deadline: Deadline) -> Mapping[str, Any]:
        """One object. Raises `ApiError`."""
        return self._get_json(ask, (), deadline)

    def list(
        self, ask: Ask, deadline: Deadline, *, query: tuple[tuple[str, str], ...] = (), limit: int = 1000
    ) -> tuple[list[Mapping[str, Any]], bool]:
        """The objects that match, page by page, and whether there are more than `limit`. Raises `ApiError`."""
        found: list[Mapping[str, Any]] = []
        token = ""
        while True:
            page = (*query, ("limit", str(min(_PAGE_SIZE, limit))), *((("continue", token),) if token else ()))
            body = self._get_json(ask, page, deadline)
            items = body.get("items")
            found += [item for item in items if isinstance(item, Mapping)] if isinstance(items, list) else []
            metadata = body.get("metadata")
            following = metadata.get("continue") if isinstance(metadata, Mapping) else ""
            if not following or not isinstance(following, str) or following == token:
                return found[:limit], len(found) > limit
            if len(found) >= limit:
                return found[:limit], True
            token = following

    @contextmanager
    def stream(self, ask: Ask, deadline: Deadline, *, query: tuple[tuple[str, str], ...]) -> Iterator[Iterator[bytes]]:
        """An answer as pieces of bytes, in order. Opening it and every piece may raise `ApiError`."""
        response = self._open(ask, query, deadline)
        try:
            yield self._pieces(ask, response, deadline)
        finally:
            # An answer left half-read cannot be given back to the pool.
            response.close()
            response.release_conn()

    def close(self) -> None:
        """Drop the connections."""
        self._client.close()

    def _get_json(self, ask: Ask, query: tuple[tuple[str, str], ...], deadline: Deadline) -> Mapping[str, Any]:
        body = bytearray()
        with self.stream(ask, deadline, query=query) as pieces:
            for piece in pieces:
                body += piece
                if len(body) > MAX_ANSWER_BYTES:
                    raise ApiError(ask, "invalid", f"the answer is larger than {MAX_ANSWER_BYTES >> 20} MiB")
        try:
            parsed = json.loads(body)
        except (ValueError, RecursionError) as error:
            raise ApiError(ask, "invalid", "the answer is not JSON") from error
        if not isinstance(parsed, Mapping):
            raise ApiError(ask, "invalid", "the answer is not a Kubernetes object")
        return parsed

    def _open(self, ask: Ask, query: tuple[tuple[str, str], ...], deadline: Deadline) -> Any:
        for attempt in range(1, _TRIES + 1):
            try:
                return self._send(ask, query, deadline)
            except _RetryableError as retry:
                wait_s = retry.after_s if retry.after_s is not None else _BACKOFF_S * 2**attempt
                if attempt == _TRIES or wait_s >= deadline.remaining_s():
                    raise retry.failure from retry
                time.sleep(wait_s)
        raise AssertionError("unreachable")

    def _send(self, ask: Ask, query: tuple[tuple[str, str], ...], deadline: Deadline) -> Any:
        from kubernetes.client.exceptions import ApiException
        from urllib3.exceptions import HTTPError

        remaining_s = deadline.remaining_s()
        if remaining_s <= 0:
            raise ApiError(ask, "timeout", "the time for reading the cluster was over")
        method, url, headers, _, _ = self._client.param_serialize(
            "GET",
            ask.path,
            query_params=list(query),
            header_params={"Accept": "application/json, */*", "User-Agent": "incident-bot"},
            auth_settings=["BearerToken"],
        )
        timeout = (min(_CONNECT_TIMEOUT_S, remaining_s), min(_READ_TIMEOUT_S, remaining_s))
        try:
            response = self._client.call_api(method, url, headers, _request_timeout=timeout).response
        except (HTTPError, ApiException, OSError) as error:
            failure = _explain(ask, error)
            if _is_broken_connection(error):
                raise _RetryableError(failure) from error
            raise failure from error
        self._note_time(response)
        if 200 <= response.status < 300:
            return response
        raise self._refusal(ask, response, deadline)

    def _refusal(self, ask: Ask, response: Any, deadline: Deadline) -> Exception:
        body = b""
        try:
            for piece in self._pieces(ask, response, deadline):
                body += piece
                if len(body) > _MAX_ERROR_BYTES:
                    break
        except ApiError:
            body = b""
        finally:
            response.close()
            response.release_conn()
        failure = _classify(ask, response.status, _status_message(body))
        if response.status in _RETRIED_STATUS:
            return _RetryableError(failure, _retry_after_s(response.headers.get("Retry-After")))
        return failure

    def _pieces(self, ask: Ask, response: Any, deadline: Deadline) -> Iterator[bytes]:
        from urllib3.exceptions import HTTPError

        while True:
            if deadline.passed:
                raise ApiError(ask, "timeout", "the answer did not end in time")
            try:
                # read1: what has arrived, not a full buffer, so that a trickle is seen as it comes.
                piece = response.read1(_CHUNK_BYTES, decode_content=False)
            except (HTTPError, OSError, ValueError) as error:
                raise _explain(ask, error) from error
            if not piece:
                return
            yield piece

    def _note_time(self, response: Any) -> None:
        try:
            self.server_time = parsedate_to_datetime(response.headers.get("Date") or "")
        except ValueError:
            return


class _RetryableError(Exception):
    """A failure that may pass: `after_s` is the server's wish."""

    def __init__(self, failure: ApiError, after_s: float | None = None) -> None:
        super().__init__(failure.reason)
        self.failure = failure
        self.after_s = after_s


def _is_broken_connection(error: Exception) -> bool:
    from urllib3.exceptions import ProtocolError

    return isinstance(error, (ProtocolError, ConnectionError))


def _explain(ask: Ask, error: Exception) -> ApiError:
    """Our words for the client's exceptions: theirs hold addresses of objects and internal URLs."""
    from kubernetes.client.exceptions import ApiException
    from urllib3 import exceptions as url

    if isinstance(error, url.ReadTimeoutError | TimeoutError):
        return ApiError(ask, "timeout", "the API server did not answer in time")
    reasons: tuple[tuple[type[Exception], str], ...] = (
        (url.SSLError, _TLS_FAILED),
        (ApiException, _TLS_FAILED),
        (url.ProxyError, "the proxy in front of the API server failed"),
        (url.NameResolutionError, "the API server's host name cannot be resolved"),
        (url.NewConnectionError, "the API server refuses connections"),
        (url.ConnectTimeoutError, "the API server does not accept connections (timeout)"),
    )
    for family, reason in reasons:
        if isinstance(error, family):
            return ApiError(ask, "unreachable", reason, is_total=True)
    return ApiError(ask, "unreachable", "the connection broke off")


def _classify(ask: Ask, status: int, message: str) -> ApiError:
    kinds = {
        401: ("forbidden", "the API server does not accept the credentials (401)"),
        403: ("forbidden", f"not allowed to {ask.verb} {ask.resource} (403)"),
        404: ("not-found", "not found (404)"),
        429: ("unreachable", "the API server is throttling (429)"),
    }
    kind, reason = kinds.get(status, ("invalid", f"the API server answered {status}"))
    return ApiError(ask, kind, reason, status=status, message=message, is_total=status == 401)


def _status_message(body: bytes) -> str:
    """The `message` of a `Status` object, else the first line; shortened, because it is untrusted."""
    text = body.decode("utf-8", "replace")
    try:
        parsed = json.loads(text)
    except (ValueError, RecursionError):
        parsed = text.partition("\n")[0]
    message = parsed.get("message") if isinstance(parsed, dict) else parsed
    return message[:300] if isinstance(message, str) else ""


def _retry_after_s(header: str | None) -> float | None:
    """Seconds only: Kubernetes never sends the date form."""
    return float(header) if header and header.strip().isdecimal() else None
