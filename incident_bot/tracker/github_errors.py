"""What GitHub's refusals mean and what to do about them. Pure, so that every row can be tested."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from incident_bot.errors import TrackerError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

_SECONDARY_WAIT_S = 60.0
"""GitHub's rule for a rate limit without any header: wait at least a minute."""
_MAX_MESSAGE_CHARS = 300

REMEDIES: dict[int, tuple[str, str]] = {
    401: ("the token was refused", "Check GITHUB_TOKEN: it is mistyped, expired or revoked."),
    403: (
        "the token may not do that",
        "Give it `issues: write`: `permissions:` of the workflow's job, or Repository permissions > Issues of the token.",
    ),
    404: (
        "not found, or not visible to the token",
        "Check GITHUB_REPOSITORY, and that the token covers this repository with `issues: write`.",
    ),
    410: (
        "issues are disabled, or the issue was deleted",
        "Turn them on: repository Settings > General > Features > Issues.",
    ),
    422: ("GitHub found the fields invalid", "Please report this as a bug, with the message above."),
    451: ("the repository is blocked for legal reasons", "Use another repository."),
}
"""Status -> what it means here, and its remedy."""


def rate_limit_wait_s(status: int, headers: Mapping[str, str], data: Any, *, now: datetime) -> float | None:
    """Seconds that GitHub asks to wait, or None when this is no rate limit.

    The order is GitHub's: `retry-after`, then `x-ratelimit-reset` once nothing remains, else a
    minute. Header names are lower case.
    """
    if status not in (403, 429):
        return None
    after = headers.get("retry-after", "")
    if after.isdecimal():
        return float(min(int(after), 10**6))
    reset = headers.get("x-ratelimit-reset", "")
    if headers.get("x-ratelimit-remaining") == "0" and reset.isdecimal():
        return max(1.0, min(float(reset[:12]), 1e11) - now.timestamp() + 1.0)
    if status == 429 or "rate limit" in _message(data).lower():
        return _SECONDARY_WAIT_S
    return None


def explain(
    status: int, headers: Mapping[str, str], data: Any, *, what: str, repository: str, token: str
) -> TrackerError:
    """The error for a refusal, with GitHub's own words (bounded, without the token) and the remedy."""
    meaning, remedy = REMEDIES.get(status, ("GitHub refused", "Running again is safe."))
    accepted = headers.get("x-accepted-github-permissions", "")
    if status == 403 and accepted:
        remedy = f"{remedy} GitHub says it needs: {_clean(accepted, token)}."
    said = _clean(_message(data), token)
    return TrackerError(
        f"cannot {what} in {repository}: {meaning} ({status}{': ' + said if said else ''})",
        hint=remedy,
    )


def _message(data: Any) -> str:
    if not isinstance(data, dict):
        return ""
    parts = [str(data.get("message") or "")]
    errors = data.get("errors")
    parts += [_error_row(row) for row in (errors[:5] if isinstance(errors, list) else ())]
    return "; ".join(part for part in parts if part)


def _error_row(row: Any) -> str:
    if not isinstance(row, dict):
        return str(row)
    return " ".join(str(row[key]) for key in ("field", "code", "message") if row.get(key))


def _clean(text: str, token: str) -> str:
    printable = " ".join("".join(char if char.isprintable() else " " for char in text[:4000]).split())
    return printable.replace(token, "[REDACTED]")[:_MAX_MESSAGE_CHARS]
