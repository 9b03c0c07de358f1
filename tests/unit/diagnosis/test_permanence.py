"""What cannot heal by itself counts at its first occurrence in a log of a pod that is well, unless the log shows that it came to nothing."""

from __future__ import annotations

import pytest

from fakes.evidence import diagnose, make_case
from incident_bot.diagnosis import load_rules
from incident_bot.diagnosis.complaints.permanence import find_permanence, quote_permanence
from incident_bot.model import Verdict

RULES = load_rules()
PODS = "NAME                     READY   STATUS    RESTARTS   AGE\nshop-6d5f7c9b8d-x2k4q    1/1     Running   0          3d\n"


def work(first: int, last: int) -> str:
    return "".join(f"2026-11-21T08:00:{s:02}Z INFO GET /carts/{4711 + s} 200\n" for s in range(first, last))


def verdict_of(*said: str, status: str = PODS) -> Verdict:
    """The verdict about a ready pod that says so in the midst of its work."""
    log = work(0, 20) + "".join(f"{line}\n" for line in said) + work(30, 50)
    return diagnose(make_case({"shop.log": log, "pods.txt": status}), RULES).verdict


COLUMN = '2026-11-21T08:00:20Z ERROR GET /carts/77: column "coupon" does not exist'
TASK = "2026-11-21T08:00:20Z ERROR Received unregistered task of type 'shop.tasks.refund'"
REFUSED = "2026-11-21T08:00:20Z ERROR GET /carts/77: stock:8080: connection refused"


@pytest.mark.parametrize("said", [COLUMN, TASK])
def test_what_cannot_heal_counts_once(said: str) -> None:
    assert verdict_of(said) is Verdict.FAILURE


def test_what_may_heal_takes_repetition() -> None:
    assert verdict_of(REFUSED) is Verdict.HEALTHY


@pytest.mark.parametrize(
    "later",
    [
        "2026-11-21T08:00:24Z INFO migration 12: column coupon added to carts",
        "2026-11-21T08:00:24Z INFO statement on coupon succeeded",
    ],
)
def test_what_is_there_later_is_over(later: str) -> None:
    assert verdict_of(COLUMN, later) is not Verdict.FAILURE


def test_what_is_still_not_there_later_goes_on() -> None:
    assert (
        verdict_of(COLUMN, "2026-11-21T08:00:24Z INFO column coupon was not found, nothing created") is Verdict.FAILURE
    )


@pytest.mark.parametrize(
    "said",
    [
        "2026-11-21T08:00:20Z WARN cannot load library 'libavif.so', falling back to png",
        "2026-11-21T08:00:20Z WARN no handler registered for event audit.ping, ignoring it",
        "2026-11-21T08:00:20Z WARN template cart_fr not found",
        "2026-11-21T08:00:20Z INFO unregistered task 'x' was removed from the list",
        "2026-11-21T08:00:20Z DEBUG column coupon does not exist",
    ],
)
def test_what_a_program_does_without_is_no_failure(said: str) -> None:
    assert verdict_of(said) is Verdict.HEALTHY


def test_two_warnings_of_a_kind_are_more_than_an_option() -> None:
    said = "2026-11-21T08:00:20Z WARN poll failed: The specified queue does not exist"
    assert verdict_of(said) is Verdict.HEALTHY
    assert verdict_of(said, said) is Verdict.FAILURE


def test_a_warning_that_announces_the_next_try_takes_repetition() -> None:
    said = "2026-11-21T08:00:20Z WARN delivery failed: certificate of hooks.example.org has expired, next try in 30m"
    assert verdict_of(said, said) is Verdict.HEALTHY


def test_a_leak_is_told_once_and_runs_out_later() -> None:
    leak = "2026-11-21T08:00:20Z WARN Connection leak detection triggered for conn7 on thread export-1"
    none_left = "2026-11-21T08:00:25Z ERROR GET /carts/77: no free connection"
    assert verdict_of(leak) is Verdict.HEALTHY
    assert verdict_of(leak, none_left) is Verdict.FAILURE


