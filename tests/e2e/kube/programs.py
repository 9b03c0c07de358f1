"""The programs of the node and how each is told what it needs."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

from e2e.kube import image
from e2e.kube.credentials import ADMIN

NODE_NAME = "node-a"
POD_SUBNET = "10.88.0.0/16"
SERVICE_SUBNET = "10.96.0.0/16"

KUBELET_HABITS = {
    # One scenario writes 300 MB, and the API serves only the newest file of a log.
    "containerLogMaxSize": "1Gi",
    # Restarts pile up in seconds; the price is that a pod rarely shows CrashLoopBackOff.
    "crashLoopBackOff": {"maxContainerRestartPeriod": "5s"},
}
"""What a kubelet is told so that scenarios show their state soon and whole."""


def pod_network(*, masquerade: bool, folder: str) -> dict[str, Any]:
    """The network of the pods of one node, which keeps its addresses in `folder`.

    Masqueraded where the rest of the machine knows no way to the pods' addresses.
    """
    addresses = {
        "type": "host-local",
        "subnet": POD_SUBNET,
        "dataDir": folder,
        "routes": [{"dst": "0.0.0.0/0"}],
    }
    plugin = {"type": "ptp", "ipMasq": masquerade, "ipam": addresses}
    return {"cniVersion": "1.0.0", "name": "incident-bot-test", "plugins": [plugin]}


class Programs:
    """Starts each program detached, with its output in `<name>.log` and its id in `<name>.pid`."""

    def __init__(self, state: Path, programs: Path, node_name: str = NODE_NAME) -> None:
        self._state = state
        self._node_name = node_name
        self._programs = programs
        self._environment = {**os.environ, "PATH": f"{programs}:/usr/sbin:{os.environ.get('PATH', '/usr/bin:/bin')}"}

    def ctr(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [str(self._programs / "ctr"), "-a", f"{self._state}/containerd.sock", *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=False, env=self._environment)

    def etcd(self, port: int, peer_port: int) -> None:
        client, peer = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{peer_port}"
        self._spawn(
            "etcd",
            "etcd",
            f"--data-dir={self._state}/etcd",
            f"--listen-client-urls={client}",
            f"--advertise-client-urls={client}",
            f"--listen-peer-urls={peer}",
            f"--initial-advertise-peer-urls={peer}",
            f"--initial-cluster=default={peer}",
            "--unsafe-no-fsync",
        )

    def apiserver(self, address: str, port: int, etcd_port: int) -> None:
        certs = self._state / "certs"
        self._spawn(
            "apiserver",
            "kube-apiserver",
            f"--etcd-servers=http://127.0.0.1:{etcd_port}",
            # Pods come in by the node's address, tests by the loopback one.
            "--bind-address=0.0.0.0",
            f"--advertise-address={address}",
            f"--secure-port={port}",
            f"--tls-cert-file={certs}/server.crt",
            f"--tls-private-key-file={certs}/server.key",
            f"--cert-dir={certs}",
            f"--token-auth-file={self._state}/tokens.csv",
            "--authorization-mode=RBAC",
            "--service-account-issuer=https://kubernetes.default.svc",
            f"--service-account-signing-key-file={certs}/accounts.key",
            f"--service-account-key-file={certs}/accounts.key",
            f"--service-cluster-ip-range={SERVICE_SUBNET}",
            "--kubelet-preferred-address-types=InternalIP",
        )

    def controllers(self) -> None:
        common = (f"--kubeconfig={self._state}/{ADMIN}.kubeconfig", "--leader-elect=false", "--secure-port=0")
        certs = self._state / "certs"
        self._spawn(
            "controller-manager",
            "kube-controller-manager",
            *common,
            f"--service-account-private-key-file={certs}/accounts.key",
            f"--root-ca-file={certs}/server.crt",
        )
        self._spawn("scheduler", "kube-scheduler", *common)

    def proxy(self) -> None:
        """The addresses of services; nftables, because all it makes is then in two tables of its own."""
        self._spawn(
            "proxy",
            "kube-proxy",
            f"--kubeconfig={self._state}/{ADMIN}.kubeconfig",
            f"--hostname-override={self._node_name}",
            "--proxy-mode=nftables",
            f"--cluster-cidr={POD_SUBNET}",
            # 0: leave the machine's settings as they are.
            *("--conntrack-max-per-core=0", "--conntrack-min=0"),
            *("--conntrack-tcp-timeout-established=0s", "--conntrack-tcp-timeout-close-wait=0s"),
            *("--healthz-bind-address=", "--metrics-bind-address="),
        )

    def containerd(self, registries: Path | None = None) -> None:
        """`registries`: a folder of `<host:port>/hosts.toml`."""
        (self._state / "cni").mkdir(exist_ok=True)
        network = pod_network(masquerade=False, folder=f"{self._state}/ipam")
        (self._state / "cni" / "10-net.conflist").write_text(json.dumps(network))
        # The bot's image has some 10,000 files: removing them from a disk takes half a minute.
        images = self._state / "containers"
        images.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "images", str(images)], check=True, env=self._environment)
        # restrict_oom_score_adj: without CAP_SYS_RESOURCE the score cannot be lowered, and runc dies with a riddle.
        config = f"""
