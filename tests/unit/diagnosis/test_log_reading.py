"""The deciding line of a log in any language, and the name that belongs in the title."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fakes.evidence import diagnose, make_case
from incident_bot.diagnosis.logs.dependencies import find_address, find_path, find_setting
from incident_bot.diagnosis.patterns import compile_pattern, is_single_line, may_match, required_words
from incident_bot.diagnosis.rulebook.rules import RuleSet
from incident_bot.model import Category, Verdict

NO_RULES = RuleSet(rules={})

PYTHON_CHAIN = """\
Traceback (most recent call last):
  File "/app/db.py", line 9, in connect
    sock.connect(("pg.ml.svc", 5432))
ConnectionRefusedError: [Errno 111] Connection refused: pg.ml.svc:5432

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "/app/main.py", line 3, in <module>
    connect()
RuntimeError: startup failed
"""
JAVA_CHAIN = """\
Exception in thread "main" org.springframework.beans.factory.BeanCreationException: Error creating bean with name 'dataSource'
\tat org.example.Main.main(Main.java:10)
Caused by: java.lang.IllegalStateException: pool could not start
\tat org.example.Pool.start(Pool.java:5)
Caused by: java.net.UnknownHostException: orders-db.shop.svc
\tat java.net.InetAddress.getByName(InetAddress.java:1)
"""
GO_PANIC = "2026/11/21 11:00:00 starting\npanic: runtime error: invalid memory address or nil pointer dereference\n\ngoroutine 1 [running]:\nmain.main()\n\t/app/main.go:12 +0x1d\n"
NODE = """\
node:internal/process/promises:288
Error: connect ECONNREFUSED 10.0.0.7:6379
    at TCPConnectWrap.afterConnect [as oncomplete] (node:net:1494:16)
"""
RUST = "thread 'main' panicked at src/main.rs:14:10:\ncalled `Result::unwrap()` on an `Err` value: Os { code: 2, kind: NotFound, message: \"No such file or directory\" }\n"
DOTNET = """\
Unhandled exception. System.AggregateException: One or more errors occurred.
 ---> System.Net.Sockets.SocketException: Connection refused (billing.svc:8443)
   at System.Net.Sockets.Socket.Connect()
