"""A file with the output of several commands is taken apart; a program's log never is."""

from __future__ import annotations

import pytest

from fakes.kubectl_text import recorded
from incident_bot.kubectl import split_transcript
from incident_bot.model import EvidenceKind

K = EvidenceKind
LOG = "2026-11-20 08:00:00 INFO start\n2026-11-20 08:00:01 ERROR boom\n"


def kinds_of(text: str) -> list[tuple[EvidenceKind, str]]:
    return [(part.kind, part.title) for part in split_transcript("all.txt", text.split("\n"))]


def test_prompts_separate_the_outputs() -> None:
    text = (
        f"$ kubectl describe pod web-1\n{recorded('describe-pod.txt')}\n"
        f"$ kubectl get events -n shop\n{recorded('events.txt')}$ kubectl logs web-1 --previous\n{LOG}"
    )

    assert [
        (K.DESCRIBE, "kubectl describe pod web-1"),
        (K.EVENTS, "kubectl get events -n shop"),
        (K.LOG, "kubectl logs web-1 --previous"),
    ] == kinds_of(text)


@pytest.mark.parametrize("banner", ["=== {} ===", "--- {} ---", "##### {}", "==== {}"])
def test_banners_separate_the_outputs(banner: str) -> None:
    text = f"{banner.format('pods')}\n{recorded('pods.txt')}\n{banner.format('logs server')}\n{LOG}"

    assert [(K.TABLE, "pods"), (K.LOG, "logs server")] == kinds_of(text)


def test_what_a_logs_command_prints_is_a_log_even_when_it_looks_like_a_table() -> None:
    assert [(K.LOG, "kubectl logs web-1")] == kinds_of(f"$ kubectl logs web-1\n{recorded('pods.txt')}")


def test_the_logs_of_a_cluster_dump_are_told_apart() -> None:
    dump = "".join(
        f"==== START logs for container {name} of pod shop/web-1 ====\n{LOG}==== END logs for container {name} of pod shop/web-1 ====\n"
        for name in ("server", "proxy")
    )

    assert [(K.LOG, "kubectl logs web-1 -c server"), (K.LOG, "kubectl logs web-1 -c proxy")] == kinds_of(dump)


def test_parts_know_their_lines() -> None:
    text = f"$ kubectl get pods\n{recorded('pods.txt')}$ kubectl logs web-1\n{LOG}"
    lines = text.split("\n")
    log = split_transcript("all.txt", lines)[1]

    assert LOG.rstrip("\n") == "\n".join(lines[log.first : log.end]).rstrip("\n")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(recorded("describe-pod.txt"), id="one output"),
        pytest.param(LOG, id="one log"),
        pytest.param(LOG * 3 + "$ kubectl get pods\n" + recorded("pods.txt"), id="a prompt deep in a log"),
        pytest.param(f"=== RUN TestFoo ===\n{LOG}=== RUN TestBar ===\n{LOG}", id="a test runner's banners"),
        pytest.param(
            f"=== Starting the service ===\n{LOG}=== dump ===\n{recorded('pods.txt')}", id="a program's banners"
        ),
        pytest.param(recorded("pod.yaml") + "---\n" + recorded("pod.yaml"), id="YAML separators"),
        pytest.param("", id="nothing"),
    ],
)
def test_anything_else_stays_whole(text: str) -> None:
    assert [] == kinds_of(text)
