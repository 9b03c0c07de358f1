"""An issue that we filed, read back: its folded raw evidence becomes files with the same line numbers.

The opposite of `report.raw_evidence`. An issue is public text that anyone may have edited, so
every number in it is bounded and what does not look like ours is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from incident_bot.errors import UsageError

MAX_BODY_CHARACTERS = 1_000_000
"""Sixteen bodies of GitHub's size: an issue with its comments pasted below still fits."""
MAX_LINES = 2_000_000
"""Lines that one item may claim to have; the ones that are not shown become blank lines."""

_KEY = re.compile(r"<!-- incident-bot:v1 key=([0-9a-f]{16}) -->")
_SUMMARY = re.compile(r"<summary>(E\d{1,6}) · (.{1,400}?) · (?:[\d,]{1,12} of )?([\d,]{1,12}) lines?</summary>")
_LINE = re.compile(r" {0,12}(\d{1,9}) \| ?(.*)")
_SIMILAR = re.compile(r"  \u00d7[\d,]{1,12}$")
_FENCE = re.compile(r"(`{3,})text$")
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueItem:
    """One folded block: a file name made from its heading, and its text; lines not shown are blank."""

    name: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueEvidence:
    """What an issue holds: the incident's key from its marker (empty without one) and the evidence."""

    key: str
    items: tuple[IssueItem, ...]


def read_issue(body: str, origin: str) -> IssueEvidence:
    """Read the Markdown of an issue as it was filed, or as GitHub gives it back (with `\\r\\n`).

    Raises `UsageError` when it is too long or holds no evidence of ours.
    """
    if len(body) > MAX_BODY_CHARACTERS:
        raise UsageError(
            f"{origin} has {len(body):,} characters, more than {MAX_BODY_CHARACTERS:,}", hint="Is it one issue's body?"
        )
    lines = [line.removesuffix("\r") for line in body.split("\n")]
    names: set[str] = set()
    items = []
    for start, line in enumerate(lines):
        heading = _SUMMARY.fullmatch(line.strip())
        if heading:
            total = int(heading[3].replace(",", ""))
            text = _rebuild(_inside_fence(lines, start + 1), total, f"{origin}: {heading[1]}")
            items.append(IssueItem(name=_name(heading[2], names), text=text))
    if not items:
        raise UsageError(
            f"{origin} holds no raw evidence of an issue by incident-bot",
            hint="Save the body as Markdown, e.g. with `gh issue view 12 --json body --jq .body > issue.md`.",
        )
    key = _KEY.search(body)
    return IssueEvidence(key=key[1] if key else "", items=tuple(items))


def _inside_fence(lines: list[str], start: int) -> Iterator[str]:
    """The lines of the first fenced block that begins right below."""
    bar = ""
    for line in lines[start : start + 3]:
        opened = _FENCE.fullmatch(line.strip())
        start += 1
        if opened:
            bar = opened[1]
            break
    if bar:
        for line in lines[start:]:
            if line.strip() == bar:
                return
            yield line


def _rebuild(shown: Iterator[str], total: int, origin: str) -> str:
    """The text with each shown line at its number."""
    if total > MAX_LINES:
        raise UsageError(f"{origin} claims {total:,} lines, more than {MAX_LINES:,}", hint="Was the issue edited?")
    found: dict[int, str] = {}
    for line in shown:
        numbered = _LINE.match(line)
        if numbered and 1 <= int(numbered[1]) <= total:
            found[int(numbered[1])] = _SIMILAR.sub("", numbered[2])
    return "\n".join(found.get(number, "") for number in range(1, total + 1)) + "\n"


def _name(heading: str, taken: set[str]) -> str:
    """`log of server, previous run` is `server-previous.log`; `events, events.txt` is `events.txt`."""
    if heading.startswith("log of "):
        whose = heading.removeprefix("log of ").replace(", previous run", "-previous")
        name = f"{_NOT_IN_NAMES.sub('-', whose).strip('-.')}.log"
    else:
        name = _NOT_IN_NAMES.sub("-", heading.rpartition(", ")[2]).strip("-.") or "evidence.txt"
    candidate, number = name, 2
    while candidate in taken:
        candidate, number = f"{number}-{name}", number + 1
    taken.add(candidate)
    return candidate
