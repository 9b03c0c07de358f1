"""mTLS of the real command: who has no certificate of the CA gets no request through; renewed files count at once."""

from __future__ import annotations

import base64
import http.client
import json
import socket
import ssl
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from fakes.certificates import Authority
from fakes.dispatch_targets import Target, serve_target
from fakes.ports import take_port
from fakes.receiver_process import BOT, WEBHOOK_TOKEN, environ_for, started
from fakes.webhook_bodies import alert, body

BEARER = f"Bearer {WEBHOOK_TOKEN}"


@dataclass
class Secured:
    """A running receiver that wants client certificates, and everybody's certificates."""

    port: int
    target: Target
    authority: Authority
    client: tuple[Path, Path]

    def ask(self, context: ssl.SSLContext | None, *, deployment: str = "api", authorization: str = BEARER) -> int:
        """One webhook message, without TLS where there is no context. Raises `OSError` when it is refused."""
        connection = (
            http.client.HTTPSConnection("127.0.0.1", self.port, timeout=20, context=context)
            if context
            else http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        )
        try:
            sent = json.dumps(body(alert(deployment=deployment)))
            connection.request("POST", "/webhook/alertmanager", sent, {"Authorization": authorization})
            return connection.getresponse().status
        finally:
            connection.close()


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secured]:
    authority = Authority(tmp_path_factory.mktemp("ours"), "made-up CA")
    certificate, key = authority.issue("receiver")
    port, target = take_port(), Target()
    with serve_target(target) as url:
        arguments = [str(BOT), "serve", "--listen", f"127.0.0.1:{port}", "--workers", "1"]
        arguments += ["--tls-cert", str(certificate), "--tls-key", str(key)]
        arguments += ["--tls-client-ca", str(authority.certificate)]
        with started(arguments, environ_for(url), port):
            yield Secured(port, target, authority, authority.issue("alertmanager"))


def test_a_client_with_a_certificate_of_the_ca_gets_through(secured: Secured) -> None:
    """Alertmanager's `tls_config` with `cert_file` and `key_file`."""
    assert secured.ask(secured.authority.trusting(secured.client), deployment="with-certificate") == 202
    assert any("with-certificate" in json.dumps(taken) for taken in secured.target.dispatches)


def test_a_certificate_does_not_replace_the_token(secured: Secured) -> None:
    """mTLS is besides the token, not instead of it."""
    context = secured.authority.trusting(secured.client)

    assert secured.ask(context, authorization="Bearer wrong") == 403
    assert secured.ask(context, authorization="") == 401


def test_basic_auth_works_over_tls(secured: Secured) -> None:
    """Alertmanager's `basic_auth`, with the token as its password."""
    basic = base64.b64encode(f"alertmanager:{WEBHOOK_TOKEN}".encode()).decode()

    assert secured.ask(secured.authority.trusting(secured.client), authorization=f"Basic {basic}") == 202


@pytest.mark.parametrize("who", ["nobody", "another CA", "expired", "no TLS"])
def test_without_a_certificate_of_the_ca_no_request_reaches_the_bot(secured: Secured, who: str, tmp_path: Path) -> None:
    """Not even one with the right token; TLS 1.3 tells the client only when it reads."""
    foreign = Authority(tmp_path / "theirs", "another made-up CA")
    clients = {
        "nobody": secured.authority.trusting(),
        "another CA": secured.authority.trusting(foreign.issue("alertmanager")),
        "expired": secured.authority.trusting(secured.authority.issue("late", ends_in=timedelta(days=-1))),
        "no TLS": None,
    }
    before = len(secured.target.requests)

    with pytest.raises((OSError, http.client.HTTPException)):
        secured.ask(clients[who], deployment="intruder")

    assert secured.ask(secured.authority.trusting(secured.client), deployment=f"after {who}") == 202
    assert len(secured.target.requests) == before + 1
    assert "intruder" not in json.dumps(secured.target.dispatches)


def test_renewed_certificates_count_for_the_next_connection(secured: Secured) -> None:
    """cert-manager swaps the files of a mounted Secret; nobody restarts the receiver."""
    context = secured.authority.trusting(secured.client)

    def serial() -> object:
        with (
            socket.create_connection(("127.0.0.1", secured.port), timeout=20) as plain,
            context.wrap_socket(plain, server_hostname="127.0.0.1") as wrapped,
        ):
            shown = wrapped.getpeercert()
        assert shown
        return shown["serialNumber"]

    before = [serial(), serial()]
    secured.authority.issue("receiver")

    assert before[0] == before[1] != serial()
    assert secured.ask(context, deployment="after renewal") == 202


def test_files_that_do_not_fit_are_named_before_anything_listens(tmp_path: Path) -> None:
    """A wrong mount must not become a receiver that refuses everybody."""
    ours = Authority(tmp_path / "ours", "made-up CA")
    certificate, key = ours.issue("receiver")
    foreign_key = Authority(tmp_path / "theirs", "another made-up CA").issue("receiver")[1]

    for files, named in (
        ((certificate, foreign_key, ours.certificate), "--tls-key"),
        ((tmp_path / "gone.pem", key, ours.certificate), "--tls-cert"),
        ((certificate, key, key), "--tls-client-ca"),
        ((certificate, key, tmp_path / "gone.pem"), "--tls-client-ca"),
    ):
        arguments = [str(BOT), "serve", "--listen", f"127.0.0.1:{take_port()}"]
        for option, file in zip(("--tls-cert", "--tls-key", "--tls-client-ca"), files, strict=True):
            arguments += [option, str(file)]
        done = subprocess.run(
            arguments, env=environ_for("http://127.0.0.1:1"), capture_output=True, text=True, check=False, timeout=60
        )

        assert done.returncode == 3, done.stderr
        assert named in done.stderr
        assert "hint:" in done.stderr
