"""Descriptions of NetworkPolicies: peers and ports as the API has them, with the lines where they stand."""

from __future__ import annotations

from incident_bot import kubectl
from incident_bot.model import Evidence, EvidenceKind, SafeText

TEXT = """\
Name:         ledger
Namespace:    data
Created on:   2026-02-11 10:00:12 +0000 UTC
Labels:       <none>
Annotations:  <none>
Spec:
  PodSelector:     app=ledger
  Allowing ingress traffic:
    To Port: 5432/TCP
    From:
      NamespaceSelector: zone=inner
      PodSelector: role=reader,tier=web
    From:
      IPBlock:
        CIDR: 10.0.0.0/8
        Except:
    ----------
    To Port: <any> (traffic allowed to all ports)
    From:
      NamespaceSelector: <none>
  Allowing egress traffic:
    <none> (Selected pods are isolated for egress connectivity)
  Policy Types: Ingress, Egress
"""


def read(text: str) -> kubectl.KubeObject:
    item = Evidence(
        id="E1", kind=EvidenceKind.DESCRIBE, name="policy.txt", source="policy.txt",
        lines=tuple(SafeText(line) for line in text.splitlines()),
    )  # fmt: skip
    (found,) = kubectl.read(item).objects
    return found


def test_rules_peers_and_ports_are_read_as_the_api_has_them() -> None:
    spec = read(TEXT).body["spec"]

    assert spec["ingress"] == [
        {
            "ports": [{"port": 5432, "protocol": "TCP"}],
            "from": [
                {
                    "namespaceSelector": {"matchLabels": {"zone": "inner"}},
                    "podSelector": {"matchLabels": {"role": "reader", "tier": "web"}},
                },
                {"ipBlock": {"cidr": "10.0.0.0/8"}},
            ],
        },
        {"from": [{"namespaceSelector": {}}]},
    ]
    assert spec["egress"] == [], "nothing at all is let out"
    assert spec["policyTypes"] == ["Ingress", "Egress"]


def test_a_label_of_a_peer_knows_its_line() -> None:
    policy = read(TEXT)

    assert policy.line_of("spec.ingress[0].from[0].namespaceSelector.matchLabels.zone") == 11
    assert policy.line_of("spec.podSelector.matchLabels.app") == 7


def test_a_direction_that_is_not_restricted_has_no_rules() -> None:
    spec = read(
        TEXT.replace("  Allowing egress traffic:\n", "  Not affecting egress traffic\n").split("    <none> (S")[0]
    )

    assert "egress" not in spec.body["spec"]
