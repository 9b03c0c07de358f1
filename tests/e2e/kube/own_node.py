"""A real Kubernetes on this machine: one node, started in seconds, removed without a trace.

Everything is real: scheduler, controllers, kubelet, containerd, cgroups, so a pod that
runs out of memory here is killed by the kernel. Needs Linux and root. By hand:

    python -m e2e.kube.own_node up      (from the folder `tests`)
    python -m e2e.kube.own_node down
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from e2e.kube import binaries, image
from e2e.kube.credentials import ADMIN, write_credentials
from e2e.kube.exclusion import only_run
from e2e.kube.node import Node, ask
from e2e.kube.programs import NODE_NAME, Programs

from fakes.ports import take_port

_START_ORDER = ("etcd", "apiserver", "controller-manager", "scheduler", "proxy", "containerd", "kubelet")


@dataclass(frozen=True)
class OwnNode(Node):
    """The node whose files are in `state` and whose programs are in `bin`."""

    name: str = NODE_NAME

    @property
    def address(self) -> str:
        return self.kubelet.rpartition(":")[0]

    @property
    def certificate(self) -> tuple[Path, Path]:
        return self.state / "certs" / "server.crt", self.state / "certs" / "server.key"

    @property
    def registry_host(self) -> str:
        """Loopback, to which containerd speaks plain HTTP."""
        return "127.0.0.1"

    @property
    def kubelet(self) -> str:
        config = json.loads((self.state / "kubelet.yaml").read_text())
        return f"{config['address']}:{config['port']}"

    @property
    def kubelet_token(self) -> str:
        return ""

    def load_image(self, archive: Path) -> None:
        Programs(self.state, self.bin).ctr("-n", "k8s.io", "images", "import", str(archive)).check_returncode()

    def trust_registry(self, registry: str) -> None:
        assert registry.startswith(self.registry_host)

    def reach(self, service: str, namespace: str) -> str:
        """Its cluster address: the node's packet filter is this machine's."""
        spec = self.get("service", service, "-n", namespace)["spec"]
        return f"{spec['clusterIP']}:{spec['ports'][0]['port']}"

    def shell(self, script: str) -> str:
        return subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=False).stdout


@contextlib.contextmanager
def running_node() -> Iterator[OwnNode]:
    """A node for the time of the block. What a killed run left behind is removed first."""
    with _owned_state() as state:
        programs = binaries.ensure_binaries()
        stop(state, programs)
        try:
            yield start(state, programs)
        finally:
            stop(state, programs)


@contextlib.contextmanager
def _owned_state() -> Iterator[Path]:
    """The state folder, for one process at a time."""
    if os.geteuid() != 0 or sys.platform != "linux":
        raise RuntimeError("the test node needs Linux and root (containers, cgroups, network); run `sudo make e2e`")
    binaries.ensure_packages()
    folder = binaries.cache_folder()
    with only_run(folder / "node.lock"):
        yield folder / "state"


def start(state: Path, programs: Path, name: str = NODE_NAME, registries: Path | None = None) -> OwnNode:
    """Start a node of this name; `registries` holds containerd's settings of registries (hosts.toml)."""
    state.mkdir(parents=True)
    address = subprocess.run(["hostname", "-I"], capture_output=True, text=True, check=True).stdout.split()[0]
    port, etcd, etcd_peer, kubelet = (take_port() for _ in range(4))
    write_credentials(state, address, port)
    run = Programs(state, programs, name)
    run.etcd(etcd, etcd_peer)
    run.apiserver(address, port, etcd)
    _wait("the API server", lambda: _is_ready(state))
    run.controllers()
    run.proxy()
    run.containerd(registries)
    _wait("containerd", lambda: run.ctr("version").returncode == 0)
    node = OwnNode(state, programs, name)
    image.write_image(state / "base.tar")
    node.load_image(state / "base.tar")
    run.kubelet(address, kubelet)
    ready = '{.status.conditions[?(@.type=="Ready")].status}'
    _wait(
        "the node",
        lambda: node.kubectl("get", "node", name, "-o", f"jsonpath={ready}", check=False) == "True",
    )
    _wait(
        "the default service account",
        lambda: bool(node.kubectl("-n", "default", "get", "serviceaccount", "default", "-o", "name", check=False)),
    )
    return node


def stop(state: Path, programs: Path) -> None:
    """Stop what `start` started, containers included, and remove its state. Safe to repeat."""
    if not state.exists():
        return
    for name in reversed(_START_ORDER):
        if name != "containerd":
            _kill(state, name)
    run = Programs(state, programs)
    # Once its first process is killed, the kernel ends a container; asking containerd for each takes half a minute.
    for task in run.ctr("-n", "k8s.io", "tasks", "ls").stdout.splitlines()[1:]:
        with contextlib.suppress(OSError):
            os.kill(int(task.split()[1]), signal.SIGKILL)
    _kill(state, "containerd")
    _kill_strays(state)
    mounts = [line.split()[1] for line in Path("/proc/self/mounts").read_text().splitlines()]
    below = sorted((path for path in mounts if path.startswith(f"{state}/")), reverse=True)
    if below:
        subprocess.run(["umount", "-l", *below], check=False, capture_output=True)
    run.remove_service_addresses()
    _remove_pod_cgroups()
    shutil.rmtree(state)


def _remove_pod_cgroups() -> None:
    """The kubelet leaves its folders; one that holds a process, of another kubelet perhaps, is not removed."""
    tops = [*Path("/sys/fs/cgroup").glob("kubepods"), *Path("/sys/fs/cgroup").glob("*/kubepods")]
    for top in tops:
        for folder, _folders, _files in os.walk(top, topdown=False):
            with contextlib.suppress(OSError):
                Path(folder).rmdir()


def _is_ready(state: Path) -> bool:
    try:
        return ask(state / f"{ADMIN}.kubeconfig", "/readyz") == b"ok"
    except OSError:
        return False


def _wait(what: str, condition: Callable[[], bool], timeout_s: float = 60.0) -> None:
    end = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > end:
            raise RuntimeError(f"{what} did not become ready in {timeout_s:.0f} s; its log is in the state folder")
        time.sleep(0.1)


def _kill(state: Path, name: str) -> None:
    """Kill by recorded id, but only what is still our program: ids are given again to others."""
    with contextlib.suppress(OSError, ValueError):
        pid = int((state / f"{name}.pid").read_text())
        if str(state) in Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " "):
            os.kill(pid, signal.SIGKILL)
            _wait(f"the end of {name}", lambda: not _is_alive(pid), timeout_s=10)


def _kill_strays(state: Path) -> None:
    """Shims whose containerd was killed: they carry the state folder's socket in their arguments."""
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            if f"{state}/containerd.sock" in entry.read_text().replace("\0", " "):
                os.kill(int(entry.parent.name), signal.SIGKILL)


def _is_alive(pid: int) -> bool:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    # A zombie is only waiting for us to look; reap it where it is our child.
    if stat.rpartition(")")[2].split()[0] != "Z":
        return True
    with contextlib.suppress(OSError):
        os.waitpid(pid, os.WNOHANG)
    return False


def main(arguments: Sequence[str]) -> int:
    """`up` leaves the node running; `down` removes it."""
    if list(arguments) not in (["up"], ["down"]):
        print("usage: python -m e2e.kube.own_node up|down", file=sys.stderr)
        return 2
    with _owned_state() as state:
        programs = binaries.ensure_binaries()
        stop(state, programs)
        if arguments[0] == "up":
            print(f"export KUBECONFIG={start(state, programs).admin}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
