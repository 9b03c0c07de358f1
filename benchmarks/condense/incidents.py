"""CI incidents with their decisive lines, as the benchmarks read them."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

_ANSI = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]")


@dataclass(frozen=True)
class Incident:
    log: str
    group: str
    lines: list[str]
    decisive: frozenset[str]


def normal(text: str) -> str:
    """Colours stripped and whitespace collapsed, as the labels are."""
    return " ".join(_ANSI.sub("", text).split())


def four_chars(text: str) -> float:
    """The comparison's own token: four characters."""
    return len(text) / 4


def read_incidents(folder: Path) -> Iterator[Incident]:
    for row in map(json.loads, (folder / "labels.jsonl").read_text(encoding="utf-8").splitlines()):
        raw = gzip.decompress((folder / row["log"]).read_bytes()).decode("utf-8", "replace")
        lines = [line.removesuffix("\r") for line in raw.split("\n")]
        yield Incident(row["log"], row["source"].rsplit("/", 2)[0], lines, frozenset(map(normal, row["decisive"])))


def survives(incident: Incident, kept: Sequence[str]) -> bool:
    """Whether a decisive line is among the kept ones, whole and unshortened."""
    return not incident.decisive.isdisjoint(map(normal, kept))
