"""Whose journal a log is: the machine's, where most records are the system's; a program's otherwise."""

from __future__ import annotations

import pytest

from incident_bot.kubectl import read_log_origin, read_machine

_JOURNAL = [
    "Oct 09 04:00:45 gpu-2 kernel: EXT4-fs (dm-8): mounted filesystem",
    "Oct 09 04:13:31 gpu-2 kernel: NVRM: Xid (PCI:0000:81:00): 79, GPU has fallen off the bus.",
    "Oct 09 04:13:33 gpu-2 kubelet[901]: I1009 04:13:33.1 901 kubelet.go:1] sync",
]


def test_a_journal_names_its_machine() -> None:
    assert read_machine(_JOURNAL) == "gpu-2"
    assert read_log_origin("node-kernel.log", "\n".join(_JOURNAL)) == ("", "", False)


def test_kernel_messages_without_a_host_are_of_some_machine() -> None:
    assert read_machine(["[83011.101441] eth0: link becomes ready", "[83312.441001] NVRM: Xid 79"]) == ""


@pytest.mark.parametrize(
    "lines",
    [
        ["Oct 09 04:00:45 till-0 pos[1]: order 5 taken", "Oct 09 04:00:46 till-0 pos[1]: order 6 taken"],
        ["[1.101441] order 5 taken", "[1.441001] order 6 taken"],
        ["2026-11-20T08:00:01Z INFO kernel: trained in 4 s", "2026-11-20T08:00:02Z INFO kernel: trained in 5 s"],
        [],
    ],
)
def test_a_program_is_no_machine(lines: list[str]) -> None:
    assert read_machine(lines) is None
