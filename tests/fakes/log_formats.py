"""One row a log format: what its calm lines and its decisive ones look like, and what must be read in them.

Calm line n is written n seconds after 09:00, the decisive ones at 09:26:53, all on one day.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from incident_bot.condense.severity import Level

START = datetime(2026, 3, 14, 9, 0, tzinfo=UTC)
AT = START + timedelta(minutes=26, seconds=53)
PAD = " ".join(f"{word}-{word[::-1]}" for word in ("amber", "basil", "cedar", "daisy", "elder", "fennel") * 12)


@dataclass(frozen=True)
class Format:
    """Lines of one format. `says` must survive whatever else is cut; `long` is a decisive line with much else in it."""

    name: str
    calm: Callable[[int], str]
    decisive: Sequence[str]
    says: str
    level: Level = Level.ERROR
    dated: bool = True
    long: str = ""

    @property
    def telling(self) -> str:
        """The decisive line that says it."""
        return next(line for line in self.decisive if self.says in line)


def _at(n: int, pattern: str) -> str:
    return (START + timedelta(seconds=n)).strftime(pattern)


def _iso(n: int) -> str:
    return _at(n, "%Y-%m-%dT%H:%M:%S.") + f"{n * 137 % 1000:03d}Z"


def _docker(n: int, log: str, stream: str = "stdout") -> str:
    return json.dumps({"log": log + "\n", "stream": stream, "time": _iso(n)})


def _sorted_json(n: int, level: str, msg: str, **more: object) -> str:
    """As loggers write that sort their keys: the time comes last."""
    return json.dumps({"level": level, "logger": "orders", **more, "msg": msg, "time": _iso(n)})


def _nested(n: int, level: str, message: str, **more: object) -> str:
    return json.dumps(
        {
            "@timestamp": _iso(n),
            "log": {"level": level, "logger": "http.server"},
            "kubernetes": {"labels": {"app": "orders"}, "node": "node-3"},
            "event": {"message": message, "duration_ms": n % 900, **more},
        }
    )


def _combined(n: int, path: str, status: int) -> str:
    return f'10.4.{n % 250}.7 - - [{_at(n, "%d/%b/%Y:%H:%M:%S +0000")}] "GET {path} HTTP/1.1" {status} {n % 5000} "-" "probe/1.0"'


def _envoy(n: int, path: str, status: int, flags: str) -> str:
    return (
        f'[{_iso(n)}] "GET {path} HTTP/1.1" {status} {flags} 0 {n % 5000} {n % 90} - "10.4.{n % 250}.7" "probe/1.0" '
        f'"{n:08x}-0a1b-4c2d-8e3f-{n * 7919:012x}" "orders.shop" "10.8.0.4:8080"'
    )


SECOND = 26 * 60 + 53
ISO = _iso(SECOND)

FORMATS = [
    Format(
        "cri",
        lambda n: f"{_iso(n)} stdout F served order {n} in {n % 90} ms",
        [f"{ISO} stderr F cannot open the ledger: permission denied"],
        "cannot open the ledger: permission denied",
        long=f"{ISO} stderr F cannot open the ledger: permission denied {PAD}",
    ),
    Format(
        "docker json-file",
        lambda n: _docker(n, f"served order {n} in {n % 90} ms"),
        [_docker(SECOND, "cannot open the ledger: permission denied", "stderr")],
        "cannot open the ledger: permission denied",
        long=_docker(SECOND, f"cannot open the ledger: permission denied {PAD}", "stderr"),
    ),
    Format(
        "klog",
        lambda n: f"I{_at(n, '%m%d %H:%M:%S')}.{n:06d}       1 controller.go:{n % 400}] synced claim {n}",
        [f"E{AT:%m%d %H:%M:%S}.000412       1 binder.go:77] volume of claim moss-7 is held by another node"],
        "volume of claim moss-7 is held by another node",
        long=f"E{AT:%m%d %H:%M:%S}.000412       1 binder.go:77] volume of claim moss-7 is held by another node {PAD}",
    ),
    Format(
        "glog with a year",
        lambda n: f"I{_at(n, '%Y%m%d %H:%M:%S')}.{n:06d} 12345 server.cc:{n % 400}] answered call {n}",
        [f"F{AT:%Y%m%d %H:%M:%S}.000412 12345 ledger.cc:77] the page count is odd"],
        "the page count is odd",
        Level.FATAL,
        long=f"F{AT:%Y%m%d %H:%M:%S}.000412 12345 ledger.cc:77] the page count is odd {PAD}",
    ),
    Format(
        "logfmt",
        lambda n: f'time={_iso(n)} level=info component=orders msg="order stored" order={n} took={n % 90}ms',
        [f'time={ISO} level=error component=orders msg="ledger is read-only" order=77'],
        "ledger is read-only",
        long=f'time={ISO} level=error component=orders labels="{PAD}" msg="ledger is read-only" order=77',
    ),
    Format(
        "json, keys sorted",
        lambda n: _sorted_json(n, "info", "order stored", order=n),
        [_sorted_json(SECOND, "error", "ledger is read-only", labels=PAD)],
        "ledger is read-only",
        long=_sorted_json(SECOND, "error", "ledger is read-only", labels=PAD),
    ),
    Format(
        "json, nested",
        lambda n: _nested(n, "info", "order stored", order=n),
        [_nested(SECOND, "error", "ledger is read-only", order=77)],
        "ledger is read-only",
        long=_nested(SECOND, "error", "ledger is read-only", labels=PAD),
    ),
    Format(
        "syslog, RFC 3164",
        lambda n: f"<30>{_at(n, '%b %d %H:%M:%S')} node-3 orders[{800 + n % 3}]: order {n} stored",
        [f"<27>{AT:%b %d %H:%M:%S} node-3 orders[801]: ledger is read-only"],
        "ledger is read-only",
        long=f"<27>{AT:%b %d %H:%M:%S} node-3 orders[801]: ledger is read-only {PAD}",
    ),
    Format(
        "syslog, RFC 5424",
        lambda n: f'<30>1 {_iso(n)} node-3 orders {800 + n % 3} ID{n % 9} [meta@32473 zone="b"] order {n} stored',
        [f'<26>1 {ISO} node-3 orders 801 ID4 [meta@32473 zone="b"] ledger is read-only'],
        "ledger is read-only",
        Level.FATAL,
        long=f'<26>1 {ISO} node-3 orders 801 ID4 [meta@32473 zone="b"] ledger is read-only {PAD}',
    ),
    Format(
        "nginx access",
        lambda n: _combined(n, f"/orders/{n}", 200),
        [_combined(SECOND, "/ledger/moss", 502)],
        "/ledger/moss",
        long=_combined(SECOND, f"/ledger/moss?{PAD.replace(' ', '&')}", 502),
    ),
    Format(
        "nginx error",
        lambda n: f"{_at(n, '%Y/%m/%d %H:%M:%S')} [notice] 29#29: *{n} client closed keepalive connection",
        [f"{AT:%Y/%m/%d %H:%M:%S} [crit] 29#29: *77 open() of the ledger went wrong (13: Permission denied)"],
        "open() of the ledger went wrong",
        Level.FATAL,
        long=f"{AT:%Y/%m/%d %H:%M:%S} [crit] 29#29: *77 open() of the ledger went wrong (13: Permission denied), {PAD}",
    ),
    Format(
        "envoy access",
        lambda n: _envoy(n, f"/orders/{n}", 200, "-"),
        [_envoy(SECOND, "/ledger/moss", 503, "UF")],
        "/ledger/moss",
        long=_envoy(SECOND, f"/ledger/moss?{PAD.replace(' ', '&')}", 503, "UF"),
    ),
    Format(
        "GitHub Actions",
        lambda n: f"{_iso(n)[:-1]}0000Z   compiled module {n}",
        [f"{ISO[:-1]}0000Z ##[error]ledger.c is older than its header"],
        "ledger.c is older than its header",
        long=f"{ISO[:-1]}0000Z ##[error]ledger.c is older than its header {PAD}",
    ),
    Format(
        "colours",
        lambda n: f"\x1b[2m{_iso(n)}\x1b[0m \x1b[32m INFO\x1b[0m \x1b[2morders\x1b[0m\x1b[2m:\x1b[0m order {n} stored",
        [f"\x1b[2m{ISO}\x1b[0m \x1b[31mERROR\x1b[0m \x1b[2morders\x1b[0m\x1b[2m:\x1b[0m ledger is read-only"],
        "ledger is read-only",
        long=f"\x1b[2m{ISO}\x1b[0m \x1b[31mERROR\x1b[0m \x1b[2morders\x1b[0m: ledger is read-only {PAD}",
    ),
    Format(
        "progress redrawn",
        lambda n: "\r".join(
            f"{_iso(n)} layer {n}: {percent}% [{'#' * (percent // 4):<25}]" for percent in range(0, 101, 20)
        ),
        [f"{ISO} layer 77: 40% [##########      ]\r{ISO} layer 77: the digest is another: cannot continue"],
        "the digest is another: cannot continue",
        Level.WARNING,
    ),
    Format(
        "NUL and broken UTF-8",
        lambda n: f"{_iso(n)} order {n} stored\x00\ufffd",
        [f"{ISO} \x00\ufffd ERROR ledger\ufffd is read-only\x00"],
        "is read-only",
        long=f"{ISO} \x00\ufffd ERROR ledger\ufffd is read-only\x00 {PAD}",
    ),
    Format(
        "tomcat",
        lambda n: (
            f"{_at(n, '%d-%b-%Y %H:%M:%S')}.{n % 1000:03d} INFO [exec-{n % 9}] shop.Orders.store order {n} stored"
        ),
        [f"{AT:%d-%b-%Y %H:%M:%S}.412 SEVERE [exec-4] shop.Ledger.open ledger is read-only"],
        "ledger is read-only",
    ),
    Format(
        "redis",
        lambda n: f"1:M {_at(n, '%d %b %Y %H:%M:%S')}.{n % 1000:03d} * {n} changes in 60 seconds. Saving...",
        [f"1:M {AT:%d %b %Y %H:%M:%S}.412 # Failed opening the ledger file (moss): Read-only file system"],
        "Failed opening the ledger file",
    ),
    Format(
        "apache error",
        lambda n: f"[{_at(n, '%a %b %d %H:%M:%S')}.{n:06d} 2026] [core:notice] [pid {n % 9}] child {n} ready",
        [f"[{AT:%a %b %d %H:%M:%S}.000412 2026] [proxy:error] [pid 4] ledger backend gave no answer"],
        "ledger backend gave no answer",
    ),
    Format(
        "journal as JSON",
        lambda n: json.dumps(
            {
                "PRIORITY": "6",
                "_HOSTNAME": "node-3",
                "MESSAGE": f"order {n} stored",
                "__REALTIME_TIMESTAMP": f"{(START + timedelta(seconds=n)).timestamp():.0f}000412",
            }
        ),
        [
            json.dumps(
                {
                    "PRIORITY": "3",
                    "_HOSTNAME": "node-3",
                    "MESSAGE": "ledger is read-only",
                    "__REALTIME_TIMESTAMP": f"{AT.timestamp():.0f}000412",
                }
            )
        ],
        "ledger is read-only",
    ),
    Format(
        "compact log events of .NET",
        lambda n: json.dumps({"@t": _iso(n), "@m": f"order {n} stored", "Order": n}),
        [json.dumps({"@t": ISO, "@l": "Error", "@m": "ledger is read-only", "Order": 77})],
        "ledger is read-only",
        long=json.dumps({"@t": ISO, "Labels": PAD, "@l": "Error", "@m": "ledger is read-only", "Order": 77}),
    ),
]
