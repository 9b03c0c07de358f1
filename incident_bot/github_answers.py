"""How GitHub says no: what its refusals mean for whoever files issues or starts workflows. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

_SECONDARY_WAIT_S = 60.0
"""GitHub's rule for a rate limit without any header: wait at least a minute."""


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
    if status == 429 or "rate limit" in message_of(data).lower():
        return _SECONDARY_WAIT_S
    return None


def message_of(data: Any) -> str:
    """GitHub's own words in the body of a refusal; empty where there are none."""
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
