"""The real command: how it refuses to start, how its processes share numbers, stop and get rid of slow clients."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from fakes.certificates import Authority
from fakes.dispatch_targets import TOKEN, Fault, Target, serve_target
from fakes.ports import take_port
from fakes.receiver_process import BOT, WEBHOOK_TOKEN, environ_for, started
from fakes.webhook_bodies import alert, body

SLOW_CLIENTS = """
import sys
from incident_bot.server.running import run_workers
from incident_bot.server.json_log import log_configuration

def app(environ, start_response):
    body = environ["wsgi.input"].read()
    start_response("200 OK", [("Content-Length", str(len(body)))])
    return [body]

tls = dict(zip(("certfile", "keyfile"), sys.argv[2:]))
run_workers(lambda: app, listen=sys.argv[1], workers=1, threads=2, tls=tls, log=log_configuration(str),
            on_worker_exit=lambda pid: None, on_stop=lambda: None, longest_request_s=0.5)
"""


def ask(port: int, path: str, sent: object = None) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    content = None if sent is None else json.dumps(sent)
    connection.request("POST" if content else "GET", path, content, {"Authorization": f"Bearer {WEBHOOK_TOKEN}"})
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, text


@pytest.mark.parametrize(
    ("arguments", "environ", "code", "named"),
    [
        pytest.param([], {"INCIDENT_BOT_WEBHOOK_TOKEN": ""}, 3, "INCIDENT_BOT_WEBHOOK_TOKEN", id="no webhook token"),
        pytest.param([], {"INCIDENT_BOT_WEBHOOK_TOKEN": "short"}, 3, "16 characters", id="a short webhook token"),
        pytest.param([], {"GITHUB_TOKEN": ""}, 3, "GITHUB_TOKEN", id="no credentials for GitHub"),
        pytest.param([], {"GITHUB_REPOSITORY": "x"}, 3, "GITHUB_REPOSITORY", id="no repository"),
        pytest.param(["--dispatcher", "kubernetes"], {}, 3, "job.image", id="no image for jobs"),
        pytest.param(["--dispatcher", "gitlab"], {}, 2, "gitlab", id="an unknown dispatcher"),
        pytest.param(["--listen", "8080"], {}, 2, "--listen", id="no host to listen on"),
        pytest.param(["--tls-cert", "x.pem"], {}, 2, "--tls-key", id="half of TLS"),
    ],
)
def test_it_does_not_start_with_a_wrong_configuration(
    arguments: list[str], environ: dict[str, str], code: int, named: str, tmp_path: Path
) -> None:
    done = subprocess.run(
        [BOT, "serve", *arguments],
        env=environ_for("http://127.0.0.1:1") | environ,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert done.returncode == code
    assert named in done.stderr


def test_two_workers_hand_over_count_together_and_finish_what_is_under_way() -> None:
    target, port = Target(), take_port()
    with serve_target(target) as url:
        arguments = [str(BOT), "serve", "--listen", f"127.0.0.1:{port}", "--workers", "2"]
        with started(arguments, environ_for(url), port) as process:
            statuses = [ask(port, "/webhook/alertmanager", body(alert(deployment=f"app-{n}")))[0] for n in range(12)]
            _, metrics = ask(port, "/metrics")
            ready, _ = ask(port, "/readyz")
            target.faults.append(Fault(204, took=True, sleep_s=1.0))
            late: list[int] = []
            sender = threading.Thread(
                target=lambda: late.append(ask(port, "/webhook/alertmanager", body(alert(deployment="late")))[0])
            )
            sender.start()
            while len(target.dispatches) < 13:
                time.sleep(0.01)
            process.send_signal(signal.SIGTERM)
            sender.join()
            _, log = process.communicate(timeout=30)

    assert statuses == [202] * 12
    assert 'incident_bot_webhooks_total{status="202"} 12.0' in metrics
    assert ready == 200
    assert late == [202]
    assert process.returncode == 0
    assert all(json.loads(line) for line in log.splitlines())
    assert TOKEN not in log
    assert WEBHOOK_TOKEN not in log


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="a system without affinity")
def test_each_worker_stays_on_a_cpu_of_its_own() -> None:
    usable, port = os.sched_getaffinity(0), take_port()
    arguments = [str(BOT), "serve", "--listen", f"127.0.0.1:{port}", "--workers", "2"]
    with started(arguments, environ_for("http://127.0.0.1:1"), port) as process:
        cpus: list[set[int]] = []
        for _ in range(100):  # the second worker may still be starting
            workers = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text(encoding="ascii").split()
            cpus = [os.sched_getaffinity(int(worker)) for worker in workers]
            if [len(each) for each in cpus] == [1, 1]:
                break
            time.sleep(0.1)

    assert [len(each) for each in cpus] == [1, 1]
    assert set.union(*cpus) <= usable
    assert len(set.union(*cpus)) == min(2, len(usable))


def test_development_needs_one_process_and_files_issues_into_a_folder(tmp_path: Path) -> None:
    port = take_port()
    arguments = [str(BOT), "serve", "--dev", "--listen", f"127.0.0.1:{port}", "--dispatcher", "in-process"]
    arguments += ["--tracker", "folder", "--tracker-dir", str(tmp_path / "issues"), "--llm", "none"]
    environ = environ_for("http://127.0.0.1:1", HOME=str(tmp_path), KUBECONFIG=str(tmp_path / "kubeconfig"))
    (tmp_path / "kubeconfig").write_text(
        json.dumps(
            {
                "apiVersion": "v1",
                "kind": "Config",
                "current-context": "c",
                "clusters": [{"name": "c", "cluster": {"server": "http://127.0.0.1:1"}}],
                "users": [{"name": "u", "user": {"token": "x"}}],
                "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u"}}],
            }
        )
    )
    with started(arguments, environ, port) as process:
        status, _ = ask(port, "/webhook/alertmanager", body(alert()))
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)

    assert status == 202
    assert process.returncode == 0
    filed = [path for path in (tmp_path / "issues").rglob("*") if path.is_file()]
    assert any("ModelPodOOMKilled" in path.read_text(encoding="utf-8") for path in filed)


def test_a_client_that_sends_drop_by_drop_loses_its_connection_and_others_are_served() -> None:
    port = take_port()
    arguments = [sys.executable, "-c", SLOW_CLIENTS, f"127.0.0.1:{port}"]
    with started(arguments, {"PATH": "/usr/bin:/bin"}, port):
        slow = [socket.create_connection(("127.0.0.1", port), timeout=20) for _ in range(4)]
        for client in slow:
            client.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nabc")

        status, text = ask(port, "/", {"is": "served"})
        ends = [client.recv(1000) for client in slow]
        for client in slow:
            client.close()

    assert (status, json.loads(text)) == (200, {"is": "served"})
    assert all(b"200 OK" not in end for end in ends)


def test_connections_that_are_always_busy_leave_a_thread_to_others() -> None:
    """A thread stays with a connection on which the next request follows at once, but not for ever."""
    port = take_port()
    arguments = [sys.executable, "-c", SLOW_CLIENTS, f"127.0.0.1:{port}"]
    answered, is_over = [0, 0, 0], threading.Event()

    def keep_asking(who: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        while not is_over.is_set():
            connection.request("POST", "/", str(who))
            assert connection.getresponse().read() == str(who).encode()
            answered[who] += 1
        connection.close()

    with started(arguments, {"PATH": "/usr/bin:/bin"}, port):
        busy = [threading.Thread(target=keep_asking, args=(who,)) for who in range(3)]
        for thread in busy:
            thread.start()
        asked = [ask(port, "/", {"is": number}) for number in range(20)]
        is_over.set()
        for thread in busy:
            thread.join()

    assert [json.loads(text)["is"] for _, text in asked] == list(range(20))
    assert all(answered)


def test_a_connection_may_pause_between_requests() -> None:
    port = take_port()
    arguments = [sys.executable, "-c", SLOW_CLIENTS, f"127.0.0.1:{port}"]
    with started(arguments, {"PATH": "/usr/bin:/bin"}, port):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        read, sockets = [], []
        for pause_s in (0.0, 0.0, 0.05, 0.0, 0.05):
            connection.request("POST", "/", f"after {pause_s}")
            read.append(connection.getresponse().read())
            sockets.append(connection.sock)
            time.sleep(pause_s)
        connection.close()

    assert read == [b"after 0.0", b"after 0.0", b"after 0.05", b"after 0.0", b"after 0.05"]
    assert set(sockets) == {sockets[0]}, "the connection was closed in between"
    assert sockets[0] is not None


def test_a_client_that_stalls_in_the_handshake_loses_its_connection_and_others_are_served(tmp_path: Path) -> None:
    """TLS begins before any request, so its time counts too."""
    authority = Authority(tmp_path, "made-up CA")
    port = take_port()
    arguments = [sys.executable, "-c", SLOW_CLIENTS, f"127.0.0.1:{port}", *map(str, authority.issue("receiver"))]
    with started(arguments, {"PATH": "/usr/bin:/bin"}, port):
        slow = [socket.create_connection(("127.0.0.1", port), timeout=20) for _ in range(4)]
        for client in slow:
            client.sendall(b"\x16\x03\x01\x02\x00\x01")

        connection = http.client.HTTPSConnection("127.0.0.1", port, timeout=20, context=authority.trusting())
        connection.request("POST", "/", "served")
        text = connection.getresponse().read()
        connection.close()
        ends = [read_to_the_end(client) for client in slow]
        for client in slow:
            client.close()

    assert text == b"served"
    assert all(b"200 OK" not in end for end in ends)


def read_to_the_end(client: socket.socket) -> bytes:
    """What came before the other side closed. Raises `TimeoutError` when it never does."""
    read = b""
    with contextlib.suppress(ConnectionResetError):
        while chunk := client.recv(1000):
            read += chunk
    return read
