"""Logs of several pods in one file, as stern, kubetail, `kubectl logs --prefix` and docker compose print them."""

from __future__ import annotations

from pathlib import Path

import pytest

from incident_bot.evidence.bundle import read_bundle
from incident_bot.kubectl import prefix_of, split_merged
from incident_bot.model import EvidenceKind

STERN = [
    "cart-6d5f7c9b8-xk2lp cart 2026-11-20T09:00:00Z INFO served",
    "db-0 postgres 2026-11-20T09:00:01Z LOG:  ready",
    "cart-6d5f7c9b8-xk2lp cart 2026-11-20T09:00:02Z ERROR refused",
    "db-0 postgres 2026-11-20T09:00:03Z LOG:  checkpoint",
]


@pytest.mark.parametrize(
    ("lines", "owners"),
    [
        (STERN, {("cart-6d5f7c9b8-xk2lp", "cart"), ("db-0", "postgres")}),
        ([f"[pod/a-0/x] {n}" for n in range(3)] + ["[pod/b-0/y] 1"], {("a-0", "x"), ("b-0", "y")}),
        (["[cart-6d5f7c9b8-xk2lp] one", "[cart-6d5f7c9b8-zz81p] two"], {("cart-6d5f7c9b8-xk2lp", ""), ("cart-6d5f7c9b8-zz81p", "")}),
        (["web-1    | up", "db-1     | up", "web-1    | GET /", "db-1     | ready"], {("", "web-1"), ("", "db-1")}),
    ],
)  # fmt: skip
def test_each_container_gets_its_own_lines(lines: list[str], owners: set[tuple[str, str]]) -> None:
    found = split_merged(lines)

    assert {(log.pod, log.container) for log in found} == owners
    assert sorted(place for log in found for place in log.lines) == list(range(len(lines)))


@pytest.mark.parametrize(
    "lines",
    [
        ["[http-nio-8080-exec-1] INFO started", "[http-nio-8080-exec-2] INFO served"],
        ["[main-1] one", "[worker-2] two", "[worker-3] three"],
        ["2026-11-20 09:00:00 INFO one", "2026-11-20 09:00:01 INFO two"],
        ["node worker started on port 1", "node worker stopped on port 2"],
        ["a    | b", "1    | 2"],
        ["INFO | one", "WARN | two", "INFO | three"],
        [],
    ],
)
def test_threads_dates_words_and_tables_are_no_pods(lines: list[str]) -> None:
    assert split_merged(lines) == ()
    assert prefix_of(lines) == ""


def test_a_line_without_a_prefix_goes_with_the_one_before() -> None:
    lines = [*STERN, *STERN, *STERN, "\tat com.example.Db.read(Db.java:4)"]

    found = {log.pod: log.lines for log in split_merged(lines)}

    assert found["db-0"][-1] == len(lines) - 1


def test_a_file_becomes_one_evidence_for_each_container_under_its_own_line_numbers(tmp_path: Path) -> None:
    (tmp_path / "all.log").write_text("\n".join(STERN) + "\n", encoding="utf-8")

    items = read_bundle(tmp_path).collected.items

    assert [(item.pod, item.container, item.kind) for item in items] == [
        ("cart-6d5f7c9b8-xk2lp", "cart", EvidenceKind.LOG),
        ("db-0", "postgres", EvidenceKind.LOG),
    ]
    assert items[1].text.split("\n")[3] == STERN[3]
    assert items[1].text.split("\n")[2] == ""


NOTE = """\
# Handover

Payments are down.

```
NAME                        READY   STATUS             RESTARTS   AGE
payments-5b8f6d7c94-2kq7x   0/1     ImagePullBackOff   0          21m
```

```yaml
apiVersion: v1
kind: Secret
```

```bash
kubectl rollout undo deployment/payments
```

Somebody saw:

```
2026-11-20 09:00:00 ERROR pull failed
```
"""


def test_fenced_output_of_a_note_is_read_and_code_is_not(tmp_path: Path) -> None:
    (tmp_path / "note.md").write_text(NOTE, encoding="utf-8")

    items = read_bundle(tmp_path).collected.items

    assert [item.kind for item in items] == [EvidenceKind.TABLE, EvidenceKind.LOG, EvidenceKind.NOTE]
    assert "ImagePullBackOff" in items[0].text.split("\n")[6]
    assert "kind: Secret" in items[2].text
    assert "rollout undo" in items[2].text


SESSION = """\
# Handover

```
$ kubectl get pods -n shop
NAME                    READY   STATUS             RESTARTS   AGE
cart-7d9f8b6c5d-x2k8p   0/1     CrashLoopBackOff   5          6m
```

```
$ kubectl logs cart-7d9f8b6c5d-x2k8p -n shop
KeyError: 'REDIS_URL'
```
"""


def test_fences_below_a_short_heading_are_no_transcript_and_keep_their_commands(tmp_path: Path) -> None:
    (tmp_path / "note.md").write_text(SESSION, encoding="utf-8")

    collected = read_bundle(tmp_path).collected

    kinds = [item.kind for item in collected.items]
    assert kinds == [EvidenceKind.TABLE, EvidenceKind.LOG, EvidenceKind.NOTE]
    assert (collected.target.namespace, collected.items[1].pod) == ("shop", "cart-7d9f8b6c5d-x2k8p")
