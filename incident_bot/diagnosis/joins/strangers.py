"""Services that send to pods of another workload, too: the same label on both, and what listens on one does not on the other."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from incident_bot.diagnosis.fieldpaths import find_values, first_value
from incident_bot.diagnosis.joins.join import ByKind, Join, Pair, labels_of, same_namespace, selector_of, selects
from incident_bot.diagnosis.targets import stem_of
from incident_bot.patterns import compile_later

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from incident_bot.diagnosis.joins.join import Said
    from incident_bot.diagnosis.targets import Relation
    from incident_bot.kubectl import KubeObject

_REFUSED = compile_later(r"ECONNREFUSED|connection refused|Connect call failed|actively refused", re.IGNORECASE)
_MOST_LINES = 400
_ON_PURPOSE = compile_later(
    r"(?:^|-)(?:canary|blue|green|stable|primary|preview|beta|baseline|next|new|old|v?\d+(?:[.-]\d+)*)(?:-|$)"
)
"""What releases side by side are called: one Service before both is how traffic is shared."""


def find_misdirected(by_kind: ByKind, complaints: Sequence[str]) -> Iterator[Join]:
    """The same without a log: strangers that do not have the port that the Service sends to, or that are complained of.

    Where every pod of the workload declares the port and no pod of the other does, a share of all calls is refused. What
    a note or an alert complains of counts where it names what only the stranger is called, or says that a part of all fails.
    """
    for service, relation in by_kind.get("Service", ()):
        groups = {
            stem: serving
            for stem, pods in _selected(service, by_kind).items()
            if (serving := [pair for pair in pods if _serves(pair[0])])
        }
        strangers = [stem for stem in groups if stem != service.name and not _ON_PURPOSE.search(stem)]
        if service.name not in groups or len(strangers) != 1:
            continue
        stranger, pods = strangers[0], groups[strangers[0]]
        port = _closed_port(service, groups[service.name], pods)
        if not port and not any(_is_complained_of(service.name, stranger, text) for text in complaints):
            continue
        does = f"which do not have port {port}" if port else "which do another work"
        yield _join("service-sends-to-stranger", service, relation, stranger, pods, closed=does)


def _serves(pod: KubeObject) -> bool:
    """Whether a pod may be an endpoint: one that is done, or not ready, is none."""
    row = first_value(pod.body, "table.READY")
    states = [value for _, value in find_values(pod.body, "status.containerStatuses[].ready")]
    is_unready = any(state is False for state in states) or (isinstance(row, str) and row.startswith("0/"))
    return not is_unready and first_value(pod.body, "status.phase") in (None, "Running")


def _closed_port(service: KubeObject, own: Sequence[Pair], others: Sequence[Pair]) -> str:
    """The target port that all pods of the workload declare and that no ready pod of the other does; empty where that is open."""
    targets = {
        str(first_value(port, "targetPort|port") or "") for _, port in find_values(service.body, "spec.ports[]")
    } - {""}
    declared = [_ports_of(item) for item, _ in others]
    if not all(declared) or not all(_ports_of(item) for item, _ in own):
        return ""
    return next(
        (
            target
            for target in sorted(targets)
            if all(target in _ports_of(item) for item, _ in own) and not any(target in ports for ports in declared)
        ),
        "",
    )


def _ports_of(pod: KubeObject) -> set[str]:
    found = [port for _, port in find_values(pod.body, "spec.containers[].ports[]")]
    return {str(first_value(port, key)) for port in found for key in ("containerPort", "name")} - {"None"}


_PART = compile_later(
    r"\b(?:half|third|quarter|every (?:second|other|third|fourth)|each second|\d{1,2} ?%|some (?:of|requests|calls|answers)|part of|share of|sometimes|intermittent\w*|random\w*|at times|now and then|alternat\w*)",
    re.IGNORECASE,
)
_BAD = compile_later(
    r"\b(?:wrong|instead|land(?:s|ed)? on|fail\w*|error\w*|refused|40[0-9]|50[0-9]|not found|time[sd]? ?out)\b",
    re.IGNORECASE,
)


def _is_complained_of(service: str, stranger: str, text: str) -> bool:
    """Whether a text says that calls of the Service go wrong, and that it is a part of them or goes to the stranger."""
    squeezed = re.sub(r"[\W_]+", "", text.lower())
    own = re.sub(r"[\W_]+", "", stranger.lower().replace(service.lower(), "", 1))
    is_named = re.search(rf"(?<![\w-]){re.escape(service)}(?![\w-])", text, re.IGNORECASE) is not None
    return (
        is_named
        and _BAD.search(text) is not None
        and (_PART.search(text) is not None or (len(own) >= _TELLING and own in squeezed))
    )


_TELLING = 5


def find_strangers(by_kind: ByKind, logs: Sequence[Said]) -> Iterator[Join]:
    """Services that select pods of the workload they are called after and of another one, while a log says that they refuse.

    Kubernetes sends to every ready pod with the labels, so that some of the calls reach a program that does not listen.
    """
    for service, relation in by_kind.get("Service", ()):
        groups = _selected(service, by_kind)
        strangers = [stem for stem in groups if stem != service.name and not _ON_PURPOSE.search(stem)]
        if service.name not in groups or len(strangers) != 1 or not _is_refused(service, logs):
            continue
        stranger, pods = strangers[0], groups[strangers[0]]
        yield _join("service-selects-stranger", service, relation, stranger, pods)


_SHOWN = 3


def _join(name: str, service: KubeObject, relation: Relation, stranger: str, pods: Sequence[Pair], **more: str) -> Join:
    """What both readings say of a Service and the workload that it selects besides its own."""
    key, value = next(iter(selector_of(service).items()))
    return Join(
        name=name,
        subject=service,
        relation=min(relation, pods[0][1]),
        path="spec.selector",
        value=f"{key}={value}",
        other=pods[0][0],
        other_path=f"metadata.labels.{key}",
        groups={
            "service": service.name,
            "wanted": ", ".join(f"{key}={label}" for key, label in selector_of(service).items()),
            "stranger": stranger,
            "pods": ", ".join(sorted(item.name for item, _ in pods)[:_SHOWN]),
            **more,
        },
    )


def _selected(service: KubeObject, by_kind: ByKind) -> dict[str, list[Pair]]:
    """The pods that a Service selects, by workload."""
    selector = selector_of(service)
    found: dict[str, list[Pair]] = {}
    for pair in by_kind.get("Pod", ()) if selector else ():
        if same_namespace(service, pair[0]) and selects(selector, labels_of(pair[0])):
            found.setdefault(stem_of(pair[0].name), []).append(pair)
    return found


def _is_refused(service: KubeObject, logs: Sequence[Said]) -> bool:
    """Whether a log says that a connection to a Service, by its address or its name, was refused."""
    address = str(first_value(service.body, "spec.clusterIP") or "")
    names = [re.escape(address)] if address not in ("", "None") else []
    called = re.compile(rf"(?<![\w.-])(?:{'|'.join([*names, re.escape(service.name)])})[.:/]")
    return any(
        _REFUSED.search(line) and called.search(line)
        for said in logs
        for line in (line[:1000] for line in said.text.splitlines()[:_MOST_LINES])
    )
