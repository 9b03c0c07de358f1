"""Numeric addresses that a log calls in vain and that no listed Service or pod has any more.

A Service that is made anew gets another address, and so does every new pod; a program that keeps the old one, in its
configuration or from one look-up at its start, calls nobody for ever, while what it means is well beside it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from incident_bot.diagnosis.fieldpaths import find_values, first_value
from incident_bot.diagnosis.joins.join import ByKind, Join, labels_of, same_namespace, selector_of, selects
from incident_bot.diagnosis.targets import Relation, stem_of
from incident_bot.patterns import compile_later

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from incident_bot.diagnosis.joins.join import Said
    from incident_bot.kubectl import KubeObject

_OCTETS = r"(?:10|172|192|100)(?:\.\d{1,3}){3}"
_CALLED = compile_later(
    rf"(?:(?<![\d.:])|(?<=->))(?<!client: )(?<!client=)(?<!from )(?<!remote_addr=)(?P<ip>{_OCTETS})"
    r"(?:(?::|[\"']?[,)]? ?(?:on )?port[ =:]{1,2}[\"']?)(?P<port>\d{2,5})\b(?!->)|(?![\d.:]))"
)
_IN_VAIN = compile_later(
    r"time[d-]? ?out|deadline exceeded|refused|unreachable|no route to host|EHOSTUNREACH|ETIMEDOUT|ECONNREFUSED|EHOSTDOWN|host is down",
    re.IGNORECASE,
)
_ADDRESS = compile_later(rf"(?<![\d.]){_OCTETS}(?![\d.])")
_OF_THE_CLUSTER = re.compile(r"\.0\.(?:1|10)$")
"""By convention the first address of the Services' range is the API server's and the tenth the name server's: other namespaces'."""
_AGAIN = 2
_FEWEST_LISTED = 2
_MOST_LINES = 400
_REACH = 1000


def find_stale_addresses(by_kind: ByKind, logs: Sequence[Said]) -> Iterator[Join]:
    """Addresses of the cluster's own ranges that a log calls in vain, nobody has, and whose Service or pods are listed.

    Where nothing listed has that port or is named beside the address, it may be another namespace's.
    """
    known = {address for pairs in map(by_kind.get, _HOLDERS) for item, _ in pairs or () for address in _addresses(item)}
    if len(known) < _FEWEST_LISTED:
        return
    ranges = {_range_of(address) for address in _of_cluster(by_kind)}
    told: set[str] = set()
    for said in logs:
        for (ip, port), (line, count) in _called_in_vain(said).items():
            is_foreign = _range_of(ip) not in ranges or _OF_THE_CLUSTER.search(ip)
            if ip in known or is_foreign or count < _AGAIN or ip in told:
                continue
            found = _find_meant(port, line, by_kind)
            if found is not None:
                told.add(ip)
                service, current, path = found
                yield Join(
                    name="address-stale",
                    subject=service,
                    relation=Relation.RELATED,
                    path=path,
                    value=ip,
                    said=(line,),
                    groups={"asked": f"{ip}:{port}" if port else ip, "service": service.name, "current": current},
                )


def _of_cluster(by_kind: ByKind) -> Iterator[str]:
    """Addresses of Services and of pods that have one of their own: those of machines say nothing of the cluster's ranges."""
    machines = {address for item, _ in by_kind.get("Node", ()) for address in _addresses(item)}
    for item, _ in by_kind.get("Service", ()):
        yield from _ADDRESS.findall(str(first_value(item.body, "spec.clusterIP") or ""))
    for item, _ in by_kind.get("Pod", ()):
        address = _own_address(item)
        if address and address not in machines and address != first_value(item.body, "status.hostIP"):
            yield address


_HOLDERS = ("Service", "Pod", "Node", "Endpoints", "EndpointSlice")


def _addresses(item: KubeObject) -> Iterator[str]:
    """Every address that an object states of itself: its status, its row, its cluster IP. Not what a pod's environment names."""
    parts = [item.body.get(key) for key in ("status", "table", "subsets", "endpoints")]
    if item.kind == "Service":
        parts.append(item.body.get("spec"))
    for part in parts:
        yield from _ADDRESS.findall(str(part)) if part else ()


def _range_of(address: str) -> str:
    return ".".join(address.split(".")[:2])


def _called_in_vain(said: Said) -> Mapping[tuple[str, str], tuple[str, int]]:
    """Each address of failing lines, with the last such line and how many lines there are."""
    found: dict[tuple[str, str], tuple[str, int]] = {}
    counts = [*said.counts, *[1] * _MOST_LINES]
    for line, count in zip(said.text.splitlines()[:_MOST_LINES], counts, strict=False):
        text = line[:_REACH]
        match = _CALLED.search(text) if _IN_VAIN.search(text) else None
        if match:
            key = (match["ip"], match["port"] or "")
            found[key] = (line, found.get(key, ("", 0))[1] + count)
    return found


def _find_meant(port: str, line: str, by_kind: ByKind) -> tuple[KubeObject, str, str] | None:
    """The one Service that is meant, its address now and where that stands: by its name in the line, or else by its port."""
    services = [item for item, _ in by_kind.get("Service", ())]
    named = [item for item in services if re.search(rf"(?<![\w.-]){re.escape(item.name)}(?![\w-])", line)]
    fitting = [item for item in services if port and port in _ports(item)]
    choices = ([item for item in named if item in fitting], named, fitting)
    for item in next((found for found in choices if len(found) == 1), ()):
        address = str(first_value(item.body, "spec.clusterIP") or "")
        if _ADDRESS.fullmatch(address):
            return item, f"{address} now", "spec.clusterIP"
        pods = [pod for pod in _pods_of(item, by_kind) if _own_address(pod)]
        if pods:
            return pods[0], f"{', '.join(_own_address(pod) for pod in pods[:2])} now", "status.podIP"
    return None


def _ports(service: KubeObject) -> set[str]:
    return {str(value) for _, value in find_values(service.body, "spec.ports[].port")}


def _own_address(pod: KubeObject) -> str:
    return str(first_value(pod.body, "status.podIP|table.IP") or "").replace("<none>", "")


def _pods_of(service: KubeObject, by_kind: ByKind) -> list[KubeObject]:
    """The pods of a headless Service; where no labels are shown, those that are called after it."""
    selector = selector_of(service)
    pods = [item for item, _ in by_kind.get("Pod", ()) if same_namespace(service, item)]
    return [
        pod for pod in pods if (selector and selects(selector, labels_of(pod))) or stem_of(pod.name) == service.name
    ]
