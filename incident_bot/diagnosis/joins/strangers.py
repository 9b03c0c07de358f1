"""Services that send to pods of another workload, too: the same label on both, and what listens on one does not on the other."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from incident_bot.diagnosis.fieldpaths import first_value
from incident_bot.diagnosis.joins.join import ByKind, Join, Pair, labels_of, same_namespace, selector_of, selects
from incident_bot.diagnosis.targets import stem_of
from incident_bot.patterns import compile_later

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from incident_bot.diagnosis.joins.callers import Said
    from incident_bot.kubectl import KubeObject

_REFUSED = compile_later(r"ECONNREFUSED|connection refused|Connect call failed|actively refused", re.IGNORECASE)
_MOST_LINES = 400
_ON_PURPOSE = compile_later(
    r"(?:^|-)(?:canary|blue|green|stable|primary|preview|beta|baseline|next|new|old|v?\d+(?:[.-]\d+)*)(?:-|$)"
)
"""What releases side by side are called: one Service before both is how traffic is shared."""


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
        key, value = next(iter(selector_of(service).items()))
        yield Join(
            name="service-selects-stranger",
            subject=service,
            relation=min(relation, pods[0][1]),
            path="spec.selector",
            value=f"{key}={value}",
            other=pods[0][0],
            other_path=f"metadata.labels.{key}",
            groups={
                "service": service.name,
                "wanted": ", ".join(f"{name}={label}" for name, label in selector_of(service).items()),
                "stranger": stranger,
                "pods": ", ".join(sorted(item.name for item, _ in pods)[:_SHOWN]),
            },
        )


_SHOWN = 3


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
        for _, text in logs
        for line in (line[:1000] for line in text.splitlines()[:_MOST_LINES])
    )
