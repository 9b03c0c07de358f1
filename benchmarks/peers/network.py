"""Conditions of what carries requests, and of what the API server asks."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.peers.cluster import Cluster, condition, text_at, values_at
from incident_bot.diagnosis.fieldpaths import first_value
from incident_bot.diagnosis.joins.join import labels_of, selector_of, selects
from incident_bot.diagnosis.joins.services import count_addresses, endpoints_of, service_ports
from incident_bot.diagnosis.targets import Relation
from incident_bot.kubectl import KubeObject

Found = Iterator[tuple[KubeObject, str]]


@condition(
    "service-without-endpoints",
    "Service",
    "no endpoint fits its selector",
    scenario="service-selector-kept-the-old-label-after-relabel",
)
def service_without_endpoints(cluster: Cluster) -> Found:
    by_kind = {
        kind: [(item, Relation.RELATED) for item in cluster.all_of(kind)] for kind in ("Endpoints", "EndpointSlice")
    }
    for item in cluster.all_of("Service"):
        selector = selector_of(item)
        if selector and count_addresses(item, by_kind) == 0:
            yield item, "no endpoints for " + ", ".join(f"{key}={value}" for key, value in selector.items())


@condition(
    "service-endpoints-not-ready",
    "Service",
    "addresses of it are not ready",
    scenario="both-ticket-pods-are-kept-out-of-their-service",
)
def service_endpoints_not_ready(cluster: Cluster) -> Found:
    for item in cluster.all_of("Endpoints"):
        pods = [first_value(found, "targetRef.name") for found in values_at(item, "subsets[].notReadyAddresses[]")]
        if pods:
            yield item, f"not ready: {', '.join(map(str, pods))}"
    for item in cluster.all_of("EndpointSlice"):
        found = values_at(item, "endpoints[]")
        if found and len(endpoints_of(item) or []) < len(found):
            yield item, "endpoints of it are not ready"


@condition(
    "service-event", "Service", "an event of it is no normal one", scenario="load-balancer-hits-the-quota-of-addresses"
)
def service_event(cluster: Cluster) -> Found:
    for item in cluster.all_of("Service"):
        for event in cluster.events:
            if (event.kind, event.name) == ("Service", item.name) and event.type != "Normal":
                yield item, event.message


@condition(
    "ingress-without-class", "Ingress", "it names no class", scenario="ingress-without-class-is-served-by-the-default",
    harmless="a default class serves it; told where no class is the default and it has no address",
)  # fmt: skip
def ingress_without_class(cluster: Cluster) -> Found:
    for item in cluster.all_of("Ingress"):
        if "spec" in item.body and _class_of(item) in ("", "<none>"):
            yield item, "names no ingress class"


@condition(
    "ingress-class-missing",
    "Ingress",
    "its class does not exist",
    scenario="shop-ingress-names-a-class-that-no-controller-has",
)
def ingress_class_missing(cluster: Cluster) -> Found:
    for item in cluster.all_of("Ingress"):
        if cluster.is_absent("IngressClass", _class_of(item), item):
            yield item, f"ingress class {_class_of(item)} does not exist"


@condition(
    "ingress-service-missing",
    "Ingress",
    "a Service of it does not exist",
    scenario="ferry-ingress-still-names-the-service-of-last-season",
)
def ingress_service_missing(cluster: Cluster) -> Found:
    for item in cluster.all_of("Ingress"):
        for backend in values_at(item, "spec.rules[].http.paths[].backend|spec.backends[]"):
            name = (
                first_value(backend, "service.name|serviceName")
                or str(first_value(backend, "name") or "").split(":")[0]
            )
            if cluster.is_absent("Service", name, item):
                yield item, f"Service {name} does not exist"


@condition(
    "ingress-secret-missing",
    "Ingress",
    "its TLS Secret does not exist",
    scenario="ingress-still-names-the-certificate-of-last-year",
)
def ingress_secret_missing(cluster: Cluster) -> Found:
    for item in cluster.all_of("Ingress"):
        for name in values_at(item, "spec.tls[].secretName"):
            if cluster.is_absent("Secret", name, item):
                yield item, f"TLS Secret {name} does not exist"


def _class_of(item: KubeObject) -> str:
    return text_at(item, "spec.ingressClassName|metadata.annotations[kubernetes.io/ingress.class]")


@condition(
    "policy-for-all-pods", "NetworkPolicy", "it selects every pod", scenario="untidy-namespace-in-which-nothing-fails", is_default=False,
    harmless="that is how a default policy is written; told where it keeps out what a log misses",
)  # fmt: skip
def policy_for_all_pods(cluster: Cluster) -> Found:
    for item in cluster.all_of("NetworkPolicy"):
        selector = first_value(item.body, "spec.podSelector")
        if isinstance(selector, dict) and not selector.get("matchLabels"):
            yield item, "selects every pod"


@condition(
    "policy-for-no-pod", "NetworkPolicy", "it selects no pod", scenario="untidy-namespace-in-which-nothing-fails", is_default=False,
    harmless="it changes nothing; told where it admits no pod that a note misses",
)  # fmt: skip
def policy_for_no_pod(cluster: Cluster) -> Found:
    pods = [labels_of(pod) for pod in cluster.all_of("Pod")]
    for item in cluster.all_of("NetworkPolicy"):
        selector = selector_of(item, "spec.podSelector.matchLabels")
        if selector and pods and all(pods) and not any(selects(selector, labels) for labels in pods):
            yield item, "selects no pod"


@condition(
    "gateway-class-refused",
    "GatewayClass",
    "its first condition is not True",
    scenario="gateway-class-is-not-accepted",
    is_default=False,
)
def gateway_class_refused(cluster: Cluster) -> Found:
    yield from _first_condition(cluster, "GatewayClass")


@condition(
    "gateway-class-missing",
    "Gateway",
    "its class does not exist",
    scenario="gateway-names-a-class-that-is-not-listed",
    is_default=False,
)
def gateway_class_missing(cluster: Cluster) -> Found:
    for item in cluster.all_of("Gateway"):
        name = text_at(item, "spec.gatewayClassName")
        if cluster.is_absent("GatewayClass", name, item):
            yield item, f"gateway class {name} does not exist"


@condition(
    "gateway-refused",
    "Gateway",
    "its first condition is not True",
    scenario="gateway-listener-is-refused",
    is_default=False,
)
def gateway_refused(cluster: Cluster) -> Found:
    yield from _first_condition(cluster, "Gateway")


def _first_condition(cluster: Cluster, kind: str) -> Found:
    for item in cluster.all_of(kind):
        found = next(iter(values_at(item, "status.conditions[]")), None)
        if found is not None and first_value(found, "status") != "True":
            yield (
                item,
                f"{first_value(found, 'type')} is {first_value(found, 'status')}: {first_value(found, 'message')}",
            )


@condition(
    "route-gateway-missing",
    "HTTPRoute",
    "a parent gateway does not exist",
    scenario="route-names-a-gateway-that-is-not-there",
    is_default=False,
)
def route_gateway_missing(cluster: Cluster) -> Found:
    for item, parent, place in _references(cluster, "spec.parentRefs[]"):
        if cluster.is_absent("Gateway", first_value(parent, "name"), item, place):
            yield item, f"Gateway {place}/{first_value(parent, 'name')} does not exist"


@condition(
    "route-not-admitted",
    "HTTPRoute",
    "a listener of its gateway admits no routes of its namespace",
    scenario="route-of-another-namespace-objects-only",
    is_default=False,
)
def route_not_admitted(cluster: Cluster) -> Found:
    for item, parent, place in _references(cluster, "spec.parentRefs[]"):
        for gateway in cluster.all_of("Gateway"):
            if (gateway.name, gateway.namespace) != (first_value(parent, "name"), place):
                continue
            for listener in values_at(gateway, "spec.listeners[]"):
                admitted = first_value(listener, "allowedRoutes.namespaces.from")
                if admitted == "Same" and item.namespace != gateway.namespace:
                    yield item, f"Gateway {place}/{gateway.name} admits only routes of its own namespace (from: Same)"


@condition(
    "route-service-missing",
    "HTTPRoute",
    "a Service of it does not exist",
    scenario="route-backend-is-not-listed",
    is_default=False,
)
def route_service_missing(cluster: Cluster) -> Found:
    for item, backend, _ in _references(cluster, "spec.rules[].backendRefs[]"):
        if cluster.is_absent("Service", first_value(backend, "name"), item):
            yield item, f"Service {first_value(backend, 'name')} does not exist"


@condition(
    "route-port-unknown",
    "HTTPRoute",
    "its Service has no such port",
    scenario="route-asks-for-a-port-that-the-service-has-not",
    is_default=False,
)
def route_port_unknown(cluster: Cluster) -> Found:
    for item, backend, _ in _references(cluster, "spec.rules[].backendRefs[]"):
        for service in cluster.all_of("Service"):
            ports, port = service_ports(service), str(first_value(backend, "port"))
            is_meant = (service.name, service.namespace) == (first_value(backend, "name"), item.namespace)
            if is_meant and ports and port not in ports:
                yield item, f"Service {service.name} has no port {port}, but {', '.join(ports)}"


def _references(cluster: Cluster, path: str) -> Iterator[tuple[KubeObject, object, str]]:
    for item in cluster.all_of("HTTPRoute"):
        for found in values_at(item, path):
            yield item, found, str(first_value(found, "namespace") or item.namespace)


@condition(
    "webhook-service-missing",
    "Mutating-, ValidatingWebhookConfiguration",
    "its Service does not exist",
    scenario="webhook-config-names-a-service-that-is-gone",
)
def webhook_service_missing(cluster: Cluster) -> Found:
    for item, name, place in _webhooks(cluster):
        if cluster.is_absent("Service", name, item, place):
            yield item, f"Service {place}/{name} does not exist"


@condition(
    "webhook-without-pod",
    "Mutating-, ValidatingWebhookConfiguration",
    "no pod, or none that runs, is behind its Service",
    scenario="webhook-service-selects-no-pod",
)
def webhook_without_pod(cluster: Cluster) -> Found:
    for item, name, place in _webhooks(cluster):
        for service in cluster.all_of("Service"):
            selector = selector_of(service)
            pods = [pod for pod in cluster.all_of("Pod") if pod.namespace == place and labels_of(pod)]
            if (service.name, service.namespace) != (name, place) or not selector or not pods:
                continue
            behind = [pod for pod in pods if selects(selector, labels_of(pod))]
            if not behind:
                yield item, f"no pod is behind Service {place}/{name}"
            for pod in behind:
                if text_at(pod, "status.phase") not in ("", "Running"):
                    yield item, f"pod {pod.name} behind Service {place}/{name} is {text_at(pod, 'status.phase')}"


def _webhooks(cluster: Cluster) -> Iterator[tuple[KubeObject, str, str]]:
    for item in cluster.all_of("ValidatingWebhookConfiguration", "MutatingWebhookConfiguration"):
        for service in values_at(item, "webhooks[].clientConfig.service"):
            yield item, str(first_value(service, "name")), str(first_value(service, "namespace"))


@condition(
    "admission-policy-warning",
    "ValidatingAdmissionPolicy",
    "type checking warns of an expression",
    scenario="policy-expression-reads-a-field-that-is-not-there",
    is_default=False,
)
def admission_policy_warning(cluster: Cluster) -> Found:
    for item in cluster.all_of("ValidatingAdmissionPolicy"):
        for warning in values_at(item, "status.typeChecking.expressionWarnings[].warning"):
            yield item, str(warning)


@condition(
    "admission-policy-missing",
    "ValidatingAdmissionPolicy",
    "a binding names a policy that does not exist",
    scenario="policy-binding-without-its-policy",
    is_default=False,
)
def admission_policy_missing(cluster: Cluster) -> Found:
    for item in cluster.all_of("ValidatingAdmissionPolicyBinding"):
        name = text_at(item, "spec.policyName")
        if cluster.is_absent("ValidatingAdmissionPolicy", name, item):
            yield item, f"policy {name} does not exist"
