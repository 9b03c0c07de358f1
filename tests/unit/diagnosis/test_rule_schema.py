"""A wrong rule file is refused with the file, the field and what to do about it."""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
import yaml

from incident_bot.diagnosis.authoring.shipped_patterns import write_words
from incident_bot.diagnosis.patterns import WORDS_NAME, required_words
from incident_bot.diagnosis.rulebook.rules import checksum, load_rules, load_shipped_rules, read_rules, write_index
from incident_bot.errors import ConfigurationError

GOOD: dict[str, Any] = {
    "id": "my-rule",
    "title": "The frobnicator {name} is missing",
    "category": "config",
    "specificity": 3,
    "match": {"any": [{"event": {"reason": "^Failed$", "message": "frobnicator (?P<name>\\S+) missing"}}]},
    "explanation": "The frobnicator {name} does not exist in {namespace}.",
    "actions": [{"step": "Look", "command": "kubectl -n {namespace} get events"}],
    "samples": {
        "fires": [{"events": ["Warning Failed Pod/model-0 frobnicator x missing"]}],
        "silent": [{"events": ["Warning Failed Pod/model-0 frobnicator found"]}],
    },
}


def refuse(**changes: Any) -> str:
    """The message with which a changed rule is refused."""
    with pytest.raises(ConfigurationError) as caught:
        read_rules({"mine/my-rule.yaml": yaml.safe_dump(GOOD | changes).encode()})
    assert caught.value.hint
    return str(caught.value)


def test_good_rule_is_read() -> None:
    (rule,) = read_rules({"mine/my-rule.yaml": yaml.safe_dump(GOOD).encode()})

    assert (rule.id, rule.family, rule.specificity) == ("my-rule", "mine", 3)


def test_unknown_key_is_refused_with_a_suggestion() -> None:
    told = refuse(titel="x")

    assert "mine/my-rule.yaml" in told
    assert "`titel`; did you mean `title`?" in told


@pytest.mark.parametrize("kind", ["fires", "silent"])
def test_rule_without_both_kinds_of_samples_is_refused(kind: str) -> None:
    assert f"samples.{kind}" in refuse(samples=GOOD["samples"] | {kind: []})


def test_unknown_template_name_is_refused() -> None:
    assert "`{nmae}` is not known; did you mean `name`?" in refuse(title="The frobnicator {nmae} is missing")


def test_lone_brace_is_refused_with_the_way_to_write_it() -> None:
    assert "{{ and }}" in refuse(explanation="jsonpath {.spec is not a template of ours, it has a brace")


def test_bad_pattern_is_refused_with_its_field() -> None:
    told = refuse(
        match={"any": [{"log": {"pattern": "(unclosed"}}]},
        title="Something long enough",
        explanation="Something long enough too.",
    )

    assert "match.any.0.log.pattern" in told


def test_pattern_that_can_hang_is_refused() -> None:
    told = refuse(
        match={"any": [{"log": {"pattern": "(a+)+$"}}]},
        title="Something long enough",
        explanation="Something long enough too.",
    )

    assert "repeat inside a repeat" in told


@pytest.mark.parametrize("command", ["kubectl -n {namespace} edit cm x", "kubectl get pods; ls", "rm x"])
def test_changing_command_cannot_be_called_read_only(command: str) -> None:
    assert "risk: changes-state" in refuse(actions=[{"step": "Look", "command": command}])


@pytest.mark.parametrize(
    "command", ["kubectl delete pod {pod}", "kubectl delete ns {namespace}", "kubectl delete pvc x"]
)
def test_command_that_loses_data_is_refused_whatever_its_risk(command: str) -> None:
    assert "lose" in refuse(actions=[{"step": "x", "command": command, "risk": "changes-state"}])


def test_rule_that_could_never_fire_is_refused() -> None:
    match = {"any": [{"exit_code": {"code": 1}, "strength": "supporting"}]}

    assert "never fire" in refuse(match=match, title="Something long enough", explanation="Something long enough too.")


def test_after_needs_a_condition_of_that_id() -> None:
    match = {"all": [{"event": {"reason": "a"}, "after": "b"}]}

    assert "`after: b`" in refuse(match=match, title="Something long enough", explanation="Something long enough too.")


def test_id_is_the_file_name() -> None:
    assert "my-rule.yaml" in refuse(id="other-rule")


def test_file_that_is_no_yaml_is_named() -> None:
    with pytest.raises(ConfigurationError, match=r"mine/x\.yaml"):
        read_rules({"mine/x.yaml": b"a: [b"})


def test_users_rule_replaces_a_shipped_one_and_adds_others(tmp_path: Path) -> None:
    shipped = load_rules()
    own = GOOD | {"id": "oom-killed-container"}
    (tmp_path / "oom-killed-container.yaml").write_text(yaml.safe_dump(own))
    (tmp_path / "my-rule.yaml").write_text(yaml.safe_dump(GOOD))

    both = load_rules([tmp_path])

    replaced = both.get("oom-killed-container")
    assert replaced is not None
    assert replaced.title == GOOD["title"]
    assert len(both) == len(shipped) + 1


def test_missing_folder_is_a_configuration_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="does not exist"):
        load_rules([tmp_path / "nowhere"])


def test_explains_is_transitive() -> None:
    def rule(name: str, explains: list[str]) -> bytes:
        return yaml.safe_dump(GOOD | {"id": name, "explains": explains}).encode()

    from incident_bot.diagnosis.rulebook.rules import RuleSet

    read = read_rules({"a.yaml": rule("a", ["b"]), "b.yaml": rule("b", ["c", "a"]), "c.yaml": rule("c", [])})
    known = RuleSet(rules={item.id: item for item in read})

    assert known.explained == {"a": {"b", "c"}, "b": {"a", "c"}, "c": frozenset()}


def test_words_are_those_of_the_patterns() -> None:
    """After a change of a rule or a complaint: `incident-bot rules index`."""
    stored = resources.files("incident_bot.diagnosis").joinpath("rules", WORDS_NAME).read_text()

    assert stored == write_words(), "stale: run `incident-bot rules index`"
    assert all(required_words(pattern) == tuple(words) for pattern, words, _ in json.loads(stored))


def test_index_holds_what_the_files_hold() -> None:
    """After a change of a rule: `incident-bot rules index`."""
    folder = resources.files("incident_bot.diagnosis").joinpath("rules")
    files = {
        f"{family.name}/{item.name}": item.read_bytes()
        for family in sorted(folder.iterdir(), key=lambda entry: entry.name)
        if family.is_dir()
        for item in sorted(family.iterdir(), key=lambda entry: entry.name)
        if item.name.endswith(".yaml")
    }
    index = json.loads(folder.joinpath("index.json").read_text())

    assert index["checksum"] == checksum(files), "stale: run `incident-bot rules index`"
    assert json.loads(write_index()) == index
    assert [rule.id for rule in load_shipped_rules()] == [rule.id for rule in read_rules(files)]
