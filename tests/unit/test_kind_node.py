"""What the end-to-end tests decide and read where `kind` brings their node (`e2e.kube.kind_node`)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from e2e.kube import kind_config, kind_node
from e2e.kube.exclusion import only_run
from e2e.kube.fixtures import CHOICE, chosen_node
from e2e.kube.programs import KUBELET_HABITS, pod_network
from e2e.kube.scenario import all_scenarios

TESTS = Path(__file__).parents[1]

POD = """
kind: Namespace
---
kind: Deployment
spec:
  template:
    spec:
      volumes:
        - {name: usr, hostPath: {path: /usr}}
        - {name: code, configMap: {name: code}}
---
"""


def network(*settings: dict[str, str]) -> dict[str, object]:
    return {"Name": "kind", "IPAM": {"Driver": "default", "Config": list(settings)}}


@pytest.mark.parametrize(
    "settings",
    [
        [{"Subnet": "172.18.0.0/16", "Gateway": "172.18.0.1"}],
        [{"Subnet": "fc00:f853:ccd:e793::/64", "Gateway": "fc00:f853:ccd:e793::1"}, {"Gateway": "172.18.0.1"}],
        [{"Subnet": "fc00:f853:ccd:e793::/64"}, {"Gateway": "172.18.0.1/16"}],
    ],
    ids=["one range", "IPv6 first", "without a gateway, and one with its length"],
)
def test_the_gateway_is_the_networks_ipv4_one(settings: list[dict[str, str]]) -> None:
    assert kind_config.gateway_of([network(*settings)]) == "172.18.0.1"


@pytest.mark.parametrize("networks", [[], [{"IPAM": {"Config": None}}], [network({"Gateway": "fc00::1"})]])
def test_a_network_that_pods_cannot_use_is_an_error(networks: list[dict[str, object]]) -> None:
    """Never an address that was guessed: pods would wait for programs that they cannot reach."""
    with pytest.raises(RuntimeError, match="no IPv4 gateway"):
        kind_config.gateway_of(networks)


def test_folders_of_this_machine_are_taken_from_where_the_node_sees_them() -> None:
    namespace, deployment = yaml.safe_load_all(kind_config.mount_from(Path("/x/host"), POD))

    assert namespace == {"kind": "Namespace"}
    assert deployment["spec"]["template"]["spec"]["volumes"] == [
        {"name": "usr", "hostPath": {"path": "/x/host/usr"}},
        {"name": "code", "configMap": {"name": "code"}},
    ]


def test_every_folder_that_a_scenario_mounts_is_in_the_node(tmp_path: Path) -> None:
    """A scenario with another folder would find an empty one: it has to be mounted as well."""
    (node,) = yaml.safe_load(kind_config.write_config(tmp_path).read_text())["nodes"]
    there = {mount["containerPath"] for mount in node["extraMounts"]}
    files = [*(scenario.objects for scenario in all_scenarios()), (TESTS / "e2e/chain/objects.yaml").read_text()]

    mounted = [
        volume["hostPath"]["path"]
        for text in files
        for item in yaml.safe_load_all(kind_config.mount_from(kind_config.host_folder(tmp_path), text))
        for volume in item.get("spec", {}).get("template", {}).get("spec", {}).get("volumes", [])
        if "hostPath" in volume
    ]

    assert mounted
    assert set(mounted) <= there


def test_the_cluster_is_told_what_the_own_node_does(tmp_path: Path) -> None:
    """The kubelet's habits, and the pods' network but for what a container's needs."""
    config = yaml.safe_load(kind_config.write_config(tmp_path).read_text())

    (patch,) = (yaml.safe_load(text) for text in config["kubeadmConfigPatches"])
    assert patch == {"kind": "KubeletConfiguration", **KUBELET_HABITS}
    written = json.loads((tmp_path / "network" / "10-net.conflist").read_text())
    assert written["plugins"][0].pop("ipMasq") is True
    own = pod_network(masquerade=False, folder=written["plugins"][0]["ipam"]["dataDir"])
    assert own["plugins"][0].pop("ipMasq") is False
    assert written == own


