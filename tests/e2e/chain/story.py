"""A story: a scene on the node, what happens in which order, and what GitHub holds at the end.

`story.yaml` of a folder in `tests/e2e/scenarios`, beside the `objects.yaml` that it needs:

    alert, namespace, selector, container, until    as in `expected.yaml`
    granted      false: the bot's account may not read the namespace
    steps        one of these each
      fire: {filed: [created]}      the alert of every pod that the selector finds; what each run says it did
        github: [...]               faults of the next requests (fakes/github_front.py, class Fault)
        model: {...}                what the model says (models.py, class ScriptedGemini); none: not asked
        at_once: 2                  so many runs at the same time
        peak_mb: 500                the most memory that a run may use
      resolve: {filed: [resolved]}  the same alert, resolved
      close: true                   a person closes the issue
      kubectl: delete pod ${POD}    in the namespace
                                  ${POD} is the alert's (first) pod, ${POD_NOW} the one that the selector finds then
    issue        the one issue: title, labels, state, comments, contains, lacks, lacks_in_prose, cites
    calls        every writing request but those that make labels, and `model`; a list names all that may be
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from e2e.kube.scenario import SCENARIOS, Scene

if TYPE_CHECKING:
    from e2e.kube.node import Node

SECTIONS = ("Root Cause Hypothesis", "Impact Assessment", "Immediate Actions", "Prevention Recommendations")

_BLOCK = re.compile(r"<summary>(E\d+) .*?</summary>\n+(`{3,}|~{3,})text\n(.*?)\n\2", re.DOTALL)
_CITATION = re.compile(r"^- `(E\d+):(\d+)` (`+ ?)(.*?)\3?$", re.MULTILINE)
_WRITES = ("POST", "PATCH", "PUT", "DELETE")


@dataclass(frozen=True, kw_only=True)
class Story(Scene):
    """One folder's scene, steps and expectations."""

    steps: Sequence[Mapping[str, Any]]
    issue: Mapping[str, Any]
    calls: Mapping[str, Any]
    granted: bool = True

    def pods(self, node: Node) -> list[str]:
        """The names of the pods that the alert is about."""
        found = node.read(f"/api/v1/namespaces/{self.namespace}/pods", labelSelector=self.selector)["items"]
        return sorted(item["metadata"]["name"] for item in found)

    def webhook(self, pods: Sequence[str], status: str) -> dict[str, Any]:
        """What Alertmanager sends for the alert of these pods."""
        labels = {"alertname": self.alert["name"], "severity": self.alert["severity"], "namespace": self.namespace}
        annotations = {"summary": self.alert["summary"]}
        alerts = [
            {
                "status": status,
                "labels": {**labels, "pod": pod, "container": self.container},
                "annotations": annotations,
                "startsAt": "2026-01-05T10:00:00.000Z",
                "endsAt": "2026-01-05T10:30:00.000Z" if status == "resolved" else "0001-01-01T00:00:00Z",
                "generatorURL": "",
                "fingerprint": f"{number:016x}",
            }
            for number, pod in enumerate(pods)
        ]
        return {
            "version": "4",
            "groupKey": f'{{}}:{{alertname="{self.alert["name"]}", namespace="{self.namespace}"}}',
            "truncatedAlerts": 0,
            "status": status,
            "receiver": "incident-bot",
            "groupLabels": {"alertname": self.alert["name"], "namespace": self.namespace},
            "commonLabels": labels,
            "commonAnnotations": annotations,
            "externalURL": "http://alertmanager.example:9093",
            "alerts": alerts,
        }


def load_story(folder: Path) -> Story:
    """Read one folder."""
    objects = folder / "objects.yaml"
    fields = yaml.safe_load((folder / "story.yaml").read_text())
    return Story(name=folder.name, objects=objects.read_text(), **fields)


def all_stories() -> list[Story]:
    """Every story, in the order of their names."""
    return [load_story(file.parent) for file in sorted(SCENARIOS.glob("*/story.yaml"))]


def writes(seen: Sequence[str]) -> Counter[str]:
    """The writing requests by their kind, numbers written as N; labels are made as the repository needs them."""
    kinds = (re.sub(r"/\d+", "/N", line.replace("/repos/acme/incidents", "")) for line in seen)
    return Counter(kind for kind in kinds if kind.startswith(_WRITES) and kind != "POST /labels")


def check_calls(expected: Mapping[str, Any], found: Counter[str]) -> None:
    """Every kind of call happened as often as expected, and nothing else happened."""
    for kind in {*expected, *found}:
        allowed = expected.get(kind, 0)
        assert found[kind] in (allowed if isinstance(allowed, list) else [allowed]), f"{kind}: {found}"


def check_body(body: str, *, sections: Sequence[str] = SECTIONS) -> list[str]:
    """The sections stand in order and every citation is the line that it says; gives the quotes."""
    places = [body.index(f"### {heading}") for heading in sections]
    assert places == sorted(places)
    blocks = {name: _numbered(text) for name, _fence, text in _BLOCK.findall(body)}
    quotes = []
    for evidence, number, _ticks, quote in _CITATION.findall(body):
        line = blocks[evidence][int(number)]
        assert _squeeze(quote).rstrip("…") in _squeeze(line), f"{evidence}:{number} is {line!r}, not {quote!r}"
        quotes.append(quote)
    return quotes


def prose(body: str) -> str:
    """What GitHub renders as Markdown: the body without fenced blocks and code spans."""
    without_blocks = re.sub(r"^\s*(`{3,}|~{3,}).*?^\s*\1", "", body, flags=re.DOTALL | re.MULTILINE)
    return re.sub(r"(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)", "", without_blocks)


def _numbered(text: str) -> dict[int, str]:
    rows = (re.fullmatch(r" *(\d+) \| ?(.*)", line) for line in text.split("\n"))
    return {int(row[1]): row[2] for row in rows if row}


def _squeeze(text: str) -> str:
    return " ".join(text.split())
