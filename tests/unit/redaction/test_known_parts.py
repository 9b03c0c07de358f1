"""Both ways to find values again find the same, so that the fast extra changes no output."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incident_bot.redaction import automaton
from incident_bot.redaction.automaton import AutomatonParts
from incident_bot.redaction.known import KnownValues
from incident_bot.redaction.parts import RunParts

VALUES = ["Quill44" + "07orbit", "S3cr3t" + "Value9", "aB3$x" + "Yz!77", "Zq81" + "k2"]
texts = st.lists(st.sampled_from([*VALUES, *(value[:6] for value in VALUES), "漢", "é", " ", "\n", "x", "7"])).map(
    "".join
)


@given(st.lists(st.sampled_from(VALUES)), st.lists(texts))
def test_both_finders_know_the_same_values_again(remembered: list[str], read: list[str]) -> None:
    """Over several texts with values learned in between."""
    by_runs, by_automaton = KnownValues(RunParts()), KnownValues(AutomatonParts())

    for number, text in enumerate(read):
        for value in remembered[number : number + 1]:
            by_runs.remember(value, "password")
            by_automaton.remember(value, "password")

        assert sorted(by_runs.find(text)) == sorted(by_automaton.find(text))


def test_many_values_are_known_by_runs_too() -> None:
    """Past the number of parts that are looked for one after the other."""
    known = KnownValues(RunParts())
    values = [f"{number:04d}Ab{number * 7919 % 10_007:05d}Zx" for number in range(400)]
    for value in values:
        known.remember(value, "token")

    assert [value for _, value in known.find(" ".join(values))] == values


@pytest.mark.parametrize("count", range(1, 24))
def test_no_automaton_has_as_many_parts_as_take_a_second_to_build(count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Found by fuzzing: nine or ten of which one ends in three equal characters."""
    sizes: list[int] = []
    build = automaton._build
    monkeypatch.setattr(automaton, "_build", lambda parts: sizes.append(len(parts)) or build(parts))
    finder = AutomatonParts()
    parts = [f"x{number:02}eee" for number in range(count)]
    for part in parts:
        finder.add(part, part)

    text = " ".join(parts)

    assert sorted(part for _, part in finder.find(text, text.encode())) == parts
    assert not {9, 10} & set(sizes)


@pytest.mark.parametrize("around", ["", "7", "77", "\n", "6a6b6c6d6e6f7071", "zz"])
def test_hexadecimal_forms_are_known_wherever_they_start(around: str) -> None:
    """At even and at odd places, beside other digits of their kind and more than once."""
    known = KnownValues(RunParts())
    value = "quill" + "-orbit-44"
    known.remember(value, "password")
    written = value.encode().hex()
    text = f"x{around}{written}{around} {written.upper()} y"

    assert [(text[found.start : found.end], of) for found, of in sorted(known.find(text))] == [
        (written, value),
        (written.upper(), value),
    ]


def test_hexadecimal_values_are_known_among_other_runs() -> None:
    """Which are longer, shorter, of capitals, or a word before them."""
    known = KnownValues(RunParts())
    value = "9f8e7d6c" + "5b4a3f2e" + "1d0c9b8a"
    known.remember(value, "key")
    text = f"deadbeef {value}0 cafe{value} x-{value[:-1]} {value.upper()} ff:{value}"

    assert [found.start for found, _ in sorted(known.find(text)) if text[found.start : found.end] == value] == [
        at for at in range(len(text)) if text.startswith(value, at)
    ]


def test_a_form_that_two_values_share_is_the_first_ones() -> None:
    """Base64 of values that differ in their last characters: either engine names the same value."""
    first, second = "TIDE_" + "20461", "TIDE_" + "20462"
    text = base64.b64encode(second.encode()).decode().rstrip("=")[:-1]

    named = []
    for parts in (RunParts(), AutomatonParts()):
        known = KnownValues(parts)
        known.remember(first, "password")
        known.remember(second, "password")
        named.append([of for _, of in known.find(text)])

    assert named == [[first], [first]]
