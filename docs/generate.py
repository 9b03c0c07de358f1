"""Writes the generated parts of the documents; `--check` only says which are stale.

    .venv/bin/python docs/generate.py [--check]

Generated parts stand between `<!-- generated: NAME -->` and `<!-- end: NAME -->`, so that a
document can be read and written by hand around them. tests/unit/test_documents.py runs the check.
"""

from __future__ import annotations

import ast
import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import yaml

from incident_bot.cli import COMMANDS, FRONT_PAGE
from incident_bot.cli.menu import bot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).resolve().parents[1]
sys.path.append(str(ROOT))  # for benchmarks, which are not installed


def command_reference() -> str:
    """Every command's `--help`, at 100 columns."""
    parts = []
    for name, command in _walk(bot, click.Context(bot, info_name="incident-bot", max_content_width=100)):
        parts.append(f"### `{name}`\n\n```text\n{command}\n```")
    return "\n\n".join(parts)


def _walk(group: click.Group, context: click.Context) -> Iterator[tuple[str, str]]:
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None, f"the menu names {name}, its file does not define it"
        inner = click.Context(command, info_name=name, parent=context, max_content_width=100, terminal_width=100)
        yield inner.command_path, command.get_help(inner)
        if isinstance(command, click.Group):
            yield from _walk(command, inner)


def front_page() -> str:
    """What `incident-bot --help` prints, at 80 columns."""
    return bot.get_help(click.Context(bot, info_name="incident-bot", terminal_width=80)) + "\n"


def command_table() -> str:
    """The menu."""
    rows = [f"| `incident-bot {name}` | {text} |" for name, text in COMMANDS.items()]
    return "\n".join(["| command | what it does |", "|---|---|", *rows])


def configuration_table() -> str:
    """Every key of the config file with its default."""
    from incident_bot.config import Config, Section, keys_of

    rows = ["| key | default | meaning |", "|---|---|---|"]
    for name, key in keys_of(Config).items():
        is_section = isinstance(key.default, Section)
        inside = {f"{name}.{inner}": found for inner, found in keys_of(type(key.default)).items()} if is_section else {}
        rows += [
            f"| `{path}` | `{_shown(found.default)}` | {found.metadata['description']} |"
            for path, found in (inside or {name: key}).items()
        ]
    return "\n".join(rows)


def _shown(value: Any) -> str:
    return json.dumps(list(value) if isinstance(value, tuple) else value)


def rule_catalogue() -> str:
    """One row a rule."""
    from incident_bot.diagnosis import load_rules
    from incident_bot.diagnosis.authoring.catalogue import render_catalogue

    return render_catalogue(load_rules().rules.values()).rstrip("\n")


def alert_table() -> str:
    """One row an alert that we ship."""
    rows = ["| alert | severity | for | fires when |", "|---|---|---|---|"]
    for path in sorted((ROOT / "alerts").glob("*.rules.yaml")):
        for group in yaml.safe_load(path.read_text(encoding="utf-8"))["groups"]:
            for rule in group["rules"]:
                if "alert" in rule:
                    # A name in capitals stands for what the alert fills in, as in the catalogue of rules.
                    description = rule["annotations"]["description"].split("\n")[0]
                    summary = re.sub(r"\{\{ \$(?:labels\.)?(\w+)[^}]*\}\}", lambda name: name[1].upper(), description)
                    rows.append(
                        f"| `{rule['alert']}` | {rule['labels']['severity']} | {rule.get('for', '0m')} | {summary} |"
                    )
    return "\n".join(rows)


def module_map() -> str:
    """A table a room: every module with the first line of its docstring."""
    package = ROOT / "incident_bot"
    rooms = [path.parent for path in sorted(package.rglob("__init__.py"))]
    return "\n\n".join(_room(room) for room in rooms if len(list(room.glob("*.py"))) > 1)


