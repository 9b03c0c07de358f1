"""Opening a cluster: credentials reach it, and nothing of them stays on disk."""

from __future__ import annotations

import base64
import json
import ssl
import stat
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from fakes.kube_api import KubeApi
from incident_bot.errors import ConfigurationError
from incident_bot.evidence.kubernetes import connect
from incident_bot.model import Alert, Incident, Target

POD = {
    "kind": "Pod",
    "metadata": {"name": "api-0", "namespace": "shop", "uid": "u-1"},
    "spec": {"containers": [{"name": "app"}]},
    "status": {"phase": "Pending"},
}


@dataclass(frozen=True)
class Identity:
    certificate: bytes
    key: bytes

    def field(self, name: str) -> str:
        return base64.b64encode(getattr(self, name)).decode()


@pytest.fixture(scope="module")
def identity() -> Identity:
    """A certificate that vouches for itself, as server, client and authority, made for this run."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "loopback")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    return Identity(
        certificate.public_bytes(serialization.Encoding.PEM),
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()),
    )


@pytest.fixture
def strict_api(identity: Identity, tmp_path: Path) -> Iterator[KubeApi]:
    """A TLS server that wants a client certificate."""
    for part in ("certificate", "key"):
        (tmp_path / part).write_bytes(getattr(identity, part))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "certificate", tmp_path / "key")
    context.load_verify_locations(tmp_path / "certificate")
    context.verify_mode = ssl.CERT_REQUIRED
    with KubeApi(objects=[POD]).serve(context) as api:
        yield api


@pytest.fixture
def temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the process would leave temporary files."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def names_read(kubeconfig_data: str, **options: Any) -> list[str]:
    source = connect(kubeconfig_data=kubeconfig_data, **options)
    target = Target(namespace="shop", pod="api-0")
    try:
        collected = source.collect(Incident(key="0" * 16, alert=Alert(name="A"), target=target))
    finally:
        source.close()
    return [item.name for item in collected.items]


def test_client_certificates_work_and_leave_no_file(
    strict_api: KubeApi, identity: Identity, temporary_folder: Path
) -> None:
    user = {
        "client-certificate-data": identity.field("certificate"),
        "client-key-data": identity.field("key"),
    }
    data = strict_api.kubeconfig(
        server=f"https://127.0.0.1:{strict_api.port}",
        user=user,
        **{"certificate-authority-data": identity.field("certificate")},
    )

    source = connect(kubeconfig_data=data)
    left = list(temporary_folder.iterdir())
    source.close()

    assert left == []
    # Twice: the library remembers the files that it wrote, and they are gone.
    assert names_read(data) == ["pod.yaml"]
    assert names_read(data) == ["pod.yaml"]


@pytest.mark.filterwarnings("ignore:Unverified HTTPS request")
def test_verification_is_skipped_only_where_both_sides_say_so(identity: Identity, tmp_path: Path) -> None:
    for part in ("certificate", "key"):
        (tmp_path / part).write_bytes(getattr(identity, part))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "certificate", tmp_path / "key")
    with KubeApi(objects=[POD]).serve(context) as api:
        server = f"https://127.0.0.1:{api.port}"
        skips = api.kubeconfig(server=server, **{"insecure-skip-tls-verify": True})

        skipping = names_read(skips, allow_insecure_tls=True)
        checking = names_read(api.kubeconfig(server=server), allow_insecure_tls=True)

    assert skipping == ["pod.yaml"]
    assert checking == []


@pytest.mark.parametrize(
    "user",
    [
        {"client-certificate-data": "bm8gUEVN", "client-key-data": "bm8gUEVN"},
        {"client-certificate-data": "%%%", "client-key-data": "%%%"},
        {"client-certificate": "/no/such.crt", "client-key": "/no/such.key"},
        {"token": 7, "tokenFile": "/no/such/token"},
    ],
    ids=["no-pem", "no-base64", "no-file", "odd-token"],
)
def test_unusable_credentials_are_a_configuration_error(user: dict[str, Any]) -> None:
    data = json.loads(KubeApi(port=1).kubeconfig(server="https://127.0.0.1:1", user=user))
    if "tokenFile" in user:
        del data["users"][0]["user"]["token"]

    with pytest.raises(ConfigurationError) as caught:
        connect(kubeconfig_data=json.dumps(data))

    assert caught.value.hint


def plugin_kubeconfig(tmp_path: Path, script: str, api: KubeApi) -> str:
    plugin = tmp_path / "login"
    plugin.write_text(f"#!/bin/sh\n{script}\n")
    plugin.chmod(plugin.stat().st_mode | stat.S_IXUSR)
    data = json.loads(api.kubeconfig())
    command = {"apiVersion": "client.authentication.k8s.io/v1", "command": str(plugin), "interactiveMode": "Never"}
    data["users"][0]["user"] = {"exec": command}
    path = tmp_path / "config"
    path.write_text(json.dumps(data))
    return str(path)


@pytest.fixture
def api() -> Iterator[KubeApi]:
    with KubeApi(objects=[POD]).serve() as api:
        yield api


def test_an_exec_plugin_s_token_is_used(tmp_path: Path, api: KubeApi) -> None:
    answer = {
        "apiVersion": "client.authentication.k8s.io/v1",
        "kind": "ExecCredential",
        "status": {"token": "loopback-only"},
    }
    path = plugin_kubeconfig(tmp_path, f"echo '{json.dumps(answer)}'", api)

    source = connect(kubeconfig=path)
    collected = source.collect(
        Incident(key="0" * 16, alert=Alert(name="A"), target=Target(namespace="shop", pod="api-0"))
    )
    source.close()

    assert [item.name for item in collected.items] == ["pod.yaml"]


@pytest.mark.parametrize("script", ["echo private words >&2; exit 1", "echo '{}'", "echo garbage"])
def test_an_exec_plugin_that_fails_is_named_and_its_words_are_not_repeated(
    tmp_path: Path, api: KubeApi, capfd: pytest.CaptureFixture[str], script: str
) -> None:
    path = plugin_kubeconfig(tmp_path, script, api)

    with pytest.raises(ConfigurationError) as caught:
        connect(kubeconfig=path)

    assert "login" in str(caught.value)
    assert "gave no credentials" in str(caught.value)
    assert "private words" not in f"{caught.value}{capfd.readouterr().err}"


def test_no_cluster_at_all_says_what_to_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("KUBERNETES_SERVICE_HOST", raising=False)

    with pytest.raises(ConfigurationError) as caught:
        connect()

    assert "KUBECONFIG" in caught.value.hint


def test_connecting_asks_nothing(api: KubeApi) -> None:
    connect(kubeconfig_data=api.kubeconfig()).close()

    assert api.reads == []
