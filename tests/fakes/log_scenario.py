"""What every generated log is: lines, the needle in them, and a registry by name.

Every generator is deterministic by its seed. A needle is a piece of the deciding line that a condensed
log must still contain; where several are given, all of them must survive.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

START = datetime(2026, 3, 14, 9, 26, 53, tzinfo=UTC)
WORDS = [
    "alpha",
    "bravo",
    "cargo",
    "delta",
    "ember",
    "flint",
    "grove",
    "hazel",
    "index",
    "jetty",
    "karma",
    "linen",
    "maple",
    "north",
    "ocean",
    "pearl",
    "quilt",
    "raven",
    "solar",
    "tulip",
]


@dataclass(frozen=True)
class Scenario:
    """A generated log; `baseline` is a healthy sibling's log where the scenario has one."""

    name: str
    lines: list[str]
    needles: tuple[str, ...]
    baseline: list[str] = field(default_factory=list)


Generator = Callable[[random.Random, int], Scenario]
GENERATORS: dict[str, tuple[Generator, int]] = {}


def scenario(lines: int) -> Callable[[Generator], Generator]:
    def register(generate: Generator) -> Generator:
        GENERATORS[generate.__name__] = (generate, lines)
        return generate

    return register


def generate(name: str, *, seed: int = 7, lines: int | None = None) -> Scenario:
    """One scenario by name, at its own length or another."""
    make, usual = GENERATORS[name]
    return make(random.Random(f"{name}/{seed}"), lines or usual)


def stamp(at: float) -> str:
    return (START + timedelta(seconds=at)).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def hexes(rng: random.Random, length: int = 32) -> str:
    return f"{rng.getrandbits(length * 4):0{length}x}"


def pick(rng: random.Random) -> str:
    return rng.choice(WORDS)


def service_lines(rng: random.Random, count: int) -> Iterator[str]:
    """The chatter of a healthy HTTP service."""
    for number in range(count):
        at = stamp(number * 0.2)
        kind = rng.random()
        if kind < 0.6:
            yield f"{at} INFO  [http-{rng.randrange(16)}] handled GET /api/v1/items/{rng.randrange(10**6)} status=200 in {rng.randrange(2, 90)} ms trace_id={hexes(rng)}"
        elif kind < 0.85:
            yield f"{at} DEBUG [cache] hit key=item:{rng.randrange(10**6)} size={rng.randrange(10**4)} bytes"
        elif kind < 0.97:
            yield f"{at} INFO  [worker-{rng.randrange(8)}] job {hexes(rng, 12)} done in {rng.random() * 3:.3f}s"
        else:
            yield f"{at} WARN  [http-{rng.randrange(16)}] slow request GET /api/v1/search?q={rng.choice(WORDS)} took {rng.randrange(900, 1900)} ms"


def put(lines: list[str], where: float, *new: str) -> None:
    at = int(len(lines) * where)
    lines[at:at] = new
