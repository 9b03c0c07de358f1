"""Names that a server is asked for and was not told of: somebody made them known, and strangers ask by address."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from incident_bot.diagnosis.logs.background import ends_of
from incident_bot.patterns import compile_later

if TYPE_CHECKING:
    from incident_bot.diagnosis.scene import Log
    from incident_bot.model import KeptLine

_REFUSED_NAME = compile_later(
    r"\b(?:HTTP_HOST header|blocked hosts?|(?:unknown|untrusted|unrecogni[sz]ed|disallowed|invalid) host(?: ?name)?)\b[^\w\n]{1,6}((?:[a-z\d-]{1,63}\.){1,6}[a-z]{2,24})\b",
    re.IGNORECASE,
)
"""As Django, Rails, Symfony and webpack's server say it."""
_ASKED_COUNT = 3
"""Scanners try a made-up name once or twice."""
_REACH = 1000


def is_asked_by_name(kept: KeptLine, log: Log) -> bool:
    """Whether a server refuses requests for one and the same domain name again and again."""
    found = [_REFUSED_NAME.search(item.text[:_REACH]) for item in ends_of(kept, log)]
    names = {match[1].lower() for match in found if match}
    return kept.count >= _ASKED_COUNT and len(names) == 1 and None not in found
