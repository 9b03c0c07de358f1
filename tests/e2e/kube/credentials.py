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
    names = f"subjectAltName=IP:127.0.0.1,IP:{address},IP:{_API_SERVICE},DNS:localhost"
    _openssl("genrsa", "-out", f"{certs}/accounts.key", "2048")
    _openssl(
        *("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=incident-bot-test"),
        *("-keyout", f"{certs}/server.key", "-out", f"{certs}/server.crt", "-addext", names),
    )
    users = {ADMIN: (ADMIN, "system:masters"), BOT: (BOT_ACCOUNT, "system:serviceaccounts,system:authenticated")}
    rows = []
    for user, (name, groups) in users.items():
        token = os.urandom(16).hex()
        rows.append(f'{token},{name},{user},"{groups}"')
        kubeconfig = {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": "test-node",
            "contexts": [{"name": "test-node", "context": {"cluster": "test-cluster", "user": user}}],
            "clusters": [
                {
                    "name": "test-cluster",
                    "cluster": {
                        "server": f"https://127.0.0.1:{port}",
                        "certificate-authority": f"{certs}/server.crt",
                    },
                }
            ],
            "users": [{"name": user, "user": {"token": token}}],
        }
        (state / f"{user}.kubeconfig").write_text(json.dumps(kubeconfig))
    (state / "tokens.csv").write_text("\n".join(rows) + "\n")


def _openssl(*arguments: str) -> None:
    subprocess.run(["openssl", *arguments], check=True, capture_output=True)
