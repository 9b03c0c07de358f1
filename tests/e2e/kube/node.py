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
import socket
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from e2e.kube import binaries, image

NODE_NAME = "node-a"
ADMIN = "admin"
BOT = "bot"
BOT_ACCOUNT = "system:serviceaccount:monitoring:incident-bot"
POD_SUBNET = "10.88.0.0/16"

_SERVICE_SUBNET = "10.96.0.0/16"
_START_ORDER = ("etcd", "apiserver", "controller-manager", "scheduler", "containerd", "kubelet")


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
    def kubelet(self) -> str:
        """`address:port` of the kubelet, which serves cAdvisor's metrics."""
        config = json.loads((self.state / "kubelet.yaml").read_text())
        return f"{config['address']}:{config['port']}"

    def kubectl(self, *arguments: str, stdin: str = "", check: bool = True) -> str:
        """Run the real kubectl as cluster admin and give what it printed."""
        command = [str(self.bin / "kubectl"), "--kubeconfig", str(self.admin), *arguments]
        done = subprocess.run(command, input=stdin, capture_output=True, text=True, check=False, errors="replace")
        if check and done.returncode:
            raise RuntimeError(f"kubectl {' '.join(arguments)}: {done.stderr.strip()}")
        return done.stdout

    def get(self, *arguments: str) -> dict[str, object]:
        """`kubectl get ... -o json`, parsed."""
        parsed: dict[str, object] = json.loads(self.kubectl("get", *arguments, "-o", "json"))
        return parsed


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
    port, etcd, etcd_peer, kubelet = free_ports(4)
    _write_credentials(state, address, port)
    run = _Runner(state, programs)
    run.etcd(etcd, etcd_peer)
    run.apiserver(address, port, etcd)
    _wait("the API server", lambda: _is_ready(state, port))
    run.controllers()
    run.containerd()
    _wait("containerd", lambda: run.ctr("version").returncode == 0)
    image.write_image(state / "base.tar")
    run.ctr("-n", "k8s.io", "images", "import", str(state / "base.tar")).check_returncode()
    run.kubelet(address, kubelet)
    node = Node(state=state, bin=programs)
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
    run = _Runner(state, programs)
    for container in run.ctr("-n", "k8s.io", "tasks", "ls", "-q").stdout.split():
        run.ctr("-n", "k8s.io", "tasks", "kill", "-s", "9", container)
        run.ctr("-n", "k8s.io", "tasks", "rm", "-f", container)
    _kill(state, "containerd")
    _kill_strays(state)
    mounts = [line.split()[1] for line in Path("/proc/self/mounts").read_text().splitlines()]
    for mount in sorted((path for path in mounts if path.startswith(f"{state}/")), reverse=True):
        subprocess.run(["umount", "-l", mount], check=False, capture_output=True)
    shutil.rmtree(state)


class _Runner:
    """Starts each program detached, with its output in `<name>.log` and its id in `<name>.pid`."""

    def __init__(self, state: Path, programs: Path) -> None:
        self._state = state
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
            "--bind-address=127.0.0.1",
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
            f"--service-cluster-ip-range={_SERVICE_SUBNET}",
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

    def containerd(self) -> None:
        (self._state / "cni").mkdir(exist_ok=True)
        network = {
            "cniVersion": "1.0.0",
            "name": "incident-bot-test",
            "plugins": [
                {
                    "type": "ptp",
                    "ipMasq": False,
                    "ipam": {
                        "type": "host-local",
                        "subnet": POD_SUBNET,
                        "dataDir": f"{self._state}/ipam",
                        "routes": [{"dst": "0.0.0.0/0"}],
                    },
                }
            ],
        }
        (self._state / "cni" / "10-net.conflist").write_text(json.dumps(network))
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
            "podLogsDir": f"{self._state}/podlogs",
            # One scenario writes 300 MB, and the API serves only the newest file of a log.
            "containerLogMaxSize": "1Gi",
            # Restarts pile up in seconds; the price is that a pod rarely shows CrashLoopBackOff.
            "crashLoopBackOff": {"maxContainerRestartPeriod": "5s"},
            "featureGates": {"KubeletCrashLoopBackOffMax": True},
        }
        (self._state / "kubelet.yaml").write_text(json.dumps(config))
        self._spawn(
            "kubelet",
            "kubelet",
            f"--kubeconfig={self._state}/{ADMIN}.kubeconfig",
            f"--config={self._state}/kubelet.yaml",
            f"--root-dir={self._state}/kubelet",
            f"--hostname-override={NODE_NAME}",
            f"--node-ip={address}",
            f"--cert-dir={self._state}/certs",
            f"--containerd={self._state}/containerd.sock",
        )

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


def _write_credentials(state: Path, address: str, port: int) -> None:
    certs = state / "certs"
    certs.mkdir()
    names = f"subjectAltName=IP:127.0.0.1,IP:{address},DNS:localhost"
    _openssl("genrsa", "-out", f"{certs}/accounts.key", "2048")
    _openssl(
        *("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=incident-bot-test"),
        *("-keyout", f"{certs}/server.key", "-out", f"{certs}/server.crt", "-addext", names),
    )
    users = {ADMIN: (ADMIN, "system:masters"), BOT: (BOT_ACCOUNT, "system:serviceaccounts,system:authenticated")}
    rows = []
    for user, (name, groups) in users.items():
        token = os.urandom(16).hex()
        rows.append(f'{token},{name},{user},"{groups}"')
        kubeconfig = {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": "test-node",
            "contexts": [{"name": "test-node", "context": {"cluster": "test-cluster", "user": user}}],
            "clusters": [
                {
                    "name": "test-cluster",
                    "cluster": {
                        "server": f"https://127.0.0.1:{port}",
                        "certificate-authority": f"{certs}/server.crt",
                    },
                }
            ],
            "users": [{"name": user, "user": {"token": token}}],
        }
        (state / f"{user}.kubeconfig").write_text(json.dumps(kubeconfig))
    (state / "tokens.csv").write_text("\n".join(rows) + "\n")


def _openssl(*arguments: str) -> None:
    subprocess.run(["openssl", *arguments], check=True, capture_output=True)


def free_ports(number: int) -> list[int]:
    """Ports below the range that the kernel gives to outgoing connections."""
    found: list[int] = []
    for port in range(21000, 32000, 7):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("", port))
            found.append(port)
        if len(found) == number:
            return found
    raise RuntimeError("no free ports below 32000")


def _is_ready(state: Path, port: int) -> bool:
    context = ssl.create_default_context(cafile=str(state / "certs" / "server.crt"))
    token = (state / "tokens.csv").read_text().split(",")[0]
    request = urllib.request.Request(f"https://127.0.0.1:{port}/readyz", headers={"Authorization": f"Bearer {token}"})
    try:
        with urllib.request.urlopen(request, timeout=2, context=context) as response:
            return bool(response.read() == b"ok")
    except (urllib.error.URLError, OSError):
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
