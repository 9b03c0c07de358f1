"""Lines of logs that look as if they held a secret: identifiers, digests, counts and talk about secrets."""

from __future__ import annotations

import base64
import random
import re
import string
import uuid
from collections.abc import Iterator
from pathlib import Path

_FIELD = re.compile(r"\{(hex|HEX|b64x|b32x|uuid|pod|ms|time|ip|word|n)(\d*)(n|u)?\}")
_WORDS = ("orders", "billing", "ingest", "catalog", "scheduler", "gateway", "search", "profile", "media", "ledger")


def benign_lines(seed: int = 0, *, per_template: int = 5) -> Iterator[tuple[str, str]]:
    """(template, line) for every template of `benign_lines.txt`."""
    rng = random.Random(seed)
    templates = Path(__file__).with_suffix(".txt").read_text(encoding="utf-8").splitlines()
    for template in templates:
        if not template.startswith("# "):
            for _ in range(per_template):
                yield template, _FIELD.sub(lambda match: _drawn(match, rng), template)


def _drawn(field: re.Match[str], rng: random.Random) -> str:
    kind, size, flavour = field[1], int(field[2] or 0), field[3]
    match kind:
        case "hex":
            return "".join(rng.choice("0123456789abcdef") for _ in range(size))
        case "HEX":
            return "".join(rng.choice("0123456789ABCDEF") for _ in range(size))
        case "b32x":
            return "".join(rng.choice(string.ascii_lowercase + string.digits) for _ in range(size))
        case "b64x":
            raw = rng.randbytes(size)
            text = (base64.urlsafe_b64encode if flavour == "u" else base64.b64encode)(raw).decode()
            return text.rstrip("=") if flavour else text
        case "uuid":
            return str(uuid.UUID(int=rng.getrandbits(128), version=4))
        case "pod":
            letters = "bcdfghjklmnpqrstvwxz2456789"
            tail = "".join(rng.choice(letters) for _ in range(5))
            return f"{rng.choice(_WORDS)}-{rng.getrandbits(36):09x}-{tail}"
        case "ms":
            return str(1_700_000_000_000 + rng.randrange(10**11))
        case "time":
            return f"2026-03-{rng.randrange(1, 29):02}T{rng.randrange(24):02}:{rng.randrange(60):02}:00.{rng.randrange(1000):03}Z"
        case "ip":
            return f"10.{rng.randrange(256)}.{rng.randrange(256)}.{rng.randrange(1, 255)}"
        case "word":
            return rng.choice(_WORDS)
        case _:
            return str(rng.randrange(1, 10 ** rng.randrange(1, 6)))
