"""Which grammars are asked depends on two characters on each side of a name; that choice must hide nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fakes.blind_samples import blind_samples
from fakes.log_shapes import log_shaped_samples
from incident_bot.redaction import Redactor, assignments
from incident_bot.redaction.secret_name import Reading

if TYPE_CHECKING:
    import pytest

TEXTS = [
    sample.text for samples in (log_shaped_samples(7, per_shape=1), blind_samples(7, per_shape=1)) for sample in samples
]


def test_asking_every_grammar_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = [Redactor(b"k").redact(text) for text in TEXTS]

    def all_but_undashed_flags(before: str, _after: str, reading: Reading) -> tuple[assignments.Grammar, ...]:
        dashed = reading.dashed or before.rstrip("'\"").endswith("-")
        return tuple(grammar for grammar in assignments.GRAMMARS if dashed or grammar.__name__ != "_in_flag")

    monkeypatch.setattr(assignments, "_grammars_between", all_but_undashed_flags)

    assert [Redactor(b"k").redact(text) for text in TEXTS] == chosen


def test_a_name_in_a_sentence_is_asked_hardly_any() -> None:
    reading = Reading(authorizes=False, of_cookies=False, of_login=False, dashed=False)

    assert [grammar.__name__ for grammar in assignments._grammars_between("e ", " b", reading)] == [
        "find_alone_on_line"
    ]
