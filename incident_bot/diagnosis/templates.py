"""Filling names into a rule's text and commands. Names come from evidence, so commands quote them."""

from __future__ import annotations

import re
import shlex
import string
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_MAX_CHARS = 200
_BREAKS = re.compile(r"[\r\n\t\x00-\x1f\x7f\u2028\u2029]+")


def fill_text(template: str, values: Mapping[str, str]) -> str:
    """Prose with values; a missing one becomes its fallback, else "the pod" for {pod} and its name in capitals.

    Values are cut and put on one line; they are never parsed again, so braces in them stay braces.
    """
    told = ""
    for literal, field in _parts(template):
        told += literal
        if field is not None:
            value = _BREAKS.sub(" ", _value(field, values))[:_MAX_CHARS]
            told = _join(_drop_noun(told, field, value), value)
    return told.strip()


def _join(told: str, value: str) -> str:
    """`ran out of disk space{path|}` with a bare path reads `... disk space: /data`."""
    is_glued = (told[-1:].isalnum() or told.endswith(")")) and (value[:1].isalnum() or value[:1] in ("/", "'", '"'))
    return f"{told}: {value}" if is_glued else told + value


def _drop_noun(told: str, field: str, value: str) -> str:
    """`container {container}` without a value reads "the container", not "container the container"."""
    noun = field.partition("|")[0]
    if value.endswith(f" {noun}") and told.lower().endswith(f"{noun} "):
        return told[: -len(noun) - 1]
    return told


def fill_command(template: str, values: Mapping[str, str]) -> str:
    """A shell command with quoted values.

    A value that could be read as an option, or that holds a line break, is refused: its name in capitals
    stands in, for the engineer to replace.
    """
    return "".join(
        literal + ("" if field is None else _word(field, values)) for literal, field in _parts(_fit(template, values))
    ).strip()


_WHOLE_POD = re.compile(r"\b(logs|exec|top pod|describe pod|get pod) \{pod\}(?: -c \{container\})?")


def _fit(template: str, values: Mapping[str, str]) -> str:
    """A command that can be typed as it stands: without the flag or name that nothing in the evidence gives.

    kubectl then uses its own namespace, and a workload's logs stand in for those of a pod that is not known.
    """
    if not values.get("namespace"):
        template = re.sub(r"(?:-n|--namespace) \{namespace\} ", "", template)
    if values.get("pod"):
        return template if values.get("container") else template.replace(" -c {container}", "")
    return _WHOLE_POD.sub(lambda match: _without_pod(match[1], match[0], values), template)


def _without_pod(verb: str, command: str, values: Mapping[str, str]) -> str:
    if verb in ("logs", "exec"):
        return command.replace("{pod}", "{workload_kind|deployment}/{workload}") if values.get("workload") else command
    return f"{verb}s"


_UNNAMED = {
    "pod": "the pod",
    "container": "the container",
    "namespace": "its namespace",
    "workload": "the workload",
    "node": "the node",
}


def _parts(template: str) -> list[tuple[str, str | None]]:
    # format() itself would evaluate {a.b} and {a[0]}; only the parser is used.
    return [(literal, field) for literal, field, _, _ in string.Formatter().parse(template)]


def _value(field: str, values: Mapping[str, str]) -> str:
    name, bar, fallback = field.partition("|")
    known = values.get(name)
    if not known and name == "container" and values.get("pod"):
        fallback = fallback.replace("the pod", values["pod"]).replace(
            "the container", f"the container of {values['pod']}"
        )
    return known or (fallback if bar else _UNNAMED.get(name, name.upper()))


def _word(field: str, values: Mapping[str, str]) -> str:
    name, bar, fallback = field.partition("|")
    value = values.get(name, "")
    if not value or value.startswith("-") or len(value) > _MAX_CHARS or _BREAKS.search(value):
        return fallback if bar else name.upper()
    return shlex.quote(value)
