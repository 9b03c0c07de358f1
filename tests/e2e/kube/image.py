"""The container image of the test node's pods: static busybox as `local/base:1`.

No registry can be reached, so images are written here, byte for byte, as archives that
containerd imports. It is also the sandbox image, hence the entry point that sleeps.
"""

from __future__ import annotations

import hashlib
import io
import json
import platform
import subprocess
import tarfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

NAME = "local/base:1"

_BUSYBOX = Path("/bin/busybox")
_FOLDERS = ("bin", "dev", "etc", "proc", "root", "run", "sys", "tmp", "var")


def write_image(archive: Path) -> None:
    """Write the image as a Docker archive."""
    layer = archive.with_suffix(".layer")
    write_busybox(layer)
    config = {"Env": ["PATH=/bin"], "Entrypoint": ["/bin/busybox", "sleep", "2147483647"]}
    write_archive(archive, NAME, [layer], config)


def write_archive(archive: Path, name: str, layers: Sequence[Path], config: Mapping[str, Any]) -> None:
    """Write a Docker archive of an image whose layers are tar files; `config` is what its Dockerfile says."""
    digests = [_digest(layer) for layer in layers]
    details = _json(
        {
            "architecture": {"x86_64": "amd64", "aarch64": "arm64"}[platform.machine()],
            "os": "linux",
            "config": config,
            "rootfs": {"type": "layers", "diff_ids": [f"sha256:{digest}" for digest in digests]},
            "history": [{"created_by": layer.name} for layer in layers],
        }
    )
    details_name = f"{hashlib.sha256(details).hexdigest()}.json"
    names = [f"{digest}/layer.tar" for digest in digests]
    manifest = _json([{"Config": details_name, "RepoTags": [f"docker.io/{name}", name], "Layers": names}])
    with tarfile.open(archive, "w") as tar:
        for layer, layer_name in zip(layers, names, strict=True):
            tar.add(layer, layer_name)
        add_file(tar, details_name, details)
        add_file(tar, "manifest.json", manifest)


def write_busybox(layer: Path) -> None:
    """Write the layer with the folders that every image has, and busybox as all of its programs."""
    with tarfile.open(layer, "w") as tar:
        for name in _FOLDERS:
            folder = tarfile.TarInfo(name)
            folder.type = tarfile.DIRTYPE
            folder.mode = 0o1777 if name == "tmp" else 0o755
            tar.addfile(folder)
        add_file(tar, "bin/busybox", _BUSYBOX.read_bytes(), mode=0o755)
        applets = subprocess.run([_BUSYBOX, "--list"], capture_output=True, text=True, check=True).stdout.split()
        for applet in applets:
            if applet != "busybox":
                link = tarfile.TarInfo(f"bin/{applet}")
                link.type = tarfile.SYMTYPE
                link.linkname = "busybox"
                tar.addfile(link)


def add_file(tar: tarfile.TarFile, name: str, content: bytes, mode: int = 0o644) -> None:
    """Put a file of this content into a layer."""
    entry = tarfile.TarInfo(name)
    entry.size = len(content)
    entry.mode = mode
    tar.addfile(entry, io.BytesIO(content))


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _json(value: object) -> bytes:
    return json.dumps(value).encode()
