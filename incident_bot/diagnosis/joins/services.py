"""Services and Ingresses beside what they send to: selectors, ports and backends that do not fit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from incident_bot.diagnosis.fieldpaths import find_values, first_value
from incident_bot.diagnosis.joins.join import (
    TEMPLATED,
    ByKind,
    Join,
    Pair,
    is_listed,
    labels_of,
    labels_path_of,
    same_namespace,
    selector_of,
    selects,
)
from incident_bot.diagnosis.targets import stem_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from incident_bot.kubectl import KubeObject


def _labelled(service: KubeObject, by_kind: ByKind) -> list[Pair]:
    """Pods, and workloads with a template, whose labels were read, in the namespace of a Service."""
    kinds = ("Pod", *sorted(TEMPLATED))
    near = (pair for kind in kinds for pair in by_kind.get(kind, ()) if same_namespace(service, pair[0]))
    return [pair for pair in near if labels_of(pair[0])]


def count_addresses(service: KubeObject, by_kind: ByKind) -> int | None:
    """How many endpoints a Service has, told by itself or by its Endpoints or slices; None when nothing tells."""
    told = [first_value(service.body, "status.endpoints")]
    for kind in ("Endpoints", "EndpointSlice"):
        for item, _ in by_kind.get(kind, ()):
            if same_namespace(service, item) and _is_of(item, service.name):
                told.append(endpoints_of(item))
    known = [len(item) for item in told if isinstance(item, list)]
    return max(known) if known else None


def _is_of(item: KubeObject, service: str) -> bool:
    named = first_value(item.body, "metadata.labels[kubernetes.io/service-name]")
    if named or item.kind != "EndpointSlice":
        return (named or item.name) == service
    return item.name.rpartition("-")[0] == service


def endpoints_of(item: KubeObject) -> list[Any] | None:
    """The addresses of an Endpoints or EndpointSlice object in whatever form; None when it does not say."""
    if "table" in item.body:
        listed = first_value(item.body, "status.endpoints")
        return listed if isinstance(listed, list) else None
    if item.kind == "EndpointSlice":
        entries = item.body.get("endpoints") or []
        return [entry for entry in entries if first_value(entry, "conditions.ready") is not False]
    return [address for _, address in find_values(item.body, "subsets[].addresses[]")]


def find_selectors(by_kind: ByKind) -> Iterator[Join]:
    """Services that select no pod although one was meant: same name, or all but one label agree."""
    for service, relation in by_kind.get("Service", ()):
        selector = selector_of(service)
        labelled = _labelled(service, by_kind) if selector else []
        if not labelled or any(selects(selector, labels_of(item)) for item, _ in labelled):
            continue
        if count_addresses(service, by_kind):
            continue
        meant = max(labelled, key=lambda pair: _likeness(service, selector, pair[0]))
        if _likeness(service, selector, meant[0]) < _ALIKE:
            continue
        labels = labels_of(meant[0])
        wrong = {key: value for key, value in selector.items() if labels.get(key) != value}
        key = next(iter(wrong))
        yield Join(
            name="service-selects-no-pod",
            subject=service,
            relation=min(relation, meant[1]),
            path=f"spec.selector.{key}" if len(wrong) == 1 else "spec.selector",
            value=f"{key}={wrong[key]}",
            other=meant[0],
            other_path=f"{labels_path_of(meant[0])}.{key}" if key in labels else labels_path_of(meant[0]),
            groups={
                "service": service.name,
                "wanted": ", ".join(f"{name}={value}" for name, value in wrong.items()),
                "found": ", ".join(
                    f"{name}={labels[name]}" if name in labels else f"no label {name}" for name in wrong
                ),
                "selected": stem_of(meant[0].name) if meant[0].kind == "Pod" else meant[0].name,
            },
        )


_ALIKE = 1.0
_IDENTITY = frozenset({"app", "k8s-app", "name", "component", "app.kubernetes.io/name", "app.kubernetes.io/instance"})
"""Labels that say who a pod is; `tier` or `track` are shared by strangers."""


def _likeness(service: KubeObject, selector: Mapping[str, str], item: KubeObject) -> float:
    """How sure it is that a Service was meant for a pod or workload: by its name, or by a label that says who it is."""
    labels = labels_of(item)
    agreeing = {key for key, value in selector.items() if labels.get(key) == value}
    stem = stem_of(item.name) if item.kind == "Pod" else item.name
    names = {service.name, *(selector[key] for key in selector.keys() & _IDENTITY)}
    is_named = any(name == stem or stem.startswith(f"{name}-") or name.startswith(f"{stem}-") for name in names)
    return (_ALIKE if is_named or agreeing & _IDENTITY else 0.0) + len(agreeing) / len(selector)


def find_ports(by_kind: ByKind) -> Iterator[Join]:
    """Services with a target port that the selected pods do not declare.

    A name that no container has yields no endpoint for that port; a number may be right without being declared, so
    numbers count only where no port fits.
    """
    for service, relation in by_kind.get("Service", ()):
        selector = selector_of(service)
        selected = [pair for pair in _labelled(service, by_kind) if selector and selects(selector, labels_of(pair[0]))]
        declared = {str(value) for item, _ in selected for value in _container_ports(item)}
        wanted = [(path, value) for path, value in find_values(service.body, "spec.ports[]") if isinstance(value, dict)]
        wanted = [(path, port) for path, port in wanted if "targetPort" in port]
        unmet = [(path, port) for path, port in wanted if _target_port(port) not in declared]
        named = [(path, port) for path, port in unmet if not _target_port(port).isdecimal()]
        if not declared or not unmet or not (named or len(unmet) == len(wanted)):
            continue
        path, port = (named or unmet)[0]
        item = next(item for item, _ in selected if _container_ports(item))
        yield Join(
            name="service-port-unmatched",
            subject=service,
            relation=min(relation, selected[0][1]),
            path=f"{path}.targetPort",
            value=_target_port(port),
            other=item,
            other_path=_ports_path(item),
            groups={
                "service": service.name,
                "port": _target_port(port),
                "declared": ", ".join(sorted(declared, key=lambda text: (not text.isdecimal(), text))),
                "selected": stem_of(item.name) if item.kind == "Pod" else item.name,
            },
        )


def _pod_spec(item: KubeObject) -> str:
    return "spec" if item.kind == "Pod" else "spec.template.spec"


def _container_ports(item: KubeObject) -> list[object]:
    path = f"{_pod_spec(item)}.containers[].ports[]"
    ports = [port for _, port in find_values(item.body, path) if isinstance(port, dict)]
    return [value for port in ports for value in (port.get("containerPort"), port.get("name")) if value is not None]


def _ports_path(item: KubeObject) -> str:
    found = next(find_values(item.body, f"{_pod_spec(item)}.containers[].ports"), None)
    return found[0] if found else f"{_pod_spec(item)}.containers"


def _target_port(port: Mapping[str, Any]) -> str:
    return str(port.get("targetPort", port.get("port", "")))


def find_backends(by_kind: ByKind) -> Iterator[Join]:
    """Ingress backends that are no Service of a namespace whose Services were listed, or no port of theirs."""
    for ingress, relation in by_kind.get("Ingress", ()):
        services = {item.name: item for item, _ in by_kind.get("Service", ()) if same_namespace(ingress, item)}
        for path, backend in find_values(ingress.body, _BACKENDS):
            # `describe` prints a backend as `service:port`.
            told, _, shown = str(first_value(backend, "name") or "").partition(":")
            name = str(first_value(backend, "service.name|serviceName") or told)
            port = str(first_value(backend, "service.port.number|service.port.name|servicePort") or shown)
            if not name:
                continue
            groups = {"ingress": ingress.name, "service": name, "port": port}
            if name not in services and is_listed("Service", ingress, by_kind):
                groups = {**groups, "what": f'service "{name}"'}
                yield Join(
                    name="ingress-backend-missing",
                    subject=ingress,
                    relation=relation,
                    path=path,
                    value=name,
                    groups=groups,
                )
            elif name in services and port and port not in service_ports(services[name]):
                asked = next((found for found, _ in find_values(backend, _BACKEND_PORT)), "")
                yield Join(
                    name="ingress-port-unmatched",
                    subject=ingress,
                    relation=relation,
                    path=f"{path}.{asked}" if asked else path,
                    value=port,
                    other=services[name],
                    other_path="spec.ports",
                    groups={**groups, "declared": ", ".join(service_ports(services[name]))},
                )


_BACKENDS = "spec.rules[].http.paths[].backend|spec.defaultBackend|spec.backend|spec.backends[]"


_BACKEND_PORT = "service.port.number|service.port.name|servicePort"


def service_ports(service: KubeObject) -> list[str]:
    """Numbers and names of the ports that a Service offers."""
    ports = [port for _, port in find_values(service.body, "spec.ports[]") if isinstance(port, dict)]
    return [str(value) for port in ports for value in (port.get("port"), port.get("name")) if value]
