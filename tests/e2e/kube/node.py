"""A real Kubernetes on this machine: one node, started in seconds, removed without a trace.

Everything is real: scheduler, controllers, kubelet, containerd, cgroups, so a pod that
runs out of memory here is killed by the kernel. Needs Linux and root. By hand:

    python -m e2e.kube.node up      (from the folder `tests`)
    python -m e2e.kube.node down
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
import signal
import ssl
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from e2e.kube import binaries, image
from e2e.kube.credentials import ADMIN, BOT, write_credentials
from e2e.kube.programs import NODE_NAME, Programs

from fakes.ports import take_port

_START_ORDER = ("etcd", "apiserver", "controller-manager", "scheduler", "proxy", "containerd", "kubelet")


@dataclass(frozen=True)
class Node:
    """A running node. `admin` may do everything; `bot` is the service account `monitoring/incident-bot`."""

    state: Path
    bin: Path

    @property
    def admin(self) -> Path:
        return self.state / f"{ADMIN}.kubeconfig"

    @property
    def bot(self) -> Path:
        return self.state / f"{BOT}.kubeconfig"

    @property
    def address(self) -> str:
        """Where pods reach programs of this machine."""
        return self.kubelet.rpartition(":")[0]

    @property
    def certificate(self) -> tuple[Path, Path]:
        """The certificate that names `address` (its own CA), and its key."""
        return self.state / "certs" / "server.crt", self.state / "certs" / "server.key"

    @property
    def kubelet(self) -> str:
        """`address:port` of the kubelet, which serves cAdvisor's metrics."""
        config = json.loads((self.state / "kubelet.yaml").read_text())
        return f"{config['address']}:{config['port']}"

    def kubectl(self, *arguments: str, stdin: str = "", check: bool = True) -> str:
        """Run the real kubectl as cluster admin and give what it printed."""
        command = [str(self.bin / "kubectl"), "--kubeconfig", str(self.admin), *arguments]
        # Without a copy, exec reads the very environment that pytest changes meanwhile in its own thread (EFAULT).
        environment = dict(os.environ)
        done = subprocess.run(
            command, input=stdin, capture_output=True, text=True, check=False, errors="replace", env=environment
        )
        if check and done.returncode:
            raise RuntimeError(f"kubectl {' '.join(arguments)}: {done.stderr.strip()}")
        return done.stdout

    def load_image(self, archive: Path) -> None:
        """Give the node an image that pods can name."""
        Programs(self.state, self.bin).ctr("-n", "k8s.io", "images", "import", str(archive)).check_returncode()

    def get(self, *arguments: str) -> dict[str, Any]:
        """`kubectl get ... -o json`, parsed."""
        parsed: dict[str, Any] = json.loads(self.kubectl("get", *arguments, "-o", "json"))
        return parsed

    def read(self, path: str, **query: str) -> dict[str, Any]:
        """A GET of the API as cluster admin, a twentieth of what `get` costs: for waiting loops."""
        answer: dict[str, Any] = json.loads(_ask(self.state, f"{path}?{urllib.parse.urlencode(query)}"))
        return answer


@contextlib.contextmanager
def running_node() -> Iterator[Node]:
    """A node for the time of the block. What a killed run left behind is removed first."""
    with _owned_state() as state:
        programs = binaries.ensure_binaries()
        stop(state, programs)
        try:
            yield _start(state, programs)
        finally:
            stop(state, programs)


@contextlib.contextmanager
def _owned_state() -> Iterator[Path]:
    """The state folder, for one process at a time."""
    if os.geteuid() != 0 or sys.platform != "linux":
        raise RuntimeError("the test node needs Linux and root (containers, cgroups, network); run `sudo make e2e`")
    binaries.ensure_packages()
    folder = binaries.cache_folder()
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "node.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise RuntimeError(f"another run uses the test node of {folder}") from error
        yield folder / "state"


def _start(state: Path, programs: Path) -> Node:
    state.mkdir(parents=True)
    address = subprocess.run(["hostname", "-I"], capture_output=True, text=True, check=True).stdout.split()[0]
    port, etcd, etcd_peer, kubelet = (take_port() for _ in range(4))
    write_credentials(state, address, port)
    run = Programs(state, programs)
    run.etcd(etcd, etcd_peer)
    run.apiserver(address, port, etcd)
    _wait("the API server", lambda: _is_ready(state))
    run.controllers()
    run.proxy()
    run.containerd()
    _wait("containerd", lambda: run.ctr("version").returncode == 0)
    node = Node(state=state, bin=programs)
    image.write_image(state / "base.tar")
    node.load_image(state / "base.tar")
    run.kubelet(address, kubelet)
    ready = '{.status.conditions[?(@.type=="Ready")].status}'
    _wait(
        "the node",
        lambda: node.kubectl("get", "node", NODE_NAME, "-o", f"jsonpath={ready}", check=False) == "True",
    )
    _wait(
        "the default service account",
        lambda: bool(node.kubectl("-n", "default", "get", "serviceaccount", "default", "-o", "name", check=False)),
    )
    return node


def stop(state: Path, programs: Path) -> None:
    """Stop what `_start` started, containers included, and remove its state. Safe to repeat."""
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


def _ask(state: Path, target: str) -> bytes:
    """The API server's answer to its administrator. Raises `OSError`."""
    config = json.loads((state / f"{ADMIN}.kubeconfig").read_text())
    cluster, user = config["clusters"][0]["cluster"], config["users"][0]["user"]
    context = ssl.create_default_context(cafile=cluster["certificate-authority"])
    request = urllib.request.Request(
        f"{cluster['server']}{target}", headers={"Authorization": f"Bearer {user['token']}"}
    )
    with urllib.request.urlopen(request, timeout=10, context=context) as response:
        answer: bytes = response.read()
    return answer


def _is_ready(state: Path) -> bool:
    try:
        return _ask(state, "/readyz") == b"ok"
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
        print("usage: python -m e2e.kube.node up|down", file=sys.stderr)
        return 2
    with _owned_state() as state:
        programs = binaries.ensure_binaries()
        stop(state, programs)
        if arguments[0] == "up":
            print(f"export KUBECONFIG={_start(state, programs).admin}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
