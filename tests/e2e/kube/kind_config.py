"""What `kind` and its engine are told, and what is read from their answers."""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml
from e2e.kube.programs import KUBELET_HABITS, POD_SUBNET, SERVICE_SUBNET, pod_network

HOST_FOLDERS = ("usr", "lib", "lib64")
"""What scenarios mount of this machine (its Python); a node in a container has others of these names."""

_NETWORK_SETTINGS = "/etc/cni/net.d"
_REGISTRIES = "/etc/containerd/certs.d"
"""Where containerd looks for `<host:port>/hosts.toml`, unasked: `internal/cri/config/config.go` of containerd 2."""


def write_config(folder: Path) -> Path:
    """Write the configuration of the cluster, with what it mounts, into `folder`.

    Pods get the own node's network. kind's default would enforce the shipped network policy, which rightly lets
    pods reach neither this machine's ports nor be reached from there, where the tests' GitHub and Alertmanager are.
    """
    network, registries = folder / "network", folder / "registries"
    network.mkdir()
    registries.mkdir()
    settings = pod_network(masquerade=True, folder="/var/lib/cni/networks")
    (network / "10-net.conflist").write_text(json.dumps(settings))
    kubelet = {"kind": "KubeletConfiguration", **KUBELET_HABITS}
    mounts = [
        *((f"/{name}", str(host_folder(folder) / name)) for name in HOST_FOLDERS),
        (str(network), _NETWORK_SETTINGS),
        (str(registries), _REGISTRIES),
    ]
    config = {
        "kind": "Cluster",
        "apiVersion": "kind.x-k8s.io/v1alpha4",
        "networking": {
            "ipFamily": "ipv4",
            "podSubnet": POD_SUBNET,
            "serviceSubnet": SERVICE_SUBNET,
            "disableDefaultCNI": True,
        },
        "kubeadmConfigPatches": [yaml.safe_dump(kubelet)],
        "nodes": [
            {
                "role": "control-plane",
                "extraMounts": [{"hostPath": here, "containerPath": there, "readOnly": True} for here, there in mounts],
            }
        ],
    }
    path = folder / "kind.yaml"
    path.write_text(yaml.safe_dump(config, sort_keys=False))
    return path


def host_folder(folder: Path) -> Path:
    """Where the node sees this machine's folders."""
    return folder / "host"


def mount_from(root: Path, objects: str) -> str:
    """The objects with every folder of this machine that they mount taken from below `root`."""
    loaded = [item for item in yaml.safe_load_all(objects) if item]
    for item in loaded:
        for source in _host_paths(item):
            source["path"] = f"{root}{source['path']}"
    return yaml.safe_dump_all(loaded, sort_keys=False)


def _host_paths(value: Any) -> list[dict[str, Any]]:
    if isinstance(value, dict):
        own = [value["hostPath"]] if isinstance(value.get("hostPath"), dict) else []
        return own + _host_paths(list(value.values()))
    if isinstance(value, list):
        return [found for item in value for found in _host_paths(item)]
    return []


def write_registry_settings(folder: Path, registry: str) -> None:
    """Let containerd speak plain HTTP to `host:port`; it reads this at the next pull."""
    place = folder / "registries" / registry
    place.mkdir()
    (place / "hosts.toml").write_text(f'server = "http://{registry}"\n')


def gateway_of(networks: Sequence[dict[str, Any]]) -> str:
    """This machine's IPv4 address in a network, from what `docker network inspect` prints. Raises `RuntimeError`."""
    settings = [item for network in networks for item in network["IPAM"]["Config"] or []]
    gateways = [str(item["Gateway"]).partition("/")[0] for item in settings if item.get("Gateway")]
    found = [gateway for gateway in gateways if ipaddress.ip_address(gateway).version == 4]
    if not found:
        raise RuntimeError(f"the engine's network names no IPv4 gateway: {settings}")
    return found[0]


def node_port_twin(service: dict[str, Any]) -> dict[str, Any]:
    """A second service before the same pods, open on a port of the node. It bears no label: nothing selects it."""
    metadata, spec = service["metadata"], service["spec"]
    ports = [
        {key: port[key] for key in ("name", "port", "targetPort", "protocol") if key in port} for port in spec["ports"]
    ]
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": twin_name(metadata["name"]), "namespace": metadata["namespace"]},
        "spec": {"type": "NodePort", "selector": spec["selector"], "ports": ports},
    }


def twin_name(service: str) -> str:
    return f"{service}-from-outside"


def kubelet_address(node: dict[str, Any]) -> tuple[str, int]:
    """Where a node's kubelet answers, as its object says."""
    addresses = {item["type"]: item["address"] for item in node["status"]["addresses"]}
    return addresses["InternalIP"], node["status"]["daemonEndpoints"]["kubeletEndpoint"]["Port"]
