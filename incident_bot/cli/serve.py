"""`incident-bot serve`: Alertmanager's webhook, in the cluster."""

from __future__ import annotations

import contextlib
import hashlib
import tempfile
import threading
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.request import proxy_bypass_environment  # type: ignore[attr-defined]  # typeshed does not know it

import click

from incident_bot.cli import options, wiring
from incident_bot.dispatch import DISPATCHERS
from incident_bot.errors import ConfigurationError, UsageError
from incident_bot.llm import CONSULTANTS

if TYPE_CHECKING:
    from collections.abc import Callable
    from wsgiref.types import WSGIApplication

    from incident_bot.credentials import Credential
    from incident_bot.dispatch import Dispatcher
    from incident_bot.model import Incident
    from incident_bot.redaction import Redactor
    from incident_bot.server.webhook import Receiver
    from incident_bot.settings import Settings


@click.command()
@click.option("--listen", default="0.0.0.0:8080", show_default=True, metavar="HOST:PORT", help="Where to listen.")
@click.option(
    "--dispatcher",
    type=click.Choice(tuple(DISPATCHERS)),
    default="github",
    show_default=True,
    help="Who triages: the workflow, a Kubernetes Job, or this process (for development).",
)
@click.option("--workers", type=click.IntRange(1, 32), default=2, show_default=True, help="Worker processes.")
@click.option("--threads", type=click.IntRange(1, 64), default=8, show_default=True, help="Threads of each worker.")
@click.option("--dev", is_flag=True, help="One process, no gunicorn.")
@click.option("--tls-cert", type=click.Path(path_type=Path, dir_okay=False), help="Certificate chain, PEM.")
@click.option("--tls-key", type=click.Path(path_type=Path, dir_okay=False), help="Its private key, PEM.")
@click.option(
    "--tls-client-ca",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Only clients with a certificate of this CA may connect (mTLS).",
)
@options.cluster_options
@click.option("--llm", type=click.Choice(tuple(CONSULTANTS)), default=None, help="Model of --dispatcher in-process.")
@options.tracker_options
@options.config_option
def serve(
    *,
    listen: str,
    dispatcher: str,
    workers: int,
    threads: int,
    dev: bool,
    tls_cert: Path | None,
    tls_key: Path | None,
    tls_client_ca: Path | None,
    kubeconfig: str,
    llm: str | None,
    tracker: str | None,
    tracker_dir: Path,
    repository: str,
    config_path: Path | None,
) -> None:
    """Take Alertmanager's webhooks and start one triage an incident.

    POST /webhook/alertmanager with the token of INCIDENT_BOT_WEBHOOK_TOKEN_FILE (or INCIDENT_BOT_WEBHOOK_TOKEN) as
    Bearer token or as the password of Basic auth. Also /healthz, /readyz and /metrics. For GitHub set GITHUB_TOKEN_FILE,
    GITHUB_TOKEN, or GITHUB_APP_ID and GITHUB_APP_PRIVATE_KEY_FILE.

    \b
    Examples:
      incident-bot serve --repository acme/incidents
      incident-bot serve --dev --listen 127.0.0.1:8080 --dispatcher in-process --tracker folder
    """
    _check_libraries()
    settings = wiring.load(config_path)
    _check_listen(listen)
    tls = _tls(tls_cert, tls_key, tls_client_ca)
    run = None
    if dispatcher == "in-process":
        run = _triage(
            settings, kubeconfig=kubeconfig, llm=llm, tracker=tracker, folder=tracker_dir, repository=repository
        )
    service = _Service(settings, dispatcher, kubeconfig=kubeconfig, repository=repository, run=run)
    service.check()
    if dev:
        if tls:
            raise UsageError("--dev serves no TLS", hint="Leave --dev out, or the --tls options.")
        _serve_single(service, listen)
    else:
        _serve_workers(service, listen, workers=workers, threads=threads, tls=tls)


def _check_libraries() -> None:
    missing = [name for name in ("flask", "gunicorn", "prometheus_client") if find_spec(name) is None]
    if missing:
        raise ConfigurationError(
            f"not installed: {', '.join(missing)}",
            hint="The receiver needs the extra `server`: in a checkout, `uv tool install '.[server]'` (docs/receiver.md).",
        )


