"""The one container image of the test node: static busybox as `local/base:1`.

No registry can be reached, so the image is written here, byte for byte, as an archive that
containerd imports. It is also the sandbox image, hence the entry point that sleeps.
"""

from __future__ import annotations

import hashlib
import io
import json
import platform
import subprocess
import tarfile
from pathlib import Path

NAME = "local/base:1"

_BUSYBOX = Path("/bin/busybox")
_FOLDERS = ("bin", "dev", "etc", "proc", "root", "run", "sys", "tmp", "var")


def write_image(archive: Path) -> None:
    """Write the image as a Docker archive."""
    layer = _layer()
    layer_digest = hashlib.sha256(layer).hexdigest()
    config = _json(
        {
            "architecture": {"x86_64": "amd64", "aarch64": "arm64"}[platform.machine()],
            "os": "linux",
            "config": {"Env": ["PATH=/bin"], "Entrypoint": ["/bin/busybox", "sleep", "2147483647"]},
            "rootfs": {"type": "layers", "diff_ids": [f"sha256:{layer_digest}"]},
            "history": [{"created_by": "busybox"}],
        }
    )
    config_name = f"{hashlib.sha256(config).hexdigest()}.json"
    layer_name = f"{layer_digest}/layer.tar"
    manifest = _json([{"Config": config_name, "RepoTags": [f"docker.io/{NAME}", NAME], "Layers": [layer_name]}])
    with tarfile.open(archive, "w") as tar:
        for name, content in ((layer_name, layer), (config_name, config), ("manifest.json", manifest)):
            _add_file(tar, name, content)


def _layer() -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for name in _FOLDERS:
            folder = tarfile.TarInfo(name)
            folder.type = tarfile.DIRTYPE
            folder.mode = 0o1777 if name == "tmp" else 0o755
            tar.addfile(folder)
        _add_file(tar, "bin/busybox", _BUSYBOX.read_bytes(), mode=0o755)
        applets = subprocess.run([_BUSYBOX, "--list"], capture_output=True, text=True, check=True).stdout.split()
        for applet in applets:
            if applet != "busybox":
                link = tarfile.TarInfo(f"bin/{applet}")
                link.type = tarfile.SYMTYPE
                link.linkname = "busybox"
                tar.addfile(link)
    return buffer.getvalue()


def _add_file(tar: tarfile.TarFile, name: str, content: bytes, mode: int = 0o644) -> None:
    entry = tarfile.TarInfo(name)
    entry.size = len(content)
    entry.mode = mode
    tar.addfile(entry, io.BytesIO(content))


def _json(value: object) -> bytes:
    return json.dumps(value).encode()