"""
CPP = "terminate called after throwing an instance of 'std::runtime_error'\n  what():  cannot map /models/big.bin\nAborted (core dumped)\n"
SHELL = "+ exec server\n/entrypoint.sh: line 7: MODEL_PATH: unbound variable\n"
VLLM = """\
(EngineCore pid=88) ValueError: To serve at least one request, 4.00 GiB KV cache is needed, which is larger than the available 1.2 GiB
(APIServer pid=1) Traceback (most recent call last):
(APIServer pid=1) RuntimeError: Engine core initialization failed. See root cause above. Failed core proc(s): {}
"""


@pytest.mark.parametrize(
    ("log", "says"),
    [
        pytest.param(PYTHON_CHAIN, "pg.ml.svc:5432", id="python: innermost"),
        pytest.param(JAVA_CHAIN, "orders-db.shop.svc", id="java: last Caused by"),
        pytest.param(GO_PANIC, "nil pointer dereference", id="go"),
        pytest.param(NODE, "10.0.0.7:6379", id="node"),
        pytest.param(RUST, "No such file or directory", id="rust"),
        pytest.param(DOTNET, "billing.svc:8443", id="dotnet: inner"),
        pytest.param(CPP, "/models/big.bin", id="c++"),
        pytest.param(SHELL, "MODEL_PATH", id="shell"),
        pytest.param(VLLM, "KV cache is needed", id="wrapper: the first inner one"),
    ],
)
def test_innermost_exception_is_cited_first(log: str, says: str) -> None:
    found = diagnose(make_case({"api-0_api.previous.log": "INFO start\n" * 3 + log}), NO_RULES)

    assert found.verdict is Verdict.FAILURE
    assert says in found.causes[0].citations[0].quote or says in found.causes[0].title


@pytest.mark.parametrize(
    ("line", "category", "says"),
    [
        (
            "ERROR tls: failed to verify certificate: x509: certificate has expired: https://vault.svc:8200/v1",
            Category.NETWORK,
            "vault.svc:8200",
        ),
        ("ERROR lookup feature-store.ml.svc on 10.96.0.10:53: no such host", Category.NETWORK, "feature-store.ml.svc"),
        ("FATAL write /data/wal/0001: no space left on device", Category.STORAGE, "/data/wal/0001"),
        (
            "E1121 10:00:00.000000 1 leaderelection.go:332] failed to renew lease kube-system/ctl: context deadline exceeded",
            Category.DEPENDENCY,
            "",
        ),
        ("ERROR listen tcp :8080: bind: address already in use", Category.NETWORK, "taken"),
        ("ERROR DATABASE_URL is not set", Category.CONFIG, "DATABASE_URL"),
        (
            '{"level":"error","msg":"request failed","error":"401 Unauthorized from https://api.example.com/v1"}',
            Category.DEPENDENCY,
            "api.example.com",
        ),
        ("ERROR 429 Too Many Requests from https://llm.example.com/generate", Category.DEPENDENCY, "llm.example.com"),
        ('ERROR: relation "features" does not exist', Category.DEPENDENCY, "features"),
        ("Error: EACCES: permission denied, open '/var/lib/app/state'", Category.STORAGE, "/var/lib/app/state"),
    ],
)
def test_complaints_name_their_dependency(line: str, category: Category, says: str) -> None:
    found = diagnose(make_case({"api-0_api.previous.log": f"INFO start\nINFO ready\n{line}\n"}), NO_RULES)

    assert found.causes[0].category is category
    assert says in found.causes[0].title


@pytest.mark.parametrize(
    "line",
    [
        "INFO connection refused counter: 0",
        '"GET /timeout HTTP/1.1" 200',
        "DEBUG errors=0 failures=0",
        "INFO certificate expires in 80 days",
        'level=info msg="too many requests in the past were retried, 0 failed"',
    ],
)
def test_quiet_lines_are_not_findings(line: str) -> None:
    assert diagnose(make_case({"api-0_api.log": f"{line}\n" * 15}), NO_RULES).causes == ()


def test_rare_error_before_the_storm_is_found_among_a_hundred_thousand_lines() -> None:
    lines = [
        f"2026-11-21T11:{second // 60 % 60:02}:{second % 60:02}Z INFO served request {second}"
        for second in range(100_000)
    ]
    lines[61_234] = "2026-11-21T11:40:34Z ERROR dial tcp: lookup cache.ml.svc: no such host"

    found = diagnose(make_case({"api-0_api.previous.log": "\n".join(lines)}), NO_RULES)

    assert found.causes[0].citations[0].line == 61_235
    assert "cache.ml.svc" in found.summary


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("dial tcp 10.0.0.1:5432: connect: connection refused", "10.0.0.1:5432"),
        ('connection to server at "db" (10.0.0.2), port 5432 failed', "db:5432"),
        ("HTTPConnectionPool(host='store', port=8000): Max retries", "store:8000"),
        ("getaddrinfo ENOTFOUND redis", "redis"),
        ("cannot reach loki:3100: connection refused", "loki:3100"),
        ("postgresql://[REDACTED:url:abc123]@db.svc:5432/x timed out", "db.svc:5432"),
        ("at main.go:12 in handler.py:33", ""),
        ("started at 12:30:45", ""),
        ("ratio 3:100", ""),
    ],
)
def test_remote_end_is_read_from_any_form(text: str, address: str) -> None:
    assert find_address(text) == address


def test_paths_and_settings_are_read() -> None:
    assert find_path("cannot open '/models/v7/weights.bin' now") == "/models/v7/weights.bin"
    assert find_setting("KeyError: 'FEATURE_STORE_URL'") == "FEATURE_STORE_URL"
    assert find_setting("plain words only") == ""


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("connection refused", ("connection refused",)),
        ("(?:no such host|ENOTFOUND)", ("enotfound", "no such host")),
        (r"\d+ Insufficient cpu\b", (" insufficient cpu",)),
        (r"x?", ()),
        (r"(?:abc)?def", ("def",)),
        (r"(?:abc|\d+)", ()),
    ],
)
def test_words_without_which_a_pattern_cannot_match(pattern: str, words: tuple[str, ...]) -> None:
    assert required_words(pattern) == words


def test_prefilter_never_hides_a_match_because_of_case() -> None:
    assert may_match("CUDA Out Of Memory", "runtimeerror: cuda out of memory")


def test_change_before_the_storm_is_told_and_cited() -> None:
    log = "INFO served\n" * 5 + "INFO configuration reloaded: upstream set to staging-db.ml.svc\n"
    log += "".join(
        f"ERROR query {number} failed: dial tcp 10.0.0.9:5432: connect: connection refused\n" for number in range(50)
    )

    found = diagnose(make_case({"api-0_api.log": log}), NO_RULES)

    assert "connection refused" in found.causes[0].citations[0].quote
    assert "staging-db" in found.causes[0].explanation
    assert any("configuration reloaded" in citation.quote for citation in found.causes[0].citations)


def test_service_that_others_complain_about_is_the_cause_when_its_own_log_says_why() -> None:
    """Logs of several pods and nothing else: the caller's error is the symptom."""
    callers = "INFO up\n" + "ERROR GET http://cart:8080/v1/items returned 500 internal server error\n" * 30
    called = "INFO up\n" + "ERROR write /data/cart.db: no space left on device\n" * 3

    found = diagnose(
        make_case({"frontend-7d9f8b6c5d-x2k4q_frontend.log": callers, "cart-5c6d7f8b9-qqrst_cart.log": called}),
        NO_RULES,
    )

    assert "no space left" in found.causes[0].citations[0].quote
    assert not any("500 internal" in cause.citations[0].quote for cause in found.causes)


