"""Addresses that a log calls in vain, beside the namespaces, Services and ports that were listed: names that nobody has.

A name server answers the same to a typo and to a service that is down, and a port that a Service does not have is dropped
like a packet to a dead host. Only the listing tells them apart.
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING

from incident_bot.diagnosis.fieldpaths import find_values, first_value
from incident_bot.diagnosis.joins.join import ByKind, Join, Pair
from incident_bot.diagnosis.targets import Relation
from incident_bot.patterns import compile_later

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from incident_bot.diagnosis.joins.join import Said

_FULL = compile_later(
    r"(?<![\w.-])(?P<service>[a-z][a-z0-9-]{0,62})\.(?P<namespace>[a-z0-9-]{1,63})\.svc(?:\.[a-z.-]{1,60}[a-z])?(?:[: ]{1,2}(?P<port>\d{2,5})\b)?"
)
_SHORT = compile_later(r"(?<![\w./@-])(?P<service>[a-z][a-z0-9-]{2,62}):(?P<port>\d{2,5})(?![\w.])")
_IN_VAIN = compile_later(
    r"bad address|NXDOMAIN|no such host|could ?n[o']t (?:resolve|be resolved)|not known|unknown host|UnknownHost|ENOTFOUND|name resolution"
    r"|timed? ?out|timeout|deadline exceeded|refused|unreachable|waiting for|not (?:yet )?(?:ready|available|reachable)",
    re.IGNORECASE,
)
_AGAIN = 2
_FEWEST_LISTED = 2
_MOST_LINES = 400


def find_unknown_addresses(by_kind: ByKind, logs: Sequence[Said]) -> Iterator[Join]:
    """Addresses that a log calls in vain twice or more, whose namespace, Service or port is none of those listed."""
    if not any(by_kind.get(kind) for kind in ("Namespace", "Service")):
        return
    for said in logs:
        failed = [line[:1000] for line in said.text.splitlines()[:_MOST_LINES] if _IN_VAIN.search(line[:1000])]
        called: dict[tuple[str, str, str], int] = {}
        for line in failed:
            for match in (_FULL.search(line), None if ".svc" in line else _SHORT.search(line)):
                if match:
                    found = match.groupdict()
                    key = (found["service"], found.get("namespace") or "", found.get("port") or "")
                    called[key] = called.get(key, 0) + 1
        for (service, namespace, port), count in called.items():
            join = _check(service, namespace, port, by_kind) if count >= _AGAIN else None
            if join is not None:
                yield join
                break


def _check(service: str, namespace: str, port: str, by_kind: ByKind) -> Join | None:
    spaces = by_kind.get("Namespace", ())
    asked = f"{service}.{namespace}" if namespace else f"{service}:{port}"
    if namespace and len(spaces) >= _FEWEST_LISTED and all(item.name != namespace for item, _ in spaces):
        return _tell(asked, f"namespace {namespace}", namespace, spaces, path="metadata.name")
    services = [pair for pair in by_kind.get("Service", ()) if not namespace or pair[0].namespace in ("", namespace)]
    if namespace and not any(item.namespace == namespace for item, _ in services):
        # No Service of that namespace was listed: it may have been left out.
        return None
    own = [item for item, _ in services if item.name == service]
    if not own:
        is_listed = namespace and len(services) >= _FEWEST_LISTED
        return (
            _tell(asked, f"Service {service} in {namespace}", service, services, path="metadata.name")
            if is_listed
            else None
        )
    ports = {str(value) for item in own for _, value in find_values(item.body, "spec.ports[].port")}
    is_headless = any(first_value(item.body, "spec.clusterIP") in (None, "None") for item in own)
    if not port or not ports or port in ports or is_headless:
        return None
    return Join(
        name="address-unknown",
        subject=own[0],
        relation=Relation.RELATED,
        path="spec.ports",
        value=port,
        groups={"asked": f"{service}:{port}", "lacking": f"port {port} of Service {service}", "near": f"it has {', '.join(sorted(ports))}"},
    )  # fmt: skip


def _tell(asked: str, lacking: str, name: str, listed: Sequence[Pair], *, path: str) -> Join:
    names = {item.name: item for item, _ in listed}
    close = get_close_matches(name, names, n=1, cutoff=0.6)
    subject = names[close[0]] if close else listed[0][0]
    return Join(
        name="address-unknown",
        subject=subject,
        relation=Relation.RELATED,
        path=path,
        value=name,
        groups={
            "asked": asked,
            "lacking": lacking,
            "near": f"there is {close[0]}" if close else f"{len(names)} were listed",
        },
    )