def test_a_registry_of_the_tests_is_spoken_to_without_tls(tmp_path: Path) -> None:
    kind_config.write_config(tmp_path)
    kind_config.write_registry_settings(tmp_path, "172.18.0.1:21007")

    settings = tmp_path / "registries" / "172.18.0.1:21007" / "hosts.toml"
    assert settings.read_text() == 'server = "http://172.18.0.1:21007"\n'


def test_a_service_gets_a_twin_at_a_port_of_the_node() -> None:
    """The same pods and ports; neither its address nor its labels, by which others look for the service."""
    port = {"name": "http", "port": 8080, "targetPort": "http", "protocol": "TCP"}
    service = {
        "metadata": {"name": "receiver", "namespace": "monitoring", "labels": {"app": "x"}, "uid": "1"},
        "spec": {"type": "ClusterIP", "clusterIP": "10.96.0.7", "selector": {"app": "x"}, "ports": [port]},
    }

    twin = kind_config.node_port_twin(service)

    assert twin["metadata"] == {"name": "receiver-from-outside", "namespace": "monitoring"}
    assert twin["spec"] == {"type": "NodePort", "selector": {"app": "x"}, "ports": [port]}


def test_the_kubelet_is_where_its_node_says() -> None:
    addresses = [{"type": "Hostname", "address": "a"}, {"type": "InternalIP", "address": "172.18.0.2"}]
    endpoints = {"kubeletEndpoint": {"Port": 10250}}
    node = {"status": {"addresses": addresses, "daemonEndpoints": endpoints}}

    assert kind_config.kubelet_address(node) == ("172.18.0.2", 10250)


@pytest.mark.parametrize(("value", "chosen"), [(None, "own"), ("", "own"), ("own", "own"), ("kind", "kind")])
def test_the_environment_chooses_the_node(monkeypatch: pytest.MonkeyPatch, value: str | None, chosen: str) -> None:
    monkeypatch.delenv(CHOICE, raising=False)
    if value is not None:
        monkeypatch.setenv(CHOICE, value)

    assert chosen_node() == chosen


def test_an_unknown_node_is_an_error_that_names_the_known_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(CHOICE, "minikube")

    with pytest.raises(pytest.UsageError, match="'minikube'; it may be own or kind"):
        chosen_node()


def test_what_only_the_own_node_has_is_skipped_with_a_reason() -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-m", "e2e", "tests/e2e/test_node_cleanup.py"]
    environment = {**os.environ, CHOICE: "kind"}

    done = subprocess.run(
        command, cwd=TESTS.parent, env=environment, capture_output=True, text=True, timeout=120, check=False
    )

    assert done.returncode == 0, done.stdout
    assert "SKIPPED" in done.stdout
    assert "not on kind: is about the processes, mounts and addresses of our own node" in done.stdout


def test_a_program_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Before anything is made or deleted."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))

    with pytest.raises(RuntimeError, match="needs kind in PATH"), kind_node.running_node():
        pass
    (tmp_path / "kind").write_text("#!/bin/sh\nexit 1\n")
    (tmp_path / "kind").chmod(0o755)
    with pytest.raises(RuntimeError, match="needs docker in PATH"), kind_node.running_node():
        pass
    assert not (tmp_path / "cache").exists()


def test_another_engine_than_the_one_that_is_asked_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for program in ("kind", "docker"):
        (tmp_path / program).write_text("#!/bin/sh\nexit 1\n")
        (tmp_path / program).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("KIND_EXPERIMENTAL_PROVIDER", "podman")

    with pytest.raises(RuntimeError, match="unset KIND_EXPERIMENTAL_PROVIDER"), kind_node.running_node():
        pass


def test_the_next_run_is_refused_while_a_killed_ones_kind_goes_on(tmp_path: Path) -> None:
    """When it fails at last, kind deletes the cluster of that name, whoever made it."""
    lock_file = tmp_path / "kind.lock"
    with only_run(lock_file) as lock:
        creating = subprocess.Popen(["cat"], stdin=subprocess.PIPE, pass_fds=(lock,))

    with creating, pytest.raises(RuntimeError, match="another run holds"), only_run(lock_file):
        pass

    with only_run(lock_file):
        pass
