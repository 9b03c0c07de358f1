"""How many secrets are found, over kinds and shapes; the bounds are the project's promises."""

from __future__ import annotations

import random
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from fakes.blind_samples import blind_samples
from fakes.log_shapes import SHAPES, log_shaped_samples
from fakes.pattern_samples import Sampler
from fakes.secret_samples import Sample, provider_recipes, provider_samples
from incident_bot.redaction import Redactor
from incident_bot.redaction.providers import PROVIDERS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from incident_bot.redaction.formats import Provider


def leaked(samples: Iterable[Sample]) -> tuple[int, Counter[str]]:
    total, kinds = 0, Counter[str]()
    for sample in samples:
        total += 1
        if sample.leaks(Redactor(b"key").redact(sample.text)):
            kinds[sample.kind] += 1
    return total, kinds


def test_samples_cover_at_least_120_kinds_of_credential() -> None:
    assert len({kind for kind, _ in provider_recipes()}) >= 120


@pytest.mark.parametrize("seed", [1, 2])
def test_provider_credentials_are_found(seed: int) -> None:
    total, kinds = leaked(provider_samples(seed))

    assert kinds.total() <= total * 0.01, kinds


@pytest.mark.parametrize("provider", PROVIDERS, ids=lambda provider: f"{provider.kind} {provider.marks[0]}")
def test_what_a_provider_issues_is_found(provider: Provider) -> None:
    """A mark that its pattern cannot follow would leave a kind dead: values are drawn from the pattern itself."""
    sampler, values = Sampler(provider.pattern.pattern, random.Random(9)), list[str]()
    for _ in range(600):  # a look ahead may refuse most of what is drawn
        value = sampler.draw()[0]
        if provider.pattern.fullmatch(value):
            values.append(value)
        if len(values) == 3:
            break
    found = ["[REDACTED:" in Redactor(b"key").redact(f'{provider.marks[0][:8]} said "{value}"') for value in values]

    assert all(found)
    assert values or "(?<=" in provider.pattern.pattern or "(?i:" in provider.pattern.pattern


def test_every_provider_kind_is_found_at_least_once() -> None:
    """No kind of the table is dead."""
    found = {kind for kind, _ in provider_recipes()} - {
        sample.kind
        for sample in provider_samples(3, per_recipe=1)
        if sample.leaks(Redactor(b"key").redact(sample.text))
    }

    assert found == {kind for kind, _ in provider_recipes()}


@pytest.mark.parametrize("seed", [1, 2])
def test_log_shaped_secrets_are_found(seed: int) -> None:
    total, kinds = leaked(log_shaped_samples(seed))

    assert kinds.total() <= total * 0.05, kinds


def test_secrets_in_shapes_written_blind_are_found() -> None:
    """Shapes of which 80 to 90 % were found at first sight: docs/redaction.md tells by batch."""
    total, kinds = leaked(blind_samples(5, per_shape=3))

    assert kinds.total() <= total * 0.04, kinds


@pytest.mark.parametrize("shape", SHAPES)
def test_no_shape_is_missed_altogether(shape: str) -> None:
    samples = [sample for sample in log_shaped_samples(4, per_shape=8) if sample.kind == shape]

    assert sum(sample.leaks(Redactor(b"key").redact(sample.text)) for sample in samples) <= 1


def test_no_sample_is_redacted_twice_or_trips_the_seal() -> None:
    for sample in (*provider_samples(5, per_recipe=2), *log_shaped_samples(5, per_shape=3)):
        redactor = Redactor(b"key")
        once = redactor.redact(sample.text)
        counted = dict(redactor.counts)

        assert redactor.redact(once) == once
        assert dict(redactor.counts) == counted
        assert redactor.seal(once) == once


def test_raw_samples_trip_the_seal() -> None:
    """A secret that reached outgoing text by a way around `redact` is noticed at the exit."""
    from incident_bot.errors import LeakError

    samples = [*provider_samples(6, per_recipe=1), *log_shaped_samples(6, per_shape=2)]
    passed = Counter[str]()
    for sample in samples:
        try:
            Redactor(b"key").seal(sample.text)
        except LeakError:
            continue
        passed[sample.kind] += 1

    assert passed.total() <= len(samples) * 0.05, passed
