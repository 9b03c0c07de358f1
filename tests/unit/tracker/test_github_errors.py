"""GitHub's refusals: which are rate limits, and what the others mean."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from incident_bot.github_answers import rate_limit_wait_s
from incident_bot.tracker.github_errors import REMEDIES, explain

NOW = datetime.fromtimestamp(1_000_000, UTC)


@pytest.mark.parametrize(
    ("status", "headers", "message", "expected"),
    [
        pytest.param(403, {"retry-after": "30"}, "", 30.0, id="Retry-After"),
        pytest.param(429, {"retry-after": "30", "x-ratelimit-remaining": "0"}, "", 30.0, id="Retry-After goes first"),
        pytest.param(403, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1000060"}, "", 61.0, id="reset"),
        pytest.param(
            403, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "999000"}, "", 1.0, id="reset in the past"
        ),
        pytest.param(
            403, {"x-ratelimit-remaining": "5", "x-ratelimit-reset": "1000060"}, "no access", None, id="forbidden"
        ),
        pytest.param(403, {}, "You have exceeded a secondary rate limit.", 60.0, id="secondary without header"),
        pytest.param(429, {}, "", 60.0, id="429 without header"),
        pytest.param(429, {"retry-after": "Wed, 21 Oct 2026"}, "", 60.0, id="a date is not what GitHub sends"),
        pytest.param(429, {"retry-after": "9" * 400}, "", 1e6, id="absurd number"),
        pytest.param(403, {}, "Resource not accessible by integration", None, id="permission"),
        pytest.param(404, {"retry-after": "30"}, "", None, id="other status"),
        pytest.param(502, {"retry-after": "30"}, "", None, id="server error"),
    ],
)
def test_rate_limits_are_told_from_refusals(
    status: int, headers: dict[str, str], message: str, expected: float | None
) -> None:
    assert expected == rate_limit_wait_s(status, headers, {"message": message}, now=NOW)


@pytest.mark.parametrize("data", [None, [], "text", {"message": None}, {"errors": "x"}, {"errors": [1, None, {}]}])
def test_any_body_can_be_explained(data: object) -> None:
    error = explain(418, {}, data, what="read", repository="a/b", token="t")

    assert "cannot read in a/b: GitHub refused (418" in str(error)


def test_every_remedy_is_a_sentence() -> None:
    assert all(meaning and remedy.endswith(".") for meaning, remedy in REMEDIES.values())