def _room(room: Path) -> str:
    title = f"{room.relative_to(ROOT).as_posix()}/"
    lines = [f"## `{title}`", "", _first_line(room / "__init__.py"), "", "| module | holds |", "|---|---|"]
    modules = sorted(path for path in room.glob("*.py") if path.stem != "__init__")
    return "\n".join(
        [*lines, *(f"| [`{path.name}`](../{title}{path.name}) | {_first_line(path)} |" for path in modules)]
    )


def _first_line(module: Path) -> str:
    said = ast.get_docstring(ast.parse(module.read_text(encoding="utf-8")))
    assert said, f"{module} has no docstring"
    return said.split("\n")[0].replace("|", "\\|")


def sign_table() -> str:
    """One row a tool: what of its output is telling, and the rules that say so."""
    from incident_bot.diagnosis import load_rules
    from incident_bot.outputs.signs import AREAS, load_signs

    told: dict[str, list[str]] = {}
    for rule in load_rules().rules.values():
        for condition in (*rule.all, *rule.any):
            if condition.source == "output":
                told.setdefault(condition.test["sign"], []).append(
                    f"`{rule.id}`" if condition.decisive else f"supports `{rule.id}`"
                )
    tools: dict[str, list[str]] = {}
    for area in AREAS:
        for sign in load_signs(area):
            shown = tools.setdefault(sign.tool, [])
            text = f"{sign.name.replace('-', ' ')}: {', '.join(told[sign.name])}" if sign.name else ""
            if text and text not in shown:
                shown.append(text)
    rows = [f"| `{tool}` | {'; '.join(shown) or 'nothing, it is only named'} |" for tool, shown in tools.items()]
    return "\n".join(["| output of | what it may show, and which rule tells it |", "|---|---|", *rows])


def conditions_of_k8sgpt() -> str:
    """What k8sgpt's analyzers report, and the scenario where incident-bot tells it or keeps silent."""
    from benchmarks.peers.compare import conditions_table

    return conditions_table()


PARTS: dict[tuple[str, str], Callable[[], str]] = {
    ("docs/cli.md", "commands"): command_reference,
    ("README.md", "command table"): command_table,
    ("docs/configuration.md", "configuration"): configuration_table,
    ("docs/modules.md", "modules"): module_map,
    ("docs/diagnosis.md", "signs"): sign_table,
    ("docs/k8sgpt.md", "conditions"): conditions_of_k8sgpt,
    ("LOG_ANALYSIS.md", "rules"): rule_catalogue,
    ("LOG_ANALYSIS.md", "alerts"): alert_table,
}


def render(text: str, name: str, content: str) -> str:
    """The document with the named part replaced. Raises `ValueError` when the markers are missing."""
    pattern = re.compile(rf"(<!-- generated: {name} -->\n).*?(<!-- end: {name} -->)", re.DOTALL)
    if not pattern.search(text):
        raise ValueError(f"no part `{name}`")
    return pattern.sub(lambda found: f"{found[1]}\n{content}\n\n{found[2]}", text)


def stale() -> dict[Path, str]:
    """Documents whose generated parts differ from what the code says, with their new text."""
    from incident_bot.config import config_schema

    texts: dict[Path, str] = {}
    for (file, name), make in PARTS.items():
        path = ROOT / file
        texts[path] = render(texts.get(path, path.read_text(encoding="utf-8")), name, make())
    texts[Path(FRONT_PAGE)] = front_page()
    texts[ROOT / "docs/incident-bot.schema.json"] = json.dumps(config_schema(), indent=2) + "\n"
    return {path: text for path, text in texts.items() if not path.exists() or path.read_text(encoding="utf-8") != text}


def main() -> int:
    """Write, or with `--check` report and return 1."""
    changed = stale()
    for path, text in changed.items():
        print(path.relative_to(ROOT))
        if "--check" not in sys.argv:
            path.write_text(text, encoding="utf-8")
    return int(bool(changed) and "--check" in sys.argv)


if __name__ == "__main__":
    sys.exit(main())
