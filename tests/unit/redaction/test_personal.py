"""Personal data, and numbers that only look like it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incident_bot.redaction import Policy, Redactor
from incident_bot.redaction.automaton import AutomatonNumbers
from incident_bot.redaction.personal import DEFAULT_PERSONAL_KINDS, PERSONAL_KINDS, find_numbers, find_starts
from incident_bot.redaction.prefilter import as_bytes

ALL = Policy(personal=frozenset(PERSONAL_KINDS))


def luhn(digits: str) -> str:
    """The digits with the check digit that completes them."""
    total = sum(sum(divmod(int(char) * (2 - index % 2), 10)) for index, char in enumerate(reversed(digits)))
    return digits + str(-total % 10)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("email", "jane.doe+test@mail.example.co.uk"),
        ("card", luhn("4" + "1234567" * 2)),
        ("card", luhn("37" + "82822463100"[:12] + "5")),
        ("card", "-".join(luhn("5500" + "00000000112")[index : index + 4] for index in range(0, 16, 4))),
        ("iban", "DE89" + "370400440532013000"),
        ("iban", "GB82 WEST 1234 5698 7654 32"),
        ("ip", "203.0.113.77"),
        ("phone", "+49 30 1234567"),
        ("national-id", "123-45-6789"),
    ],
)
def test_personal_value_is_replaced(kind: str, value: str) -> None:
    redactor = Redactor(b"k", ALL)

    assert value not in redactor.redact(f"customer {value} complained")
    assert dict(redactor.counts) == {kind: 1}


@pytest.mark.parametrize(
    "text",
    [
        "at 1732096800123 and 1732096800123456789",
        "order 4111111111111112 of batch 4000000000000000",
        "DE89370400440532013001",
        "version 1.2.3.4.5 of lib@1.2.3",
        "unit getty@tty1.service, repo git@example.com:a/b",
        "hostname: runner@1.worker-org-5dcc948c89",
        "uid 5500000000000004abc",
        "message-id: <20250603140211.8A7B6C5D4E@mail.example.org>",
        "Message-ID: <174912.40512.1234567@mail.example.org> queued",
        "from=<noreply@example.org>, to postmaster@example.org",
    ],
)
def test_other_numbers_and_addresses_survive(text: str) -> None:
    assert Redactor(b"k").redact(text) == text


CARD = luhn("4539" + "57876362148")
WITH_CARDS = [CARD, "-".join(CARD[at : at + 4] for at in range(0, 16, 4)), luhn("37828224631000")]
IBANS = ["DE89" + "370400440532013000", "GB82 WEST 1234 5698 7654 32"]


@settings(max_examples=300)
@given(
    st.lists(
        st.sampled_from([*WITH_CARDS, *IBANS, " ", "-", ".", "\n", "1", "0042", "A", "AB", "x", "é", "\u0663"])
    ).map("".join)
)
def test_both_ways_to_find_numbers_find_the_same(text: str) -> None:
    """So that the fast extra changes no output."""
    raw, kinds = as_bytes(text), DEFAULT_PERSONAL_KINDS

    plainly = list(find_numbers(text, raw, kinds, find_starts))

    assert list(find_numbers(text, raw, kinds, AutomatonNumbers().find)) == plainly


def test_cards_are_found_beside_each_other() -> None:
    """What was read for one is not lost for the next."""
    redactor = Redactor(b"k")

    redactor.redact(f"{CARD} {WITH_CARDS[1]} 1234 {CARD} {CARD}")

    assert dict(redactor.counts) == {"card": 4}
