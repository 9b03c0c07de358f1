"""One suite on both keyword engines: with the `fast` extra and without it, the same text comes out."""

import sys
from itertools import islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fakes.blind_samples import blind_samples
from fakes.hostile_texts import hostile_texts
from fakes.log_shapes import log_shaped_samples
from fakes.secret_samples import provider_samples
from incident_bot.redaction import Redactor
from incident_bot.redaction.known import KnownValues
from incident_bot.redaction.scanner import scanner_for

AUTOMATON = "incident_bot.redaction.automaton"


def make_redactor(*, fast: bool) -> Redactor:
    """As installed, or as it is where the library of the extra is missing."""
    scanner_for.cache_clear()
    with pytest.MonkeyPatch.context() as patch:
        if not fast:
            patch.setitem(sys.modules, AUTOMATON, None)
        redactor = Redactor(b"a key of this test")
    scanner_for.cache_clear()
    return redactor


def fresh(redactor: Redactor) -> Redactor:
    """One on the same engine that has found nothing yet."""
    unused = Redactor(b"a key of this test")
    unused._scanner = redactor._scanner
    unused._known = KnownValues(redactor._scanner.make_parts())
    return unused


FAST, PLAIN = make_redactor(fast=True), make_redactor(fast=False)
HOSTILE = hostile_texts(20_000)
SAMPLES = [
    sample.text
    for samples in (
        provider_samples(3, per_recipe=1),
        log_shaped_samples(3, per_shape=1),
        blind_samples(3, per_shape=1),
    )
    for sample in samples
]


def test_the_two_redactors_are_of_different_engines() -> None:
    """Otherwise this suite would compare one engine with itself."""
    engines = [
        (type(redactor._scanner.prefilter._finder).__name__, type(redactor._known._parts).__name__)
        for redactor in (FAST, PLAIN)
    ]

    assert engines == [("AutomatonFinder", "AutomatonParts"), ("VocabularyFinder", "RunParts")]


@pytest.mark.parametrize("at", range(0, len(SAMPLES), 100))
def test_both_engines_redact_every_kind_of_secret_alike(at: int) -> None:
    """Provider formats, secrets of logs and shapes written blind, many together as in a log."""
    text = "\n".join(islice(SAMPLES, at, at + 100))

    assert PLAIN.redact(text) == FAST.redact(text)


@pytest.mark.parametrize("name", HOSTILE)
def test_both_engines_redact_hostile_text_alike(name: str) -> None:
    """Where a keyword engine is stretched, a difference would show first."""
    text = HOSTILE[name]

    assert fresh(PLAIN).redact(text) == fresh(FAST).redact(text)


@settings(max_examples=150)
@given(
    st.lists(
        st.one_of(
            st.sampled_from(SAMPLES), st.text(max_size=60), st.sampled_from(["pass", "word=", "\u017f", "\u0130", ": "])
        ),
        max_size=12,
    ).map("".join)
)
def test_both_engines_redact_any_mixture_alike(text: str) -> None:
    """Letters whose case changes their length included."""
    assert PLAIN.redact(text) == FAST.redact(text)
