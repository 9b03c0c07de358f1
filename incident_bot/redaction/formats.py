"""How one issuer's credential is described to the scanner."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from incident_bot.patterns import compile_later

if TYPE_CHECKING:
    import re

HEX = "[0-9a-fA-F]"
UUID = f"{HEX}{{8}}-{HEX}{{4}}-{HEX}{{4}}-{HEX}{{4}}-{HEX}{{12}}"


class Provider(NamedTuple):
    """One issuer's credential. `inner` allows it inside a word (a URL whose host is the mark), `behind` right behind one.

    A mark that starts with `^` is common inside words and is looked for at the start of one only;
    a `(?=...)` at its end is a pattern of what must follow it.
    """

    kind: str
    marks: tuple[str, ...]
    pattern: re.Pattern[str]
    """What the whole value looks like."""
    inner: bool
    behind: bool
    signs: str
    """Characters of which each `inner` one holds one: asked before its pattern is."""


_COMMON_BEGINNINGS = frozenset(
    "app_ test_ live_ test_pub_ live_pub_ sandbox_ api- key_ web_ mob- sdk- auto_ cli_ ion_ secret- secret_ token- kubeconfig- pubkey-"
    " access-development- access-production- access-sandbox- spat_ kpat_ essu_ ops_eyJ API- OTP".split()
)
"""Marks that names of files, tests and objects begin with, too."""
_SHORT_BEGINNINGS = frozenset({"SG.", "hf_", "r8_"})
_SHORTEST_BEGINNING = 4


@lru_cache(maxsize=1024)
def is_distinctive(mark: str) -> bool:
    """Whether nothing but an issuer's credential begins with this mark, so that the rest need not be of its exact form."""
    marked = mark[-1:] in {"_", "-", "."} and any(map(str.isalpha, mark))
    return mark in _SHORT_BEGINNINGS or (marked and len(mark) >= _SHORTEST_BEGINNING and mark not in _COMMON_BEGINNINGS)


def provider(
    kind: str, marks: str, expression: str, *, inner: bool = False, behind: bool = False, signs: str = ""
) -> Provider:
    """A provider whose marks are given as words of one text."""
    return Provider(kind, tuple(marks.split()), compile_later(expression), inner, behind, signs)