version = 3
root = "{self._state}/containers"
state = "{self._state}/containers-run"
[grpc]
address = "{self._state}/containerd.sock"
[plugins.'io.containerd.cri.v1.images'.pinned_images]
sandbox = "{image.NAME}"
[plugins.'io.containerd.cri.v1.runtime']
restrict_oom_score_adj = true
netns_mounts_under_state_dir = true
[plugins.'io.containerd.cri.v1.runtime'.cni]
bin_dirs = ["/usr/lib/cni"]
conf_dir = "{self._state}/cni"
"""
        if registries:
            config += f"[plugins.'io.containerd.cri.v1.images'.registry]\nconfig_path = \"{registries}\"\n"
        (self._state / "containerd.toml").write_text(config)
        self._spawn("containerd", "containerd", "-c", f"{self._state}/containerd.toml")

    def kubelet(self, address: str, port: int) -> None:
        config = {
            "apiVersion": "kubelet.config.k8s.io/v1beta1",
            "kind": "KubeletConfiguration",
            # Some machines that tests run on still have cgroup v1.
            "failCgroupV1": False,
            "cgroupDriver": "cgroupfs",
            "failSwapOn": False,
            "authentication": {"anonymous": {"enabled": True}, "webhook": {"enabled": False}},
            "authorization": {"mode": "AlwaysAllow"},
            "containerRuntimeEndpoint": f"unix://{self._state}/containerd.sock",
            "address": address,
            "port": port,
            "clusterDNS": ["10.96.0.10"],
            "evictionHard": {"memory.available": "1Mi"},
            "imageGCHighThresholdPercent": 100,
            # Its marks in the machine's own tables would outlive it.
            "makeIPTablesUtilChains": False,
            "podLogsDir": f"{self._state}/podlogs",
            **KUBELET_HABITS,
            "featureGates": {"KubeletCrashLoopBackOffMax": True},
        }
        (self._state / "kubelet.yaml").write_text(json.dumps(config))
        self._spawn(
            "kubelet",
            "kubelet",
            f"--kubeconfig={self._state}/{ADMIN}.kubeconfig",
            f"--config={self._state}/kubelet.yaml",
            f"--root-dir={self._state}/kubelet",
            f"--hostname-override={self._node_name}",
            f"--node-ip={address}",
            f"--cert-dir={self._state}/certs",
            f"--containerd={self._state}/containerd.sock",
        )

    def remove_service_addresses(self) -> None:
        """Delete what the proxy told the kernel."""
        for family in ("ip", "ip6"):
            command = ["nft", "delete", "table", family, "kube-proxy"]
            subprocess.run(command, check=False, capture_output=True, env=self._environment)

    def _spawn(self, name: str, program: str, *arguments: str) -> None:
        with (self._state / f"{name}.log").open("wb") as log:
            process = subprocess.Popen(
                [str(self._programs / program), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=self._environment,
                start_new_session=True,
            )
        (self._state / f"{name}.pid").write_text(str(process.pid))
        # The process outlives this object on purpose; `stop` ends it by its id.
        process.returncode = 0
