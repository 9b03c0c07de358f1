"""Documents are held against the code: commands, options, tables, the catalogue, links."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from typing import Any

import click
import pytest

from incident_bot.cli import COMMANDS
from incident_bot.cli.menu import bot

ROOT = Path(__file__).parents[2]
DOCUMENTS = [
    *ROOT.glob("*.md"),
    *ROOT.glob("docs/*.md"),
    *ROOT.glob(".github/*.md"),
    *ROOT.glob("alerts/*.md"),
    *ROOT.glob("deploy/**/*.md"),
]


def _generator() -> Any:
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs/generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_generated_parts_are_fresh() -> None:
    stale = [str(path.relative_to(ROOT)) for path in _generator().stale()]

    assert [] == stale, "run `.venv/bin/python docs/generate.py`"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_with_an_example(name: str) -> None:
    command = bot.get_command(click.Context(bot), name)

    assert command is not None
    leaves = (
        [leaf for leaf in command.commands.values() if not leaf.hidden]
        if isinstance(command, click.Group)
        else [command]
    )
    for leaf in leaves:
        text = f"{leaf.help}\n{leaf.epilog}"
        assert "Example" in text
        assert "incident-bot " in text


def options_of(words: list[str]) -> tuple[str, set[str]]:
    """The command that the words begin with, and the options it knows; an empty name where there is no such command."""
    command: click.Command = bot
    context, path = click.Context(bot), []
    while (
        isinstance(command, click.Group)
        and len(path) < len(words)
        and (found := command.get_command(context, words[len(path)]))
    ):
        command = found
        path.append(command.name or "")
    # `eval FOLDER` names none of its commands and means `eval score FOLDER`.
    taken = [command, *getattr(command, "commands", {}).values()]
    return " ".join(path), {option for each in taken for parameter in each.params for option in parameter.opts} | {
        "--help"
    }


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_commands_and_options_in_code_exist(path: Path) -> None:
    text = path.read_text(encoding="utf-8").replace("\\\n", " ")
    inline = re.findall(r"`incident-bot ([a-z][^`\n]*)`", re.sub(r"(?ms)^```.*?^```", "", text))
    blocks = re.findall(
        r"(?m)(?:^(?:\$ )?|\| )incident-bot ([a-z][^|\n]*)",
        "\n".join(re.findall(r"(?ms)^```(?:sh|console)?\n(.*?)^```", text)),
    )
    wrong = []
    for line in (*inline, *blocks):
        words = [word for word in line.split("#")[0].split() if word != "..."]
        name, known = options_of(words)
        used = {word.split("=")[0] for word in words if re.fullmatch(r"--[a-z][\w-]*(?:=.*)?", word)}
        if not name or not used <= known:
            wrong.append(line)

    assert [] == wrong


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_rows_have_as_many_cells_as_their_table(path: Path) -> None:
    """A bar inside a cell ends the cell, also within code, unless a backslash stands before it."""
    text = re.sub(r"(?ms)^ *```.*?^ *```$", "", path.read_text(encoding="utf-8"))
    tables = [table.splitlines() for table in re.findall(r"(?m)(?:^\|.*\n)+", text)]
    wrong = [row for head, *rows in tables for row in rows if len(re.findall(r"(?<!\\)\|", row)) != head.count("|")]

    assert [] == wrong


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_between_documents_lead_somewhere(path: Path) -> None:
    targets = re.findall(r"\]\(([^)#\s]+)[^)]*\)", path.read_text(encoding="utf-8"))
    broken = [target for target in targets if "://" not in target and not (path.parent / target).exists()]

    assert [] == broken


def headings_of(path: Path) -> set[str]:
    """The anchors that GitHub gives the headings of a document."""
    text = re.sub(r"```.*?```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    titles = [re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", title) for title in re.findall(r"(?m)^#+ (.+)$", text)]
    return {re.sub(r"[^\w\- ]", "", title.strip().lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_to_headings_lead_somewhere(path: Path) -> None:
    targets = re.findall(r"\]\(([^)#\s:]*)#([^)\s]+)\)", path.read_text(encoding="utf-8"))
    broken = [
        f"{file}#{anchor}"
        for file, anchor in targets
        if anchor not in headings_of(path.parent / file if file else path)
    ]

    assert [] == broken


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_nothing_is_installed_by_a_name_that_is_not_ours(path: Path) -> None:
    """No registry knows the package: `pip install incident-bot` would install whatever a stranger calls so."""
    assert not re.search(
        r"(?:pip|tool|pipx) install[^`\n]*(?<![/\w])incident-bot(?!\[\w+\] @|[\w/])", path.read_text(encoding="utf-8")
    )


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_files_that_documents_name_in_code_exist(path: Path) -> None:
    """`incident_bot/...`, `tests/...`, `docs/...`, `alerts/...`, `deploy/...` in backticks are promises."""
    named = re.findall(r"`((?:incident_bot|tests|docs|alerts|deploy|prompts|benchmarks)/[\w./*-]+)`", path.read_text())
    missing = [name for name in named if not list(ROOT.glob(name.rstrip("/")))]

    assert [] == missing
