"""Whose log a file is, from its command, its name, and the pods that other files name."""

from __future__ import annotations

import pytest

from incident_bot.kubectl import explain_no_output, read_log_origin

PODS = {"api-7d9f8c6b5-x2k4q": ("fetch", "log-shipper", "server"), "db-0": ("postgres",)}
ONE = {"web-0": ("web",)}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("logs-mypod-server-previous.txt", ("mypod", "server", True)),
        ("mypod.server.previous.log", ("mypod", "server", True)),
        ("mypod_server.log", ("mypod", "server", False)),
        ("logs/mypod.server.log", ("mypod", "server", False)),
        ("sentiment-api-7c9d8f6b5d-x2k4q.log", ("sentiment-api-7c9d8f6b5d-x2k4q", "", False)),
        ("sentiment-api-7c9d8f6b5d-x2k4q-server.prev.log.gz", ("sentiment-api-7c9d8f6b5d-x2k4q", "server", True)),
        ("sentiment-api-7c9d8f6b5d-x2k4q/server.log", ("sentiment-api-7c9d8f6b5d-x2k4q", "server", False)),
        ("postgres-0.log", ("postgres-0", "", False)),
        ("init-db.log", ("", "init-db", False)),
        ("orders-current.log", ("", "orders", False)),
        ("orders-threaddump.txt", ("", "orders", False)),
        ("nginx-error.log", ("", "nginx", False)),
        ("error.log", ("", "error", False)),
        ("orders-gcs.log", ("", "orders-gcs", False)),
        ("pod.log", ("", "", False)),
        ("logs.txt", ("", "", False)),
        ("previous.log", ("", "", True)),
        ("shop_web-1_5d1f0c52-3a0b-4a77-8c63-2f9f9f0f7b21/server/0.log", ("web-1", "server", False)),
        (f"web-1_shop_server-{'0a' * 32}.log", ("web-1", "server", False)),
    ],
)
def test_a_file_name_alone_gives_what_it_can(name: str, expected: tuple[str, str, bool]) -> None:
    assert expected == read_log_origin(name, "line\n")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("log-shipper.log", ("api-7d9f8c6b5-x2k4q", "log-shipper", False)),
        ("api-7d9f8c6b5-x2k4q-fetch.log", ("api-7d9f8c6b5-x2k4q", "fetch", False)),
        ("api-7d9f8c6b5-x2k4q-server-previous.log", ("api-7d9f8c6b5-x2k4q", "server", True)),
        ("api-7d9f8c6b5-x2k4q/server.log", ("api-7d9f8c6b5-x2k4q", "server", False)),
        ("postgres.log", ("db-0", "postgres", False)),
        ("db-0.log", ("db-0", "", False)),
    ],
)
def test_known_pods_and_containers_settle_a_name(name: str, expected: tuple[str, str, bool]) -> None:
    assert expected == read_log_origin(name, "line\n", PODS)


def test_a_generic_name_means_the_only_container_of_the_only_pod() -> None:
    assert ("web-0", "web", True) == read_log_origin("previous.log", "line\n", ONE)
    assert ("web-0", "web", False) == read_log_origin("logs.txt", "line\n", ONE)
    assert ("", "", True) == read_log_origin("previous.log", "line\n", PODS)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("$ kubectl logs mypod -c server --previous", ("mypod", "server", True)),
        ("$ kubectl -n shop logs -p pod/mypod server", ("mypod", "server", True)),
        ("me@host:~$ kubectl logs mypod --container=server --tail 100 -n shop", ("mypod", "server", False)),
        ("+ kubectl logs --namespace shop mypod", ("mypod", "", False)),
        ("kubectl logs deploy/web -c server", ("", "server", False)),
        ("# kubectl logs -l app=web", ("", "", False)),
        ("$ kubectl logs mypod | tail -5", ("mypod", "", False)),
    ],
)
def test_a_command_line_is_believed_before_the_name(line: str, expected: tuple[str, str, bool]) -> None:
    assert expected == read_log_origin("other-7d9f8c6b5-x2k4q.log", f"{line}\nstarting\n")


def test_kubectls_remark_names_the_container() -> None:
    text = 'Defaulted container "server" out of: server, proxy, fetch (init)\nstarting\n'

    assert ("", "server", False) == read_log_origin("pod.log", text)


def test_prefixes_name_the_pod_and_where_it_is_one_the_container() -> None:
    one = "[pod/web-1/server] a\n[pod/web-1/server] b\n"

    assert ("web-1", "server", False) == read_log_origin("all.log", one)
    assert ("web-1", "", False) == read_log_origin("all.log", one + "[pod/web-1/proxy] c\n")
    assert ("", "", False) == read_log_origin("all.log", one + "[pod/web-2/server] c\n")
    assert ("", "app", False) == read_log_origin("app.log", "[pod/web-1/server] a\nplain\nplain\n")


@pytest.mark.parametrize(
    "text",
    [
        "unable to retrieve container logs for containerd://0a1b2c",
        'Error from server (BadRequest): previous terminated container "server" in pod "web-1" not found\n',
        'Error from server (BadRequest): container "server" in pod "web-1" is waiting to start: ContainerCreating',
        "error: container server is not valid for pod web-1",
    ],
)
def test_an_error_in_place_of_a_log_is_no_log(text: str) -> None:
    assert text.strip() == explain_no_output(text)


@pytest.mark.parametrize(
    "text",
    ["", "error: disk full\n", "error: no model found\n", "line one\nError from server (NotFound): x\n", "starting\n"],
)
def test_a_log_with_errors_is_a_log(text: str) -> None:
    assert "" == explain_no_output(text)


@pytest.mark.parametrize(
    ("name", "pods", "expected"),
    [
        ("logs-ledger-pg-previous.txt", {"ledger-pg-0": ["postgres"]}, ("ledger-pg-0", "postgres", True)),
        ("logs-ledger-pg.txt", {"ledger-pg-0": ["postgres", "backup"]}, ("ledger-pg-0", "", False)),
        ("logs-ledger-pg.txt", {"ledger-pg-0": ["postgres"], "ledger-pg-1": []}, ("ledger-pg-0", "postgres", False)),
        ("logs-ledger-api.txt", {"ledger-pg-0": ["postgres"]}, ("", "ledger-api", False)),
    ],
)
def test_a_log_called_after_a_workload_is_its_first_pods(
    name: str, pods: dict[str, list[str]], expected: tuple[str, str, bool]
) -> None:
    assert read_log_origin(name, "2026-05-12T09:00:00Z INFO started\n", pods) == expected
