"""Benign logs of many kinds, seeded: what `redact` reads on an ordinary day, and no line twice.

Words, paths, ids, times and numbers differ from line to line, so that a short cut for repeated lines shows
only what it brings on such logs. A few lines in a hundred hold keywords without secrets, as real ones do
(`token bucket`, `secretRef`, `author@`, `max_tokens`).
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable

_WORDS = [
    "order",
    "cart",
    "checkout",
    "invoice",
    "ledger",
    "shipment",
    "stock",
    "price",
    "quote",
    "catalog",
    "search",
    "index",
    "shard",
    "replica",
    "leader",
    "follower",
    "queue",
    "topic",
    "partition",
    "offset",
    "consumer",
    "producer",
    "worker",
    "scheduler",
    "batch",
    "job",
    "pipeline",
    "stage",
    "model",
    "weights",
    "tensor",
    "prompt",
    "request",
    "response",
    "session",
    "cache",
    "bucket",
    "object",
    "blob",
    "volume",
    "snapshot",
    "backup",
    "restore",
    "migration",
    "schema",
    "table",
    "column",
    "row",
    "cursor",
    "page",
    "upload",
    "download",
    "stream",
    "frame",
    "packet",
    "route",
    "gateway",
    "proxy",
    "upstream",
    "listener",
    "cluster",
    "endpoint",
    "probe",
    "health",
    "ready",
    "timeout",
    "retry",
    "backoff",
    "deadline",
    "circuit",
    "breaker",
    "limit",
    "quota",
    "rate",
    "burst",
    "window",
    "sample",
    "metric",
    "trace",
    "span",
    "export",
    "collector",
    "pod",
    "node",
    "container",
    "image",
    "layer",
    "mount",
    "config",
    "reload",
    "watch",
    "lease",
    "election",
    "term",
    "commit",
    "apply",
    "reconcile",
    "finalizer",
    "owner",
    "patch",
    "status",
    "condition",
    "event",
    "reason",
    "message",
]
_VERBS = [
    "handled",
    "read",
    "wrote",
    "opened",
    "closed",
    "started",
    "finished",
    "skipped",
    "retried",
    "queued",
    "flushed",
    "merged",
    "loaded",
    "compacted",
    "synced",
    "renewed",
    "evicted",
]
_LOGGERS = [
    "com.example.orders.CheckoutService",
    "org.example.stream.PartitionReader",
    "io.example.net.Connection",
    "app.api.views",
    "app.tasks.mail",
    "store.kv.compactor",
    "pkg/controller/reconciler.go",
    "server/http.go",
    "internal/raft/node.go",
    "scheduler.queue",
    "vllm.engine.metrics",
]
_PATHS = [
    "/v1/items",
    "/v1/orders",
    "/api/users",
    "/healthz",
    "/metrics",
    "/graphql",
    "/assets/app.js",
    "/auth/callback",
    "/v2/keys",
    "/token/refresh",
    "/static/img",
]
_BENIGN_KEYWORDS = (
    "token bucket refilled to {n}", "using secretRef db-credentials key=host", "max_tokens={n} temperature=0.7", "no auth required for {p}",
    "prompt_tokens={n} completion_tokens={m}", "author: dev@users.noreply.invalid", "partition key {w} hashed to {m}", "session {w} closed after {n} ms",
    'secret "{w}-credentials" not found', "password authentication failed for user \"{w}\"", "keyspace {w} has {n} tokens", "cookie jar emptied, {m} entries",
)  # fmt: skip


class _Draw:
    """Random pieces of lines."""

    def __init__(self, seed: int) -> None:
        self._rng = random.Random(seed)
        self.number = lambda below=1000: self._rng.randrange(below)
        self.choice = self._rng.choice
        self.names = [f"{self.word()}-{self.word()}" for _ in range(200)]

    def word(self) -> str:
        return self._rng.choice(_WORDS)

    def hexadecimal(self, digits: int) -> str:
        return f"{self._rng.getrandbits(4 * digits):0{digits}x}"

    def uuid(self) -> str:
        raw = self.hexadecimal(32)
        return f"{raw[:8]}-{raw[8:12]}-{raw[12:16]}-{raw[16:20]}-{raw[20:]}"

    def time(self) -> str:
        n = self.number
        return f"2026-11-{1 + n(28):02}T{n(24):02}:{n(60):02}:{n(60):02}.{n(1000):03}Z"

    def address(self) -> str:
        return f"10.{self.number(256)}.{self.number(256)}.{self.number(256)}"

    def pod(self) -> str:
        return f"{self.choice(self.names)}-{self.hexadecimal(10)}-{''.join(self._rng.choices('bcdfghjklmnpqrstvwxz2456789', k=5))}"

    def sentence(self) -> str:
        if self.number(100) < 4:
            form = self.choice(_BENIGN_KEYWORDS)
            return form.format(n=self.number(9000), m=self.number(90), w=self.word(), p=self.choice(_PATHS))
        words = " ".join(self.word() for _ in range(2 + self.number(5)))
        return f"{self.choice(_VERBS)} {words} in {self.number(5000)} ms"


def json_line(draw: _Draw) -> str:
    entry: dict[str, object] = {"ts": draw.time(), "level": draw.choice(["info", "info", "info", "debug", "warn"])}
    entry |= {"trace_id": draw.hexadecimal(32), "span_id": draw.hexadecimal(16), "msg": draw.sentence()}
    if draw.number(2):
        entry |= {
            "path": f"{draw.choice(_PATHS)}/{draw.number(10**6)}",
            "status": draw.choice([200, 201, 204, 304, 404]),
            "ms": draw.number(),
        }
    if draw.number(3) == 0:
        entry |= {"request_id": draw.uuid(), draw.word(): draw.word(), "peer": draw.address()}
    return json.dumps(entry, separators=(",", ":"))


def logfmt_line(draw: _Draw) -> str:
    pairs = f'time={draw.time()} level=info caller={draw.word()}.go:{draw.number(900)} msg="{draw.sentence()}"'
    extra = " ".join(
        f"{draw.word()}={draw.number(10**5) if draw.number(2) else draw.word()}" for _ in range(draw.number(5))
    )
    return f"{pairs} {extra} id={draw.hexadecimal(12)}"


def plain_line(draw: _Draw) -> str:
    n = draw.number
    return draw.choice([
        lambda: f"{draw.time()[:19].replace('T', ' ')},{n():03} INFO  [{draw.word()}-{n(32)}] {draw.choice(_LOGGERS)} - {draw.sentence()}",
        lambda: f"I11{n(28):02} {n(24):02}:{n(60):02}:{n(60):02}.{n(10**6):06} 1 {draw.word()}.go:{n(900)}] {draw.sentence()} pod={draw.pod()}",
        lambda: f'{draw.address()} - - [20/Nov/2026:10:{n(60):02}:{n(60):02} +0000] "GET {draw.choice(_PATHS)}/{n(10**5)} HTTP/1.1" 200 {n(10**5)} "-" "curl/8.{n(9)}.0" {draw.hexadecimal(8)}',
        lambda: f"\tat com.example.{draw.word()}.{draw.word().title()}Handler.{draw.choice(_VERBS)}({draw.word().title()}Handler.java:{n(900)})",
        lambda: f"[{draw.time()}] \x1b[32mDEBUG\x1b[0m {draw.word()}: {draw.sentence()} ({draw.hexadecimal(40)})",
    ])()  # fmt: skip


def kubernetes_line(draw: _Draw) -> str:
    n = draw.number
    return draw.choice([
        lambda: f"{draw.choice(draw.names):<20} {draw.pod():<50} {n(3)}/3     Running   {n(40)}   {n(50)}d   {draw.address()}   node-{draw.hexadecimal(6)}",
        lambda: f"  Normal   Pulled     {n(60)}m  kubelet  Successfully pulled image \"registry.example/{draw.word()}/{draw.word()}@sha256:{draw.hexadecimal(64)}\" in {n(9)}.{n()}s",
        lambda: f"      {draw.word()}.example/{draw.word()}: {draw.hexadecimal(16)}",
        lambda: f"    Container ID:  containerd://{draw.hexadecimal(64)}",
        lambda: f"  uid: {draw.uuid()}\n  resourceVersion: \"{n(10**8)}\"\n  creationTimestamp: \"{draw.time()}\"",
        lambda: f"    - name: {draw.word().upper()}_{draw.word().upper()}\n      value: {draw.word()}-{n(99)}",
        lambda: f"      /var/run/secrets/kubernetes.io/serviceaccount from kube-api-access-{draw.hexadecimal(5)} (ro)",
        lambda: f"{n(60)}m   Warning   BackOff   pod/{draw.pod()}   Back-off restarting failed container {draw.word()} in pod {draw.pod()}_{draw.word()}({draw.uuid()})",
        lambda: f"      {draw.word().upper()}_URL:  http://{draw.word()}.{draw.word()}.svc.cluster.local:{n(9000)}/{draw.word()}\n      {draw.word().upper()}_KEY:  <set to the key '{draw.word()}' in secret '{draw.choice(draw.names)}'>  Optional: false",
    ])()  # fmt: skip


KINDS: dict[str, Callable[[_Draw], str]] = {
    "JSON pod log with hex ids": json_line,
    "logfmt": logfmt_line,
    "plain, klog, access, traces": plain_line,
    "Kubernetes output": kubernetes_line,
}


def varied_log(kind: str, size: int, seed: int = 7) -> str:
    """About `size` characters of one kind."""
    draw, make = _Draw(seed), KINDS[kind]
    lines, total = [], 0
    while total < size:
        line = make(draw)
        lines.append(line)
        total += len(line) + 1
    return "\n".join(lines) + "\n"
