"""Opening a cluster with the Kubernetes client library: the one file that knows it.

The library is used for what it is good at, credentials and their refresh (service account
tokens, exec plugins, client certificates, proxies). It wants certificates as files; they
live in a private folder for the milliseconds that it takes to load them into a TLS context.
"""

from __future__ import annotations

import logging
import ssl
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from incident_bot.config import EvidenceConfig
from incident_bot.errors import ConfigurationError
from incident_bot.evidence.kubernetes.api import Api
from incident_bot.evidence.kubernetes.kubeconfig import Access, read_access
from incident_bot.evidence.kubernetes.parallel import run_within
from incident_bot.evidence.kubernetes.source import KubernetesSource

if TYPE_CHECKING:
    from kubernetes.client import ApiClient, Configuration

MAX_CONNECTIONS = 8
"""Calls at once to the API server; a triage needs some twenty, and must not weigh on a cluster in trouble."""

_LOGIN_TIMEOUT_S = 30.0
"""How long an exec plugin may take to log in; the library itself would wait for ever."""

_NO_CLUSTER_HINT = (
    "Set KUBECONFIG or --kubeconfig, or INCIDENT_BOT_KUBECONFIG_DATA (base64 of a kubeconfig), run in a pod with a "
    "service account, or read a folder with --bundle."
)

_library_lock = threading.Lock()
"""The library keeps one process-wide table of the certificate files that it wrote."""


def connect(
    config: EvidenceConfig | None = None,
    *,
    kubeconfig: str = "",
    kubeconfig_data: str = "",
    context: str = "",
    allow_insecure_tls: bool = False,
) -> KubernetesSource:
    """Prepare to read a cluster; nothing is asked of it yet, so that an unreachable one becomes a gap later.

    `kubeconfig` is a path or a `KUBECONFIG` list, `kubeconfig_data` its text or base64, `context`
    the name of a context or cluster. With none of them, `~/.kube/config` and then the service
    account of the pod that we run in. Raises `ConfigurationError` for everything that is wrong with
    a kubeconfig.
    """
    access = read_access(
        kubeconfig=kubeconfig,
        kubeconfig_data=kubeconfig_data,
        context=context,
        allow_insecure_tls=allow_insecure_tls,
    )
    client = _open(access, context)
    api = Api(client, where=access.context if access else "in-cluster")
    return KubernetesSource(api, config or EvidenceConfig(), namespace=access.namespace if access else "")


def _open(access: Access | None, context: str) -> ApiClient:
    from kubernetes.client import ApiClient, Configuration

    configuration = Configuration()
    # Retries are ours (api.py): urllib3 would sleep through the deadline on a long Retry-After.
    configuration.retries = False
    configuration.connection_pool_maxsize = MAX_CONNECTIONS
    with _library_lock, tempfile.TemporaryDirectory(prefix="incident-bot-") as folder, _quiet_library():
        if access is None:
            _load_service_account(configuration, context)
        else:
            _load_context(configuration, access, folder)
        tls = _make_tls_context(configuration)
        # The pool is made with these and would read the files again, long after they are gone.
        configuration.ssl_ca_cert = configuration.cert_file = configuration.key_file = None
    client = ApiClient(configuration)
    client.rest_client.pool_manager.connection_pool_kw["ssl_context"] = tls
    del client.rest_client.pool_manager.connection_pool_kw["cert_reqs"]
    return client


def _load_context(configuration: Configuration, access: Access, folder: str) -> None:
    from kubernetes.config import ConfigException, load_kube_config_from_dict

    def load() -> None:
        load_kube_config_from_dict(
            dict(access.config),
            context=access.context,
            client_configuration=configuration,
            persist_config=False,
            temp_file_path=folder,
        )

    try:
        run_within(_LOGIN_TIMEOUT_S, load)
    except TimeoutError as error:
        raise ConfigurationError(
            f"logging in with context {access.context!r} took more than {_LOGIN_TIMEOUT_S:.0f} s",
            hint=f"Run {access.exec_command!r} by hand to see what it waits for.",
        ) from error
    except (ConfigException, OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        # The library's message may quote the value that it could not read.
        raise ConfigurationError(
            f"context {access.context!r} cannot be used: a certificate, key or token in it cannot be read",
            hint="`kubectl config view --raw --flatten --minify` embeds what is in files; base64 must be whole.",
        ) from error
    if access.exec_command and not (configuration.api_key or configuration.cert_file):
        raise ConfigurationError(
            f"the exec plugin {access.exec_command!r} gave no credentials",
            hint=f"Run {access.exec_command!r} by hand, as the same user and with the same environment.",
        )


def _load_service_account(configuration: Configuration, context: str) -> None:
    from kubernetes.config import ConfigException, load_incluster_config

    if context:
        raise ConfigurationError(f"no kubeconfig to look cluster {context!r} up in", hint=_NO_CLUSTER_HINT)
    try:
        load_incluster_config(client_configuration=configuration)
    except (ConfigException, OSError) as error:
        raise ConfigurationError("no cluster is configured", hint=_NO_CLUSTER_HINT) from error


def _make_tls_context(configuration: Configuration) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=configuration.ssl_ca_cert)
        # Python 3.13 made this the default; the CAs of many managed clusters lack a field that it asks for.
        context.verify_flags &= ~ssl.VERIFY_X509_STRICT
        if not configuration.verify_ssl:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        if configuration.cert_file:
            context.load_cert_chain(configuration.cert_file, configuration.key_file)
    except (ssl.SSLError, OSError, ValueError) as error:
        raise ConfigurationError(
            "a certificate or key of the kubeconfig is not valid PEM, or the two do not belong together",
            hint="Check certificate-authority-data, client-certificate-data and client-key-data.",
        ) from error
    return context


@contextmanager
def _quiet_library() -> Iterator[None]:
    """The library reports a failed exec plugin to the root logger, with whatever the plugin printed."""

    def is_ours(record: logging.LogRecord) -> bool:
        return not record.pathname.endswith("kube_config.py")

    root = logging.getLogger()
    root.addFilter(is_ours)
    try:
        yield
    finally:
        root.removeFilter(is_ours)
