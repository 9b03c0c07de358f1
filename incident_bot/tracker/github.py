"""Issues on GitHub, through PyGithub's requester with a retry policy of our own.

PyGithub's default policy repeats a POST that got a 5xx, which files an issue twice, and its
objects fetch missing fields behind one's back. So its requester alone is used: requests that
may be repeated are, a lost POST becomes `AmbiguousWriteError`, and the life cycle looks first.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, TypeVar
from urllib.parse import quote, urlsplit

from incident_bot.errors import ConfigurationError, TrackerError
from incident_bot.github_answers import rate_limit_wait_s
from incident_bot.tracker.github_errors import explain
from incident_bot.tracker.labels import style_of
from incident_bot.tracker.store import AmbiguousWriteError, IssueChange, StoredIssue

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from github.Requester import Requester

T = TypeVar("T")

API_VERSION = "2022-11-28"
"""Also what servers use when no version is sent; GitHub Enterprise Server knows no newer one everywhere."""

_ATTEMPTS = 4
_PER_PAGE = 100
_MAX_PAGES = 10
_REPOSITORY = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,38}/[A-Za-z0-9._-]{1,100}")
_LOOPBACK = ("127.0.0.1", "::1", "localhost")
# Who may write to the repository, or is a bot installed on it: nobody else's marker counts.
_WRITERS = ("OWNER", "MEMBER", "COLLABORATOR")


def connect(
    *,
    repository: str,
    token: str,
    now: Callable[[], datetime],
    sleep: Callable[[float], None],
    api_url: str = "https://api.github.com",
    timeout_s: int = 15,
    max_wait_s: float = 120.0,
    seconds_between_writes: float = 1.0,
) -> GithubStore:
    """A store for `owner/name`; nothing is sent yet. Raises `ConfigurationError` naming the setting.

    `max_wait_s` bounds all waiting for rate limits together. One second between writes is what
    GitHub asks for (best practices for using the REST API); reads are serial and need no pause.
    """
    if not _REPOSITORY.fullmatch(repository):
        raise ConfigurationError(
            f"GITHUB_REPOSITORY (or --repository): expected owner/name, got {repository[:100]!r}",
            hint="Give --repository owner/name, or set GITHUB_REPOSITORY; to only see the issue, add --dry-run.",
        )
    if not token:
        raise ConfigurationError(
            "GITHUB_TOKEN: missing",
            hint="Set it to a token with `issues: write`; in a workflow: `GITHUB_TOKEN: ${{ github.token }}`.",
        )
    _check_api_url(api_url)
    from github import Auth, Github

    client = Github(
        auth=Auth.Token(token),
        base_url=api_url.rstrip("/"),
        timeout=timeout_s,
        user_agent="incident-bot",
        retry=None,
        seconds_between_requests=None,
        seconds_between_writes=seconds_between_writes,
        api_version=API_VERSION,
    )
    return GithubStore(client.requester, repository, token=token, now=now, sleep=sleep, max_wait_s=max_wait_s)


def _check_api_url(api_url: str) -> None:
    url = urlsplit(api_url)
    if url.scheme == "https" or (url.scheme == "http" and url.hostname in _LOOPBACK):
        return
    raise ConfigurationError(
        f"GITHUB_API_URL: expected an https:// address, got {api_url[:100]!r}",
        hint="The token would travel unencrypted; use https://HOST/api/v3 for GitHub Enterprise Server.",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Request:
    """One request; `repeatable` says that sending it twice is the same as sending it once."""

    what: str
    verb: str
    path: str
    repeatable: bool
    parameters: Mapping[str, Any] | None = None
    body: Mapping[str, Any] | None = None


class GithubStore:
    """An `IssueStore` in one GitHub repository."""

    def __init__(
        self,
        requester: Requester,
        repository: str,
        *,
        token: str,
        now: Callable[[], datetime],
        sleep: Callable[[float], None],
        max_wait_s: float,
    ) -> None:
        self._requester = requester
        self._root = f"/repos/{repository}"
        self._repository = repository
        self._token = token
        self._now = now
        self._sleep = sleep
        self._wait_left_s = max_wait_s
        self._labels_seen: set[str] = set()

    def list_issues(self, *, label: str, state: Literal["open", "closed", "all"], limit: int) -> Iterator[StoredIssue]:
        """Issues through the list API: the search index lags behind writes, lists do not. Pull requests are dropped."""
        parameters: dict[str, Any] = {
            "state": state,
            # Creation order keeps pages stable while others update; closed ones matter by their last change.
            "sort": "created" if state == "open" else "updated",
            "direction": "desc",
        }
        if label:
            parameters["labels"] = label
        for row in self._pages("list issues", f"{self._root}/issues", parameters, limit):
            if "pull_request" not in row:
                yield _issue(row)

    def get(self, number: int) -> StoredIssue:
        """The issue as it is stored now."""
        path = f"{self._root}/issues/{number}"
        return self._send(_Request(what="read the issue", verb="GET", path=path, repeatable=True), _issue)

    def create(self, *, title: str, body: str, labels: tuple[str, ...]) -> StoredIssue:
        """A new issue by one POST, never sent again from here."""
        fields = {"title": title, "body": body, "labels": list(labels)}
        request = _Request(
            what="create the issue", verb="POST", path=f"{self._root}/issues", repeatable=False, body=fields
        )
        return self._send(request, _issue)

    def update(self, number: int, change: IssueChange) -> StoredIssue:
        """Set fields by one PATCH; the same PATCH twice is the same as once."""
        fields: dict[str, Any] = {
            "title": change.title,
            "body": change.body,
            "labels": None if change.labels is None else list(change.labels),
            "state": change.state,
            "state_reason": change.state_reason,
        }
        request = _Request(
            what="update the issue",
            verb="PATCH",
            path=f"{self._root}/issues/{number}",
            repeatable=True,
            body={name: value for name, value in fields.items() if value is not None},
        )
        return self._send(request, _issue)

    def comment(self, number: int, body: str) -> None:
        """Add a comment by one POST, never sent again from here."""
        path = f"{self._root}/issues/{number}/comments"
        self._send(
            _Request(what="comment on the issue", verb="POST", path=path, repeatable=False, body={"body": body}), _row
        )

    def comments(self, number: int, *, since: datetime | None) -> Iterator[str]:
        """Texts of the comments written since then, at most a thousand."""
        parameters = {"since": since.strftime("%Y-%m-%dT%H:%M:%SZ")} if since else {}
        path = f"{self._root}/issues/{number}/comments"
        for row in self._pages("read the issue's comments", path, parameters, _PER_PAGE * _MAX_PAGES):
            yield str(row.get("body") or "")

    def ensure_labels(self, names: Collection[str]) -> None:
        """Create missing labels; GitHub compares their names without case."""
        if all(name.lower() in self._labels_seen for name in names):
            return
        rows = self._pages("list labels", f"{self._root}/labels", {}, _PER_PAGE * _MAX_PAGES)
        self._labels_seen.update(str(row.get("name", "")).lower() for row in rows)
        for name in names:
            if name.lower() not in self._labels_seen:
                self._create_label(name)
                self._labels_seen.add(name.lower())

    def _create_label(self, name: str) -> None:
        style = style_of(name)
        fields = {"name": name, "color": style.color, "description": style.description}
        request = _Request(
            what=f"create the label {name}", verb="POST", path=f"{self._root}/labels", repeatable=True, body=fields
        )
        try:
            self._send(request, _row)
        except TrackerError:
            # A parallel run was faster: then it is there now, and that is all we want.
            path = f"{self._root}/labels/{quote(name, safe='')}"
            self._send(_Request(what=f"read the label {name}", verb="GET", path=path, repeatable=True), _row)

    def _pages(self, what: str, path: str, parameters: Mapping[str, Any], limit: int) -> Iterator[Mapping[str, Any]]:
        for page in range(1, (limit + _PER_PAGE - 1) // _PER_PAGE + 1):
            request = _Request(
                what=what,
                verb="GET",
                path=path,
                repeatable=True,
                parameters={**parameters, "per_page": _PER_PAGE, "page": page},
            )
            rows = self._send(request, _rows)
            yield from rows
            if len(rows) < _PER_PAGE:
                return

    def _send(self, request: _Request, read: Callable[[Any], T]) -> T:
        """Send, wait out rate limits, repeat what may be repeated, read the answer with `read`.

        Raises `AmbiguousWriteError` when a request that must not be repeated got no usable answer.
        """
        attempt = 1
        while True:
            try:
                return read(self._answer(request))
            except _RateLimitedError as limited:
                # Refused, so nothing happened: any request may be sent again.
                self._wait(limited.wait_s, request)
            except _NoAnswerError as lost:
                if not request.repeatable:
                    raise AmbiguousWriteError(
                        f"cannot {request.what} in {self._repository}: {lost}",
                        hint="It may have happened; running again looks first and is safe.",
                    ) from lost
                if attempt == _ATTEMPTS:
                    raise TrackerError(
                        f"cannot {request.what} in {self._repository} after {attempt} attempts: {lost}",
                        hint="GitHub or the network is down (https://www.githubstatus.com); running again is safe.",
                    ) from lost
                self._sleep(2.0 ** (attempt - 1))
                attempt += 1

    def _answer(self, request: _Request) -> Any:
        from github import GithubException

        try:
            _, data = self._requester.requestJsonAndCheck(
                request.verb,
                request.path,
                parameters=dict(request.parameters) if request.parameters else None,
                input=dict(request.body) if request.body else None,
            )
        except GithubException as error:
            headers = error.headers or {}
            wait_s = rate_limit_wait_s(error.status, headers, error.data, now=self._now())
            if wait_s is not None:
                raise _RateLimitedError(wait_s) from error
            if error.status >= 500:
                raise _NoAnswerError(f"answer {error.status}") from error
            raise explain(
                error.status, headers, error.data, what=request.what, repository=self._repository, token=self._token
            ) from error
        except RuntimeError as error:  # PyGithub's way to refuse a redirect to another host
            raise TrackerError(
                f"cannot {request.what}: GitHub redirected to another host", hint="Correct GITHUB_API_URL."
            ) from error
        except (OSError, ValueError, AttributeError, TypeError) as error:
            # requests' errors are OSErrors; the others are PyGithub stumbling over a body that is not its JSON.
            raise _NoAnswerError(type(error).__name__) from error
        return data

    def _wait(self, wait_s: float, request: _Request) -> None:
        if wait_s > self._wait_left_s:
            raise TrackerError(
                f"cannot {request.what} in {self._repository}: GitHub's rate limit asks to wait {wait_s:.0f} s",
                hint="Run again later, or use a token with a higher limit; nothing was lost.",
            )
        self._wait_left_s -= wait_s
        self._sleep(wait_s)


class _RateLimitedError(Exception):
    """GitHub refused for now; `wait_s` is how long it asks to wait."""

    def __init__(self, wait_s: float) -> None:
        super().__init__(f"rate limited for {wait_s:.0f} s")
        self.wait_s = wait_s


class _NoAnswerError(Exception):
    """No answer, a 5xx, or a body that is not what was asked for."""


def _row(data: Any) -> Mapping[str, Any]:
    if not isinstance(data, dict):
        raise _NoAnswerError("the answer is not a JSON object")
    return data


def _rows(data: Any) -> list[Mapping[str, Any]]:
    if not isinstance(data, list):
        raise _NoAnswerError("the answer is not a JSON list")
    return [_row(item) for item in data]


def _issue(data: Any) -> StoredIssue:
    row = _row(data)
    number, user, labels = row.get("number"), row.get("user"), row.get("labels")
    if not isinstance(number, int) or not isinstance(labels, list):
        raise _NoAnswerError("the answer is not an issue")
    author = user if isinstance(user, dict) else {}
    return StoredIssue(
        number=number,
        title=str(row.get("title") or ""),
        body=str(row.get("body") or ""),
        labels=tuple(str(item.get("name", "")) if isinstance(item, dict) else str(item) for item in labels),
        is_open=row.get("state") == "open",
        url=str(row.get("html_url") or ""),
        author=str(author.get("login") or ""),
        trusted=author.get("type") == "Bot" or row.get("author_association") in _WRITERS,
        closed_at=_moment(row.get("closed_at")),
    )


def _moment(text: Any) -> datetime | None:
    try:
        return datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
