"""Facts of what the outputs of other tools show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from incident_bot.diagnosis.facts import Fact

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from incident_bot.diagnosis.scene import Scene


def find_output_facts(test: Mapping[str, Any], scene: Scene) -> Iterator[Fact]:
    """Every sign of the wanted kind that the output of another tool shows."""
    for reading in scene.observed:
        shown = reading.observation
        if shown.sign != test["sign"]:
            continue
        yield Fact(
            source="output",
            relation=reading.relation,
            citation=scene.cite(reading.evidence_id, shown.line, shown.figure),
            pod=reading.pod,
            kind="Output",
            name=shown.thing,
            field=str(shown.line),
            value=f"{shown.thing}: {shown.figure}",
            groups={test.get("thing", "thing"): shown.thing, test.get("figure", "figure"): shown.figure},
        )
