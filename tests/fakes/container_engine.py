"""Plays `docker` for the real `kind` where no node image can be had: its one container is the tests' own node.

Answers exactly what kind 0.33 asks, taken from its `pkg/cluster/internal/providers/docker`; anything else fails, so
that no call goes unnoticed. What kind copies into the container is kept as files, `kubeadm init` starts the node
with real programs, and `ctr`, `kubectl` and `sh` in the container are the real ones beside it.
Not played: the container's own files, processes and network, the pods' network that was mounted, kubeadm itself.

As a program it is `docker` on PATH, see `install`.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from e2e.kube import binaries, own_node
from e2e.kube.programs import Programs

_STATE = "FAKE_ENGINE"
_CLUSTER, _ROLE = "io.x-k8s.kind.cluster", "io.x-k8s.kind.role"
_KUBECTL = ("kubectl", "--kubeconfig=/etc/kubernetes/admin.conf")
_CONTROL_PLANE = "node-role.kubernetes.io/control-plane"


def install(folder: Path, state: Path) -> Path:
    """Write a `docker` that keeps its containers in `state`; gives the folder for PATH."""
    folder.mkdir()
    state.mkdir()
    program = folder / "docker"
    tests = Path(__file__).parent.parent
    program.write_text(
        f'#!/bin/sh\n{_STATE}={state} PYTHONPATH={tests} exec {sys.executable} -m fakes.container_engine "$@"\n'
    )
    program.chmod(0o755)
    return folder


@dataclass
class Container:
    """A container: its labels, and where its volumes come from."""

    name: str
    labels: dict[str, str]
    volumes: dict[str, str] = field(default_factory=dict)

    @property
    def folder(self) -> Path:
        return _state() / self.name

    @property
    def node(self) -> own_node.OwnNode:
        return own_node.OwnNode(self.folder / "node", binaries.ensure_binaries(), self.name)

    def save(self) -> None:
        self.folder.mkdir()
        (self.folder / "container.json").write_text(json.dumps(asdict(self)))


def _state() -> Path:
    return Path(os.environ[_STATE])


def _containers() -> list[Container]:
    return [Container(**json.loads(path.read_text())) for path in sorted(_state().glob("*/container.json"))]


def _container(name: str) -> Container:
    return next(container for container in _containers() if container.name == name)


def _address() -> str:
    return subprocess.run(["hostname", "-I"], capture_output=True, text=True, check=True).stdout.split()[0]


def main(arguments: Sequence[str]) -> int:
    """Answer one call as Docker's client would."""
    with (_state() / "calls").open("a") as calls:
        calls.write(f"{json.dumps(arguments)}\n")
    match arguments:
        case ["-v"]:
            print("Docker version 28.2.2, build e6534b4")
        case ["info", "--format" | "-f", template]:
            print(_INFO[template])
        case ["ps", "-a", "--filter", wanted, "--format", template]:
            return _list(wanted, template)
        case ["network", *rest]:
            return _network(rest)
        case ["inspect", "--type=image", _]:
            pass
        case ["inspect", "--format" | "-f", template, name]:
            print(_inspect(template, _container(name)))
        case ["run", *rest]:
            return _run(rest)
        case ["logs", "-f", _]:
            print("[  OK  ] Reached target Multi-User System.")
        case ["exec", *rest]:
            return _exec(rest)
        case ["rm", "-f", "-v", *names]:
            for name in names:
                _remove(_container(name))
        case _:
            return _refuse(arguments)
    return 0


_INFO = {
    "{{json .}}": json.dumps({"CgroupDriver": "systemd", "CgroupVersion": "2", "SecurityOptions": ["name=cgroupns"]}),
    "'{{json .SecurityOptions}}'": "'[\"name=cgroupns\"]'",
    "{{.Driver}}": "overlay2",
    "{{json .DriverStatus }}": '[["Backing Filesystem","extfs"]]',
}


def _refuse(arguments: Sequence[str]) -> int:
    print(f"not played: docker {' '.join(arguments)}", file=sys.stderr)
    return 125


def _list(wanted: str, template: str) -> int:
    label, _, value = wanted.removeprefix("label=").partition("=")
    found = [item for item in _containers() if label in item.labels and value in ("", item.labels[label])]
    if template not in ("{{.Names}}", f'{{{{.Label "{_CLUSTER}"}}}}'):
        return _refuse([template])
    for item in found:
        print(item.name if template == "{{.Names}}" else item.labels[_CLUSTER])
    return 0


