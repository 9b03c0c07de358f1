"""The examples of the documents are taken by the code that they are for."""

from __future__ import annotations

import json
import re
from pathlib import Path

import yaml

from incident_bot.config import parse_config
from incident_bot.diagnosis.authoring.samples import try_samples
from incident_bot.diagnosis.rulebook.rules import load_rules, load_samples
from incident_bot.eval.expectation import read_expectation
from incident_bot.evidence.bundle import read_bundle
from incident_bot.intake import read_github_event
from incident_bot.intake.target import TARGET_LABELS

DOCS = Path(__file__).parents[2] / "docs"


def blocks(document: str, language: str) -> list[str]:
    text = (DOCS / document).read_text(encoding="utf-8")
    found: list[str] = re.findall(rf"(?ms)^```{language}\n(.*?)^```", text)
    return found


def test_the_config_file_is_valid() -> None:
    (example,) = [block for block in blocks("configuration.md", "yaml") if "rule_folders" in block]

    assert parse_config(yaml.safe_load(example), "docs").issue.close_on_resolve


def test_the_whole_rule_passes_its_own_samples(tmp_path: Path) -> None:
    (example,) = [block for block in blocks("writing-rules.md", "yaml") if block.startswith("id: ")]
    rule_id = yaml.safe_load(example)["id"]
    (tmp_path / f"{rule_id}.yaml").write_text(example, encoding="utf-8")

    rule = load_rules([tmp_path]).get(rule_id)

    assert rule is not None
    assert rule.origin == f"{rule_id}.yaml", "the shipped rule of the same id was tried instead"
    assert try_samples(rule, load_samples([tmp_path])[rule_id]) == ()


def test_the_expectation_is_valid() -> None:
    (example,) = blocks("evaluation.md", "yaml")

    assert read_expectation(example, "docs").confirmed


def test_the_bundle_is_read_as_ours(tmp_path: Path) -> None:
    (example,) = blocks("bundles.md", "json")
    (tmp_path / "bundle.json").write_text(example, encoding="utf-8")
    (tmp_path / "server-previous.log").write_text("INFO started\n", encoding="utf-8")

    content = read_bundle(tmp_path)

    assert content.incident is not None
    assert content.incident.key == json.loads(example)["key"]
    assert [(item.id, item.previous) for item in content.collected.items] == [("E1", True)]


def test_the_event_sent_by_hand_names_its_pod() -> None:
    (example,) = blocks("alert-payloads.md", "sh")
    payload = dict(re.findall(r"client_payload\[(\w+)\]=([\w-]+)", example))

    (incident,) = read_github_event("repository_dispatch", {"client_payload": payload})

    assert (incident.alert.name, incident.target.namespace, incident.target.pod) == ("ModelPodOOMKilled", "ml", "api-0")


def test_every_label_that_names_a_target_is_documented() -> None:
    text = (DOCS / "alert-payloads.md").read_text(encoding="utf-8")
    plain = {label for label in TARGET_LABELS if not label.startswith("exported_")}

    assert {label for label in plain if f"`{label}`" not in text} <= {"workload_type", "owner_kind", "created_by_kind"}
