"""GitHub's `repository_dispatch`: 204 and empty is the only yes.

Plain connections instead of PyGithub's objects: no pauses between requests, no repeated POST,
and every header of a refusal at hand. Credentials are `github_token`'s business.
"""

from __future__ import annotations

import json
import re
from http.client import HTTPException
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from incident_bot.dispatch import Dispatched, DispatchError, Trouble
from incident_bot.dispatch.circuit import Circuit
from incident_bot.dispatch.connections import Connections
from incident_bot.dispatch.github_token import AppToken, GivenToken
from incident_bot.errors import ConfigurationError
from incident_bot.github_answers import message_of, rate_limit_wait_s

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from incident_bot.dispatch import DispatcherOptions
    from incident_bot.dispatch.github_token import TokenSource
    from incident_bot.dispatch.message import Message

API_VERSION = "2022-11-28"
"""Also what servers use when no version is sent; GitHub Enterprise Server knows no newer one everywhere."""

_REPOSITORY = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,38}/[A-Za-z0-9._-]{1,100}")
_LOOPBACK = ("127.0.0.1", "::1", "localhost")
_CONNECT_TIMEOUT_S = 2.0
_PAUSE_AFTER_REFUSAL_S = 15.0

REMEDIES: dict[int, str] = {
    401: "The token is mistyped, expired or revoked.",
    403: "It needs `Contents: read and write` on this repository (a fine-grained token or an App).",
    404: "Check GITHUB_REPOSITORY, and that the token covers it with `Contents: read and write`.",
    422: "GitHub found the event invalid: check `dispatch.event_type`; else please report this as a bug.",
}
"""Status -> what to do about it."""


def connect(options: DispatcherOptions) -> RepositoryDispatcher:
    """A dispatcher to `owner/name`; nothing is sent yet. Raises `ConfigurationError` naming the setting."""
    _check(options)
    tokens: TokenSource
    if options.github_app_id:
        tokens = AppToken(
            app_id=options.github_app_id,
            key=options.github_app_key,
            installation_id=options.github_app_installation_id,
            repository=options.repository,
            api_url=options.api_url.rstrip("/"),
            timeout_s=options.config.timeout_s,
            now=options.now,
        )
    else:
        tokens = GivenToken(options.github_token)
    connections = Connections(
        options.api_url,
        most=options.config.parallel,
        connect_timeout_s=_CONNECT_TIMEOUT_S,
        timeout_s=options.config.timeout_s,
        proxy_url=options.proxy_url,
    )
    return RepositoryDispatcher(
        connections,
        tokens,
        repository=options.repository,
        api_url=options.api_url.rstrip("/"),
        event_type=options.config.event_type,
        now=options.now,
    )


def _check(options: DispatcherOptions) -> None:
    if not _REPOSITORY.fullmatch(options.repository):
        raise ConfigurationError(
            f"GITHUB_REPOSITORY: expected owner/name, got {options.repository[:100]!r}",
            hint="Set GITHUB_REPOSITORY=owner/name, the repository whose workflow is started.",
        )
    url = urlsplit(options.api_url)
    if url.scheme != "https" and not (url.scheme == "http" and url.hostname in _LOOPBACK):
        raise ConfigurationError(
            f"GITHUB_API_URL: expected an https:// address, got {options.api_url[:100]!r}",
            hint="The token would travel unencrypted; use https://HOST/api/v3 for GitHub Enterprise Server.",
        )
    if not options.github_app_id and not options.github_token.is_configured:
        raise ConfigurationError(
            "no credentials for GitHub: neither GITHUB_TOKEN, GITHUB_TOKEN_FILE nor GITHUB_APP_ID is set",
            hint="An App with `Contents: read and write` on one repository is the narrowest; see docs/receiver.md.",
        )


class RepositoryDispatcher:
    """Starts the workflow that listens to `repository_dispatch`. GitHub never says which run it became."""

    def __init__(
        self,
        connections: Connections,
        tokens: TokenSource,
        *,
        repository: str,
        api_url: str,
        event_type: str,
        now: Callable[[], datetime],
    ) -> None:
        self._connections = connections
        self._tokens = tokens
        self._repository = repository
        self._path = f"{urlsplit(api_url).path}/repos/{repository}/dispatches"
        self._envelope = f'{{"event_type": {json.dumps(event_type)}, "client_payload": '
        self._now = now
        self._circuit = Circuit("GitHub")

    def dispatch(self, message: Message) -> Dispatched:
        """POST once, never again from here: Alertmanager repeats, and the workflow is idempotent."""
        self._circuit.guard()
        try:
            self._post(f"{self._envelope}{message.text}}}".encode())
        except DispatchError as error:
            self._circuit.note_trouble(error)
            raise
        self._circuit.note_success()
        return Dispatched(where=f"repository_dispatch to {self._repository}")

    def check(self) -> None:
        """Whether a token can be had without asking GitHub."""
        self._tokens.check()

    def close(self) -> None:
        """Drop the connections."""
        self._connections.close()

    def _post(self, body: bytes) -> None:
        try:
            token = self._tokens.token()
        except ConfigurationError as error:
            raise DispatchError(
                str(error), trouble=Trouble.REFUSED, retry_after_s=_PAUSE_AFTER_REFUSAL_S, hint=error.hint
            ) from error
        headers = {
            "Accept": "application/vnd.github+json",
            "Authorization": f"Bearer {token}",
            "Content-Type": "application/json",
            "User-Agent": "incident-bot",
            "X-GitHub-Api-Version": API_VERSION,
        }
        try:
            status, answered, answer = self._connections.post(self._path, body, headers)
        except (OSError, HTTPException) as error:
            raise DispatchError(
                f"no answer from GitHub about {self._repository}: {type(error).__name__}", trouble=Trouble.LOST
            ) from error
        if status != 204:
            raise self._explain(status, answered, answer, token)

    def _explain(self, status: int, headers: dict[str, str], answer: bytes, token: str) -> DispatchError:
        try:
            data = json.loads(answer)
        except (ValueError, RecursionError):
            data = None
        wait_s = rate_limit_wait_s(status, headers, data, now=self._now())
        what = f"cannot start the workflow in {self._repository}"
        if wait_s is not None:
            return DispatchError(f"{what}: GitHub's rate limit ({status})", trouble=Trouble.BUSY, retry_after_s=wait_s)
        if status == 401:
            self._tokens.forget(token)
        if 400 <= status < 500:
            said = " ".join(message_of(data).split()).replace(token, "[REDACTED]")[:200]
            return DispatchError(
                f"{what}: {status} {said}".strip(),
                trouble=Trouble.REFUSED,
                retry_after_s=_PAUSE_AFTER_REFUSAL_S,
                hint=REMEDIES.get(status, ""),
            )
        # A redirect (the repository was renamed) or a 2xx that is not 204 started nothing that we know of.
        hint = "Was the repository renamed? Correct GITHUB_REPOSITORY." if 300 <= status < 400 else ""
        trouble = Trouble.REFUSED if 300 <= status < 400 else Trouble.LOST
        return DispatchError(f"{what}: GitHub answered {status}", trouble=trouble, hint=hint)
