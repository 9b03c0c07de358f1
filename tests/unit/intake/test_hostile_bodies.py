"""Whatever JSON arrives: incidents with valid names, or an error that names a field; never anything else."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st

from incident_bot.errors import UsageError
from incident_bot.intake import read_github_event, read_incidents, workload_of
from incident_bot.kube_names import is_cluster_name, is_dns_label, is_object_name

if TYPE_CHECKING:
    from incident_bot.model import Incident

SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=80)
KEYS = st.sampled_from(
    [
        "alerts",
        "labels",
        "annotations",
        "alertname",
        "pod",
        "namespace",
        "exported_pod",
        "container",
        "instance",
        "node",
        "inputs",
        "client_payload",
        "incident",
        "alertmanager",
        "schema_version",
        "alert_name",
        "pod_name",
        "workload",
        "status",
        "startsAt",
        "severity",
        "cluster",
        "truncatedAlerts",
        "owner_kind",
        "owner_name",
        "job_name",
        "x",
    ]
)
BODIES: st.SearchStrategy[Any] = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=6), max_leaves=25
)


@settings(max_examples=400)
@given(body=BODIES, event=st.sampled_from(["", "push", "repository_dispatch", "workflow_dispatch"]))
def test_any_body_is_read_or_refused_by_field(body: Any, event: str) -> None:
    incidents: tuple[Incident, ...] = ()
    with suppress(UsageError):
        incidents = read_incidents(body, event_name=event)

    for incident in incidents:
        target = incident.target
        assert re.fullmatch(r"[0-9a-f]{16}", incident.key)
        assert incident.alert.name.strip()
        assert all(is_object_name(name) for name in (target.pod, target.workload, target.node) if name)
        assert all(is_dns_label(name) for name in (target.namespace, target.container) if name)
        assert not target.cluster or is_cluster_name(target.cluster)
        assert str(incident).encode()


@settings(max_examples=200)
@given(body=BODIES)
def test_an_event_of_a_known_kind_raises_nothing_but_usage_errors(body: Any) -> None:
    for event in ("repository_dispatch", "workflow_call"):
        with suppress(UsageError):
            read_github_event(event, body)


@given(st.from_regex(r"[a-z0-9-]{0,70}", fullmatch=True))
def test_a_workload_guess_is_the_start_of_the_pods_name(pod: str) -> None:
    _, name = workload_of(pod)

    assert pod.startswith(name)
    assert bool(name) is bool(pod)
