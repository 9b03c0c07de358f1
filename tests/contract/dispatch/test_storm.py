"""A storm: 10,000 alerts in 500 groups, a GitHub that fails three calls in ten, an Alertmanager that repeats."""

from __future__ import annotations

import random
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from fakes.dispatch_targets import REPOSITORY, TOKEN, Fault, Target, serve_target
from fakes.receivers import make_rig
from fakes.webhook_bodies import alert, body
from incident_bot import intake
from incident_bot.config import DispatchConfig, JobConfig
from incident_bot.credentials import Credential
from incident_bot.dispatch import DispatcherOptions, open_dispatcher

GROUPS = 500
ALERTS_A_GROUP = 20
FAILING = 0.3
LETTERS = "bcdfghjklmnpqrstvwxz"

FAULTS = [
    Fault(500),
    Fault(502, body=b"<html>"),
    Fault(drop=True),
    Fault(drop=True, took=True),
    Fault(403, headers={"Retry-After": "1"}, body=b'{"message": "You have exceeded a secondary rate limit"}'),
    Fault(200, body=b"{}"),
]


class FailingTarget(Target):
    """Fails each call with the same chance, in changing ways."""

    dice = random.Random(20261121)

    def next_fault(self) -> Fault | None:
        with self.lock:
            return self.dice.choice(FAULTS) if self.dice.random() < FAILING else None


def group(number: int) -> dict[str, Any]:
    """Twenty pods of two deployments."""
    pods = [
        f"app-{number}-{half}-7d9f8b6c5d-{letter * 5}" for half in "ab" for letter in LETTERS[: ALERTS_A_GROUP // 2]
    ]
    return body(*(alert(pod=pod, cluster="prod") for pod in pods), groupKey=f'{{}}:{{group="{number}"}}')


@pytest.fixture
def target() -> Target:
    return FailingTarget()


def test_in_a_storm_every_incident_is_handed_over_and_none_is_said_to_be_before_it_was(target: Target) -> None:
    """Two replicas share nothing; whichever is asked answers. The repeats follow Alertmanager's rule: only 5xx."""
    groups = {number: group(number) for number in range(GROUPS)}
    expected = {number: {item.key for item in intake.read_webhook(sent)} for number, sent in groups.items()}
    assert sum(len(sent["alerts"]) for sent in groups.values()) == 10_000
    statuses: Counter[int] = Counter()
    lock = threading.Lock()

    with serve_target(target) as url:
        options = DispatcherOptions(
            config=DispatchConfig(timeout_s=2),
            job=JobConfig(),
            now=lambda: datetime.now(UTC),
            github_token=Credential("GITHUB_TOKEN", value=TOKEN),
            github_app_key=Credential("GITHUB_APP_PRIVATE_KEY"),
            repository=REPOSITORY,
            api_url=url,
        )
        # A pause of a second is told by the circuit; the test does not wait for it, its clock runs fifty times as fast.
        replicas = []
        for _ in range(2):
            dispatcher = open_dispatcher("github", replace(options))
            real = dispatcher._circuit._clock  # type: ignore[attr-defined]
            dispatcher._circuit._clock = lambda real=real: real() * 50  # type: ignore[attr-defined]
            replicas.append(make_rig(dispatcher))

        def send(number: int) -> int:
            replica = random.choice(replicas)
            status: int = replica.post(groups[number]).status_code
            if status == 202:
                # What was promised is there already, not "will be".
                taken = {payload["incident"]["key"] for payload in target.payloads()}
                assert expected[number] <= taken
            with lock:
                statuses[status] += 1
            return status

        waiting = list(groups)
        rounds = 0
        with ThreadPoolExecutor(8) as pool:
            while waiting:
                rounds += 1
                assert rounds < 200, f"{len(waiting)} groups are still being repeated"
                results = list(pool.map(send, waiting))
                waiting = [number for number, status in zip(waiting, results, strict=True) if status != 202]

        for replica in replicas:
            replica.receiver.close()

    taken = {payload["incident"]["key"] for payload in target.payloads()}
    assert taken == set().union(*expected.values())
    assert set(statuses) == {202, 503}
    assert statuses[202] == GROUPS
