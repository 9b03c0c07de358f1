"""The analysis file: what `diagnose` hands to `publish`."""

from __future__ import annotations

import json

import pytest

from fakes.cases import make_analysis
from incident_bot.codec import analyses_from_json, analyses_to_json, diagnosis_to_plain
from incident_bot.errors import UsageError


def test_an_analysis_survives_the_trip() -> None:
    analysis = make_analysis(lines=3)

    (back,) = analyses_from_json(analyses_to_json([analysis]), "a.json")

    assert back == analysis


def test_only_lines_that_are_shown_or_cited_travel() -> None:
    """A log of 100,000 lines must not become an artifact, and line numbers must still hold."""
    analysis = make_analysis(lines=1000)

    (back,) = analyses_from_json(analyses_to_json([analysis]), "a.json")

    evidence = back.case.evidence[0]
    assert len(evidence.lines) == 1000
    assert evidence.quote(2) == analysis.case.evidence[0].quote(2)
    assert sum(1 for line in evidence.lines if line) == len(analysis.excerpts[0].kept)


def test_citations_are_printed_with_file_line_and_quote() -> None:
    analysis = make_analysis(lines=3)

    plain = diagnosis_to_plain(analysis.diagnosis, analysis.case)

    assert plain["causes"][0]["citations"] == [
        {"evidence": "server.log", "line": 2, "quote": "line 2", "id": "E1"},
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("{", "is not JSON", id="broken"),
        pytest.param("[" * 100_000, "is not JSON", id="nested to death"),
        pytest.param("[]", "schema_version", id="not an object"),
        pytest.param('{"schema_version": 99, "analyses": []}', "schema_version", id="from the future"),
        pytest.param('{"schema_version": 1, "analyses": [{}]}', "analyses.0.case", id="a field is missing"),
    ],
)
def test_a_wrong_file_names_the_field(text: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        analyses_from_json(text, "a.json")


def test_a_changed_value_of_a_closed_list_is_refused() -> None:
    plain = json.loads(analyses_to_json([make_analysis(lines=3)]))
    plain["analyses"][0]["diagnosis"]["category"] = "owned"

    with pytest.raises(UsageError, match=r"diagnosis\.category"):
        analyses_from_json(json.dumps(plain), "a.json")
