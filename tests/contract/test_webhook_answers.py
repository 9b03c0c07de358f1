"""The contract with Alertmanager: 202, 400, 401, 403, 413 or 503, whatever is sent; never 429, 500 or a redirect.

Alertmanager repeats only after 5xx and takes everything else that is not 2xx for a final no.
"""

from __future__ import annotations

import copy
import gzip
import json
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fakes.dispatch_targets import Fault, Target, serve_target
from fakes.ports import take_port
from fakes.receiver_process import BOT, WEBHOOK_TOKEN, environ_for, started
from fakes.receivers import RecordingDispatcher, make_rig
from fakes.webhook_bodies import alert, body
from incident_bot import intake

WHOLE = body(alert(deployment="api"), commonLabels={"severity": "critical"}, groupLabels={"alertname": "x"})
MEGABYTE = 1024 * 1024

# Bodies, judged by the application alone

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=20), inner, max_size=4),
    max_leaves=12,
)


def paths_of(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where every field of a body stands."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, inner in items:
        yield (*path, name)
        yield from paths_of(inner, (*path, name))


def without_or_with(path: tuple[Any, ...], *replacement: Any) -> Any:
    """A webhook body whose field at `path` is gone, or something else."""
    changed = copy.deepcopy(WHOLE)
    holder: Any = changed
    for name in path[:-1]:
        holder = holder[name]
    if replacement:
        holder[path[-1]] = replacement[0]
    else:
        del holder[path[-1]]
    return changed


def answer_to(raw: bytes) -> tuple[int, RecordingDispatcher]:
    dispatcher = RecordingDispatcher()
    rig = make_rig(dispatcher, max_body_bytes=8 * MEGABYTE)
    status = rig.post(raw).status_code
    rig.receiver.close()
    return status, dispatcher


def assert_taken_or_refused(raw: bytes) -> None:
    status, dispatcher = answer_to(raw)

    assert status in {202, 400}
    for message in dispatcher.taken:
        found = intake.read_incidents(json.loads(message.text), ignore=())
        assert [message.key] == [incident.key for incident in found]
    if status == 400:
        assert [] == dispatcher.taken


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(path=st.sampled_from(list(paths_of(WHOLE))), value=JSON)
def test_any_value_in_any_field_is_taken_or_refused(path: tuple[Any, ...], value: Any) -> None:
    """What is taken can be read by the workflow, under the same key."""
    assert_taken_or_refused(json.dumps(without_or_with(path, value)).encode("utf-8", "surrogatepass"))


@settings(max_examples=100)
@given(raw=st.binary(max_size=200) | JSON.map(lambda value: json.dumps(value).encode()))
def test_any_bytes_are_taken_or_refused(raw: bytes) -> None:
    """No body is a bug of ours."""
    assert_taken_or_refused(raw)


@pytest.mark.parametrize("path", list(paths_of(WHOLE)), ids=lambda path: ".".join(map(str, path)))
def test_every_field_but_the_alerts_may_be_missing(path: tuple[Any, ...]) -> None:
    """Releases of Alertmanager with the same `version: 4` differ in what they send, e.g. `fingerprint` and `truncatedAlerts`."""
    status, dispatcher = answer_to(json.dumps(without_or_with(path)).encode())

    assert status == (400 if path == ("alerts",) else 202)
    assert len(dispatcher.taken) == (0 if path in {("alerts",), ("alerts", 0)} else 1)


ALERT = json.dumps(alert())


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        pytest.param(b'{"alerts": %s}' % (b"[" * 5000 + b"]" * 5000), 400, id="deep nesting where alerts stand"),
        pytest.param(b'{"x": %s, "alerts": []}' % (b"[" * 500 + b"]" * 500), 202, id="deep nesting where nobody looks"),
        pytest.param(b'{"alerts": [%s], "truncatedAlerts": %s}' % (ALERT.encode(), b"9" * 4000), 202, id="a huge integer"),
        pytest.param(b'{"alerts": [%s], "truncatedAlerts": %s}' % (ALERT.encode(), b"9" * 5000), 400, id="an integer that Python refuses"),
        pytest.param(b'{"alerts": [%s], "truncatedAlerts": NaN, "x": -Infinity}' % ALERT.encode(), 202, id="NaN"),
        pytest.param(b'{"alerts": 7, "alerts": [%s]}' % ALERT.encode(), 202, id="a key twice"),
        pytest.param(b'{"alerts": [%s], "new": {"a": [1]}}' % ALERT.encode(), 202, id="unknown fields"),
        pytest.param(b'{"alerts": [{"labels": {"alertname": "\xff\xfe"}}]}', 400, id="invalid UTF-8"),
        pytest.param(b'{"alerts": [{"labels": {"alertname": "\\ud800"}}]}', 202, id="half a surrogate pair"),
        pytest.param(b'{"alerts": [{"labels": {"alertname": "a\\u0000b"}}]}', 202, id="a zero byte"),
        pytest.param(json.dumps(WHOLE).encode("utf-16"), 202, id="UTF-16"),
        pytest.param(b"\xef\xbb\xbf" + json.dumps(WHOLE).encode(), 202, id="a byte order mark"),
        pytest.param(gzip.compress(json.dumps(WHOLE).encode()), 400, id="gzip"),
        pytest.param(b'{"alerts": []}', 202, id="no alerts in it"),
        pytest.param(b'{"alerts": null}', 400, id="null for alerts"),
        pytest.param(b'{"alerts": [null, {}]}', 202, id="alerts without anything"),
    ],
)  # fmt: skip
def test_hostile_and_odd_bodies_have_one_answer_each(raw: bytes, status: int) -> None:
    """400 says that sending it again is pointless."""
    found, _ = answer_to(raw)

    assert found == status
    assert_taken_or_refused(raw)


