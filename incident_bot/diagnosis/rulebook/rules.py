"""The rules that a run works with, and how they are loaded.

A shipped rule is a YAML file; reading and checking some hundred of them takes longer than a
diagnosis, so an index of their content lies beside them (`rules/index.json`, made by
`write_index`). It is used only while its checksum still fits the files.
"""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from incident_bot import libyaml
from incident_bot.diagnosis.patterns import PatternIndex
from incident_bot.errors import ConfigurationError
from incident_bot.model import Category, Risk

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

INDEX_NAME = "index.json"
INDEX_VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One thing that has to be so. `test` holds the keys of its source (docs/writing-rules.md)."""

    source: str
    test: Mapping[str, Any]
    decisive: bool = True
    id: str = ""
    after: str = ""

    @property
    def key(self) -> str:
        """Equal conditions of different rules have equal keys, so they are looked up once."""
        return f"{self.source}:{self.test!r}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionTemplate:
    """A step before names are filled in."""

    step: str
    command: str = ""
    risk: Risk = Risk.READ_ONLY
    why: str = ""


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One failure mode: how to recognise it, what it means, what to do."""

    id: str
    title: str
    category: Category
    specificity: int
    explanation: str
    family: str = ""
    origin: str = ""
    noise: bool = False
    permanent: bool = False
    """Whether what it names cannot heal by itself, so that an error of it counts at its first occurrence."""
    said_once: bool = False
    """Whether the program says it a single time by design, however long it lasts, so that its level and its count tell nothing."""
    all: tuple[Condition, ...] = ()
    any: tuple[Condition, ...] = ()
    none: tuple[Condition, ...] = ()
    captures: Mapping[str, str] = field(default_factory=dict)
    explains: tuple[str, ...] = ()
    impact: str = ""
    actions: tuple[ActionTemplate, ...] = ()
    prevention: tuple[str, ...] = ()
    do_not: tuple[str, ...] = ()
    references: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class RuleSet:
    """Rules by id, in a stable order."""

    rules: Mapping[str, Rule]

    def __iter__(self) -> Iterator[Rule]:
        return iter(self.rules.values())

    def __len__(self) -> int:
        return len(self.rules)

    def get(self, rule_id: str) -> Rule | None:
        """The rule with this id, or None."""
        return self.rules.get(rule_id)

    @cached_property
    def explained(self) -> Mapping[str, frozenset[str]]:
        """For each rule all ids that it accounts for, through others too."""
        return {rule_id: frozenset(self._reach(rule_id)) for rule_id in self.rules}

    @cached_property
    def log_patterns(self) -> tuple[Sequence[str], PatternIndex]:
        """What is looked for in logs, each pattern once, with an index by the words that it takes."""
        conditions = [item for rule in self for item in (*rule.all, *rule.any, *rule.none) if item.source == "log"]
        patterns = list(dict.fromkeys(item.test["pattern"] for item in conditions))
        return patterns, PatternIndex(patterns)

    def _reach(self, rule_id: str) -> set[str]:
        found: set[str] = set()
        waiting = [rule_id]
        while waiting:
            rule = self.rules.get(waiting.pop())
            for name in rule.explains if rule else ():
                if name not in found:
                    found.add(name)
                    waiting.append(name)
        return found - {rule_id}


def load_rules(folders: Sequence[Path] = ()) -> RuleSet:
    """Shipped rules, then the users' folders; a later rule replaces an earlier one with the same id.

    Raises `ConfigurationError` naming file, field and remedy.
    """
    rules = {rule.id: rule for rule in load_shipped_rules()}
    for folder in folders:
        if not folder.is_dir():
            raise ConfigurationError(
                f"rules folder {folder} does not exist", hint="Give a folder of *.yaml rule files."
            )
        for rule in read_rules(_files_of(folder)):
            rules[rule.id] = rule
    return RuleSet(rules=rules)


def _files_of(folder: Path) -> dict[str, bytes]:
    paths = sorted(path for path in folder.rglob("*") if path.suffix in (".yaml", ".yml"))
    return {str(path.relative_to(folder)): path.read_bytes() for path in paths}


def load_shipped_rules() -> tuple[Rule, ...]:
    """The rules of this package: from the index when it still fits the files, else from the files."""
    files, index = _shipped_files()
    if index:
        plain = json.loads(index)
        if plain.get("version") == INDEX_VERSION and plain.get("checksum") == checksum(files):
            return tuple(rule_from_plain(item, item["origin"]) for item in plain["rules"])
    return read_rules(files)


