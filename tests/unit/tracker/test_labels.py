"""Labels beside people's, within GitHub's limits."""

from __future__ import annotations

import re

import pytest

from incident_bot.config import LABEL_CHARS
from incident_bot.tracker.labels import LABEL_STYLES, merge_labels, style_of

OURS = ("production-alert", "ai-analysis", "critical", "cause/resources")


@pytest.mark.parametrize(
    ("current", "before", "wanted", "expected"),
    [
        pytest.param((), (), OURS, OURS, id="new"),
        pytest.param((*OURS, "team-ml"), OURS, OURS, (*OURS, "team-ml"), id="added by people: stays"),
        pytest.param(OURS[:1], OURS, OURS, OURS[:1], id="removed by people: stays away"),
        pytest.param((), OURS, OURS, OURS[:1], id="the identity returns"),
        pytest.param(
            OURS, OURS, (*OURS[:3], "cause/image"), (*OURS[:3], "cause/image"), id="ours follow the diagnosis"
        ),
        pytest.param(
            (*OURS[:3], "cause/network"),
            OURS,
            (*OURS[:3], "cause/image"),
            (*OURS[:3], "cause/network"),
            id="a cause chosen by people keeps ours out",
        ),
        pytest.param(
            ("production-alert", "info"),
            OURS,
            OURS,
            ("production-alert", "info"),
            id="a severity chosen by people stays",
        ),
        pytest.param((*OURS, "resolved"), (*OURS, "resolved"), OURS, OURS, id="resolved goes when it fires again"),
    ],
)
def test_labels_after_an_update(
    current: tuple[str, ...], before: tuple[str, ...], wanted: tuple[str, ...], expected: tuple[str, ...]
) -> None:
    assert set(merge_labels(current, before, wanted)) == set(expected)


def test_every_label_is_within_githubs_limits() -> None:
    for name, style in LABEL_STYLES.items():
        assert len(name) <= LABEL_CHARS
        assert re.fullmatch(r"[0-9A-F]{6}", style.color)
        assert 0 < len(style.description) <= 100
        assert all(ord(char) < 0x10000 for char in style.description)


def test_labels_from_configuration_have_a_style_too() -> None:
    assert style_of("team-ml").color