def _network(arguments: Sequence[str]) -> int:
    created = _state() / "network"
    match arguments:
        case ["ls", "--filter=name=^kind$", "--format={{.ID}}"]:
            print("kind-network" if created.exists() else "", end="\n" if created.exists() else "")
        case ["inspect", "bridge", "-f", '{{ index .Options "com.docker.network.driver.mtu" }}']:
            print("1500")
        case ["create", "-d=bridge", *options, "kind"]:
            created.write_text(json.dumps(options))
        case ["inspect", "kind" | "kind-network"] if created.exists():
            # In Docker's order: the IPv6 range that kind asked for, then the IPv4 one that Docker gave.
            settings = [
                {"Subnet": "fc00:f853:ccd:e793::/64", "Gateway": "fc00:f853:ccd:e793::1"},
                {"Subnet": f"{_address()}/24", "Gateway": _address()},
            ]
            print(json.dumps([{"Id": "kind-network", "Name": "kind", "Containers": {}, "IPAM": {"Config": settings}}]))
        case _:
            return _refuse(arguments)
    return 0


def _inspect(template: str, container: Container) -> str:
    if template == f'{{{{ index .Config.Labels "{_ROLE}"}}}}':
        return container.labels[_ROLE]
    if "desktop.docker.io" in template:
        return ""
    if ".NetworkSettings.Networks" in template:
        return f"{_address()},"
    assert '.NetworkSettings.Ports "6443/tcp"' in template, template
    config = json.loads(container.node.admin.read_text())
    return f"127.0.0.1\t{config['clusters'][0]['cluster']['server'].rpartition(':')[2]}"


def _run(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser("docker run", allow_abbrev=False)
    for flag in ("--detach", "--tty", "--privileged"):
        parser.add_argument(flag, action="store_true", required=True)
    for option in ("--name", "--hostname", "--net", "--restart", "--init", "--cgroupns", "--publish"):
        parser.add_argument(option, required=True)
    for option in ("--label", "--security-opt", "--tmpfs", "--volume", "-e"):
        parser.add_argument(option, action="append", required=True)
    parser.add_argument("image")
    given = parser.parse_args(arguments)
    volumes = (volume.split(":") for volume in given.volume if ":" in volume)
    container = Container(
        given.name, dict(label.split("=", 1) for label in given.label), {there: here for here, there, *_ in volumes}
    )
    container.save()
    for there, here in container.volumes.items():
        # The container's files are this machine's: only below the tests' own folder may something be put there.
        if there.startswith(str(binaries.cache_folder().parent)):
            Path(there).parent.mkdir(exist_ok=True)
            Path(there).symlink_to(here)
    return 0


def _exec(arguments: Sequence[str]) -> int:
    options = [word for word in arguments if word in ("--privileged", "-i")]
    name, *command = arguments[len(options) :]
    container = _container(name)
    files = container.folder / "files"
    match command:
        case ["cat", "/kind/version"]:
            print(f"v{binaries.KUBERNETES}")
        case ["cat", "/etc/kubernetes/admin.conf"]:
            print(container.node.kubectl("config", "view", "--raw", "--flatten"))
        case ["cat", "/kind/manifests/default-storage.yaml"]:
            return 1
        case ["mkdir", "-p", folder]:
            (files / folder.lstrip("/")).mkdir(parents=True, exist_ok=True)
        case ["cp", "/dev/stdin", path]:
            (files / path.lstrip("/")).write_bytes(sys.stdin.buffer.read())
        case ["kubeadm", "init", "--config=/kind/kubeadm.conf", *_]:
            _start(container)
        case [program, kubeconfig, *rest] if (program, kubeconfig) == _KUBECTL:
            kubectl = [str(container.node.bin / "kubectl"), "--kubeconfig", str(container.node.admin), *rest]
            return subprocess.run(kubectl, check=False).returncode
        case ["containerd", "config", "dump"]:
            settings = ["-c", str(container.node.state / "containerd.toml"), "config", "dump"]
            return subprocess.run([container.node.bin / "containerd", *settings], check=False).returncode
        case ["ctr", *rest]:
            done = Programs(container.node.state, container.node.bin).ctr(*rest)
            print(done.stdout, done.stderr)
            return done.returncode
        case ["sh", "-c", script]:
            return subprocess.run(["sh", "-c", script], check=False).returncode
        case _:
            return _refuse(arguments)
    return 0


def _start(container: Container) -> None:
    """The node, with the label and the taint that kubeadm gives to the first one."""
    registries = Path(container.volumes["/etc/containerd/certs.d"])
    node = own_node.start(container.node.state, container.node.bin, container.name, registries)
    node.kubectl(
        "label", "node", node.name, f"{_CONTROL_PLANE}=", "node.kubernetes.io/exclude-from-external-load-balancers="
    )
    node.kubectl("taint", "node", node.name, f"{_CONTROL_PLANE}:NoSchedule")


def _remove(container: Container) -> None:
    own_node.stop(container.node.state, container.node.bin)
    shutil.rmtree(container.folder)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
