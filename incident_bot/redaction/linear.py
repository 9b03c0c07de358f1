"""Refuses regular expressions that hostile text can make slow.

`re` backtracks. A repetition inside a repetition is exponential, and two unbounded repetitions of
overlapping characters in a row are quadratic or worse; both are refused from the parsed pattern,
and with them back-references. What remains costs at most the product of its bounds a character.
"""

from __future__ import annotations

import importlib
from typing import Any

_MAX_BOUND = 1024
_MAX_COST = 20_000
_parser: Any = importlib.import_module("re._parser")
"""The parser of `re`: the one reading of a pattern that cannot differ from how it will be run."""


def explain_superlinear(pattern: str) -> str:
    """Why the pattern may take more than linear time; empty when it cannot. Raises `re.error` on no pattern."""
    cost, reason = _walk(_parser.parse(pattern), repeated=False)
    if not reason and cost > _MAX_COST:
        return f"its repetitions multiply to {cost} steps a character (at most {_MAX_COST})"
    return reason


def _walk(items: Any, *, repeated: bool) -> tuple[int, str]:
    cost = 1
    for operation, argument in items:
        step, reason = _step(str(operation), argument, repeated=repeated)
        if reason:
            return 0, reason
        cost *= step
    return cost, ""


def _step(operation: str, argument: Any, *, repeated: bool) -> tuple[int, str]:
    if operation in {"MAX_REPEAT", "MIN_REPEAT"}:
        return _repeat(argument, repeated=repeated)
    if operation in {"GROUPREF", "GROUPREF_EXISTS"}:
        return 0, "it refers back to a group"
    if operation == "BRANCH":
        total = 0
        for branch in argument[1]:
            cost, reason = _walk(branch, repeated=repeated)
            if reason:
                return 0, reason
            total += cost
        return total, ""
    if operation in {"SUBPATTERN", "ATOMIC_GROUP", "ASSERT", "ASSERT_NOT", "POSSESSIVE_REPEAT"}:
        inner = argument if operation == "ATOMIC_GROUP" else argument[-1]
        return _walk(inner, repeated=repeated)
    return 1, ""


def _repeat(argument: Any, *, repeated: bool) -> tuple[int, str]:
    low, high, inner = argument
    if high == low and int(high) <= _MAX_BOUND:
        cost, reason = _walk(inner, repeated=repeated)
        return cost, reason
    if int(high) == 1:
        cost, reason = _walk(inner, repeated=repeated)
        return cost + 1, reason
    if repeated:
        return 0, "a repetition stands inside a repetition"
    if int(high) > _MAX_BOUND:
        return 0, f"a repetition has no bound of {_MAX_BOUND} or less"
    cost, reason = _walk(inner, repeated=True)
    return cost * (int(high) - int(low) + 1), reason
