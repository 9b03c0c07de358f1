"""One Kubernetes Job an incident; the API server's 409 is what makes a repeat no second job."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from incident_bot.dispatch import Dispatched, DispatchError, Trouble
from incident_bot.dispatch.circuit import Circuit
from incident_bot.dispatch.job import job_name, make_job
from incident_bot.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from kubernetes.client import ApiClient, Configuration

    from incident_bot.config import JobConfig
    from incident_bot.dispatch import DispatcherOptions
    from incident_bot.dispatch.message import Message

_NAMESPACE_FILE = Path("/var/run/secrets/kubernetes.io/serviceaccount/namespace")
_CONNECT_TIMEOUT_S = 2.0
_MAX_ANSWER_BYTES = 1024 * 1024
_PAUSE_AFTER_REFUSAL_S = 15.0

REMEDIES: dict[int, str] = {
    401: "The receiver's service account token was refused.",
    403: "deploy/receiver/kubernetes-jobs grants `create jobs`; a quota or an admission policy may forbid it too.",
    404: "Does the namespace of `job.namespace` exist?",
    422: "The API server found the job invalid; check the `job` section of the config file.",
}
"""Status -> what to do about it."""


def connect(options: DispatcherOptions) -> JobDispatcher:
    """A dispatcher to the cluster that we run in, or that of `--kubeconfig`. Raises `ConfigurationError`."""
    if not options.job.image:
        raise ConfigurationError(
            "job.image: missing", hint="Name the image that holds incident-bot in the config file, by digest at best."
        )
    if not options.repository:
        raise ConfigurationError(
            "GITHUB_REPOSITORY: missing", hint="Set it to the repository for the issues, owner/name."
        )
    configuration, namespace = _load(options.kubeconfig)
    from kubernetes.client import ApiClient

    # Alertmanager repeats; urllib3 would sleep through its deadline on a long Retry-After.
    configuration.retries = False
    configuration.connection_pool_maxsize = options.config.parallel
    return JobDispatcher(
        ApiClient(configuration),
        options.job,
        namespace=options.job.namespace or namespace,
        repository=options.repository,
        api_url=options.api_url,
        timeout_s=options.config.timeout_s,
        now=options.now,
    )


def _load(kubeconfig: str) -> tuple[Configuration, str]:
    from kubernetes import config
    from kubernetes.client import Configuration

    configuration = Configuration()
    try:
        if kubeconfig:
            config.load_kube_config(config_file=kubeconfig, client_configuration=configuration)
            return configuration, "default"
        config.load_incluster_config(client_configuration=configuration)
        return configuration, _NAMESPACE_FILE.read_text(encoding="utf-8").strip()
    except (config.ConfigException, OSError) as error:
        raise ConfigurationError(
            "no cluster to create jobs in",
            hint="Run in a pod whose service account token is mounted, or set KUBECONFIG.",
        ) from error


class JobDispatcher:
    """Creates jobs by a name that the same incident gets again within the same window."""

    def __init__(
        self,
        client: ApiClient,
        config: JobConfig,
        *,
        namespace: str,
        repository: str,
        api_url: str,
        timeout_s: float,
        now: Callable[[], datetime],
    ) -> None:
        self._client = client
        self._config = config
        self._namespace = namespace
        self._repository = repository
        self._api_url = api_url
        self._timeout_s = timeout_s
        self._now = now
        self._circuit = Circuit("the API server")

    def dispatch(self, message: Message) -> Dispatched:
        """Create the job; a name that exists is the same incident again."""
        self._circuit.guard()
        name = job_name(message, self._config.window_s, self._now())
        try:
            is_new = self._create(
                make_job(message, self._config, name=name, repository=self._repository, api_url=self._api_url)
            )
        except DispatchError as error:
            self._circuit.note_trouble(error)
            raise
        self._circuit.note_success()
        return Dispatched(where=f"job {self._namespace}/{name}", is_new=is_new)

    def check(self) -> None:
        """Nothing to read: the client renews the service account's token itself."""

    def close(self) -> None:
        """Drop the connections."""
        self._client.close()

    def _create(self, job: dict[str, Any]) -> bool:
        """Whether the job is new. The library's typed call would build the models of a whole pod for this one POST."""
        from kubernetes.client.exceptions import ApiException
        from urllib3.exceptions import HTTPError

        method, url, headers, body, _ = self._client.param_serialize(
            "POST",
            f"/apis/batch/v1/namespaces/{quote(self._namespace, safe='')}/jobs",
            header_params={
                "Accept": "application/json",
                "Content-Type": "application/json",
                "User-Agent": "incident-bot",
            },
            body=job,
            auth_settings=["BearerToken"],
        )
        timeout = (_CONNECT_TIMEOUT_S, self._timeout_s)
        try:
            response = self._client.call_api(method, url, headers, body, _request_timeout=timeout).response
            try:
                answer = response.read(_MAX_ANSWER_BYTES)
            finally:
                response.release_conn()
        except (HTTPError, ApiException, OSError) as error:
            raise DispatchError(
                f"no answer from the API server: {type(error).__name__}", trouble=Trouble.LOST
            ) from error
        reason = _reason(answer)
        if response.status == 409 and reason == "AlreadyExists":
            return False
        if not 200 <= response.status < 300:
            raise self._explain(response.status, reason, str(response.headers.get("Retry-After") or ""))
        return True

    def _explain(self, status: int, reason: str, retry_after: str) -> DispatchError:
        what = f"cannot create a job in namespace {self._namespace}: {status} {reason}".strip()
        if status == 429:
            wait_s = float(retry_after[:6]) if retry_after.isdecimal() else 1.0
            return DispatchError(what, trouble=Trouble.BUSY, retry_after_s=wait_s)
        if 300 <= status < 500:
            return DispatchError(
                what,
                trouble=Trouble.REFUSED,
                retry_after_s=_PAUSE_AFTER_REFUSAL_S,
                hint=REMEDIES.get(status, ""),
            )
        return DispatchError(what, trouble=Trouble.LOST)


def _reason(answer: bytes) -> str:
    """The API server's own word, e.g. `AlreadyExists` or `Forbidden`."""
    try:
        body = json.loads(answer)
    except (ValueError, RecursionError):
        return ""
    reason = body.get("reason") if isinstance(body, dict) else ""
    return reason if isinstance(reason, str) and reason.isalpha() else ""