def test_log_with_nothing_worse_than_a_warning_still_shows_its_warning() -> None:
    log = "INFO served\n" * 30 + "WARN slow query: SELECT * FROM features took 5023 ms, threshold 200 ms exceeded\n" * 4

    found = diagnose(make_case({"api-0_api.log": log}, alert="HighLatency"), NO_RULES)

    assert "slow query" in found.causes[0].citations[0].quote


@pytest.mark.parametrize(
    ("pattern", "is_single"),
    [
        ("connection refused", True),
        (r"^.*Error: [^\n]{1,80}$", True),
        (r"a\nb", False),
        (r"a\s+b", False),
        (r"a[^x]b", False),
        (r"a\Wb", False),
        (r"a\Sb", True),
        (r"(?:a|b\n)c", False),
        (r"(?s:a.b)", False),
    ],
)
def test_patterns_that_stay_within_a_line_are_known(pattern: str, *, is_single: bool) -> None:
    assert is_single_line(pattern) is is_single


@given(st.text(alphabet="aB1 \n.:'xé", max_size=60))
@settings(max_examples=150)
def test_single_line_patterns_never_match_a_break(text: str) -> None:
    for pattern in (r"a[^\n]*b", r"\w+: ", r"\S+'", r"[a-z]+1"):
        assert is_single_line(pattern)
        assert not any("\n" in match[0] for match in compile_pattern(pattern).finditer(text))


def test_the_telling_line_of_a_record_is_cited_beside_its_first() -> None:
    log = (
        "INFO relay: starting\nError: failed to load configuration from /etc/relay.toml\n\nCaused by:\n"
        '    TOML parse error at line 12\n    invalid type: string "30s", expected u64\n'
    )

    found = diagnose(make_case({"relay.log": log}), NO_RULES)

    assert {2, 6} <= {citation.line for citation in found.causes[0].citations}


def test_statements_that_break_a_constraint_are_no_failure_of_the_database() -> None:
    record = (
        "2026-11-20 10:{n:02}:00 UTC [31] LOG:  checkpoint complete\n"
        '2026-11-20 10:{n:02}:02 UTC [33] ERROR:  duplicate key value violates unique constraint "events_pkey"\n'
        "2026-11-20 10:{n:02}:02 UTC [33] STATEMENT:  INSERT INTO events VALUES ($1)\n"
    )

    found = diagnose(make_case({"postgresql.log": "".join(record.format(n=n) for n in range(20))}), NO_RULES)

    assert found.verdict is Verdict.HEALTHY
    assert not found.causes


def test_words_packages_clients_and_pages_are_no_remote_end() -> None:
    """What stands where an address could stand: a verb, a package, the caller, and the page that explains the error."""
    assert find_address("price lookup failed: connection refused") == ""
    # What a server was asked by is its own name.
    assert find_address('level=error msg="response completed" http.request.host=images.example.com') == ""
    assert find_address("Caused by: java.net.ConnectException: Connection refused") == ""
    assert find_address("shop/app@10.1.1.1:4444 pooler error") == ""
    assert find_address("self-signed certificate (see https://curl.se/libcurl/c/libcurl-errors.html)") == ""


def test_the_far_end_of_an_arrow_is_the_peer() -> None:
    assert find_address("read udp 10.244.0.7:41200->10.0.0.2:53: i/o timeout") == "10.0.0.2:53"


