"""What GitHub's refusals mean and what to do about them. Pure, so that every row can be tested."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from incident_bot.errors import TrackerError
from incident_bot.github_answers import message_of

if TYPE_CHECKING:
    from collections.abc import Mapping

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


def explain(
    status: int, headers: Mapping[str, str], data: Any, *, what: str, repository: str, token: str
) -> TrackerError:
    """The error for a refusal, with GitHub's own words (bounded, without the token) and the remedy."""
    meaning, remedy = REMEDIES.get(status, ("GitHub refused", "Running again is safe."))
    accepted = headers.get("x-accepted-github-permissions", "")
    if status == 403 and accepted:
        remedy = f"{remedy} GitHub says it needs: {_clean(accepted, token)}."
    said = _clean(message_of(data), token)
    return TrackerError(
        f"cannot {what} in {repository}: {meaning} ({status}{': ' + said if said else ''})",
        hint=remedy,
    )


def _clean(text: str, token: str) -> str:
    printable = " ".join("".join(char if char.isprintable() else " " for char in text[:4000]).split())
    return printable.replace(token, "[REDACTED]")[:_MAX_MESSAGE_CHARS]
