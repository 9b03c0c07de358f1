"""Which words may name something in a cluster: nothing else is ever asked for or put into a command."""

from __future__ import annotations

import pytest

from incident_bot.kube_names import is_cluster_name, is_dns_label, is_object_name


@pytest.mark.parametrize(
    "hostile", ["", "a b", "UPPER", "a;id", "$(id)", "../etc", "-x", "x-", "a" * 64, "a\n", "ä", "--all"]
)
def test_no_hostile_text_is_a_label(hostile: str) -> None:
    assert not is_dns_label(hostile)


@pytest.mark.parametrize("hostile", ["", ".", "a..b", "a/b", "a" * 254, "a\x00", "pod name", "x=1", "?limit=1", "%2e"])
def test_no_hostile_text_is_an_object_name(hostile: str) -> None:
    assert not is_object_name(hostile)


@pytest.mark.parametrize("name", ["ip-10-0-0-1.eu-west-1.compute.internal", "a", "a.b", "0", "very-" * 20 + "long"])
def test_real_names_are_object_names(name: str) -> None:
    assert is_object_name(name)


def test_cluster_names_of_clouds_are_accepted_and_options_are_not() -> None:
    assert is_cluster_name("gke_my-project_europe-west1_prod")
    assert is_cluster_name("arn:aws:eks:eu-west-1:123456789012:cluster/prod")
    assert not is_cluster_name("--kubeconfig=x")
    assert not is_cluster_name("prod eu")