def test_message_of_several_lines_is_told_and_cited_up_to_its_first_frame() -> None:
    log = (
        "2026-11-21 11:00:00 INFO starting\n"
        "2026-11-21 11:00:02 ERROR run failed\n"
        "org.example.tool.ValidationException: Validation has failed:\n"
        "Migration checksum mismatch for migration version 12\n"
        "\tat org.example.tool.Main.run(Main.java:10)\n"
    )
    first = diagnose(make_case({"app.log": log}), NO_RULES).causes[0]

    assert "version 12" in first.title
    assert any("version 12" in citation.quote for citation in first.citations)


def test_error_that_python_prints_as_a_dictionary_is_read_for_its_reason() -> None:
    line = "ERROR [batch] index 7 status=400 error={'type': 'parse_error', 'reason': \"Limit of total fields [9] has been exceeded\"}"

    assert (
        "Limit of total fields [9] has been exceeded" in diagnose(make_case({"a.log": line + "\n"}), NO_RULES).summary
    )


def test_a_long_message_is_cut_around_the_words_it_is_known_by() -> None:
    """Neither the first nor the last link of a chain says that the quota is used up."""
    line = (
        'ERROR failed to create driver: pods "etl-7" is forbidden: exceeded quota: compute, requested: limits.memory=16Gi, '
        "used: limits.memory=120Gi, limited: limits.memory=128Gi, retry in: 30s, backoff: exponential, attempt: 7"
    )
    assert "exceeded quota: compute" in diagnose(make_case({"a.log": line + "\n"}), NO_RULES).causes[0].title


def test_a_heading_is_told_with_the_first_line_below_it() -> None:
    log = "INFO upgrade started\nError: UPGRADE FAILED: pre-upgrade hooks failed: 1 error occurred:\n\t* job tickets-migrate failed: BackoffLimitExceeded\n"

    assert "tickets-migrate" in diagnose(make_case({"a.log": log}), NO_RULES).causes[0].title


def test_issue_that_is_printed_as_json_over_many_lines_is_told_by_the_value_it_names() -> None:
    log = 'ZodError: [\n  {\n    "code": "invalid_type",\n    "path": [\n      "QUEUE_URL"\n    ],\n    "message": "Required"\n  }\n]\n    at parse (/app/x.js:1:1)\n'
    first = diagnose(make_case({"app.log": log}), NO_RULES).causes[0]

    assert "QUEUE_URL" in first.title
    assert "QUEUE_URL" in first.citations[0].quote


def test_of_a_chain_that_comes_again_the_whole_is_read_and_what_names_a_cause_told() -> None:
    begin = (
        "Traceback (most recent call last):\n"
        '  File "/app/crypt.py", line 40, in read\n'
        "    return raw.decode()\n"
        "UnicodeDecodeError: 'utf-8' codec can't decode byte 0x{byte:02x} in position {place}: invalid start byte\n"
        "\n"
        "During handling of the above exception, another exception occurred:\n"
        "\n"
        "Traceback (most recent call last):\n"
        '  File "/app/crypt.py", line 44, in read\n'
        "    raise ValueError('Invalid value of key for stored secrets')\n"
        "ValueError: Invalid value of key for stored secrets\n"
    )
    chains = "".join(begin.format(byte=0x80 + number, place=number % 7) for number in range(40))
    found = diagnose(make_case({"portal.log": chains}), NO_RULES)
    assert "Invalid value of key" in found.causes[0].title


@pytest.mark.parametrize(
    "error",
    [
        "ERROR bootstrap checks failed: the limit of mappings is too low. For more information see [https://docs.example/limits]",
        "error: unknown command 'serv'. See 'shop --help'",
    ],
)
def test_an_error_that_ends_with_a_hint_is_one(error: str) -> None:
    found = diagnose(make_case({"search-0.previous.log": f"2026-11-21T11:00:00Z INFO starting\n{error}\n"}), NO_RULES)
    assert any(citation.quote.startswith(error[:40]) for cause in found.causes for citation in cause.citations)


def test_a_line_that_only_says_where_to_read_on_is_no_error() -> None:
    calm = "".join(f"2026-11-21T11:{n:02d}:00Z INFO order {n} stored\n" for n in range(30))
    found = diagnose(make_case({"shop.log": f"{calm}For more details on errors run shop --help\n"}), NO_RULES)
    assert found.verdict is Verdict.HEALTHY