def _check_listen(listen: str) -> None:
    host, colon, port = listen.rpartition(":")
    if not (colon and host and port.isdecimal() and int(port) < 65536):
        raise UsageError(f"--listen: expected HOST:PORT, got {listen[:100]!r}", hint="E.g. --listen 0.0.0.0:8080.")


def _tls(certificate: Path | None, key: Path | None, client_ca: Path | None) -> dict[str, str]:
    if (certificate is None) != (key is None) or (client_ca and certificate is None):
        raise UsageError("--tls-cert and --tls-key go together, --tls-client-ca needs both", hint="Give all of them.")
    if certificate is not None and key is not None:
        _try_tls(certificate, key, client_ca)
    named = {"certfile": certificate, "keyfile": key, "ca_certs": client_ca}
    return {name: str(path) for name, path in named.items() if path is not None}


def _try_tls(certificate: Path, key: Path, client_ca: Path | None) -> None:
    """Load the files once: a receiver that starts with wrong ones would refuse every connection."""
    import ssl

    option, path = "--tls-client-ca", client_ca
    try:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=client_ca)
        option, path = "--tls-cert and --tls-key", certificate
        context.load_cert_chain(certificate, key)
    except OSError as error:  # ssl.SSLError is one
        reason = error.reason if isinstance(error, ssl.SSLError) else error.strerror
        raise ConfigurationError(
            f"{option}: cannot use {path}: {reason or 'no certificate in it'}",
            hint="PEM files: the certificate chain, the private key that belongs to it, the CA of the clients.",
        ) from error


class _Service:
    """Everything of one process; made again in each worker, because threads and connections survive no fork."""

    def __init__(
        self,
        settings: Settings,
        dispatcher: str,
        *,
        kubeconfig: str,
        repository: str,
        run: Callable[[Incident], None] | None,
    ) -> None:
        from incident_bot.credentials import Credential

        self.settings = settings
        self.token = Credential(
            "INCIDENT_BOT_WEBHOOK_TOKEN", value=settings.webhook_token, file=settings.webhook_token_file
        )
        self.metrics_folder = ""
        self._dispatcher_name = dispatcher
        self._kubeconfig = kubeconfig
        self._repository = repository or settings.github_repository
        self._run = run
        self._receiver: Receiver | None = None
        self._placeholder_key = b""
        self._threads = threading.local()
        self._policy = wiring.make_policy(settings)

    def check(self) -> None:
        """Fail before anything listens. Raises `ConfigurationError`."""
        token = self.token.read()
        if len(token) < 16:
            raise ConfigurationError(
                f"{self.token.name}: shorter than 16 characters", hint="Make one with `openssl rand -hex 32`."
            )
        self._placeholder_key = hashlib.sha256(b"incident-bot placeholders\0" + token.encode()).digest()
        dispatcher = self._open_dispatcher()
        dispatcher.check()
        dispatcher.close()

    def make_app(self) -> WSGIApplication:
        """The application of one process."""
        from incident_bot.server.app import create_app
        from incident_bot.server.metrics import Metrics
        from incident_bot.server.recent import RecentMessages
        from incident_bot.server.webhook import Receiver

        config = self.settings.config
        dispatcher = self._open_dispatcher()
        metrics = Metrics(self.metrics_folder)
        self._receiver = Receiver(
            dispatcher,
            make_redactor=self.make_redactor,
            recent=RecentMessages(config.receiver.recent_s),
            metrics=metrics,
            now=wiring.read_clock,
            ignore=config.ignore_alerts,
            deadline_s=config.receiver.deadline_s,
            parallel=config.dispatch.parallel,
        )
        return create_app(
            self._receiver,
            token=self.token,
            metrics=metrics,
            check=dispatcher.check,
            max_body_bytes=config.receiver.max_body_bytes,
        )

    def make_redactor(self) -> Redactor:
        """One that knows our credentials and nothing else; each thread keeps one until it has found something.

        The key comes from the webhook token, so that a value has one placeholder on every replica.
        """
        token = ""
        with contextlib.suppress(ConfigurationError):
            token = self.token.read()
        kept: tuple[str, Redactor] | None = getattr(self._threads, "kept", None)
        if kept is None or kept[0] != token or kept[1].counts:
            kept = self._threads.kept = (token, self._new_redactor(token))
        return kept[1]

    def _new_redactor(self, token: str) -> Redactor:
        from incident_bot.redaction import Redactor

        redactor = Redactor(self._placeholder_key, self._policy)
        for value in (*self.settings.secrets.values(), token):
            redactor.guard(value)
        return redactor

    def stop(self) -> None:
        """Finish what is under way."""
        if self._receiver is not None:
            self._receiver.close()

    def _open_dispatcher(self) -> Dispatcher:
        from incident_bot.dispatch import DispatcherOptions, open_dispatcher

        settings = self.settings
        return open_dispatcher(
            self._dispatcher_name,
            DispatcherOptions(
                config=settings.config.dispatch,
                job=settings.config.job,
                now=wiring.read_clock,
                github_token=_credential("GITHUB_TOKEN", settings.github_token, settings.github_token_file),
                github_app_key=_credential(
                    "GITHUB_APP_PRIVATE_KEY", settings.github_app_private_key, settings.github_app_private_key_file
                ),
                github_app_id=settings.github_app_id,
                github_app_installation_id=settings.github_app_installation_id,
                repository=self._repository,
                api_url=settings.github_api_url,
                proxy_url=_proxy_for(settings),
                kubeconfig=self._kubeconfig,
                run=self._run,
            ),
        )


