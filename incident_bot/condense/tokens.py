"""How many tokens a text will cost, erring high."""

from __future__ import annotations

import math
from collections.abc import Callable

TokenEstimator = Callable[[str], float]
"""Text to tokens; the cost of lines is summed, so it must not shrink when texts are joined."""

CHARS_PER_TOKEN = 2.8
"""Letters and punctuation per token in logs: 1.7 to 3.3 were measured with a public tokenizer, 4 is prose."""


def estimate_tokens(text: str) -> int:
    """Tokens a model will count for `text`: one a digit and one a non-ASCII character, the rest at 2.8 a token.

    Errs high for logs, so that a budget that is kept here is kept at the model too.
    """
    plain = len(text.encode("ascii", "ignore").translate(None, b"0123456789"))
    return len(text) - plain + math.ceil(plain / CHARS_PER_TOKEN)
