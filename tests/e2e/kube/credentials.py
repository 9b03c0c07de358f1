"""The node's certificate, and who may ask its API server: an administrator, and the collector's service account."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

ADMIN = "admin"
BOT = "bot"
BOT_ACCOUNT = "system:serviceaccount:monitoring:incident-bot"

_API_SERVICE = "10.96.0.1"
"""The first address of the services' range: where pods find the API server."""


def write_credentials(state: Path, address: str, port: int) -> None:
    """A self-signed certificate for every address that the API server has, tokens, and a kubeconfig a user."""
    certs = state / "certs"
    certs.mkdir()
    _openssl("genrsa", "-out", f"{certs}/accounts.key", "2048")
    certificate, _key = write_certificate(certs, "127.0.0.1", address, _API_SERVICE)
    users = {ADMIN: (ADMIN, "system:masters"), BOT: (BOT_ACCOUNT, "system:serviceaccounts,system:authenticated")}
    rows = []
    for user, (name, groups) in users.items():
        token = os.urandom(16).hex()
        rows.append(f'{token},{name},{user},"{groups}"')
        write_kubeconfig(state, user, token, server=f"https://127.0.0.1:{port}", certificate=certificate)
    (state / "tokens.csv").write_text("\n".join(rows) + "\n")


def write_certificate(folder: Path, *addresses: str) -> tuple[Path, Path]:
    """A self-signed certificate of a server with these addresses, and its key."""
    names = ",".join([*(f"IP:{address}" for address in addresses), "DNS:localhost"])
    certificate, key = folder / "server.crt", folder / "server.key"
    _openssl(
        *("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=incident-bot-test"),
        *("-keyout", str(key), "-out", str(certificate), "-addext", f"subjectAltName={names}"),
    )
    return certificate, key


def write_kubeconfig(folder: Path, user: str, token: str, *, server: str, certificate: Path) -> None:
    """Write `<user>.kubeconfig`, which trusts an API server by its certificate or its authority's."""
    kubeconfig = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "test-node",
        "contexts": [{"name": "test-node", "context": {"cluster": "test-cluster", "user": user}}],
        "clusters": [
            {"name": "test-cluster", "cluster": {"server": server, "certificate-authority": str(certificate)}}
        ],
        "users": [{"name": user, "user": {"token": token}}],
    }
    (folder / f"{user}.kubeconfig").write_text(json.dumps(kubeconfig))


def _openssl(*arguments: str) -> None:
    subprocess.run(["openssl", *arguments], check=True, capture_output=True)