def _credential(name: str, value: str, file: str) -> Credential:
    from incident_bot.credentials import Credential

    return Credential(name, value=value, file=file)


def _proxy_for(settings: Settings) -> str:
    from urllib.parse import urlsplit

    host = urlsplit(settings.github_api_url).hostname or ""
    return "" if proxy_bypass_environment(host, {"no": settings.no_proxy}) else settings.https_proxy


def _log(service: _Service) -> dict[str, Any]:
    from incident_bot.server.json_log import log_configuration

    return log_configuration(lambda text: service.make_redactor().redact(text))


def _serve_single(service: _Service, listen: str) -> None:
    from incident_bot.server.running import run_single

    run_single(service.make_app, listen=listen, log=_log(service), on_stop=service.stop)


def _serve_workers(service: _Service, listen: str, *, workers: int, threads: int, tls: dict[str, str]) -> None:
    from incident_bot.settings import keep_metrics_in

    with tempfile.TemporaryDirectory(prefix="incident-bot-metrics-") as own_folder:
        folder = service.settings.metrics_folder or own_folder
        Path(folder).mkdir(parents=True, exist_ok=True)
        keep_metrics_in(folder)
        service.metrics_folder = folder
        from incident_bot.server.metrics import clear_folder, forget_process
        from incident_bot.server.running import run_workers

        clear_folder(folder)
        run_workers(
            service.make_app,
            listen=listen,
            workers=workers,
            threads=threads,
            tls=tls,
            log=_log(service),
            on_worker_exit=lambda pid: forget_process(pid, folder),
            on_stop=service.stop,
        )


def _triage(
    settings: Settings, *, kubeconfig: str, llm: str | None, tracker: str | None, folder: Path, repository: str
) -> Callable[[Incident], None]:
    """One incident through the whole pipeline, in a thread of this process."""
    from incident_bot.cli.filing import publish_analysis
    from incident_bot.cli.steps import analyse_case, gather_incident

    def run(incident: Incident) -> None:
        redactor = wiring.make_redactor(settings)
        case = gather_incident(incident, settings, redactor, kubeconfig=kubeconfig)
        consultant = wiring.make_consultant(llm, settings)
        analysis = analyse_case(case, settings, redactor, now=wiring.read_clock(), consultant=consultant)
        chosen = wiring.make_tracker(tracker, settings, folder=folder, repository=repository, now=wiring.read_clock)
        publish_analysis(analysis, chosen, settings, redactor, now=wiring.read_clock())

    return run
