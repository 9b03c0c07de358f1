"""What the API server asks before it saves an object: webhooks without anybody to answer, policies that cannot be evaluated."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from incident_bot.diagnosis.fieldpaths import find_values, first_value
from incident_bot.diagnosis.joins.join import ByKind, Join, is_listed, labels_of, listed_in, selector_of, selects
from incident_bot.diagnosis.joins.services import count_addresses
from incident_bot.patterns import compile_later

if TYPE_CHECKING:
    from collections.abc import Iterator

    from incident_bot.kubectl import KubeObject

_WEBHOOKS = ("ValidatingWebhookConfiguration", "MutatingWebhookConfiguration")


def find_webhooks(by_kind: ByKind) -> Iterator[Join]:
    """Webhooks that have to be asked (`failurePolicy: Fail`, the default) and whose Service is not there or has no pod."""
    for config, relation in (pair for kind in _WEBHOOKS for pair in by_kind.get(kind, ())):
        for path, webhook in find_values(config.body, "webhooks[]"):
            name = first_value(webhook, "clientConfig.service.name")
            place = first_value(webhook, "clientConfig.service.namespace")
            must_answer = first_value(webhook, "failurePolicy") in (None, "Fail")
            why = _why_silent(str(name), str(place), by_kind) if name and place and must_answer else ""
            if why:
                yield Join(
                    name="webhook-unanswered",
                    subject=config,
                    relation=relation,
                    path=f"{path}.clientConfig.service.name",
                    value=str(name),
                    groups={
                        "webhook": str(first_value(webhook, "name") or config.name),
                        "service": str(name),
                        "place": str(place),
                        "why": why,
                    },
                )


def _why_silent(name: str, place: str, by_kind: ByKind) -> str:
    listed = listed_in("Service", place, by_kind)
    if listed is not None and name not in listed:
        return "does not exist"
    services = [item for item, _ in by_kind.get("Service", ()) if (item.name, item.namespace) == (name, place)]
    return "has no pod behind it" if any(_is_empty(item, by_kind) for item in services) else ""


def _is_empty(service: KubeObject, by_kind: ByKind) -> bool:
    """Whether endpoints say that nobody is behind a Service, or the listed pods of its namespace, all with their labels."""
    count = count_addresses(service, by_kind)
    if count is not None:
        return count == 0
    selector = selector_of(service)
    pods = [item for item, _ in by_kind.get("Pod", ()) if item.namespace == service.namespace]
    labels = [labels_of(item) for item in pods]
    is_told = bool(selector) and bool(pods) and all(labels) and is_listed("Pod", service, by_kind)
    return is_told and not any(selects(selector, found) for found in labels)


_UNREADABLE = compile_later(
    r"(?P<kind>[\w./-]{1,200}, Kind=\w{1,100}): ERROR: [^\n]{0,40}?(?P<error>(?:undefined field|undeclared reference|"
    r"found no matching overload)[^\n]{1,160})"
)


def find_broken_policies(by_kind: ByKind) -> Iterator[Join]:
    """Policies with an expression that the API server cannot evaluate on any resource that they match, so that all are refused.

    A policy for many resources may read a field that only some of them have: then the warning harms nobody.
    Source: kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy, "Type checking".
    """
    bindings = [first_value(item.body, "spec.policyName") for item, _ in by_kind.get(_BINDING, ())]
    for policy, relation in by_kind.get("ValidatingAdmissionPolicy", ()):
        is_bound = not bindings or policy.name in bindings
        if not is_bound or first_value(policy.body, "spec.failurePolicy") == "Ignore":
            continue
        for path, warning in find_values(policy.body, "status.typeChecking.expressionWarnings[]"):
            found = list(_UNREADABLE.finditer(str(first_value(warning, "warning") or "")))
            if found and len({match["kind"] for match in found}) >= _count_matched(policy):
                yield Join(
                    name="admission-policy-broken",
                    subject=policy,
                    relation=relation,
                    path=f"{path}.warning",
                    value=found[0]["error"],
                    groups={
                        "policy": policy.name,
                        "expression": str(first_value(warning, "fieldRef") or "an expression"),
                        "error": found[0]["error"].strip(),
                    },
                )
                break


_BINDING = "ValidatingAdmissionPolicyBinding"
_MANY = 1_000


def _count_matched(policy: KubeObject) -> int:
    """How many resources a policy matches; a wildcard counts as more than any warning names."""
    rules: list[Any] = [rule for _, rule in find_values(policy.body, "spec.matchConstraints.resourceRules[]")]
    count = 0
    for rule in rules:
        groups, resources = first_value(rule, "apiGroups"), first_value(rule, "resources")
        if not isinstance(groups, list) or not isinstance(resources, list) or "*" in (*groups, *resources):
            return _MANY
        count += len(groups) * len(resources)
    return count or _MANY
