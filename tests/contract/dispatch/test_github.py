"""Handing over to GitHub: how long to wait, which answers count, whose token."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from fakes.dispatch_targets import TOKEN, Fault, Target
from fakes.dispatchers import NOW, message, opened, options
from incident_bot.credentials import Credential
from incident_bot.dispatch import DispatcherOptions, DispatchError, Trouble
from incident_bot.errors import ConfigurationError


@pytest.mark.parametrize(
    ("fault", "wait_s"),
    [
        pytest.param(
            Fault(403, body=b'{"message": "You have exceeded a secondary rate limit"}'), 60, id="secondary, no header"
        ),
        pytest.param(Fault(403, headers={"Retry-After": "9"}), 9, id="403 with Retry-After"),
        pytest.param(
            Fault(403, headers={"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "{reset}"}), 31, id="primary limit"
        ),
        pytest.param(Fault(429), 60, id="429 without a header"),
    ],
)
def test_github_says_in_three_ways_how_long_to_wait(url: str, target: Target, fault: Fault, wait_s: float) -> None:
    reset = str(int((NOW + timedelta(seconds=30)).timestamp()))
    target.faults.append(
        replace(fault, headers={name: text.format(reset=reset) for name, text in fault.headers.items()})
    )
    dispatcher = opened(options(url, now=lambda: NOW))

    with pytest.raises(DispatchError) as caught:
        dispatcher.dispatch(message())

    assert caught.value.trouble is Trouble.BUSY
    assert caught.value.retry_after_s == pytest.approx(wait_s)
    with pytest.raises(DispatchError, match="is left alone"):
        dispatcher.dispatch(message(deployment="another"))
    assert len(target.requests) == 1


def test_any_2xx_but_204_is_no_yes(url: str, target: Target) -> None:
    """PyGithub's call returns False here, and nobody looks."""
    target.faults.append(Fault(200, body=b"{}"))

    with pytest.raises(DispatchError, match="answered 200"):
        opened(options(url)).dispatch(message())


def test_the_token_is_in_no_error(url: str, target: Target) -> None:
    target.faults.append(Fault(403, body=b'{"message": "no access for made-up-token"}'))

    with pytest.raises(DispatchError) as caught:
        opened(options(url)).dispatch(message())

    assert TOKEN not in str(caught.value)
    assert "Contents" in caught.value.hint


def test_a_rotated_token_file_is_used_at_once(url: str, target: Target, tmp_path: Any) -> None:
    file = tmp_path / "token"
    file.write_text("an old one\n")
    dispatcher = opened(options(url, github_token=Credential("GITHUB_TOKEN", file=str(file))))
    assert file.read_text()
    file.write_text(f"{TOKEN}\n")

    dispatcher.dispatch(message())

    assert len(target.dispatches) == 1


@pytest.mark.parametrize("content", ["two\nlines\n", "two words", "caf\u00e9"])
def test_a_token_that_is_none_is_named_and_nothing_is_sent(
    url: str, target: Target, tmp_path: Any, content: str
) -> None:
    """It is our configuration, so Alertmanager keeps the alert; and it must not become part of a request."""
    file = tmp_path / "token"
    file.write_text(content, encoding="utf-8")
    dispatcher = opened(options(url, github_token=Credential("GITHUB_TOKEN", file=str(file))))

    with pytest.raises(ConfigurationError, match="GITHUB_TOKEN_FILE"):
        dispatcher.check()
    with pytest.raises(DispatchError, match="GITHUB_TOKEN_FILE") as caught:
        dispatcher.dispatch(message())

    assert caught.value.trouble is Trouble.REFUSED
    assert content.split(maxsplit=1)[0] not in str(caught.value)
    assert [] == target.requests


@pytest.fixture(scope="module")
def app_key() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    ).decode()


def app_options(url: str, key: str, **changes: Any) -> DispatcherOptions:
    app_key = Credential("GITHUB_APP_PRIVATE_KEY", value=key)
    return options(url, github_app_id="12345", github_app_key=app_key, **changes)


def test_an_app_mints_one_token_and_keeps_it(url: str, target: Target, app_key: str) -> None:
    dispatcher = opened(app_options(url, app_key))
    dispatcher.check()
    assert [] == target.requests

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(dispatcher.dispatch, [message(deployment=f"app-{number}") for number in range(12)]))

    assert len(target.dispatches) == 12
    assert sum("access_tokens" in request for request in target.requests) == 1


def test_an_app_token_that_ends_soon_is_replaced(url: str, target: Target, app_key: str) -> None:
    target.token_life_s = 120
    dispatcher = opened(app_options(url, app_key, github_app_installation_id="77"))

    dispatcher.dispatch(message())
    dispatcher.dispatch(message(deployment="other"))

    assert sum("access_tokens" in request for request in target.requests) == 2
    assert not any("/installation" in request and "access" not in request for request in target.requests)


def test_a_refused_app_token_is_not_used_again(url: str, target: Target, app_key: str) -> None:
    clock = [0.0]
    dispatcher = opened(app_options(url, app_key, github_app_installation_id="77"))
    dispatcher._circuit._clock = lambda: clock[0]  # type: ignore[attr-defined]  # not of the port
    dispatcher.dispatch(message())
    target.tokens.clear()
    with pytest.raises(DispatchError):
        dispatcher.dispatch(message())

    clock[0] += 60
    dispatcher.dispatch(message())

    assert len(target.dispatches) == 2


def test_a_key_that_is_none_is_named_before_anything_is_sent(url: str, target: Target) -> None:
    dispatcher = opened(app_options(url, "no key at all"))

    with pytest.raises(ConfigurationError, match="GITHUB_APP_PRIVATE_KEY"):
        dispatcher.check()
    assert [] == target.requests
