"""Descriptions of NetworkPolicies into API-shaped objects: whom they select, and what they let in and out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from incident_bot.kubectl.outline import NONE_WORDS
from incident_bot.patterns import compile_later

if TYPE_CHECKING:
    from collections.abc import Iterator

    from incident_bot.kubectl.draft import Draft
    from incident_bot.kubectl.outline import Field

Numbered = Sequence[tuple[int, str]]

_LABEL = compile_later(r"([\w./-]{1,317})=([\w.-]{0,63})")
_MATCHES = "matchLabels"
_DIRECTIONS = (
    ("Allowing ingress traffic", "ingress", "From", "from"),
    ("Allowing egress traffic", "egress", "To", "to"),
)
_PEERS = {"NamespaceSelector": "namespaceSelector", "PodSelector": "podSelector"}


def fill_network_policy(root: Field, draft: Draft, lines: Numbered) -> None:  # noqa: ARG001 - one shape for all fillers
    """A NetworkPolicy: which pods it selects, in which directions it restricts them, and the peers that it names."""
    told = root.get("Spec")
    if told is None:
        return
    spec = draft.child("spec", told.line)
    line = told.line_of("PodSelector")
    labels = spec.child("podSelector", line)
    for key, value in _labels(told.value_of("PodSelector")).items():
        labels.child(_MATCHES, line).put(key, value, line)
    types = [word.strip() for word in told.value_of("Policy Types").split(",") if word.strip()]
    spec.put("policyTypes", types or None, told.line_of("Policy Types"))
    for title, key, peer_title, peer_key in _DIRECTIONS:
        allowed = told.get(title)
        if allowed is not None:
            rules = list(_read_rules(allowed, peer_title, peer_key, draft.lines, f"spec.{key}"))
            spec.put(key, rules, allowed.line)


def _labels(text: str) -> dict[str, str]:
    return dict(_LABEL.findall(text.partition("(")[0][:2_000]))


def _read_rules(
    allowed: Field, peer_title: str, peer_key: str, lines: dict[str, int], path: str
) -> Iterator[dict[str, Any]]:
    """One rule for each stretch between rules of dashes; `<any>` is a list that is not there, as in the API."""
    stretches: list[list[Field]] = [[]]
    for child in allowed.children:
        if child.text.strip("-"):
            stretches[-1].append(child)
        else:
            stretches.append([])
    for place, fields in enumerate(stretch for stretch in stretches if any(field.key for field in stretch)):
        rule: dict[str, Any] = {}
        ports = [_read_port(field.value) for field in fields if field.key == "To Port" and field.value[:1] != "<"]
        peers = [field for field in fields if field.key == peer_title and field.children]
        if ports:
            rule["ports"] = ports
        if peers:
            rule[peer_key] = [
                _read_peer(field, lines, f"{path}[{place}].{peer_key}[{index}]") for index, field in enumerate(peers)
            ]
        yield rule


def _read_port(text: str) -> dict[str, Any]:
    port, _, protocol = text.partition("/")
    return {"port": int(port) if port.isdecimal() and len(port) < 6 else port, "protocol": protocol}


def _read_peer(field: Field, lines: dict[str, int], path: str) -> dict[str, Any]:
    peer: dict[str, Any] = {}
    for child in field.named():
        name = _PEERS.get(child.key)
        if name is None:
            peer["ipBlock"] = {"cidr": child.value_of("CIDR")}
            continue
        labels = {} if child.value in NONE_WORDS else _labels(child.value)
        peer[name] = {_MATCHES: labels} if labels else {}
        for key in labels:
            lines.setdefault(f"{path}.{name}.{_MATCHES}.{key}", child.line)
    return peer


def fill_budget(root: Field, draft: Draft, lines: Numbered) -> None:  # noqa: ARG001 - one shape for all fillers
    """A PodDisruptionBudget: its rule, whom it selects, and how many disruptions it allows now."""
    spec = draft.child("spec", root.line_of("Selector"))
    for title, key in (("Min available", "minAvailable"), ("Max unavailable", "maxUnavailable")):
        spec.put(key, root.value_of(title), root.line_of(title))
    for pair in root.value_of("Selector").split(","):
        key, separator, value = pair.partition("=")
        if separator:
            selector = spec.child("selector", root.line_of("Selector"))
            selector.child("matchLabels", root.line_of("Selector")).put(key[:317], value, root.line_of("Selector"))
    told = root.get("Status")
    for field in told.named() if told else ():
        if field.key in _BUDGET_COUNTS and field.value.isdecimal() and len(field.value) < 10:
            draft.child("status", field.line).put(_BUDGET_COUNTS[field.key], int(field.value), field.line)


_BUDGET_COUNTS = {
    "Allowed disruptions": "disruptionsAllowed",
    "Current": "currentHealthy",
    "Desired": "desiredHealthy",
    "Total": "expectedPods",
}
