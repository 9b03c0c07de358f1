"""Stack traces as seven runtimes print them, bare and behind what a collector puts before each line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from fakes.log_formats import AT, _at, _iso

ISO = f"{AT:%Y-%m-%dT%H:%M:%S}.412Z"


@dataclass(frozen=True)
class Trace:
    """A trace between calm lines: which of its lines says what happened, and which only say where."""

    name: str
    calm: Callable[[int], str]
    decisive: Sequence[str]
    cause: int
    frames: Sequence[int]


def _plain(n: int) -> str:
    return f"{_iso(n)} INFO  order {n} stored in {n % 90} ms"


def _wrapped(name: str, trace: Trace) -> Trace:
    """The same trace as the container runtime writes it."""
    return Trace(
        name,
        lambda n: f"{_iso(n)} stdout F {trace.calm(n)}",
        [f"{ISO} stderr F {line}" for line in trace.decisive],
        trace.cause,
        trace.frames,
    )


PYTHON = Trace(
    "Python",
    _plain,
    [
        "Traceback (most recent call last):",
        '  File "/srv/orders/app.py", line 214, in store',
        "    ledger.append(entry)",
        '  File "/srv/orders/ledger.py", line 61, in append',
        "    self._file.write(entry)",
        "    ^^^^^^^^^^^^^^^^^^^^^^^",
        "OSError: [Errno 30] Read-only file system: '/var/ledger'",
    ],
    6,
    range(1, 6),
)
JAVA = Trace(
    "Java",
    _plain,
    [
        f"{ISO} ERROR [exec-4] shop.Orders - storing order 77 went wrong",
        "java.lang.IllegalStateException: ledger is closed",
        "\tat shop.Ledger.append(Ledger.java:61)",
        "\tat shop.Orders.store(Orders.java:214)",
        "\tat java.base/java.lang.Thread.run(Thread.java:1583)",
        "Caused by: java.nio.file.ReadOnlyFileSystemException: /var/ledger",
        "\tat shop.Volume.open(Volume.java:33)",
        "\t... 2 more",
    ],
    5,
    [2, 3, 4, 6, 7],
)
TRACES = [
    PYTHON,
    _wrapped("Python, CRI", PYTHON),
    Trace(
        "Python, chained",
        _plain,
        [
            "Traceback (most recent call last):",
            '  File "/srv/orders/app.py", line 214, in store',
            "    ledger.append(entry)",
            "KeyError: 'moss'",
            "",
            "During handling of the above exception, another exception occurred:",
            "",
            "Traceback (most recent call last):",
            '  File "/srv/orders/app.py", line 230, in answer',
            "    raise LedgerError(entry) from None",
            "orders.errors.LedgerError: no page for moss",
        ],
        10,
        [1, 2, 8, 9],
    ),
    JAVA,
    _wrapped("Java, CRI", JAVA),
    Trace(
        "Go",
        lambda n: f"{_at(n, '%Y/%m/%d %H:%M:%S')} order {n} stored",
        [
            "panic: runtime error: invalid memory address or nil pointer dereference",
            "[signal SIGSEGV: segmentation violation code=0x1 addr=0x18 pc=0x4a51c2]",
            "",
            "goroutine 41 [running]:",
            "example.com/shop/ledger.(*Book).Append(0x0, {0xc0001a6000, 0x20})",
            "\t/src/ledger/book.go:61 +0x42",
            "example.com/shop/orders.(*Server).Store(0xc0000b4000, 0x4d)",
            "\t/src/orders/server.go:214 +0x1a5",
            "created by example.com/shop/orders.Run in goroutine 1",
            "\t/src/orders/run.go:19 +0x8f",
        ],
        0,
        range(4, 10),
    ),
    Trace(
        "Node",
        _plain,
        [
            "/srv/orders/ledger.js:61",
            "    throw new LedgerError(`no page for ${name}`);",
            "    ^",
            "",
            "LedgerError: no page for moss",
            "    at Ledger.append (/srv/orders/ledger.js:61:11)",
            "    at async store (/srv/orders/app.js:214:5)",
            "    at process.processTicksAndRejections (node:internal/process/task_queues:105:5)",
            "",
            "Node.js v22.11.0",
        ],
        4,
        [5, 6, 7],
    ),
    Trace(
        "Rust",
        _plain,
        [
            "thread 'main' panicked at src/ledger.rs:61:14:",
            'called `Result::unwrap()` on an `Err` value: Os { code: 30, kind: ReadOnlyFilesystem, message: "Read-only file system" }',
            "stack backtrace:",
            "   0: rust_begin_unwind",
            "             at /rustc/0a1b/library/std/src/panicking.rs:665:5",
            "   1: core::panicking::panic_fmt",
            "             at /rustc/0a1b/library/core/src/panicking.rs:76:14",
            "   2: orders::ledger::append",
            "             at ./src/ledger.rs:61:14",
            "note: Some details are omitted, run with `RUST_BACKTRACE=full` for a verbose backtrace.",
        ],
        0,
        range(3, 9),
    ),
    Trace(
        ".NET",
        lambda n: f"info: Shop.Orders[{n}] order stored",
        [
            "Unhandled exception. System.InvalidOperationException: ledger is closed",
            " ---> System.IO.IOException: Read-only file system : '/var/ledger'",
            "   at Shop.Volume.Open(String path) in /src/Volume.cs:line 33",
            "   --- End of inner exception stack trace ---",
            "   at Shop.Ledger.Append(Entry entry) in /src/Ledger.cs:line 61",
            "   at Shop.Orders.Store(Order order) in /src/Orders.cs:line 214",
        ],
        0,
        [2, 3, 4, 5],
    ),
    Trace(
        "C++",
        _plain,
        [
            "terminate called after throwing an instance of 'std::system_error'",
            "  what():  ledger: Read-only file system",
            '*** Aborted at 1773480413 (unix time) try "date -d @1773480413" if you are using GNU date ***',
            "PC: @     0x7f3c2a1b8e87 gsignal",
            "    @     0x7f3c2a1ba7f1 abort",
            "    @     0x55d0c0a1b2c3 shop::Ledger::append()",
            "    @     0x55d0c0a1b9f0 shop::Orders::store()",
            "    @     0x7f3c2a19bc87 __libc_start_main",
        ],
        0,
        range(4, 8),
    ),
    Trace(
        "C++ in a debugger's notation",
        _plain,
        [
            "==4711==ERROR: AddressSanitizer: heap-use-after-free on address 0x602000000010 at pc 0x55d0c0a1b2c3",
            "    #0 0x55d0c0a1b2c2 in shop::Ledger::append(shop::Entry const&) /src/ledger.cc:61:5",
            "    #1 0x55d0c0a1b9ef in shop::Orders::store(int) /src/orders.cc:214:3",
            "    #2 0x7f3c2a19bc86 in __libc_start_main",
        ],
        0,
        [1, 2, 3],
    ),
]