def test_a_statement_mistyped_at_a_databases_prompt_is_nobodys_failure() -> None:
    said = '2026-11-21T08:00:20Z ERROR:  column "regoin" does not exist at character 8'
    assert verdict_of(said, "2026-11-21T08:00:20Z STATEMENT:  select regoin from shops;") is Verdict.HEALTHY


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        (r'"err":"pq: relation \"audit\" does not exist"', "absent"),
        ("An API error occurred: channel_not_found", "absent"),
        ("code = Unimplemented desc = unknown method Watch", "unknown-to-program"),
        ("No enum constant com.example.State.PREORDER", "unknown-to-program"),
        ("Field 'currency' is required for type with serial name 'Order'", "shape"),
        ("User: arn:aws:sts::1:assumed-role/x is not authorized to perform: s3:PutObject", "not-allowed"),
        ("413: request entity too large", "over-a-limit"),
        ("The config property pay.bank is required but it could not be found", "not-configured"),
        ("Work-horse terminated unexpectedly; waitpid returned 9 (signal 9)", "child-killed"),
        ("this scheduler was recovered by another instance in the cluster", "done-twice"),
    ],
)
def test_words_say_why_it_does_not_heal(said: str, kind: str) -> None:
    complaint = find_permanence(said)
    assert complaint is not None
    assert complaint.kind == kind
    assert quote_permanence(said)


@pytest.mark.parametrize(
    "said",
    [
        "connection reset by peer",
        "request timed out after 30s",
        "503 Service Unavailable",
        "deadlock detected, transaction is retried",
        "rate limit exceeded, slow down",
        "no worker is available",
        "user anna: invalid password",
        "the cart exists and the queue is found",
        "",
    ],
)
def test_what_comes_and_goes_is_not_permanent(said: str) -> None:
    assert find_permanence(said) is None
    assert quote_permanence(said) == ""


HOST = "2026-11-21T08:00:2{}Z ERROR Invalid HTTP_HOST header: '{}'. You may need to add it to ALLOWED_HOSTS."


def test_one_name_that_is_asked_for_again_and_again_was_made_known_by_somebody() -> None:
    assert verdict_of(*(HOST.format(i, "sale.example.org") for i in range(4))) is Verdict.FAILURE


@pytest.mark.parametrize(
    "names",
    [
        ["203.0.113.9"] * 4,
        ["a.example.org", "b.example.net", "203.0.113.9", "c.example.com"],
        ["sale.example.org"],
    ],
)
def test_strangers_ask_by_address_and_by_made_up_names(names: list[str]) -> None:
    assert verdict_of(*(HOST.format(i, name) for i, name in enumerate(names))) is Verdict.HEALTHY


def test_a_further_line_that_says_what_is_missing_is_told_instead_of_its_errors_heading() -> None:
    log = work(0, 12) + (
        "2026-11-21T08:00:20Z ERROR start failed {\n"
        '    "stage": "stores",\n'
        '    "Required services that are not installed:" => ["db.ClaimsPool"]\n'
        "}\n"
        "2026-11-21T08:00:21Z INFO admin console on :9990\n"
    )
    down = PODS.replace("1/1", "0/1")
    found = diagnose(make_case({"shop.log": log, "pods.txt": down}), RULES)
    assert "ClaimsPool" in found.causes[0].title
    assert any("not installed" in citation.quote for citation in found.causes[0].citations)


FULL = "2026-11-21T08:00:20Z WARN put of cart 77: the store is now operating in read-only mode, 12 MB left"
LOST = "2026-11-21T08:00:20Z ERROR cannot follow the oplog: resume point may no longer be in the oplog"
ZONE = "2026-11-21T08:00:20Z zone corp.example/IN: not loaded due to errors."
MAIL = "2026-11-21T08:00:20Z to=<kim@web.example>, status=deferred (SASL authentication failed; server smtp.relay.example said: 535 Authentication failed)"


@pytest.mark.parametrize("said", [FULL, LOST, ZONE, MAIL])
def test_what_a_server_of_others_states_counts_once(said: str) -> None:
    assert verdict_of(said) is Verdict.FAILURE


def test_a_store_that_takes_writes_again_is_over() -> None:
    assert verdict_of(FULL, "2026-11-21T08:00:29Z INFO the store is writable again") is not Verdict.FAILURE


def test_a_replica_that_says_what_it_is_for_is_well() -> None:
    assert verdict_of("2026-11-21T08:00:20Z INFO replica is serving in read-only mode") is not Verdict.FAILURE


