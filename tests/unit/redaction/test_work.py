"""Hostile text costs no more than its length: counted in calls, which no busy machine changes."""

from __future__ import annotations

import sys
from types import FrameType

import pytest

from fakes.hostile_texts import hostile_texts
from incident_bot.redaction import Redactor

SMALL, LARGE = 4_000, 16_000
SMALL_TEXTS, LARGE_TEXTS = hostile_texts(SMALL), hostile_texts(LARGE)
FLOOD = "key=" * 20_000


def calls_for(text: str) -> int:
    """Calls of functions, Python's and C's (each match, search and find is one), while the text is redacted."""
    redactor, counted = Redactor(b"k"), 0

    def count(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal counted
        counted += event in {"call", "c_call"}

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        redactor.redact(text)
    finally:
        sys.setprofile(before)
    return counted


@pytest.mark.parametrize("shape", SMALL_TEXTS)
def test_work_grows_with_the_text_and_no_faster(shape: str) -> None:
    """Four times the text is at most five times the work, and a character costs forty calls at most."""
    Redactor(b"k").redact(SMALL_TEXTS[shape])  # patterns are compiled when they are first asked
    work = calls_for(LARGE_TEXTS[shape])

    assert work <= 40 * LARGE
    assert work <= 5 * calls_for(SMALL_TEXTS[shape]) + 16_000


def test_flood_of_keywords_is_replaced_unread() -> None:
    redactor = Redactor(b"k")

    redacted = redactor.redact(f"before\n{FLOOD}\nafter db=orders")

    assert redacted.startswith("before\n[REDACTED:flood:")
    assert redacted.endswith("]\nafter db=orders")
    assert redactor.counts["flood"] == 1
    assert redactor.redact(redacted) == redacted


def test_secrets_beside_a_flood_are_still_found() -> None:
    value = "S3cr3t" + "Value9"

    redacted = Redactor(b"k").redact(f"password={value}\n{FLOOD}{value}\npassword={value[::-1]}")

    assert value not in redacted
    assert value[::-1] not in redacted


def test_many_values_are_known_again() -> None:
    """A new token on every line, all repeated bare at the end."""
    values = [f"{number:04d}Ab{number * 7919 % 10_007:05d}Zx{number}" for number in range(1500)]
    redacted = Redactor(b"k").redact(
        "\n".join([*(f"on attempt api_token={value} was sent to the upstream of the pod" for value in values), *values])
    )

    assert [] == [value for value in values if value in redacted]
