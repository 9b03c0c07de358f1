"""Facts of what two objects say about each other, with the lines of logs that show it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from incident_bot.diagnosis.facts import Fact, count_lines, log_fact
from incident_bot.diagnosis.patterns import compile_pattern
from incident_bot.diagnosis.targets import Relation

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from incident_bot.diagnosis.joins.join import Join
    from incident_bot.diagnosis.scene import Scene


def find_join_facts(test: Mapping[str, Any], scene: Scene) -> Iterator[Fact]:
    """Both sides of every join of the wanted name, and the lines of logs that it was seen in."""
    pattern = test.get("value")
    for join in scene.joins:
        if join.name != test["name"] or (pattern and not compile_pattern(pattern).search(join.value)):
            continue
        yield from (fact for line in join.said for fact in _said_facts(line, join, scene))
        yield from (_about(join, fact) for line in join.shown for fact in _said_facts(line, join, scene))
        sides = [(join.subject, join.path), *([(join.other, join.other_path)] if join.other else [])]
        for item, path in sides:
            yield Fact(
                source="join",
                relation=join.relation,
                citation=scene.cite(item.evidence_id, item.line_of(path)),
                kind=join.subject.kind,
                name=join.subject.name,
                field=path,
                value=join.value,
                groups=join.groups,
            )


def _about(join: Join, fact: Fact) -> Fact:
    """What a line only shows is told of the object, and not of the program that wrote it."""
    kind, name = join.subject.kind, join.subject.name
    return replace(fact, source="join", pod="", container="", role="", kind=kind, name=name)


def _said_facts(line: str, join: Join, scene: Scene) -> Iterator[Fact]:
    """The line of a log that a join was found in, with how many lines it stands for."""
    for log in scene.logs:
        place = log.text.find(line) if log.relation is not Relation.NEIGHBOUR else -1
        if place >= 0:
            count = count_lines(log, [log.index_at(place)])
            yield log_fact(log, place, line, count=count, groups=join.groups, scene=scene)
            return
