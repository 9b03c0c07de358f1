"""Routes of the Gateway API beside the gateways that they ask for and the Services that they send to.

Source: gateway-api.sigs.k8s.io, "Cross namespace routing" and the reference of HTTPRoute (`parentRefs`, `backendRefs`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from incident_bot.diagnosis.fieldpaths import find_values, first_value
from incident_bot.diagnosis.joins.join import ByKind, Join, Pair, listed_in
from incident_bot.diagnosis.joins.services import service_ports

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from incident_bot.kubectl import KubeObject

_ROUTES = ("HTTPRoute", "GRPCRoute", "TLSRoute", "TCPRoute", "UDPRoute")


def find_detached_routes(by_kind: ByKind) -> Iterator[Join]:
    """Routes whose gateway is not there, or admits no routes of their namespace, and that no controller accepted."""
    for route, relation, path, parent in _references(by_kind, "spec.parentRefs[]", "Gateway"):
        name, place = str(parent["name"]), str(parent.get("namespace") or route.namespace)
        if _is_accepted(route, name):
            continue
        listed = listed_in("Gateway", place, by_kind)
        gateways = [item for item, _ in by_kind.get("Gateway", ()) if (item.name, item.namespace) == (name, place)]
        if listed is not None and name not in listed:
            why = f"namespace {place} has no Gateway {name}, but {', '.join(sorted(listed))}"
            yield _join("route-gateway-missing", (route, relation), path, {"gateway": name, "why": why})
        for gateway in gateways[:1]:
            rules = [pair for pair in find_values(gateway.body, "spec.listeners[]") if _is_asked(pair[1], parent)]
            whys = [_why_refused(rule, route, gateway, by_kind) for _, rule in rules]
            if whys and all(whys):
                told = (route, relation)
                yield _join(
                    "route-not-admitted",
                    told,
                    path,
                    {"gateway": name, "why": whys[0]},
                    (gateway, f"{rules[0][0]}.allowedRoutes"),
                )


def find_route_backends(by_kind: ByKind) -> Iterator[Join]:
    """Backends of routes that are no Service of a namespace whose Services were listed, or no port of theirs."""
    for route, relation, path, backend in _references(by_kind, "spec.rules[].backendRefs[]", "Service"):
        name, place = str(backend["name"]), str(backend.get("namespace") or route.namespace)
        resolved = [state for _, state in find_values(route.body, "status.parents[].conditions[ResolvedRefs].status")]
        if backend.get("weight") == 0 or (resolved and "False" not in resolved):
            continue
        listed = listed_in("Service", place, by_kind)
        if listed is not None and name not in listed:
            why = f"namespace {place} has no Service of that name"
            yield _join("route-backend-missing", (route, relation), path, {"service": name, "why": why})
        services = (item for item, _ in by_kind.get("Service", ()) if (item.name, item.namespace) == (name, place))
        for service in services:
            ports, port = service_ports(service), str(backend.get("port") or "")
            if ports and port and port not in ports:
                groups = {"service": name, "why": f"it has no port {port}, but {', '.join(ports)}"}
                told = (route, relation)
                yield _join(
                    "route-port-unmatched", told, f"{path.removesuffix('.name')}.port", groups, (service, "spec.ports")
                )


def _references(by_kind: ByKind, path: str, kind: str) -> Iterator[tuple[KubeObject, Any, str, Mapping[str, Any]]]:
    """What routes refer to, and where they name it; a reference without a kind is to the kind given."""
    for route, relation in (pair for name in _ROUTES for pair in by_kind.get(name, ())):
        for found, value in find_values(route.body, path):
            if isinstance(value, dict) and value.get("name") and value.get("kind", kind) == kind and route.namespace:
                yield route, relation, f"{found}.name", value


def _join(
    name: str, told: Pair, path: str, groups: Mapping[str, str], beside: tuple[KubeObject | None, str] = (None, "")
) -> Join:
    return Join(
        name=name,
        subject=told[0],
        relation=told[1],
        path=path,
        value=groups.get("gateway") or groups["service"],
        other=beside[0],
        other_path=beside[1],
        groups={"route": told[0].name, "kind": told[0].kind.lower(), "place": told[0].namespace, **groups},
    )


def _is_accepted(route: KubeObject, gateway: str) -> bool:
    parents = (parent for _, parent in find_values(route.body, "status.parents[]"))
    return any(
        first_value(parent, "conditions[Accepted].status") == "True"
        and first_value(parent, "parentRef.name") in (None, gateway)
        for parent in parents
    )


def _is_asked(listener: object, parent: Mapping[str, Any]) -> bool:
    return "sectionName" not in parent or first_value(listener, "name") == parent["sectionName"]


def _why_refused(listener: object, route: KubeObject, gateway: KubeObject, by_kind: ByKind) -> str:
    """Why a listener admits no route of a namespace; empty where it does, or where that cannot be told."""
    # `Same` is the default, which the API server writes down; where it is not shown, somebody may have cut the listener.
    admitted = first_value(listener, "allowedRoutes.namespaces.from")
    if admitted == "Same" and route.namespace != gateway.namespace:
        own = gateway.namespace
        return f"the listeners of Gateway {gateway.name} admit only routes of their own namespace {own}, not of {route.namespace}"
    wanted = first_value(listener, "allowedRoutes.namespaces.selector.matchLabels")
    places = (item for item, _ in by_kind.get("Namespace", ()) if item.name == route.namespace)
    labels = next((first_value(item.body, "metadata.labels") for item in places), None)
    if admitted != "Selector" or not isinstance(wanted, dict) or not isinstance(labels, dict):
        return ""
    lacking = [f"{key}={value}" for key, value in wanted.items() if str(labels.get(key)) != str(value)]
    asked = ", ".join(lacking)
    told = (
        f"the listeners of Gateway {gateway.name} admit only namespaces labelled {asked}, and {route.namespace} is not"
    )
    return told if lacking else ""
