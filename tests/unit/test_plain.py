"""Nouns to JSON and back: everything that was written is read, and nothing else is."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from enum import StrEnum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.cases import make_analysis
from incident_bot.model import NO_TEXT, Analysis, SafeText
from incident_bot.plain import FormError, from_plain, to_plain


class Colour(StrEnum):
    RED = "red"


@dataclass(frozen=True, kw_only=True)
class Part:
    name: str
    at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Whole:
    count: int
    share: float = 0.5
    is_on: bool = False
    colour: Colour = Colour.RED
    text: SafeText = NO_TEXT
    parts: tuple[Part, ...] = ()
    counts: dict[str, int] = field(default_factory=dict)


def test_an_analysis_survives_the_trip_through_json() -> None:
    analysis = make_analysis(lines=5)

    assert from_plain(Analysis, json.loads(json.dumps(to_plain(analysis)))) == analysis


@given(
    st.builds(
        Whole,
        count=st.integers(),
        share=st.floats(allow_nan=False),
        is_on=st.booleans(),
        text=st.text(),
        parts=st.lists(
            st.builds(Part, name=st.text(), at=st.none() | st.datetimes(timezones=st.just(UTC))), max_size=3
        ).map(tuple),
        counts=st.dictionaries(st.text(), st.integers(), max_size=3),
    )
)
def test_what_was_written_is_read(whole: Whole) -> None:
    assert from_plain(Whole, json.loads(json.dumps(to_plain(whole)))) == whole


def test_times_are_written_as_kubernetes_writes_them() -> None:
    assert to_plain(datetime(2026, 11, 21, 2, 3, 4, tzinfo=UTC)) == "2026-11-21T02:03:04Z"
    assert to_plain(datetime(2026, 11, 21, tzinfo=timezone(timedelta(hours=2)))) == "2026-11-21T00:00:00+02:00"


@pytest.mark.parametrize(
    ("plain", "where"),
    [
        pytest.param([], "", id="a list"),
        pytest.param({}, "count", id="a value is missing"),
        pytest.param({"count": "3"}, "count", id="a number in quotes"),
        pytest.param({"count": True}, "count", id="true is no number"),
        pytest.param({"count": 1.0}, "count", id="a fraction"),
        pytest.param({"count": 1, "is_on": 1}, "is_on", id="one is not true"),
        pytest.param({"count": 1, "share": "0.5"}, "share", id="a share in quotes"),
        pytest.param({"count": 1, "colour": "blue"}, "colour", id="not in a closed list"),
        pytest.param({"count": 1, "colour": []}, "colour", id="a list for a word"),
        pytest.param({"count": 1, "text": None}, "text", id="nothing"),
        pytest.param({"count": 1, "text": "\ud800"}, "text", id="half a letter"),
        pytest.param({"count": 1, "parts": {"name": "x"}}, "parts", id="one for many"),
        pytest.param({"count": 1, "parts": [{"name": "x"}, {}]}, "parts.1.name", id="inside a list"),
        pytest.param({"count": 1, "parts": [{"name": "x", "at": "soon"}]}, "parts.0.at", id="no time"),
        pytest.param({"count": 1, "parts": [{"name": "x", "at": 17}]}, "parts.0.at", id="a number for a time"),
        pytest.param({"count": 1, "counts": {"a": "b"}}, "counts.a", id="inside a mapping"),
    ],
)
def test_another_form_is_refused_by_name(plain: Any, where: str) -> None:
    with pytest.raises(FormError) as caught:
        from_plain(Whole, plain)

    assert caught.value.where == where
    assert caught.value.reason


def test_keys_of_a_later_version_are_left_out() -> None:
    assert from_plain(Whole, {"count": 1, "later": {"x": 1}}) == Whole(count=1)


def test_what_json_cannot_hold_is_our_own_mistake() -> None:
    with pytest.raises(TypeError, match="set"):
        to_plain({"a": {1, 2}})


def test_a_time_without_a_zone_is_utc() -> None:
    """A file edited by hand; a time without a zone could be compared with no other."""
    part = from_plain(Part, {"name": "x", "at": "2026-03-14T09:26:53"})

    assert part.at == datetime(2026, 3, 14, 9, 26, 53, tzinfo=UTC)
