"""The report on a terminal."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from fakes.analyses import ANALYSIS, with_diagnosis
from incident_bot.model import SafeText, Verdict
from incident_bot.report import render_terminal


def test_everything_that_matters_is_there():
    shown = render_terminal(ANALYSIS, 80)

    for wanted in (
        "FAILURE: server is killed each time it loads its model",
        "critical · ModelPodOOMKilled · deployment ml/sentiment · 9 restarts",
        "1. The memory limit is smaller than the model",
        "very likely (0.94), rules and Gemini agree",
        "E2:15  00:38:54 INFO loaded shard 13/24 rss=57 MiB",
        "kubectl -n ml rollout undo deploy/sentiment",
        "Do not delete the pod",
        "00:39:00 server is killed",
        "the service account may not get nodes",
        "redacted: 2 jwt, 1 url-password",
    ):
        assert wanted in shown


@pytest.mark.parametrize("width", [40, 80, 100])
def test_lines_stay_within_the_width_but_for_commands(width):
    """A command that is wrapped cannot be pasted."""
    for line in render_terminal(ANALYSIS, width).split("\n"):
        assert len(line) <= width or "kubectl" in line


def test_long_evidence_is_shown_to_its_end():
    """What went wrong often stands at the end of a line."""
    cause = ANALYSIS.diagnosis.causes[0]
    long = replace(cause.citations[0], quote=SafeText(f"list failed: {'for a reason ' * 9}and so forbidden"))
    shown = render_terminal(with_diagnosis(causes=(replace(cause, citations=(long,)),)), 80)

    assert "and so forbidden" in " ".join(shown.split())


def test_there_is_no_markdown_and_no_colour_unless_asked():
    shown = render_terminal(ANALYSIS, 80)

    assert not re.search(r"[`*#]|\x1b|</?\w+>|\\", shown)
    assert "\x1b[31m" in render_terminal(ANALYSIS, 80, colour=True)


def test_colour_changes_no_text():
    coloured = render_terminal(ANALYSIS, 80, colour=True)

    assert re.sub(r"\x1b\[\d+m", "", coloured) == render_terminal(ANALYSIS, 80)


def test_the_verdict_is_said_once():
    shown = render_terminal(with_diagnosis(verdict=Verdict.HEALTHY, summary="No failure found: `server` is ready."), 80)

    assert shown.startswith("NO FAILURE FOUND: server is ready.\n")


def test_a_healthy_workload_is_two_lines_and_what_was_read():
    shown = render_terminal(
        with_diagnosis(verdict=Verdict.HEALTHY, summary="`server` is ready.", causes=(), actions=(), do_not=()), 80
    )

    assert shown.startswith("NO FAILURE FOUND: server is ready.\n")
    assert "What to do" not in shown
