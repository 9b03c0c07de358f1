"""Services that others depend on by their role: what everybody else sees when one of them says why it fails.

A program that is turned away names a database; that an operator cannot bring the new password, that a coordinator writes
too slowly or that no machine can be bought stands in the logs of those who provide it, mostly earlier and always quieter.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from incident_bot.diagnosis.causes.succession import begins_in_time, names_a_cause
from incident_bot.patterns import compile_later

if TYPE_CHECKING:
    from incident_bot.diagnosis.causes.candidates import Candidate
    from incident_bot.diagnosis.scene import Scene


@dataclass(frozen=True, slots=True, kw_only=True)
class _Role:
    """Who provides something, by the usual names of pods, and the candidates that tell of its lack.

    `says`: what the provider's line has to speak of; `lacks`: what the line of a candidate of any kind has to;
    `is_dated`: whether the provider has to have begun first.
    """

    provider: re.Pattern[str]
    seen: frozenset[str] = frozenset()
    says: re.Pattern[str] | None = None
    lacks: re.Pattern[str] | None = None
    is_dated: bool = True


_FELT = frozenset(
    {
        "app-worker-timeout",
        "db-connections-exhausted",
        "dep-connection-refused",
        "dep-connection-timeout",
        "dep-read-timeout",
        "log-connection-lost",
        "log-connection-refused",
        "log-connection-timeout",
        "log-connections-exhausted",
        "log-upstream-error",
        "upstream-5xx",
    }
)
"""What callers say of any store that does not serve them."""


def _words(pattern: str) -> re.Pattern[str]:
    return compile_later(pattern, re.IGNORECASE)


_ROLES = (
    _Role(
        provider=_words(
            r"calico|cilium|flannel|weave|aws-node|vpc-cni|azure-cni|antrea|canal|kube-router|multus|ovn|kube-proxy|tigera"
        ),
        seen=frozenset(
            {"network-plugin-not-ready", "node-not-ready", "node-network-unavailable", "cni-plugin-failed", "sandbox-create-failed"}
        ),
        is_dated=False,
    ),
    _Role(
        provider=_words(r"coredns|kube-dns|nodelocaldns|node-local-dns"),
        seen=frozenset({"dns-resolution-failure", "log-name-resolution"}),
        is_dated=False,
    ),
    _Role(
        provider=_words(r"external-?secrets|secrets?-store|secrets-operator|sealed-secrets|vault-(?:agent|injector|secrets)"),
        seen=frozenset({"db-auth-failed", "upstream-auth-error", "log-login-failed", "log-forbidden", "config-secret-missing"}),
    ),
    _Role(
        provider=_words(r"cert-?manager|acme|certbot|lego"),
        seen=frozenset({"tls-certificate-failure", "log-certificate", "log-certificate-expired"}),
        says=_words(r"certificate|order|challenge|issuer|renew|acme"),
    ),
    _Role(
        provider=_words(r"karpenter|autoscaler"),
        seen=frozenset(
            {
                "sched-insufficient-cpu",
                "sched-insufficient-memory",
                "sched-insufficient-device",
                "sched-too-many-pods",
                "sched-scale-up-failed",
                "gpu-insufficient",
                "status-failedscheduling",
                "pod-pending",
            }
        ),
        says=_words(r"^(?!.{0,900}consistency error).{0,900}?(?:node ?claim|node ?pool|node ?group|launch|scal(?:e|ing)[- _]?up|provision|instance|capacity|quota|addresses)"),
        is_dated=False,
    ),
    _Role(
        provider=_words(r"patroni|stolon|repmgr|etcd|consul|zookeeper|sentinel"),
        seen=frozenset({"db-read-only", "log-read-only", "leader-election-lost", "log-leader-election", "kafka-unavailable"}),
    ),
    _Role(provider=_words(r"kafka|redpanda"), seen=frozenset({"kafka-unavailable"})),
    _Role(
        provider=_words(r"rabbit|(?<![a-z])mq(?![a-z])"),
        seen=frozenset({"dep-connection-timeout", "dep-connection-refused", "dep-read-timeout", "log-connection-timeout", "log-connection-lost"}),
        lacks=_words(r"amqp|rabbit|bunny|:567[12]\b"),
    ),
    _Role(
        provider=_words(r"postgres|(?<![a-z])pg(?![a-z])|mysql|maria-?db|percona|mongo|oracle|mssql|sql-?server|cassandra|scylla|cockroach|(?<![a-z])db(?![a-z])|database"),
        seen=_FELT,
        lacks=_words(r"database|sql|jdbc|jpa|(?<![a-z])db|hikari|pg::|pgx|psycopg|hibernate|activerecord|sequel|mongo|cassandra|cql|statement|transaction|:(?:5432|3306|1521|1433|27017|9042|26257)\b"),
    ),
    _Role(
        provider=_words(r"redis|valkey|memcached?|dragonfly|keydb"),
        seen=_FELT,
        lacks=_words(r"redis|valkey|lettuce|memcached?|:(?:6379|26379|11211)\b"),
    ),
    _Role(
        provider=_words(r"elastic|opensearch|solr"),
        seen=_FELT,
        lacks=_words(r"elastic|opensearch|solr|:(?:9200|8983)\b"),
    ),
    _Role(
        provider=_words(r"registry|harbor|nexus|artifactory|quay|gitea"),
        seen=frozenset({"image-registry-unreachable", "image-pull-backoff", "image-pull-unauthorized"}),
        lacks=_words(r"\b5\d\d\b|timeout|refused|EOF"),
    ),
)  # fmt: skip

_SURE = 0.5
_SURE_WITH_WORDS = 0.3
"""A warning will do where its words are about what the service provides, and say what is wrong."""
_AGAIN = 2


def is_of_provider(cause: Candidate, symptom: Candidate, scene: Scene) -> bool:
    """Whether the log of a service that the other one depends on says why it complains."""
    name = f"{cause.pod} {cause.container}"
    if (
        cause.confidence < _SURE_WITH_WORDS
        or any(fact.source != "log" for fact in cause.facts)
        or cause.id == symptom.id
    ):
        return False
    if name == f"{symptom.pod} {symptom.container}":
        return False
    for role in _ROLES:
        if role.provider.search(name) and symptom.id in role.seen and _fits(role, cause, symptom):
            return not role.is_dated or _is_reason(cause, symptom, scene)
    return False


def _is_reason(cause: Candidate, symptom: Candidate, scene: Scene) -> bool:
    """Whether the provider names a cause or says the same again, and began first."""
    is_said = names_a_cause(cause) or cause.rule is not None or max(fact.count for fact in cause.facts) >= _AGAIN
    return is_said and begins_in_time(cause, symptom, scene, is_known=True)


def _fits(role: _Role, cause: Candidate, symptom: Candidate) -> bool:
    is_sure = cause.confidence >= _SURE or (role.says is not None and names_a_cause(cause))
    speaks = is_sure and (role.says is None or role.says.search(cause.facts[0].value[:1000]))
    lacks = role.lacks is None or role.lacks.search(symptom.facts[0].value[:1000])
    return bool(speaks and lacks)
