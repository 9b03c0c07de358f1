"""Drain3 as a reducer, for comparison: the first line of every cluster, rarest clusters first. Needs `drain3`."""

from __future__ import annotations

from collections.abc import Sequence

from drain3 import TemplateMiner


def drain_rare_first(lines: Sequence[str], budget: int) -> list[str]:
    miner = TemplateMiner()
    first: dict[int, int] = {}
    for number, line in enumerate(lines):
        first.setdefault(miner.add_log_message(line)["cluster_id"], number)
    sizes = {cluster.cluster_id: cluster.size for cluster in miner.drain.clusters}
    kept: list[int] = []
    room = budget * 4
    for cluster in sorted(first, key=lambda identity: sizes.get(identity, 1)):
        room -= len(lines[first[cluster]]) + 1
        if room < 0:
            break
        kept.append(first[cluster])
    return [lines[number] for number in sorted(kept)]
