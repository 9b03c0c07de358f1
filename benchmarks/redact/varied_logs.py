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
_AGENTS = (
    "Mozilla/5.0 (X11; Linux x86_64) Gecko/2010 Firefox/",
    "Go-http-client/",
    "kube-probe/1.",
    "okhttp/",
    "curl/8.",
    "Prometheus/3.",
)
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
        lambda: f'{draw.address()} - - [20/Nov/2026:10:{n(60):02}:{n(60):02} +0000] "GET {draw.choice(_PATHS)}/{n(10**5)} HTTP/1.1" 200 {n(10**5)} "-" "{draw.choice(_AGENTS)}{n(90)}.{n(9)}" {draw.hexadecimal(8)}',
        lambda: f"\tat com.example.{draw.word()}.{draw.word().title()}Handler.{draw.choice(_VERBS)}({draw.word().title()}Handler.java:{n(900)})",
        lambda: f"[{draw.time()}] \x1b[32mDEBUG\x1b[0m {draw.word()}: {draw.sentence()} ({draw.hexadecimal(40)})",
    ])()  # fmt: skip


def kubernetes_lines(draw: _Draw) -> str:
    """Rows of `get`, events, stretches of `describe` and of manifests; 1,000 keywords a megabyte, as in recorded ones."""
    n, word = draw.number, draw.word
    return draw.choice([
        lambda: f"{draw.choice(draw.names):<20} {draw.pod():<50} {n(3)}/3     Running   {n(40)}   {n(50)}d   {draw.address()}   node-{draw.hexadecimal(6)}",
        lambda: f"{draw.choice(draw.names):<20} deployment/{draw.pod()}   {n(90)}%/80%   {n(4)}   {n(20)}   {n(9)}   {n(300)}d",
        lambda: f"  Normal   Pulled     {n(60)}m  kubelet  Successfully pulled image \"registry.example/{word()}/{word()}@sha256:{draw.hexadecimal(64)}\" in {n(9)}.{n()}s",
        lambda: f"{n(60)}m   Warning   BackOff   pod/{draw.pod()}   Back-off restarting failed container {word()} in pod {draw.pod()}_{word()}({draw.uuid()})",
        lambda: f"{n(60)}m   Warning   Unhealthy   pod/{draw.pod()}   Readiness probe failed: Get \"http://{draw.address()}:8080{draw.choice(_PATHS)}\": context deadline exceeded",
        lambda: f"{n(60)}m   Normal   ScalingReplicaSet   deployment/{draw.choice(draw.names)}   Scaled up replica set {draw.pod()} to {n(9)} from {n(9)}",
        lambda: _described(draw),
        lambda: f"  metadata:\n    labels:\n      {word()}.example/{word()}: {word()}\n      pod-template-hash: {draw.hexadecimal(10)}\n    name: {draw.pod()}\n    uid: {draw.uuid()}\n    resourceVersion: \"{n(10**8)}\"\n    creationTimestamp: \"{draw.time()}\"",
        lambda: f"  - type: Ready\n    status: \"False\"\n    lastTransitionTime: \"{draw.time()}\"\n    reason: ContainersNotReady\n    message: 'containers with unready status: [{word()} {word()}]'",
        lambda: f"    - name: {word().upper()}_{word().upper()}\n      value: {word()}-{n(99)}\n    resources:\n      limits:\n        cpu: {n(8)}\n        memory: {n(900)}Mi",
    ])()  # fmt: skip


def _described(draw: _Draw) -> str:
    """One container of `kubectl describe pod`."""
    n, word = draw.number, draw.word
    return f"""  {word()}:
    Container ID:   containerd://{draw.hexadecimal(64)}
    Image:          registry.example/{word()}/{word()}:v{n(9)}.{n(40)}.{n(9)}
    Image ID:       registry.example/{word()}/{word()}@sha256:{draw.hexadecimal(64)}
    Port:           {n(9000)}/TCP
    State:          Waiting
      Reason:       CrashLoopBackOff
    Last State:     Terminated
      Reason:       Error
      Exit Code:    {n(140)}
      Started:      {draw.time()}
      Finished:     {draw.time()}
    Ready:          False
    Restart Count:  {n(90)}
    Limits:
      cpu:     {n(8)}
      memory:  {n(900)}Mi
    Liveness:   http-get http://:{n(9000)}{draw.choice(_PATHS)} delay={n(60)}s timeout={n(9)}s period={n(60)}s #success=1 #failure={n(9)}
    Environment:
      {word().upper()}_URL:       http://{word()}.{word()}.svc.cluster.local:{n(9000)}/{word()}
      {word().upper()}_{word().upper()}:  {word()}
      {word().upper()}_KEY:       <set to the key '{word()}' in secret '{draw.choice(draw.names)}'>  Optional: false
    Mounts:
      /etc/{word()} from {word()} (rw)
      /var/run/secrets/kubernetes.io/serviceaccount from kube-api-access-{draw.hexadecimal(5)} (ro)"""


KINDS: dict[str, Callable[[_Draw], str]] = {
    "JSON pod log with hex ids": json_line,
    "logfmt": logfmt_line,
    "plain, klog, access, traces": plain_line,
    "Kubernetes output": kubernetes_lines,
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
