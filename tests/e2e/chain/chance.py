"""Random points that can be found again: the table of `make e2e` names the seed."""

from __future__ import annotations

import os
import random
import secrets

SEED = int(os.environ.get("INCIDENT_BOT_E2E_SEED") or secrets.randbelow(10**6))
"""Of this run; set the variable to repeat one."""


def chance(name: str) -> random.Random:
    """Randomness of one test, the same again with the same seed whatever other tests run."""
    return random.Random(f"{SEED} {name}")
