"""The house's bounds on our own source: a file that is read in one sitting, a function that is seen at once."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MAX_FILE_LINES = 400
MAX_FUNCTION_LINES = 60
MODULES = [
    path
    for room in ("incident_bot", "tests", "benchmarks", "docs")
    for path in sorted((ROOT / room).rglob("*.py"))
    if "node_modules" not in path.parts
]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_files_and_functions_stay_small(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    functions = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    long = {node.name: node.end_lineno - node.lineno + 1 for node in functions if node.end_lineno}

    assert text.count("\n") <= MAX_FILE_LINES
    assert {name for name, lines in long.items() if lines > MAX_FUNCTION_LINES} == set()
