"""The bot's image, made as the Dockerfile makes it where no base image can be had.

In place of the base image stand busybox and this machine's Python with the libraries that it loads.
The rest is what the Dockerfile does: the locked dependencies, then the built wheel, in
/opt/incident-bot; its last stage says how the image starts. The layer with the dependencies is kept
between runs, outside the tree.
"""

from __future__ import annotations

import hashlib
import os
import re
import shlex
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from e2e.kube import binaries, image

NAME = "local/incident-bot:1"

_ROOT = Path(__file__).parents[3]
_DOCKERFILE = _ROOT / "Dockerfile"
_PLACE = "opt/incident-bot"
_CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"
_NOT_NEEDED = ("test", "tests", "idlelib", "tkinter", "turtledemo", "ensurepip", "lib2to3", "site-packages")


def write_bot_image(archive: Path, folder: Path, certificate: Path, environment: Mapping[str, str]) -> None:
    """Write the image of this tree, using `folder`.

    As an image that a user derives for a private GitHub would, it trusts `certificate` and adds to the environment.
    """
    busybox, dependencies, bot = folder / "busybox", _dependencies_layer(folder), folder / "bot"
    image.write_busybox(busybox)
    _write_bot_layer(bot, folder, certificate)
    config = read_last_stage(_DOCKERFILE.read_text(encoding="utf-8"))
    added = {"SSL_CERT_FILE": _CERTIFICATES, "REQUESTS_CA_BUNDLE": _CERTIFICATES, **environment}
    config["Env"] += [f"{name}={value}" for name, value in added.items()]
    image.write_archive(archive, NAME, [busybox, dependencies, bot], config)


def read_last_stage(dockerfile: str) -> dict[str, Any]:
    """What the last stage says about how the image starts, in the names of an image's configuration."""
    stage = re.split(r"^FROM .*$", dockerfile, flags=re.MULTILINE)[-1].replace("\\\n", " ")
    said = dict(re.findall(r"^(USER|WORKDIR|ENTRYPOINT|CMD|ENV) (.*)$", stage, re.MULTILINE))
    return {
        "User": said["USER"],
        "WorkingDir": said["WORKDIR"],
        "Entrypoint": _words(said["ENTRYPOINT"]),
        "Cmd": _words(said["CMD"]),
        "Env": [pair.replace("$PATH", "/bin") for pair in shlex.split(said["ENV"])],
    }


def _words(array: str) -> list[str]:
    return [word.strip(' "') for word in array.strip("[]").split(",")]


def _dependencies_layer(folder: Path) -> Path:
    """Python and the locked libraries, from the cache when neither changed."""
    base = Path(sys.base_prefix).resolve()
    made_of = [sys.version, str(base), (_ROOT / "uv.lock").read_text(), Path(__file__).read_text()]
    name = f"bot-{hashlib.sha256(chr(10).join(made_of).encode()).hexdigest()[:16]}.layer"
    cache = binaries.cache_folder().parent
    if not (cache / name).is_file():
        for outdated in cache.glob("bot-*.layer"):
            outdated.unlink()
        requirements, venv = folder / "requirements.txt", _new_venv(folder / "dependencies")
        uv("export", "--frozen", "--no-default-groups", "--extra=server", "--no-emit-project", "-o", str(requirements))
        _install(venv, "--require-hashes", "-r", str(requirements))
        with tarfile.open(folder / name, "w") as tar:
            _add_tree(tar, venv, _PLACE)
            for path in _python_files(base):
                _add(tar, path, str(path).lstrip("/"))
            modules = [path for path in (*_python_files(base), *venv.rglob("*.so")) if path.suffix == ".so"]
            for library in _libraries([base / "bin" / _interpreter(), *modules]):
                _add(tar, library.resolve(), str(library).lstrip("/"))
        shutil.move(folder / name, cache / name)
    return cache / name


def _write_bot_layer(layer: Path, folder: Path, certificate: Path) -> None:
    venv, wheels = _new_venv(folder / "wheel"), folder / "wheels"
    uv("build", "--wheel", "--out-dir", str(wheels))
    _install(venv, "--no-deps", *(str(wheel) for wheel in wheels.glob("*.whl")))
    with tarfile.open(layer, "w") as tar:
        _add_tree(tar, venv, _PLACE)
        image.add_file(tar, _CERTIFICATES.lstrip("/"), certificate.read_bytes())


def _new_venv(folder: Path) -> Path:
    uv("venv", "--relocatable", "--python", sys.executable, str(folder))
    return folder


def _install(venv: Path, *what: str) -> None:
    uv("pip", "install", "--compile-bytecode", "--python", str(venv / "bin" / "python"), *what)


def uv(*arguments: str) -> None:
    """Run uv in the project's folder, the machine's or the one that make set up."""
    program = shutil.which("uv") or str(_ROOT / ".uv" / "bin" / "uv")
    environment = {**os.environ, "UV_LINK_MODE": "copy", "UV_PYTHON_DOWNLOADS": "never"}
    subprocess.run([program, "--quiet", *arguments], cwd=_ROOT, env=environment, check=True)


def _interpreter() -> str:
    return f"python{sys.version_info.major}.{sys.version_info.minor}"


def _python_files(base: Path) -> Iterable[Path]:
    library = base / "lib" / _interpreter()
    for path in library.rglob("*"):
        inner = path.relative_to(library).parts
        is_needed = inner[0] not in _NOT_NEEDED and not inner[0].startswith("config-")
        if is_needed and not path.is_dir() and ".opt-" not in path.name and not path.name.startswith("_tkinter"):
            yield path
    yield from (path for path in (base / "bin").glob("python*") if "config" not in path.name)


def _libraries(programs: Iterable[Path]) -> set[Path]:
    """The shared libraries that the programs load, the loader itself included."""
    found = subprocess.run(["ldd", *programs], capture_output=True, text=True, check=False).stdout
    return {Path(path) for path in re.findall(r"^\t(?:\S+ => )?(/\S+) \(0x", found, re.MULTILINE)}


def _add_tree(tar: tarfile.TarFile, folder: Path, place: str) -> None:
    for path in sorted(folder.rglob("*")):
        if path.is_symlink() or not path.is_dir():
            _add(tar, path, f"{place}/{path.relative_to(folder)}")


def _add(tar: tarfile.TarFile, path: Path, name: str) -> None:
    tar.add(path, name, recursive=False, filter=_readable)


def _readable(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    """Root's, and readable by the number that the bot runs as."""
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = ""
    entry.mode |= 0o444
    return entry
