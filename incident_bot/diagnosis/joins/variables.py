"""Environment variables that a log misses, beside one of nearly that name that the pod has."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from incident_bot.diagnosis.fieldpaths import find_values, first_value
from incident_bot.diagnosis.joins.join import TEMPLATED, ByKind, Join
from incident_bot.patterns import compile_later

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from incident_bot.diagnosis.joins.join import Said
    from incident_bot.kubectl import KubeObject

_MISSED = compile_later(
    r"(?-i:(?<![\w$.-])(?P<name>[A-Z][A-Z0-9]{0,40}(?:_[A-Z0-9]{1,40}){1,8})(?![\w.-]))[\"'`)\]]{0,2}(?: \w+){0,3}?"
    r" (?:(?:is |was )?(?:not (?:set|found|provided|defined|given|configured)|unset|missing|undefined|empty|required)\b|(?:un|not )specified\b)"
    r"|\b(?:missing|no|unset|required|undefined|without|(?:default|fall(?:ing|s)? ?back|fallback)\b.{0,80} for)(?: required)?(?: env\w*)?(?: variables?)?:? [\"'`]?(?-i:(?P<name2>[A-Z][A-Z0-9]{0,40}(?:_[A-Z0-9]{1,40}){1,8})(?![\w.-]))",
    re.IGNORECASE,
)
_MOST_LINES = 400
_REACH = 600
_FEWEST_CHARS = 6


def find_misspelt(by_kind: ByKind, logs: Sequence[Said]) -> Iterator[Join]:
    """Names of variables that a log calls not set, where the pod has none of that name and exactly one that is nearly it."""
    kinds = ("Pod", *sorted(TEMPLATED))
    holders = [(item, relation) for kind in kinds for item, relation in by_kind.get(kind, ())]
    if not any(_names_of(item) for item, _ in holders):
        return
    told: set[str] = set()
    for said in logs:
        for line in said.text.splitlines()[:_MOST_LINES]:
            match = _MISSED.search(line[:_REACH])
            name = (match["name"] or match["name2"]) if match else ""
            if len(name) < _FEWEST_CHARS or name in told:
                continue
            told.add(name)
            for item, relation in holders:
                names = _names_of(item)
                near = [other for other in names if _is_near(name, other) and other not in said.text]
                if name not in names and len(near) == 1:
                    yield Join(
                        name="variable-misspelt",
                        subject=item,
                        relation=relation,
                        path=names[near[0]],
                        value=near[0],
                        said=(line,),
                        groups={"wanted": name, "near": near[0]},
                    )
                    break


def _names_of(item: KubeObject) -> dict[str, str]:
    """The names of an object's variables, and where each stands."""
    spec = "spec" if item.kind == "Pod" else "spec.template.spec"
    found = find_values(item.body, f"{spec}.containers[].env[]")
    return {str(first_value(entry, "name")): path for path, entry in found if first_value(entry, "name")}


def _is_near(one: str, other: str) -> bool:
    """Whether two names are one slip apart: a letter too many, too few, wrong or swapped, an underscore, an ending, a prefix."""
    short, long = sorted((one, other), key=len)
    if one.replace("_", "") == other.replace("_", ""):
        return True
    has_ending = long.startswith(short) and "_" not in long[len(short) :] and long[len(short) :].isalpha()
    return has_ending or long.endswith(f"_{short}") or _is_one_slip(short, long)


def _is_one_slip(short: str, long: str) -> bool:
    """One insertion, deletion or substitution of a letter, or two neighbours swapped (Damerau-Levenshtein distance 1)."""
    if len(long) - len(short) > 1:
        return False
    first = next((place for place, pair in enumerate(zip(short, long, strict=False)) if pair[0] != pair[1]), len(short))
    if len(short) < len(long):
        return short[first:] == long[first + 1 :] and not long[first].isdigit()
    is_swapped = short[first : first + 2] == long[first : first + 2][::-1] and short[first + 2 :] == long[first + 2 :]
    is_other = short[first + 1 :] == long[first + 1 :] and (short[first] + long[first]).isalpha()
    return first < len(short) and (is_swapped or is_other)
