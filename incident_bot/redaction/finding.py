"""What every detector yields."""

from __future__ import annotations

from typing import NamedTuple


class Finding(NamedTuple):
    """A secret at `text[start:end]`. Spreading means that the same value is replaced wherever else it stands."""

    start: int
    end: int
    kind: str
    spreads: bool = True
