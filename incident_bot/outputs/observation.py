"""What this room hands out: what a tool's output shows that is not as it should be, with the line that shows it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """One telling value: `sign` is its kind, `thing` what it is about, `figure` what was read; `line` counts from 1.

    `pod` is the pod that a heading above the output names, as a loop over pods prints it.
    """

    sign: str
    tool: str
    thing: str
    figure: str
    line: int
    pod: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """The output of a tool that was recognised, first at `line`; most tell nothing, because all is well.

    `listed` are the lines of tables and listings: what stands in their cells (a file called `error.json`, a session
    whose state is `aborted`) is no sentence that somebody logged.
    """

    tool: str
    line: int
    listed: frozenset[int]
    well: frozenset[tuple[str, str]]
    """Kinds and things that were as they should be when they were printed last."""
    observations: tuple[Observation, ...] = ()