def test_ten_thousand_alerts_in_one_body_are_taken_and_what_was_left_out_is_said() -> None:
    """One message of one outage: the incidents that were read carry the gap."""
    alerts = [alert(pod=f"api-{number}", deployment=f"app-{number % 40}") for number in range(10_000)]

    status, dispatcher = answer_to(json.dumps(body(*alerts)).encode())

    assert status == 202
    assert len(dispatcher.taken) == 40
    (first, *_) = intake.read_incidents(json.loads(dispatcher.taken[0].text), ignore=())
    assert any("9500 further alerts" in gap.what for gap in first.gaps)


# Requests, judged by the real processes over a real socket


class Door:
    """A running receiver and what it hands over to."""

    def __init__(self, port: int, target: Target) -> None:
        self.port = port
        self.target = target

    def say(self, *pieces: bytes, then_close: bool = False) -> bytes:
        """The whole answer to these bytes; empty when the connection was closed without one."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=30) as connection:
            for piece in pieces:
                connection.sendall(piece)
            if then_close:
                connection.shutdown(socket.SHUT_WR)
            answer = b""
            while chunk := connection.recv(65536):
                answer += chunk
                if _is_whole(answer):
                    break
            return answer

    def status(self, *pieces: bytes, then_close: bool = False) -> int:
        return int(self.say(*pieces, then_close=then_close).split(b" ", 2)[1])


def _is_whole(answer: bytes) -> bool:
    head, blank, rest = answer.partition(b"\r\n\r\n")
    at = head.lower().find(b"\r\ncontent-length:")
    return bool(blank) and at >= 0 and len(rest) >= int(head[at + 17 :].split(b"\r\n", 1)[0])


def request(
    content: bytes = json.dumps(WHOLE).encode(),
    *,
    start: str = "POST /webhook/alertmanager HTTP/1.1",
    length: str | None = "",
    headers: str = "",
    token: str = WEBHOOK_TOKEN,
) -> bytes:
    """`length`: what to state; empty for the true one, None for no such header."""
    stated = "" if length is None else f"Content-Length: {length or len(content)}\r\n"
    allowed = f"Authorization: Bearer {token}\r\n" if token else ""
    return f"{start}\r\nHost: x\r\n{allowed}{stated}{headers}\r\n".encode() + content


CHUNKED = "Transfer-Encoding: chunked\r\n"


def chunks(content: bytes, size: int = 100) -> bytes:
    parts = [content[at : at + size] for at in range(0, len(content), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


@pytest.fixture(scope="module")
def door() -> Iterator[Door]:
    port, target = take_port(), Target()
    with serve_target(target) as url:
        arguments = [str(BOT), "serve", "--listen", f"127.0.0.1:{port}", "--workers", "1", "--threads", "4"]
        with started(arguments, environ_for(url), port):
            yield Door(port, target)


WHOLE_TEXT = json.dumps(WHOLE).encode()


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        pytest.param(request(), 202, id="as Alertmanager sends it"),
        pytest.param(request(start="POST /webhook/alertmanager HTTP/1.0"), 202, id="HTTP/1.0"),
        pytest.param(request(chunks(WHOLE_TEXT), length=None, headers=CHUNKED), 202, id="chunks"),
        pytest.param(request(start="POST /webhook/alertmanager?source=a HTTP/1.1"), 202, id="a query"),
        pytest.param(request(start="POST http://x/webhook/alertmanager HTTP/1.1"), 202, id="an absolute address"),
        pytest.param(request(headers="Content-Type: text/plain\r\n"), 202, id="another content type"),
        pytest.param(request(b"", length=None), 400, id="no length and no body"),
        pytest.param(request(gzip.compress(WHOLE_TEXT), headers="Content-Encoding: gzip\r\n"), 400, id="gzip"),
        pytest.param(request(b"zz\r\n" + WHOLE_TEXT, length=None, headers=CHUNKED), 503, id="broken chunks"),
        pytest.param(request(chunks(b" " * 5 * MEGABYTE, 60_000), length=None, headers=CHUNKED), 413, id="too many chunks"),
        pytest.param(request(b"", length=str(2**62)), 413, id="a length beyond the limit"),
        pytest.param(request(length="-5"), 400, id="a negative length"),
        pytest.param(request(length="abc"), 400, id="a length that is no number"),
        pytest.param(request(length=f"5\r\nContent-Length: {len(WHOLE_TEXT)}"), 400, id="two lengths"),
        pytest.param(request(token=""), 401, id="no token"),
        pytest.param(request(token="wrong"), 403, id="a wrong token"),
        pytest.param(request(token="caf\u00e9"), 403, id="a token beyond ASCII"),
    ],
)  # fmt: skip
def test_every_framing_of_a_message_has_one_answer(door: Door, sent: bytes, status: int) -> None:
    """The bytes on the wire, not what a client library makes of them."""
    assert door.status(sent) == status


@pytest.mark.parametrize(
    ("start", "status"),
    [
        ("POST /webhook/alertmanager/ HTTP/1.1", 404),
        ("POST //webhook/alertmanager HTTP/1.1", 404),
        ("POST /webhook//alertmanager HTTP/1.1", 404),
        ("POST /webhook/./alertmanager HTTP/1.1", 404),
        ("POST /Webhook/Alertmanager HTTP/1.1", 404),
        ("POST / HTTP/1.1", 404),
        ("POST /healthz HTTP/1.1", 405),
        ("POST /metrics/ HTTP/1.1", 404),
        ("PUT /webhook/alertmanager HTTP/1.1", 405),
        ("GET /webhook/alertmanager HTTP/1.1", 405),
        ("OPTIONS /webhook/alertmanager HTTP/1.1", 405),
    ],
)
def test_wrong_paths_and_methods_are_refused_and_never_redirected(door: Door, start: str, status: int) -> None:
    """A redirect would be followed by nobody, and a slash too many must be seen as the mistake it is."""
    before = len(door.target.requests)

    answer = door.say(request(start=start))

    assert int(answer.split(b" ", 2)[1]) == status
    assert b"\r\nlocation:" not in answer.lower()
    assert len(door.target.requests) == before


def test_head_is_refused_without_a_body(door: Door) -> None:
    """The connection stays in step: the next request on it is answered."""
    with socket.create_connection(("127.0.0.1", door.port), timeout=30) as connection:
        connection.sendall(request(b"", start="HEAD /webhook/alertmanager HTTP/1.1"))
        head = connection.recv(65536)
        connection.sendall(request(b"", start="GET /healthz HTTP/1.1"))
        health = connection.recv(65536)

    assert head.startswith(b"HTTP/1.1 405 ")
    assert head.endswith(b"\r\n\r\n")
    assert health.startswith(b"HTTP/1.1 200 ")


def test_half_a_body_starts_nothing_and_is_to_be_sent_again(door: Door) -> None:
    """Trouble on the way is no reason to drop an alert."""
    before = len(door.target.requests)

    answer = door.say(request(WHOLE_TEXT[:100], length=str(len(WHOLE_TEXT))), then_close=True)

    assert answer == b"" or answer.startswith(b"HTTP/1.1 503 ")
    assert len(door.target.requests) == before


def test_a_client_that_goes_away_disturbs_nobody(door: Door) -> None:
    """Alertmanager gives up after ten seconds and comes again."""
    for _ in range(8):
        with socket.create_connection(("127.0.0.1", door.port), timeout=30) as connection:
            connection.sendall(request(WHOLE_TEXT[:100], length=str(len(WHOLE_TEXT))))

    assert door.status(request()) == 202


def test_a_throttled_github_is_503_with_the_time_to_wait_and_is_asked_once() -> None:
    """The circuit: while GitHub asked to be left alone, every message is refused without a call."""
    port, target = take_port(), Target(faults=[Fault(403, headers={"Retry-After": "120"})])
    with serve_target(target) as url:
        arguments = [str(BOT), "serve", "--listen", f"127.0.0.1:{port}", "--workers", "1"]
        with started(arguments, environ_for(url), port):
            answers = [
                Door(port, target).say(request(json.dumps(body(alert(deployment=f"app-{number}"))).encode()))
                for number in range(6)
            ]

    assert all(answer.startswith(b"HTTP/1.1 503 ") for answer in answers)
    waits = [int(answer.split(b"Retry-After: ", 1)[1].split(b"\r\n", 1)[0]) for answer in answers]
    assert all(60 < wait <= 120 for wait in waits)
    assert len(target.requests) == 1


def test_many_at_once_get_one_answer_each(door: Door) -> None:
    """More clients than threads wait their turn; nobody is told 429."""
    statuses: list[int] = []

    def send(number: int) -> None:
        content = json.dumps(body(alert(deployment=f"crowd-{number}"))).encode()
        statuses.append(door.status(request(content)))

    senders = [threading.Thread(target=send, args=(number,)) for number in range(40)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()

    assert statuses == [202] * 40
