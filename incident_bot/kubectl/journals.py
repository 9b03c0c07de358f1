"""Logs of machines: which node's journal, syslog or kernel messages a text is."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

_RECORD = re.compile(
    r"(?:[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\S{0,14}) (?P<host>[a-z0-9][a-z0-9.-]{0,252}) (?P<program>[\w.@-]{1,40})(?:\[\d{1,9}\])?: "
)
_OF_A_NODE = re.compile(
    r"(?:kernel|kubelet|containerd|dockerd|crio|cri-o|systemd(?:-\w+)?|chronyd|ntpd|k3s|rke2|kube-proxy|NetworkManager)(?:-\w+)?$"
)
_KERNEL_TIME = re.compile(r"\[ {0,8}\d{1,8}\.\d{3,6}\] |\[[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4}\] ")
_OF_THE_KERNEL = re.compile(
    r"\b(?:NVRM|EXT4-fs|XFS|nvme\d|audit:|oom-kill|oom_reaper|Killed process|link becomes ready|CPU: \d+ PID: \d+|blk_update_request|I/O error)\b"
)
_SAMPLE_LINES = 40
_MIN_SHARE = 0.6


def read_machine(lines: Sequence[str]) -> str | None:
    """The host whose journal or kernel log this is, "" where its lines do not name it; None when it is no such log.

    A program that logs through syslog is not the machine: most records have to be of the kernel, the kubelet, the
    container runtime or the init system.
    """
    sample = [line for line in lines[:_SAMPLE_LINES] if line.strip()]
    if not sample:
        return None
    records = [match for line in sample if (match := _RECORD.match(line))]
    if len(records) >= _MIN_SHARE * len(sample):
        of_node = sum(1 for match in records if _OF_A_NODE.match(match["program"]))
        host, count = Counter(match["host"] for match in records).most_common(1)[0]
        return host if 2 * of_node > len(records) and count >= _MIN_SHARE * len(records) else None
    kernel = sum(1 for line in sample if _KERNEL_TIME.match(line))
    is_kernel = kernel >= _MIN_SHARE * len(sample) and any(_OF_THE_KERNEL.search(line[:400]) for line in sample)
    return "" if is_kernel else None
