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
    for literal, field in _parts(_drop_unknown_asides(template, values)):
        told += literal
        if field is not None:
            value = _BREAKS.sub(" ", _value(field, values))[:_MAX_CHARS]
            told = _join(_drop_noun(told, field, value, values), value)
            if told == value and value.startswith(("the ", "a ", "node ")) and not values.get(field.partition("|")[0]):
                told = told[:1].upper() + told[1:]
    return _count_one(told.strip())


_ASIDE = re.compile(r" ?\(([^()]*\{[^()]*)\)")


def _drop_unknown_asides(template: str, values: Mapping[str, str]) -> str:
    """`keeps crashing ({restarts} restarts, last exit code {exit_code})` without what nothing in the evidence gives.

    Only brackets, and only their parts whose names are unknown and have no fallback.
    """

    def keep_known(match: re.Match[str]) -> str:
        kept = [piece for piece in match[1].split(", ") if _is_known(piece, values)]
        opening = match[0].partition("(")[0] + "("
        return f"{opening}{', '.join(kept)})" if kept else ""

    return _ASIDE.sub(keep_known, template)


def _is_known(piece: str, values: Mapping[str, str]) -> bool:
    return all("|" in field or field in _UNNAMED or values.get(field) for _, field in _parts(piece) if field)


_ONE = re.compile(r"(?<![\w.,:/-])(?<!of )1 ((?:candidate )?)(node|pod|replica|restart|time)s\b( are| lack| have)?")
_VERBS_OF_ONE = {" are": " is", " lack": " lacks", " have": " has"}


def _count_one(told: str) -> str:
    """`1 candidate nodes are cordoned` in the singular."""
    return _ONE.sub(lambda match: f"1 {match[1]}{match[2]}{_VERBS_OF_ONE.get(match[3] or '', '')}", told)


def _join(told: str, value: str) -> str:
    """`ran out of disk space{path|}` with a bare path reads `... disk space: /data`."""
    is_glued = (told[-1:].isalnum() or told.endswith(")")) and (value[:1].isalnum() or value[:1] in ("/", "'", '"'))
    return f"{told}: {value}" if is_glued else told + value


_OWN_NOUN = ("the container", "of the pod", "the pod")
"""Fallbacks of {container} and {node} that stand for the thing itself."""


def _drop_noun(told: str, field: str, value: str, values: Mapping[str, str]) -> str:
    """`container {container}` without a value reads "the container" or its pod's name, not "container the container"."""
    noun = field.partition("|")[0]
    is_named_otherwise = not values.get(noun) and value in (
        values.get("pod"),
        values.get("machine"),
        "the node",
        "the container",
        "The node",
    )
    is_doubled = value.endswith(f" {noun}") or (noun in ("container", "node") and is_named_otherwise)
    if is_doubled and told.lower().endswith(f"{noun} "):
        return told[: -len(noun) - 1]
    return told


def fill_command(template: str, values: Mapping[str, str]) -> str:
    """A shell command with quoted values, or nothing where a name that it needs is not known.

    A value that could be read as an option, or that holds a line break, counts as unknown. A command with a hole in
    it, or with a guessed name, is a trap for whoever copies it at night; its step still says what to do in words.
    What only the engineer can decide stands as `<value>`, which a shell refuses to run.
    """
    written = ""
    for literal, field in _parts(_fit(template, values)):
        word = _word(field, values) if field is not None else ""
        if word is None:
            return ""
        written += literal + word
    return written.strip()


_WHOLE_POD = re.compile(r"\b(logs|exec|top pod|describe pod|get pod) \{pod\}(?: -c \{container\})?")
_WORKLOAD = r"\{workload_kind(?:\|[^{}]*)?\}/\{workload\}"
_ROLLOUT = re.compile(rf"\brollout (\w+) {_WORKLOAD}(?: --watch=false)?")
_CHANGE = re.compile(rf"\b(set \w+|scale|edit) {_WORKLOAD}")

# What `kubectl rollout`, `set` and `scale` work on (kubectl 1.36, their `--help`). The template of a Job is immutable.
_ROLLED_OUT = frozenset({"deployment", "daemonset", "statefulset"})
_SETTABLE = _ROLLED_OUT | {"cronjob", "replicaset", "replicationcontroller", "pod"}
_IMPOSSIBLE = "{possible}"
"""A command of a name that nobody gives: it is left out."""
_SCALABLE = frozenset({"deployment", "statefulset", "replicaset", "replicationcontroller"})


def _fit(template: str, values: Mapping[str, str]) -> str:
    """A command that can be typed as it stands: without the flag or name that nothing in the evidence gives.

    kubectl then uses its own namespace, and a workload's logs stand in for those of a pod that is not known.
    Empty where kubectl cannot do this to such a kind of workload.
    """
    if not values.get("namespace"):
        template = re.sub(r"(?:-n|--namespace) \{namespace\}(?: |$)", "", template)
    kind = values.get("workload_kind", "")
    rollout, change = _ROLLOUT.search(template), _CHANGE.search(template)
    if rollout and not (kind in _ROLLED_OUT and values.get("workload")):
        if rollout[1] != "history":
            return _IMPOSSIBLE
        listed = "jobs" if kind in ("job", "cronjob") else "replicasets"
        template = template.replace(rollout[0], f"get {listed} --sort-by=.metadata.creationTimestamp")
    if change and not _may_change(change[1], kind):
        return _IMPOSSIBLE
    if values.get("pod"):
        return template if values.get("container") else template.replace(" -c {container}", "")
    if values.get("machine"):
        template = template.replace("-n {namespace} ", "").replace("describe pod {pod}", "describe node {node|NODE}")
    return _WHOLE_POD.sub(lambda match: _without_pod(match[1], match[0]), template).replace("'{{.", "'{{.items[*].")


def _may_change(verb: str, kind: str) -> bool:
    if verb == "edit":
        return kind != "job"
    return kind in (_SCALABLE if verb == "scale" else _SETTABLE)


def _without_pod(verb: str, command: str) -> str:
    if verb in ("logs", "exec"):
        return command.replace("{pod}", "{workload_kind}/{workload}")
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
    if known:
        return known
    if name == "container" and (fallback in _OWN_NOUN or not bar):
        return values.get("pod") or values.get("machine") or "the container"
    if name == "node" and fallback in _OWN_NOUN:
        return "the node"
    return fallback if bar else _UNNAMED.get(name, name.upper())


def _word(field: str, values: Mapping[str, str]) -> str | None:
    name, bar, fallback = field.partition("|")
    value = values.get(name, "")
    if value and not value.startswith("-") and len(value) <= _MAX_CHARS and not _BREAKS.search(value):
        return shlex.quote(value)
    # A fallback in capitals names what is missing; the kind of a workload is never guessed.
    return None if not bar or name == "workload_kind" or fallback.isupper() else fallback
