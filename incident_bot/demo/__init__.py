"""The embedded incident of `incident-bot demo`: a model server that outgrew its memory limit.

The files are what `kubectl` and Alertmanager would give. Four places in the logs hold a
marker in place of a credential; `unpack` fills them with made-up ones, so that the demo
shows redaction and the repository holds nothing that looks like a secret.
"""

from __future__ import annotations

import random
import string
from datetime import UTC, datetime
from importlib import resources
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 11, 21, 2, 48, 40, tzinfo=UTC)
"""When the on-call engineer looks at it: two seconds after the newest line."""


def unpack(folder: Path) -> None:
    """Write the incident's files into a folder, with made-up credentials where the logs leak some."""
    letters = random.Random(2026)  # noqa: S311 - these are props, not secrets

    def word(alphabet: str, length: int) -> str:
        return "".join(letters.choice(alphabet) for _ in range(length))

    props = {
        "%%WEIGHTS_PASSWORD%%": word(string.ascii_letters + string.digits, 18),
        "%%HUB_TOKEN%%": "hf_" + word(string.ascii_letters, 34),
        "%%AGENT_TOKEN%%": word(string.ascii_letters + string.digits, 40),
    }
    folder.mkdir(parents=True, exist_ok=True)
    for source in resources.files(__name__).joinpath("incident").iterdir():
        text = source.read_text(encoding="utf-8")
        for marker, prop in props.items():
            text = text.replace(marker, prop)
        (folder / source.name).write_text(text, encoding="utf-8")
