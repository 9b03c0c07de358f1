"""The numbers of line selection in one place, so that a benchmark can vary them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Weights:
    """Shares of the budget, and what makes an error more telling than others.

    The shares are cumulative ceilings in the order they are filled: what one leaves the next may use.
    Chosen on 116 CI logs of 24 repositories and 65 generated logs; `benchmarks.condense.ci_logs
    --cross-validate` shows how much the choice depends on any one repository (docs/condensing.md).
    """

    first: float = 0.15
    errors: float = 0.50
    ending: float = 0.67
    tail: float = 0.80
    rare: float = 0.92
    last: float = 0.96
    head: float = 1.0
    common: float = 4
    """Taken from an error's level (10 to 90) for each doubling of the lines of its kind."""
    same: float = 6
    """Taken for each doubling of the templates of its kind seen before."""
    echo: float = 4
    """Taken for each doubling of the streams that say the same."""
    late: float = 12
    """Added at the end of a log, in proportion before."""
    located: float = 10
    """Added where a file and a line number stand first."""
    novel: float = 25
    """Added where a baseline has no such line."""


WEIGHTS = Weights()