def _tenant(text: str) -> tuple[str, ...]:
    return tuple(f"2026-11-21T08:00:{at}Z WARN push refused, code=429 tenant=shop: {text}" for at in range(20, 28))


def test_a_tenant_at_its_limit_is_refused_for_good_and_one_at_its_rate_is_not() -> None:
    assert verdict_of(*_tenant("maximum active stream limit exceeded")) is Verdict.FAILURE
    assert verdict_of(*_tenant("rate limit exceeded")) is not Verdict.FAILURE


def _controller(later: str) -> Verdict:
    refused = '2026-11-21T08:00:20Z ERROR invalid ingress configuration: annotation cannot be used, snippet directives are disabled by the administrator ingress="shop/front"'
    return verdict_of(refused, f"2026-11-21T08:00:29Z INFO {later}")


def test_a_reload_for_other_objects_makes_no_refused_one_good() -> None:
    assert _controller("configuration reloaded") is Verdict.FAILURE
    assert _controller('configuration of ingress="shop/front" accepted and applied') is not Verdict.FAILURE


BLOCKED = "2026-11-21T08:00:20Z WARN blocking message production on address 'invoices'; size is currently 104 MB"
ALARM = "2026-11-21T08:00:20Z WARN disk resource limit alarm set on node 'mq-0'"


@pytest.mark.parametrize("said", [BLOCKED, ALARM])
def test_who_holds_back_writers_says_so_once(said: str) -> None:
    assert verdict_of(said) is Verdict.FAILURE


@pytest.mark.parametrize(
    ("said", "later"),
    [
        (BLOCKED, "2026-11-21T08:00:28Z INFO message production on address 'invoices' is unblocked"),
        (ALARM, "2026-11-21T08:00:28Z INFO disk resource limit alarm cleared on node 'mq-0'"),
    ],
)
def test_who_lets_writers_go_on_has_recovered(said: str, later: str) -> None:
    assert verdict_of(said, later) is not Verdict.FAILURE


def test_a_size_over_its_maximum_counts_and_used_up_retries_do_not() -> None:
    large = [f"2026-11-21T08:00:{at}Z WARN max size of trace (5000000) exceeded by trace {at}" for at in (20, 24)]
    tried = [f"2026-11-21T08:00:{at}Z WARN max number of retries exceeded for host stock-{at}" for at in (20, 24)]

    assert verdict_of(*large) is Verdict.FAILURE
    assert verdict_of(*tried) is not Verdict.FAILURE


BUG = "2026-11-21T08:00:20Z ERROR GET /report/77: Prelude.head: empty list"


def test_an_error_that_ended_a_request_counts_although_nobody_knows_its_words() -> None:
    assert verdict_of(BUG) is Verdict.FAILURE


@pytest.mark.parametrize(
    "said",
    [
        "2026-11-21T08:00:20Z ERROR GET /report/77: upstream timed out",
        "2026-11-21T08:00:20Z ERROR GET /report/77: connection reset by peer",
        "2026-11-21T08:00:20Z ERROR statement of anna: syntax error near FORM",
        "2026-11-21T08:00:20Z ERROR POST /orders: validation of the form: zip is empty",
        "2026-11-21T08:00:20Z WARN GET /report/77: empty list",
        "2026-11-21T08:00:20Z ERROR GET /report/77: empty list, using the default",
    ],
)
def test_what_comes_and_goes_callers_and_what_is_done_without_take_more(said: str) -> None:
    assert verdict_of(said) is Verdict.HEALTHY


@pytest.mark.parametrize(
    "later",
    [
        "2026-11-21T08:00:25Z INFO server is ready",
        "2026-11-21T08:00:25Z INFO report 77 GET succeeded",
    ],
)
def test_an_error_is_taken_back_by_what_the_log_says_later(later: str) -> None:
    assert verdict_of("2026-11-21T08:00:20Z ERROR report 77 failed: empty list", later) is not Verdict.FAILURE


def test_a_part_of_a_longer_name_that_works_is_another_thing() -> None:
    said = "2026-11-21T08:00:20Z ERROR code = Unimplemented desc = unknown method Hold for service stock.v2.Stock"
    assert verdict_of(said, "2026-11-21T08:00:25Z INFO call /stock.v2.Stock/Get done, code OK") is Verdict.FAILURE
