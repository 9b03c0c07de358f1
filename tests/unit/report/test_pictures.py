"""Pictures are drawn from numbers that a log states, and only where they say something."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from fakes.analyses import ANALYSIS, CASE, DESCRIBE, DIAGNOSIS, LOG, with_diagnosis
from incident_bot.model import Analysis, Category, SafeText
from incident_bot.report.pictures import draw, drawn_lines


def with_log(*lines: str, container: str = "server", other: tuple[str, ...] = DESCRIBE.lines) -> Analysis:
    log = replace(LOG, lines=tuple(map(SafeText, lines)), container=container)
    return replace(ANALYSIS, case=replace(CASE, evidence=(replace(DESCRIBE, lines=tuple(map(SafeText, other))), log)))


def values(picture: str, series: str) -> list[float]:
    return [float(number) for number in re.search(rf"  {series} \[(.*)\]", picture)[1].split(", ")]


def test_memory_is_drawn_against_its_own_containers_limit():
    picture = draw(ANALYSIS)

    assert picture.startswith("```mermaid\nxychart-beta\n")
    assert 'title "Memory of server by its own log, MiB, limit 64"' in picture
    assert values(picture, "bar") == [9 + 4 * number for number in range(13)]
    assert values(picture, "line") == [64] * 13


@pytest.mark.parametrize(
    "text",
    [
        "spec:\n  containers:\n  - image: x\n    name: server\n    resources:\n      limits:\n        memory: 2Gi",
        '{"containers": [\n {\n  "name": "server",\n  "resources": {\n   "limits": {\n    "memory": "2Gi"\n',
    ],
)
def test_the_limit_is_found_in_yaml_and_json(text):
    lines = [f"rss={number} MiB" for number in (1, 2, 3, 4)]

    assert "limit 2048" in draw(with_log(*lines, other=tuple(text.split("\n"))))


def test_units_are_converted():
    picture = draw(with_log("rss: 512 KiB", "memory used=1.5 GiB", "heap = 3 MB", "rss=4 MiB"))

    assert values(picture, "bar") == [0, 1536, 3, 4]


@pytest.mark.parametrize(
    "lines",
    [
        ("rss=1 MiB", "rss=2 MiB", "rss=3 MiB"),
        ("memory is fine", "pressure=5 MiB"),
        ("rss=0 MiB",) * 9,
        (),
    ],
)
def test_too_few_numbers_make_no_picture(lines):
    assert draw(with_log(*lines)) == ""


def test_a_cause_that_has_nothing_to_do_with_memory_gets_no_memory_picture():
    causes = tuple(replace(cause, category=Category.IMAGE) for cause in DIAGNOSIS.causes)

    assert draw(with_diagnosis(causes=causes)) == ""


def test_a_long_series_keeps_its_peaks():
    lines = [f"rss={900 if number == 777 else 5} MiB" for number in range(5000)]
    picture = draw(with_log(*lines))

    assert len(values(picture, "bar")) == 40
    assert max(values(picture, "bar")) == 900


@pytest.mark.parametrize(
    "name", ['x"\n  click a "https://evil.example"', "%%{init: {}}%%", "@{ img: 'x' }", "```", "\u202eserver", ""]
)
def test_a_container_name_cannot_become_mermaid(name):
    picture = draw(with_log(*[f"rss={number} MiB" for number in range(1, 9)], container=name))

    assert len(picture.split("\n")) == 8
    assert re.fullmatch(r'  title "Memory of [A-Za-z0-9 .,-]+ by its own log, MiB"', picture.split("\n")[2])


def test_a_picture_needs_only_the_lines_it_names():
    """The publishing job gets the analysis without all other lines, and draws the same."""
    analysis = with_log(*["noise", *[f"rss={number * 7 % 1000} MiB" for number in range(1, 300)], "noise"])
    log = analysis.case.evidence[1]
    kept = drawn_lines(analysis)["E2"]
    blanked = replace(log, lines=tuple(line if at in kept else SafeText("") for at, line in enumerate(log.lines, 1)))
    handed_on = replace(analysis, case=replace(analysis.case, evidence=(analysis.case.evidence[0], blanked)))

    assert len(kept) == 40
    assert values(draw(handed_on), "bar") == values(draw(analysis), "bar")
