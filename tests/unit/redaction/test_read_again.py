"""Redacting twice changes nothing: what a placeholder lays bare is found before the text leaves."""

from __future__ import annotations

import random
import string

import pytest

from fakes.secret_samples import provider_samples
from incident_bot.redaction import Redactor


def test_a_name_that_only_a_placeholder_lays_bare_has_its_value_on_the_next_line() -> None:
    """Found by fuzzing: a credential glued to a name, whose value stands below."""
    token, value = "secret_" + "J3GQasGIUNwD6AtsH4wn4Bw6J7cCCSdKrfr6D4k6gnj", "nbkLzGkObihM" + "kCFld1bzCuAc"

    redacted = Redactor(b"a").redact(f"{token}client_secret:\n  {value}\nend")

    assert value not in redacted
    assert redacted.count("\n") == 2


@pytest.mark.parametrize(
    "credential",
    ["$apr1$" + "3hVuZ6Ev$" + "hi1MydjDzeqZacvZA7FhEE", "sdk-" + "b1418ae6-fffd-42be-8e24-" + "9c119932c955"],
)
def test_credentials_without_anything_between_them_all_go_at_once(credential: str) -> None:
    """Found by fuzzing: each of them begins inside what would be a word, if the one before it were not a credential."""
    redactor = Redactor(b"a")

    once = redactor.redact(credential * 17)

    assert credential[:4] not in once
    assert redactor.redact(once) == once


@pytest.mark.parametrize("between", ["_", "-", "x", "1", "."])
@pytest.mark.parametrize("kind", ["gocardless-token", "age-secret-key"])
def test_sixty_credentials_with_one_sign_between_them_all_go_at_once(kind: str, between: str) -> None:
    """A pattern that refuses `_` before its mark frees one a round, and a stretch that ends inside a value leaves its rest."""
    values = [sample.secret for sample in provider_samples(2, per_recipe=60) if sample.kind == kind]
    redactor = Redactor(b"a")

    once = redactor.redact(between.join(values))

    assert not any(value[12:] in once for value in values)
    assert redactor.redact(once) == once


def test_a_line_whose_value_stands_below_an_empty_one_is_read_again() -> None:
    """Two sentences give a password away, and the second is read first: its value ends the line."""
    own, other = "Sun" + "rise300", "qV7Zr2" + "Lw9Xk4"
    redactor = Redactor(b"a")

    once = redactor.redact(f"vault password is {own} Please use the following password to proceed:\n\n{other}\n\nend")

    assert own not in once
    assert other not in once
    assert redactor.seal(once) == once


@pytest.mark.parametrize("between", ["_", "-"])
def test_a_run_without_an_end_goes_although_credentials_stand_in_it(between: str) -> None:
    """What only looks generated gives way to credentials that it touches; the rest of the run must not stay with them."""
    rng = random.Random(3)
    values = ["secret-" + "".join(rng.choices(string.ascii_letters + string.digits, k=40)) for _ in range(60)]
    redactor = Redactor(b"a")

    once = redactor.redact(between.join(values))

    assert not any(value[20:40] in once for value in values)
    assert redactor.redact(once) == once
