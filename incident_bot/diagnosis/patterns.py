"""Regular expressions of rules: how they are compiled, and the words without which they cannot match.

All patterns are searched (not matched) with IGNORECASE and MULTILINE, so `^` and `$` are line ends.
"""

from __future__ import annotations

import re
from functools import lru_cache

FLAGS = re.IGNORECASE | re.MULTILINE


@lru_cache(maxsize=4096)
def compile_pattern(pattern: str) -> re.Pattern[str]:
    """Compile on first use: most patterns are never needed in a run."""
    return re.compile(pattern, FLAGS)


def check_pattern(pattern: str) -> None:
    """Raise ValueError when `pattern` is not a regular expression, or one that can take superlinear time."""
    try:
        re.compile(pattern, FLAGS)
    except re.error as error:
        raise ValueError(f"not a regular expression: {error}") from error
    if _NESTED_REPEAT.search(pattern):
        raise ValueError("a repeat inside a repeat, such as (a+)+, can hang on hostile text; write it without")


_NESTED_REPEAT = re.compile(r"\((?:\?:)?(?:\\.|\[[^\]]*\]|[^()\\\[])?[+*]\)[+*]")