def _shipped_files() -> tuple[dict[str, bytes], bytes]:
    folder = Path(__file__).parents[1] / "rules"
    files: dict[str, bytes] = {}
    index = b""
    for entry in sorted(folder.iterdir(), key=lambda item: item.name):
        if entry.name == INDEX_NAME:
            index = entry.read_bytes()
        elif entry.is_dir():
            names = sorted(
                (item for item in entry.iterdir() if item.name.endswith(".yaml")), key=lambda item: item.name
            )
            files |= {f"{entry.name}/{item.name}": item.read_bytes() for item in names}
    return files, index


def checksum(files: Mapping[str, bytes]) -> int:
    """A fingerprint of names and contents: enough to notice a change, not meant against malice."""
    total = 0
    for name, content in files.items():
        total = zlib.crc32(content, zlib.crc32(name.encode(), total))
    return total


def write_index() -> str:
    """The text of `rules/index.json` for the shipped files as they are."""
    files, _ = _shipped_files()
    rules = [{**plain, "origin": origin} for origin, plain in _checked(files)]
    for rule in rules:
        rule.pop("samples", None)
    return json.dumps({"version": INDEX_VERSION, "checksum": checksum(files), "rules": rules}, separators=(",", ":"))


def read_rules(files: Mapping[str, bytes]) -> tuple[Rule, ...]:
    """Rules from YAML files, checked. Raises `ConfigurationError`."""
    return tuple(rule_from_plain(plain, origin) for origin, plain in _checked(files))


def load_samples(folders: Sequence[Path] = ()) -> Mapping[str, Mapping[str, Any]]:
    """The samples of all rules by rule id. They are not in the index, for only `rules test` reads them."""
    found = {plain["id"]: plain["samples"] for _, plain in _checked(_shipped_files()[0])}
    for folder in folders:
        found |= {plain["id"]: plain["samples"] for _, plain in _checked(_files_of(folder))}
    return found


def _checked(files: Mapping[str, bytes]) -> Iterator[tuple[str, dict[str, Any]]]:
    import yaml

    from incident_bot.diagnosis.rulebook.schema import read_rule

    seen: dict[str, str] = {}
    for origin, content in files.items():
        try:
            plain = libyaml.load(content.decode("utf-8", "replace"))
        except yaml.YAMLError as error:
            raise ConfigurationError(
                f"{origin}: not YAML: {libyaml.explain(error)}",
                hint="Patterns with `:`, `{`, `[` or `#` in them need single quotes.",
            ) from error
        rule = read_rule(plain, origin)
        stem = Path(origin).stem
        if rule.id != stem:
            raise ConfigurationError(
                f"{origin}: id `{rule.id}` is not the file name", hint=f"Name the file {rule.id}.yaml."
            )
        if rule.id in seen:
            raise ConfigurationError(f"{origin}: id `{rule.id}` is taken by {seen[rule.id]}", hint="Ids are unique.")
        seen[rule.id] = origin
        yield (
            origin,
            rule.model_dump(mode="json", exclude_none=True, exclude_defaults=True) | {"specificity": rule.specificity},
        )


def rule_from_plain(plain: Mapping[str, Any], origin: str) -> Rule:
    """A rule from the checked form that index and schema share."""
    match = plain["match"]
    return Rule(
        id=plain["id"],
        title=plain["title"],
        category=Category(plain["category"]),
        specificity=plain["specificity"],
        noise=plain.get("noise", False),
        permanent=plain.get("permanent", False),
        said_once=plain.get("said_once", False),
        family=Path(origin).parent.name,
        origin=origin,
        all=_conditions(match.get("all", ())),
        any=_conditions(match.get("any", ())),
        none=_conditions(match.get("none", ())),
        captures=plain.get("captures", {}),
        explains=tuple(plain.get("explains", ())),
        explanation=plain["explanation"],
        impact=plain.get("impact", ""),
        actions=tuple(
            ActionTemplate(
                step=item["step"],
                command=item.get("command", ""),
                risk=Risk(item.get("risk", Risk.READ_ONLY)),
                why=item.get("why", ""),
            )
            for item in plain["actions"]
        ),
        prevention=tuple(plain.get("prevention", ())),
        do_not=tuple(plain.get("do_not", ())),
        references=tuple(plain.get("references", ())),
    )


_MODIFIERS = frozenset({"strength", "id", "after"})


def _conditions(items: Iterable[Mapping[str, Any]]) -> tuple[Condition, ...]:
    return tuple(
        Condition(
            source=source,
            test=item[source],
            decisive=item.get("strength", "decisive") == "decisive",
            id=item.get("id", ""),
            after=item.get("after", ""),
        )
        for item in items
        for source in [next(key for key in item if key not in _MODIFIERS)]
    )
