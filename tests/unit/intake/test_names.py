"""What a pod's name says about its workload."""

from __future__ import annotations

import pytest

from incident_bot.intake import workload_of
from incident_bot.intake.names import parse_workload, stem_of_workload


@pytest.mark.parametrize(
    ("pod", "expected"),
    [
        pytest.param("sentiment-d57bd79dd-c4lbc", ("Deployment", "sentiment"), id="real template hash"),
        pytest.param("api-gateway-7d9f8b6c5d-x2k8p", ("Deployment", "api-gateway"), id="dashes in the name"),
        pytest.param("api-6f7a8c9d4e-ab1de", ("Deployment", "api"), id="hexadecimal hash of an example"),
        pytest.param("postgres-0", ("StatefulSet", "postgres"), id="ordinal"),
        pytest.param("postgres-12", ("StatefulSet", "postgres"), id="two-digit ordinal"),
        pytest.param("backup-29123456-k7x2p", ("CronJob", "backup"), id="CronJob"),
        pytest.param("train-0-k7x2p", ("Job", "train"), id="indexed Job"),
        pytest.param("node-exporter-x7k2p", ("", "node-exporter"), id="DaemonSet or Job: unknown"),
        pytest.param("debug-shell", ("", "debug-shell"), id="bare pod"),
        pytest.param("pod", ("", "pod"), id="no dash"),
        pytest.param("model-train", ("", "model-train"), id="a word of five letters is not random"),
        pytest.param("web-release2-prod", ("", "web-release2-prod"), id="words are not hashes"),
        pytest.param("-x7k2p", ("", "-x7k2p"), id="nothing before the dash"),
        pytest.param("", ("", ""), id="empty"),
    ],
)
def test_workload_is_guessed_from_the_pod_name(pod: str, expected: tuple[str, str]) -> None:
    assert expected == workload_of(pod)


def test_names_cut_at_the_limit_still_give_their_workload() -> None:
    """The apiserver cuts the base at 58 characters, so hash and random part run together."""
    name = "recommendation-embedding-inference-server-canary"
    pod = f"{name}-7d9f8b6c5"[:58] + "x2k8p"

    assert len(pod) == 63
    assert workload_of(pod) == ("Deployment", name)


def test_two_pods_of_one_long_named_workload_agree() -> None:
    name = "a-very-long-deployment-name-that-fills-nearly-all-of-the"

    assert workload_of(f"{name}-7d"[:58].ljust(58, "9") + "x2k8p") == workload_of(
        f"{name}-7d"[:58].ljust(58, "9") + "bbbbb"
    )


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("api-7d9f8b6c5d", "api"),
        ("backup-29123456", "backup"),
        ("api", "api"),
        ("api-v2", "api-v2"),
        ("29123456", "29123456"),
    ],
)
def test_workload_stem_drops_what_changes_from_run_to_run(name: str, stem: str) -> None:
    assert stem == stem_of_workload(name)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("api", ("", "api")),
        ("deployment/api", ("Deployment", "api")),
        ("Deployments/api", ("Deployment", "api")),
        ("sts/db", ("StatefulSet", "db")),
        ("ds/agent", ("DaemonSet", "agent")),
    ],
)
def test_workloads_may_carry_their_kind(text: str, expected: tuple[str, str]) -> None:
    assert expected == parse_workload(text)
