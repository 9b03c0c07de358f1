"""Descriptions of every kind become what the API would have answered, as far as they say it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from fakes.kubectl_text import CUSTOM_RESOURCE, POD_1_20, read_text, recorded

if TYPE_CHECKING:
    from incident_bot.kubectl import KubeObject


def described(name: str) -> KubeObject:
    return read_text(recorded(name)).objects[0]


def dig(item: KubeObject, path: str) -> Any:
    """A value of the body by a path in the notation of `KubeObject.lines`."""
    value: Any = item.body
    for part in path.replace("]", "").split("/"):
        key, _, name = part.partition("[")
        value = value[key] if isinstance(value, dict) else value
        if name:
            value = next(entry for entry in value if name in (entry.get("name"), entry.get("type"), entry.get("key")))
    return value


@pytest.mark.parametrize(
    ("name", "kind", "object_name", "namespace"),
    [
        ("describe-autoscaler.txt", "HorizontalPodAutoscaler", "api", "ml"),
        ("describe-claim.txt", "PersistentVolumeClaim", "models", "ml"),
        ("describe-cronjob.txt", "CronJob", "nightly", "ml"),
        ("describe-daemonset.txt", "DaemonSet", "agent", "ml"),
        ("describe-deployment.txt", "Deployment", "api", "ml"),
        ("describe-disruption-budget.txt", "PodDisruptionBudget", "pdb", "ml"),
        ("describe-ingress.txt", "Ingress", "web", "ml"),
        ("describe-job.txt", "Job", "train", "ml"),
        ("describe-node.txt", "Node", "node-a", ""),
        ("describe-pod.txt", "Pod", "api-7d9f8c6b5-x2k4q", "ml"),
        ("describe-pv.txt", "PersistentVolume", "pv1", ""),
        ("describe-quota.txt", "ResourceQuota", "q", "ml"),
        ("describe-replicaset.txt", "ReplicaSet", "api-7d9f8c6b5", "ml"),
        ("describe-service.txt", "Service", "api", "ml"),
        ("describe-statefulset.txt", "StatefulSet", "db", "ml"),
    ],
)
def test_the_kind_is_known_although_describe_never_says_it(
    name: str, kind: str, object_name: str, namespace: str
) -> None:
    found = read_text(recorded(name)).objects

    assert [(kind, object_name, namespace)] == [(item.kind, item.name, item.namespace) for item in found]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("status/phase", "Running"),
        ("status/containerStatuses[server]/state/waiting/reason", "CrashLoopBackOff"),
        ("status/containerStatuses[server]/lastState/terminated/reason", "OOMKilled"),
        ("status/containerStatuses[server]/lastState/terminated/exitCode", 137),
        ("status/containerStatuses[server]/lastState/terminated/signal", 9),
        ("status/containerStatuses[server]/lastState/terminated/finishedAt", "2026-11-21T10:57:01Z"),
        ("status/containerStatuses[server]/restartCount", 4),
        ("status/containerStatuses[server]/ready", False),
        ("status/containerStatuses[proxy]/state/running/startedAt", "2026-11-21T10:57:01Z"),
        ("status/initContainerStatuses[fetch]/state/terminated/exitCode", 0),
        ("status/initContainerStatuses[side]/restartCount", 1),
        ("status/conditions[Ready]/status", "False"),
        ("status/qosClass", "Burstable"),
        ("spec/nodeName", "node-a"),
        ("spec/containers[server]/image", "reg.example/api:2"),
        ("spec/containers[server]/resources/limits/memory", "2Gi"),
        ("spec/containers[server]/livenessProbe/httpGet", {"path": "/live", "port": 8080, "scheme": "HTTPS"}),
        ("spec/containers[server]/livenessProbe/failureThreshold", 3),
        (
            "spec/containers[server]/env[PW]/valueFrom/secretKeyRef",
            {"name": "db", "key": "password", "optional": False},
        ),
        ("spec/containers[server]/volumeMounts[models]/mountPath", "/models"),
        ("spec/volumes[models]/persistentVolumeClaim/claimName", "models"),
        ("spec/nodeSelector", {"gpu": "true"}),
        ("spec/tolerations[gpu]/operator", "Exists"),
        ("metadata/labels/pod-template-hash", "7d9f8c6b5"),
        ("metadata/ownerReferences[api-7d9f8c6b5]/kind", "ReplicaSet"),
    ],
)
def test_a_pod_says_what_the_api_would_say(path: str, value: object) -> None:
    assert value == dig(described("describe-pod.txt"), path)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("status.containerStatuses[server].state.waiting.reason", "      Reason:      CrashLoopBackOff"),
        ("status.containerStatuses[server].lastState.terminated.reason", "      Reason:      OOMKilled"),
        ("status.containerStatuses[server].lastState.terminated.exitCode", "      Exit Code:    137"),
        ("status.containerStatuses[server].restartCount", "    Restart Count:  4"),
        ("status.conditions[Ready].status", "  Ready          False "),
        ("spec.containers[server].resources.limits.memory", "      memory:  2Gi"),
        ("spec.nodeName", "Node:         node-a/10.0.0.9"),
    ],
)
def test_each_fact_knows_its_line(path: str, text: str) -> None:
    lines = recorded("describe-pod.txt").split("\n")

    assert text == lines[described("describe-pod.txt").lines[path] - 1]


def test_a_termination_message_with_line_breaks_ends_where_the_exit_code_stands() -> None:
    """kubectl prints it raw, at column 0, in the middle of the outline."""
    message = dig(described("describe-pod.txt"), "status/containerStatuses[server]/lastState/terminated/message")

    assert ["Traceback (most recent call last):", '  File "app.py", line 3, in <module>', "ValueError: bad: thing"] == (
        message.split("\n")
    )


def test_a_description_has_no_values_of_variables() -> None:
    container = dig(read_text(POD_1_20).objects[0], "spec/containers[ranker]")

    assert [{"name": "MODEL_DIR"}] == container["env"]


def test_the_pod_of_kubectl_1_20_reads_like_a_new_one() -> None:
    pod = read_text(POD_1_20).objects[0]

    assert 137 == dig(pod, "status/containerStatuses[ranker]/lastState/terminated/exitCode")
    assert 12 == dig(pod, "status/containerStatuses[ranker]/restartCount")
    assert {"key": "node.kubernetes.io/not-ready", "effect": "NoExecute", "tolerationSeconds": 300} == (
        pod.body["spec"]["tolerations"][0]
    )
    assert "default-token-9xk2p" == dig(pod, "spec/volumes[default-token-9xk2p]/secret/secretName")


def test_evicted_and_waiting_pods_carry_the_pods_own_reason() -> None:
    evicted, waiting = described("describe-pod-evicted.txt"), described("describe-pod-waiting.txt")

    assert ("Failed", "Evicted") == (evicted.body["status"]["phase"], evicted.body["status"]["reason"])
    assert evicted.body["status"]["message"].startswith("The node was low on resource: memory.")
    assert ("Pending", "False") == (
        waiting.body["status"]["phase"],
        dig(waiting, "status/conditions[PodScheduled]/status"),
    )
    assert "containerStatuses" not in waiting.body["status"]


def test_terminating_is_a_deletion_and_no_phase() -> None:
    text = POD_1_20.replace(
        "Status:       Running", "Status:       Terminating (lasts 5m)\nTermination Grace Period:  30s"
    )
    pod = read_text(text).objects[0]

    assert "phase" not in pod.body["status"]
    assert ("5m", 300.0, 30) == tuple(
        pod.body["metadata"][key] for key in ("deletionTimestamp", "deletionAgeSeconds", "deletionGracePeriodSeconds")
    )


def test_objects_in_a_row_are_told_apart_although_an_annotation_says_name() -> None:
    found = read_text(recorded("describe-pods.txt")).objects

    assert ["api-7d9f8c6b5-x2k4q", "evicted", "gone", "waiting"] == [item.name for item in found]
    lines = recorded("describe-pods.txt").split("\n")
    assert [item.name for item in found] == [lines[item.line_of("metadata.name") - 1].split()[1] for item in found]


@pytest.mark.parametrize(
    ("file", "path", "value"),
    [
        ("describe-node.txt", "status/conditions[Ready]/status", "Unknown"),
        ("describe-node.txt", "status/conditions[Ready]/message", "Kubelet stopped posting node status."),
        ("describe-node.txt", "status/conditions[MemoryPressure]/reason", "KubeletHasInsufficientMemory"),
        ("describe-node.txt", "status/allocatable/memory", "14Gi"),
        ("describe-node.txt", "spec/taints[gpu]/value", "x"),
        ("describe-node.txt", "spec/unschedulable", True),
        ("describe-node.txt", "status/nodeInfo/kubeletVersion", "v1.36.3"),
        ("describe-node.txt", "status/nodeInfo/osImage", "Debian"),
        ("describe-node.txt", "status/allocated/memory/requests", "1Gi (7%)"),
        ("describe-deployment.txt", "spec/replicas", 3),
        ("describe-deployment.txt", "status/unavailableReplicas", 2),
        ("describe-deployment.txt", "status/conditions[Progressing]/reason", "ProgressDeadlineExceeded"),
        ("describe-deployment.txt", "spec/strategy/rollingUpdate/maxSurge", "25%"),
        ("describe-deployment.txt", "spec/template/spec/containers[server]/startupProbe/tcpSocket/port", "http"),
        (
            "describe-deployment.txt",
            "spec/template/spec/containers[server]/readinessProbe/exec/command",
            ["cat", "/tmp/ready"],
        ),
        ("describe-deployment.txt", "spec/template/spec/serviceAccountName", "api-sa"),
        ("describe-replicaset.txt", "status/conditions[ReplicaFailure]/reason", "FailedCreate"),
        ("describe-replicaset.txt", "metadata/ownerReferences[api]/kind", "Deployment"),
        ("describe-statefulset.txt", "spec/updateStrategy/type", "RollingUpdate"),
        ("describe-daemonset.txt", "status/numberAvailable", 1),
        ("describe-job.txt", "status/failed", 3),
        ("describe-job.txt", "spec/activeDeadlineSeconds", 100),
        ("describe-cronjob.txt", "spec/suspend", False),
        ("describe-claim.txt", "status/phase", "Pending"),
        ("describe-claim.txt", "spec/storageClassName", "fast"),
        ("describe-pv.txt", "spec/claimRef/name", "models"),
        ("describe-service.txt", "status/endpoints", []),
        ("describe-service.txt", "spec/ports[http]/port", 80),
        ("describe-ingress.txt", "spec/backends[missing:80]/endpoints", '<error: services "missing" not found>'),
        ("describe-autoscaler.txt", "status/conditions[ScalingActive]/reason", "FailedGetResourceMetric"),
        ("describe-autoscaler.txt", "status/desiredReplicas", 5),
        ("describe-quota.txt", "status/used/pods", "3"),
    ],
)
def test_other_kinds_say_what_the_api_would_say(file: str, path: str, value: object) -> None:
    assert value == dig(described(file), path)


def test_keys_with_slashes_and_dots_are_kept_whole() -> None:
    deployment, node = described("describe-deployment.txt"), described("describe-node.txt")

    assert "3" == deployment.body["metadata"]["annotations"]["deployment.kubernetes.io/revision"]
    assert "1" == node.body["status"]["allocatable"]["nvidia.com/gpu"]
    assert node.lines["status.allocatable.nvidia.com/gpu"] > node.lines["status.capacity.nvidia.com/gpu"]


def test_a_custom_resource_gets_its_camel_case_and_its_lists_back() -> None:
    reading = read_text(CUSTOM_RESOURCE)
    item = reading.objects[0]

    assert ("InferenceService", "sentiment", "ml") == (item.kind, item.name, item.namespace)
    assert "RevisionFailed" == dig(item, "status/conditions[PredictorReady]/reason")
    assert "False" == dig(item, "status/conditions[Ready]/status")
    assert "gs://models/sentiment" == dig(item, "spec/predictor/model/storageUri")
    assert [("InternalError", "InferenceService")] == [(event.reason, event.kind) for event in reading.events]


def test_the_last_part_of_a_description_still_gives_its_events() -> None:
    text = recorded("describe-pod.txt")
    events = read_text(text[text.index("Events:") :]).events

    assert ["Scheduled", "FailedScheduling", "Unhealthy", "BackOff"] == [event.reason for event in events]
    assert {""} == {event.name for event in events}


def test_events_that_were_typed_again_beside_their_headings_are_read() -> None:
    text = (
        "Name:         cache-2\nNamespace:    shop\nStatus:       Pending\nContainers:\n  cache:\n    Image:  cache:7\nEvents:\n"
        "  Type     Reason     Age    From     Message\n"
        "  ----     ------     ----   ----     -------\n"
        "  Warning  FailedScheduling 52m    default-scheduler  0/6 nodes are available: 6 Insufficient memory.\n"
    )
    (event,) = read_text(text).events

    assert ("Warning", "FailedScheduling", "Pod", "cache-2") == (event.type, event.reason, event.kind, event.name)
    assert event.message.startswith("0/6 nodes")


@pytest.mark.parametrize(
    "text",
    [
        "Name:  x\nNamespace:  y\n",
        "Name:         settings\nNamespace:    ml\nLabels:       <none>\n\nData\n====\nlevel:\n----\ninfo\n",
        "Name:\nNamespace:  y\nStatus: Running\n",
    ],
)
def test_a_description_of_no_known_kind_gives_no_object(text: str) -> None:
    assert () == read_text(text).objects


def test_a_secret_shows_its_type_and_the_names_of_its_keys() -> None:
    text = "Name:         edge-tls\nNamespace:    ml\nLabels:       <none>\n\nType:  Opaque\n\nData\n====\ncert.pem:  90 bytes\n"
    (secret,) = read_text(text).objects

    assert ("Secret", "Opaque") == (secret.kind, secret.body["type"])
    assert {"cert.pem": "90 bytes"} == secret.body["data"]


def test_a_disruption_budget_shows_its_rule_whom_it_selects_and_what_it_allows() -> None:
    text = (
        "Name:           search\nNamespace:      ml\nMin available:  2\nSelector:       app=search\nStatus:\n"
        "    Allowed disruptions:  0\n    Current:              2\n    Desired:              2\n    Total:                2\n"
        "Events:                   <none>\n"
    )
    (budget,) = read_text(text).objects

    assert "2" == dig(budget, "spec/minAvailable")
    assert {"app": "search"} == dig(budget, "spec/selector/matchLabels")
    assert 0 == dig(budget, "status/disruptionsAllowed")


def test_an_ingress_names_the_secret_of_its_certificate() -> None:
    text = (
        "Name:             shop\nNamespace:        web\nIngress Class:    nginx\nDefault backend:  <default>\nTLS:\n"
        "  shop-tls terminates shop.example.com\nRules:\n  Host  Path  Backends\n  ----  ----  --------\n"
        "  shop.example.com  /  shop:80 (10.2.0.4:8080)\n"
    )
    (ingress,) = read_text(text).objects

    assert ["shop-tls"] == [entry["secretName"] for entry in ingress.body["spec"]["tls"]]


def test_a_custom_resource_cut_to_its_status_keeps_kind_and_the_line_of_each_condition() -> None:
    text = (
        "Name:  web\nKind:  Certificate\nStatus:\n  Conditions:\n"
        "    Message:  Renewing\n    Status:  True\n    Type:  Issuing\n"
        "    Message:  Certificate expired\n    Status:  False\n    Type:  Ready\n"
    )

    found = read_text(text).objects[0]

    assert (found.kind, found.line_of("status.conditions[Ready].message")) == ("Certificate", 8)


def test_each_item_of_a_custom_resources_list_has_its_own_lines() -> None:
    text = (
        "Name:  reef.v2\nKind:  ClusterServiceVersion\nAPI Version:  operators.coreos.com/v1alpha1\nStatus:\n  Requirement Status:\n"
        "    Kind:    ClusterServiceVersion\n    Name:    reef.v2\n    Status:  Present\n"
        "    Kind:    CustomResourceDefinition\n    Name:    corals.reef.example\n    Status:  NotPresent\n"
    )

    found = read_text(text).objects[0]

    assert "NotPresent" == found.body["status"]["requirementStatus"][1]["status"]
    assert 10 == found.line_of("status.requirementStatus[corals.reef.example].name")


def test_the_webhooks_of_a_configuration_are_read_although_they_stand_beside_its_specification() -> None:
    text = (
        "Name:  checks\nKind:  ValidatingWebhookConfiguration\nAPI Version:  admissionregistration.k8s.io/v1\nWebhooks:\n"
        "  Client Config:\n    Service:\n      Name:       checks\n      Namespace:  guard\n"
        "  Failure Policy:  Fail\n  Name:            pods.checks.example\n"
    )

    webhook = read_text(text).objects[0].body["webhooks"]

    assert ("checks", "guard") == tuple(webhook["clientConfig"]["service"][key] for key in ("name", "namespace"))
    assert "Fail" == webhook["failurePolicy"]
