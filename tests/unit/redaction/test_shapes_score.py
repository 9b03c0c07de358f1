"""The benchmark that scores shapes from outside the tree: it counts leaks and touched lines, and says which on request."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
MODULE = """
SHAPES = [("the password is {}", "word"), ("overheard: {}", "word"), ("payload={}", "halves")]
BENIGN = ["password authentication failed", "db_" + "password=" + "x7Qm2Lz9", "mail to ann.b@shop.example", "pod ready"]


def fill(template, kind, rng):
    secret = rng.choice(["meadow", "copper"]) + "falcon" + str(rng.randrange(10, 99))
    needles = [secret[:8], secret[8:]] if kind == "halves" else [secret]
    return template.format(secret), needles
"""


def _score(tmp_path: Path, *options: str) -> str:
    path = tmp_path / "shapes_of_mine.py"
    path.write_text(MODULE, encoding="utf-8")
    command = [sys.executable, str(ROOT / "benchmarks/redact/shapes.py"), str(path), *options]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout


def test_totals_alone_without_a_word_of_the_shapes(tmp_path: Path) -> None:
    shown = _score(tmp_path, "--times", "4")

    assert "recall 33.3 % of 12, benign touched 25.0 % of 4, and 25.0 % where only personal data stands" in shown
    assert "word           50.0 % of 8" in shown
    assert "halves          0.0 % of 4" in shown
    assert "overheard" not in shown


def test_leaks_and_touched_lines_on_request(tmp_path: Path) -> None:
    shown = _score(tmp_path, "--times", "2", "--show")

    assert "LEAK 2/2 'overheard: {}'" in shown
    assert "the password is {}" not in shown
    assert "TOUCHED 'db_password=" in shown
    assert "password authentication failed" not in shown
    assert "mail to" not in shown
