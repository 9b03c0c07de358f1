"""Who is at the other end of a failed call: what the line names, else what the rest of its record does.

Clients print the address and the error on different lines: an object of Node.js over ten lines, the frame that
wraps a Java or .NET exception, the record before a stack trace.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from incident_bot.diagnosis.logs.dependencies import find_address
from incident_bot.diagnosis.logs.records import begins_record
from incident_bot.patterns import compile_later

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from incident_bot.diagnosis.scene import Log

_FRAME = compile_later(r"\s*(?:at |File \"|from \S+:\d|\S+\.(?:rb|ex|exs|erl|go|rs):\d|#\d)")
_CONTINUES = re.compile(r"\s|[}\])^]|Caused by|--->|Traceback|[\w.]{1,120}(?:Error|Exception)\b")
"""How further lines of a record begin where records begin with neither time nor level."""
_REACH_BACK = 40
_REACH_ON = 20


def find_peer(log: Log, index: int) -> str:
    """The remote end that a line's record names, as `host:port` or `host`, else the product's name; empty without any."""
    return find_in_record(log, index, find_address) or find_product(log.kept[index].text)


def find_in_record(log: Log, index: int, read: Callable[[str], str]) -> str:
    """What a reader finds in a line, else in the nearest line of its record; empty without any."""
    places = (index, *_nearest_first(log, index))
    return next((found for place in places if (found := read(log.kept[place].text))), "")


def _nearest_first(log: Log, index: int) -> Iterator[int]:
    places = [*_before(log, index), *_after(log, index)]
    yield from sorted(places, key=lambda place: (abs(place - index), place > index))


def _before(log: Log, index: int) -> Iterator[int]:
    """The lines of the record above a line, its first included."""
    for place in range(index, max(0, index - _REACH_BACK), -1):
        text = log.kept[place].text
        is_torn = log.kept[place].line - log.kept[place - 1].line > 1
        if is_torn or not _continues(text):
            return
        if not _FRAME.match(log.kept[place - 1].text):
            yield place - 1


def _after(log: Log, index: int) -> Iterator[int]:
    for place in range(index + 1, min(index + 1 + _REACH_ON, len(log.kept))):
        text = log.kept[place].text
        is_torn = log.kept[place].line - log.kept[place - 1].line > 1
        if is_torn or not _continues(text):
            return
        if not _FRAME.match(text):
            yield place


def _continues(text: str) -> bool:
    return not begins_record(text) and bool(_CONTINUES.match(text) or _FRAME.match(text))


_PRODUCTS = {
    "postgres": "PostgreSQL", "postgresql": "PostgreSQL", "mysql": "MySQL", "mariadb": "MariaDB", "redis": "Redis",
    "mongo": "MongoDB", "mongodb": "MongoDB", "kafka": "Kafka", "rabbitmq": "RabbitMQ", "elasticsearch": "Elasticsearch",
    "opensearch": "OpenSearch", "cassandra": "Cassandra", "memcached": "memcached", "zookeeper": "ZooKeeper",
    "etcd": "etcd", "consul": "Consul", "vault": "Vault", "nats": "NATS", "minio": "MinIO", "clickhouse": "ClickHouse",
    "oracle": "Oracle", "ldap": "LDAP", "smtp": "the mail server", "pulsar": "Pulsar", "valkey": "Valkey",
}  # fmt: skip
_PRODUCT = compile_later(rf"(?<![\w./-])(?:{'|'.join(_PRODUCTS)})(?![\w/-]|\.(?!exceptions)\w)", re.IGNORECASE)


def find_product(text: str) -> str:
    """The product that a message names as the other end (`Unable to connect to Redis`); empty without one."""
    match = _PRODUCT.search(text[:600])
    return _PRODUCTS[match[0].lower()] if match else ""
