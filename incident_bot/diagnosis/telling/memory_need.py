"""How much memory a program says that it needs while it loads its model: read from the log of a run that was killed.

Loaders print what they are about to load and how far they came. The size is what they say, or else what
they would have held at the end, at the rate up to then. A whole number of GiB with a fifth to spare is
suggested: room for buffers, the tokenizer and requests.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from incident_bot.diagnosis.fieldpaths import read_quantity

if TYPE_CHECKING:
    from incident_bot.diagnosis.scene import Log

_MIB = 1024.0**2
_UNIT_BYTES = {
    "K": 1e3, "KI": 1024.0, "M": 1e6, "MI": _MIB, "G": 1e9, "GI": 1024.0**3, "T": 1e12, "TI": 1024.0**4,
}  # fmt: skip
_SIZE = r"(?P<size>\d{1,7}(?:\.\d{1,3})?) ?(?P<unit>[KMGT]i?)i?B\b"
_STATED = re.compile(
    rf"{_SIZE}[^\n]{{0,40}}\b(?:parameters|weights|tensors|checkpoint|model)\b"
    rf"|\b(?:weights|parameters|checkpoint|model)\b[^\n]{{0,60}}?\b{_SIZE.replace('size', 'size2').replace('unit', 'unit2')}",
    re.IGNORECASE,
)
_PROGRESS = re.compile(
    rf"\b(?P<done>\d{{1,5}}) ?(?:/|of) ?(?P<total>\d{{1,5}})\b[^\n]{{0,60}}?\b(?:rss|resident|memory|mem|used)\b[ =:]{{1,3}}{_SIZE}",
    re.IGNORECASE,
)
_SPARE = 1.2
_WITHOUT_A_LOG = 1.5
_GIB = 1024.0**3


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryNeed:
    """What loading needs in bytes (`model`), what the whole process would hold (`peak`), and the lines that say so."""

    model: float
    peak: float
    offsets: tuple[int, ...]


def read_memory_need(log: Log, limit: float) -> MemoryNeed | None:
    """What the log of a killed run says it needs; None unless that is more than nine tenths of `limit`, in bytes."""
    stated = _last(_STATED, log.text)
    progress = _last(_PROGRESS, log.text)
    size = _bytes(stated) if stated else 0.0
    reached = _bytes(progress) if progress else 0.0
    share = int(progress["done"]) / max(1, int(progress["total"])) if progress else 0.0
    projected = reached / share if 0 < share <= 1 else 0.0
    need = size or projected
    if need < 0.9 * limit:
        return None
    offsets = tuple(match.start() for match in (stated, progress) if match)
    return MemoryNeed(model=need, peak=max(size, projected), offsets=offsets)


def _last(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    found = None
    for match in pattern.finditer(text):
        found = match
    return found


def _bytes(match: re.Match[str]) -> float:
    groups = match.groupdict()
    size, unit = (groups.get("size"), groups.get("unit")) if groups.get("size") else (groups["size2"], groups["unit2"])
    return float(size or 0) * _UNIT_BYTES[(unit or "M").upper()]


def suggest_limit(limit: object, need: MemoryNeed | None) -> str:
    """A limit to set: the need with a fifth to spare, else half as much again; empty when no limit is known."""
    known = read_quantity(limit)
    if need is not None:
        return f"{math.ceil(need.peak * _SPARE / _GIB)}Gi"
    if not known:
        return ""
    wanted = known * _WITHOUT_A_LOG
    return f"{math.ceil(wanted / _GIB)}Gi" if wanted >= 4 * _GIB else f"{math.ceil(wanted / _MIB)}Mi"


def say_gib(size: float) -> str:
    """`7.2 GiB`, or MiB below one."""
    return f"{size / _GIB:.1f} GiB" if size >= _GIB else f"{size / _MIB:.0f} MiB"
