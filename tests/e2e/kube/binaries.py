"""Kubernetes, etcd and containerd, built from their Go modules and kept outside the tree.

The modules are served by the Go proxy wherever Go itself works; release archives and
container images often are not. `go.mod` here replaces Kubernetes' staging modules, which
`go install k8s.io/kubernetes/...@version` cannot do. About 9 minutes on two cores when
nothing is cached, nothing when the folder is full.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

KUBERNETES = "1.36.3"
CONTAINERD = "2.4.2"
KIND = "0.33.0"
PROMETHEUS_OPERATOR = "0.85.0"

_HERE = Path(__file__).parent
_PROGRAMS = ("kube-apiserver", "kube-controller-manager", "kube-scheduler", "kube-proxy", "kubelet", "kubectl")
_CONTAINERD_PROGRAMS = ("containerd", "containerd-shim-runc-v2", "ctr")
_PACKAGES = {
    "runc": "runc",
    "iptables": "iptables",
    "nft": "nftables",
    "ip": "iproute2",
    "conntrack": "conntrack",
    "busybox": "busybox-static",
    "openssl": "openssl",
    "/usr/lib/cni/ptp": "containernetworking-plugins",
}


def cache_folder() -> Path:
    """Where the binaries and the state of the node live, between runs and outside the tree."""
    base = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(base).expanduser() / "incident-bot" / f"kube-{KUBERNETES}"


def ensure_packages() -> None:
    """Install what the node needs of the distribution, where it is missing."""
    install_missing(_PACKAGES)


def install_missing(packages: Mapping[str, str]) -> None:
    """Install those of the packages whose program is not there; keys are programs or absolute paths."""
    path = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"
    missing = [
        package
        for program, package in packages.items()
        if not (Path(program).exists() if program.startswith("/") else shutil.which(program, path=path))
    ]
    if not missing:
        return
    if not shutil.which("apt-get"):
        raise RuntimeError(f"the tests need {', '.join(missing)}; install them with your package manager")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update", "-qq"], check=True, env=environment)
    subprocess.run(["apt-get", "install", "-y", "-qq", *missing], check=True, env=environment)


def ensure_binaries() -> Path:
    """The folder with every program of the node, built where it is missing."""
    folder = cache_folder() / "bin"
    folder.mkdir(parents=True, exist_ok=True)
    wanted = (*_PROGRAMS, "etcd", *_CONTAINERD_PROGRAMS)
    if all((folder / name).is_file() for name in wanted):
        return folder
    if not shutil.which("go"):
        raise RuntimeError(f"{folder} is not full and there is no Go >= 1.26 to build Kubernetes with")
    for name in _PROGRAMS:
        _build(folder / name, f"k8s.io/kubernetes/cmd/{name}", "-ldflags", _version_flags())
    _build(folder / "etcd", "go.etcd.io/etcd/server/v3")
    for name in _CONTAINERD_PROGRAMS:
        _install(name, f"github.com/containerd/containerd/v2/cmd/{name}@v{CONTAINERD}", folder)
    return folder


def ensure_kubectl() -> Path:
    """The machine's kubectl, or ours, built where there is none."""
    if found := shutil.which("kubectl"):
        return Path(found)
    built = cache_folder() / "bin" / "kubectl"
    if not built.is_file() and not shutil.which("go"):
        raise RuntimeError("there is neither kubectl nor Go >= 1.26 to build it with")
    built.parent.mkdir(parents=True, exist_ok=True)
    _build(built, "k8s.io/kubernetes/cmd/kubectl", "-ldflags", _version_flags())
    return built


def ensure_kind() -> Path:
    """kind itself, for tests of how it is called."""
    return _install("kind", f"sigs.k8s.io/kind@v{KIND}", cache_folder().parent / f"kind-{KIND}")


def ensure_monitoring_kinds() -> Path:
    """The folder with the Prometheus operator's own definitions of the kinds that we ship, from its Go module."""
    folder = cache_folder() / f"monitoring-{PROMETHEUS_OPERATOR}"
    if not folder.is_dir():
        module = f"github.com/prometheus-operator/prometheus-operator@v{PROMETHEUS_OPERATOR}"
        command = ["go", "mod", "download", "-json", module]
        answer = subprocess.run(command, check=True, cwd=_HERE, env=_go_environment(), capture_output=True)
        made = folder.with_suffix(".new")
        made.mkdir(exist_ok=True)
        for kind in ("servicemonitors", "prometheusrules"):
            name = f"monitoring.coreos.com_{kind}.yaml"
            shutil.copy(Path(json.loads(answer.stdout)["Dir"]) / "example/prometheus-operator-crd" / name, made)
        made.rename(folder)
    return folder


def _build(target: Path, package: str, *options: str) -> None:
    if not target.is_file():
        command = ["go", "build", *options, "-o", str(target), package]
        subprocess.run(command, check=True, cwd=_HERE, env=_go_environment())


def _install(name: str, package: str, folder: Path) -> Path:
    """A program of another module, in `folder`."""
    if not (folder / name).is_file():
        subprocess.run(["go", "install", package], check=True, env={**_go_environment(), "GOBIN": str(folder)})
    return folder / name


def _go_environment() -> dict[str, str]:
    return {**os.environ, "CGO_ENABLED": "0", "GOFLAGS": "-buildvcs=false"}


def _version_flags() -> str:
    major, minor, _patch = KUBERNETES.split(".")
    package = "k8s.io/component-base/version"
    return f"-s -w -X {package}.gitVersion=v{KUBERNETES} -X {package}.gitMajor={major} -X {package}.gitMinor={minor}"
