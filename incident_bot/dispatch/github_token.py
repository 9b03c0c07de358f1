"""The token that may start workflows: given, or minted for a GitHub App. The one file here that knows PyGithub.

An App's installation tokens live for an hour, can be limited to `contents: write` on chosen
repositories, and belong to nobody who may leave: use one where you can.
"""

from __future__ import annotations

import re
import threading
from datetime import datetime, timedelta
from math import ceil
from typing import TYPE_CHECKING, Protocol

from incident_bot.dispatch import DispatchError, Trouble
from incident_bot.errors import ConfigurationError
from incident_bot.github_answers import message_of, rate_limit_wait_s

if TYPE_CHECKING:
    from collections.abc import Callable

    from github.Auth import AppAuth

    from incident_bot.credentials import Credential

RENEW_BEFORE = timedelta(minutes=5)
"""A token is replaced this long before it ends: clocks differ, and a dispatch under way must not lose it."""


class TokenSource(Protocol):
    """Gives the token to send."""

    def token(self) -> str:
        """The token as of now. Raises `ConfigurationError` or `DispatchError`."""

    def forget(self, token: str) -> None:
        """GitHub refused this token: do not give it again if another can be had."""

    def check(self) -> None:
        """Raise `ConfigurationError` when no token can be had; asks nobody outside."""


class GivenToken:
    """A personal or fine-grained token, or `GITHUB_TOKEN`; renewed by whoever renews its file."""

    def __init__(self, credential: Credential) -> None:
        self._credential = credential

    def token(self) -> str:
        """What the file or the environment holds."""
        token = self._credential.read()
        if not token.isascii() or not token.isprintable() or " " in token:
            raise ConfigurationError(
                f"{self._credential.name}: not a token, it holds blanks, line breaks or letters beyond ASCII",
                hint="It is one word, e.g. of the form github_pat_...",
            )
        return token

    def forget(self, token: str) -> None:
        """Nothing to do: there is no other one."""

    def check(self) -> None:
        """Read it."""
        self.token()


class AppToken:
    """Installation tokens of a GitHub App, made with its private key and kept until shortly before they end."""

    def __init__(
        self,
        *,
        app_id: str,
        key: Credential,
        installation_id: str,
        repository: str,
        api_url: str,
        timeout_s: float,
        now: Callable[[], datetime],
    ) -> None:
        if not re.fullmatch(r"[A-Za-z0-9._-]{1,64}", app_id):
            raise ConfigurationError(
                "GITHUB_APP_ID: expected the App's id", hint="It is on the App's settings page: a number or client id."
            )
        if installation_id and not installation_id.isdecimal():
            raise ConfigurationError(
                "GITHUB_APP_INSTALLATION_ID: expected a number", hint="Leave it empty to have it looked up."
            )
        self._app_id = app_id
        self._key = key
        self._installation_id = int(installation_id or 0)
        self._repository = repository
        self._api_url = api_url
        self._timeout_s = timeout_s
        self._now = now
        self._lock = threading.Lock()
        self._token = ""
        self._ends_at: datetime | None = None

    def token(self) -> str:
        """The kept token, or a new one; only one thread asks for it."""
        with self._lock:
            if not self._token or self._ends_at is None or self._now() >= self._ends_at - RENEW_BEFORE:
                self._token, self._ends_at = self._mint()
            return self._token

    def forget(self, token: str) -> None:
        """Mint another next time: the App may have been suspended or its permissions changed."""
        with self._lock:
            if self._token == token:
                self._token = ""

    def check(self) -> None:
        """Sign with the key, which proves that it is one; nothing is sent."""
        self._sign_in().create_jwt()

    def _sign_in(self) -> AppAuth:
        from github import Auth

        key = self._key.read()
        try:
            auth = Auth.AppAuth(self._app_id, key)
            auth.create_jwt()
        except Exception as error:  # noqa: BLE001 - what cryptography raises for a bad key changes with its versions
            raise ConfigurationError(
                f"{self._key.name}: not a private key of a GitHub App ({type(error).__name__})",
                hint="It begins with a BEGIN RSA PRIVATE KEY line; GitHub lets you download it once.",
            ) from None
        return auth

    def _mint(self) -> tuple[str, datetime]:
        from github import GithubException, GithubIntegration

        integration = GithubIntegration(
            auth=self._sign_in(),
            base_url=self._api_url,
            timeout=ceil(self._timeout_s),
            retry=None,
            seconds_between_requests=None,
            seconds_between_writes=None,
            user_agent="incident-bot",
        )
        try:
            found = self._installation_id or integration.get_repo_installation(*self._repository.split("/", 1)).id
            made = integration.get_access_token(found, permissions={"contents": "write"})
        except GithubException as error:
            raise self._explain(error.status, error.headers or {}, error.data) from error
        except (OSError, ValueError, AttributeError, TypeError, AssertionError) as error:
            # requests' errors are OSErrors; the others are PyGithub stumbling over what is not its JSON.
            raise DispatchError(
                f"no installation token from GitHub: {type(error).__name__}", trouble=Trouble.LOST
            ) from error
        finally:
            integration.close()
        self._installation_id = found
        return made.token, made.expires_at

    def _explain(self, status: int, headers: dict[str, str], data: object) -> DispatchError:
        wait_s = rate_limit_wait_s(status, headers, data, now=self._now())
        if wait_s is not None:
            return DispatchError("GitHub limits the App", trouble=Trouble.BUSY, retry_after_s=wait_s)
        if status >= 500:
            return DispatchError(f"no installation token: GitHub answered {status}", trouble=Trouble.LOST)
        return DispatchError(
            f"no installation token for {self._repository}: {status} {message_of(data)[:200]}",
            trouble=Trouble.REFUSED,
            retry_after_s=15.0,
            hint="Is the App installed on the repository, with `Contents: read and write`? Is its id right?",
        )
