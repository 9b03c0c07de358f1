"""A log and nothing else, of programs in many languages: the deciding line is cited and named."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from fakes.evidence import diagnose, make_case
from incident_bot.diagnosis import load_rules
from incident_bot.diagnosis.logs.messages import read_message, tell_line
from incident_bot.diagnosis.logs.sentences import shorten
from incident_bot.model import Verdict

RULES = load_rules([])
LOGS = Path(__file__).parent / "application_logs"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One log of a file in `application_logs`, with what a reader has to find in it."""

    name: str
    decisive: str
    named: tuple[str, ...]
    log: str


def read_samples(file: str) -> list[Sample]:
    """The samples of a file, in order."""
    text = (LOGS / file).read_text(encoding="utf-8")
    return [_read_sample(block) for block in re.split(r"(?m)^=== ", text)[1:]]


def _read_sample(block: str) -> Sample:
    name, *lines = block.split("\n")
    head = {line[0]: line[2:] for line in lines[:2] if line[:2] in ("? ", "# ")}
    log = "\n".join(lines[len(head) :])
    return Sample(name=name, decisive=head.get("?", ""), named=tuple(head.get("#", "").split("|")), log=log)


FAILING = [*read_samples("failing.txt"), *read_samples("model_servers.txt"), *read_samples("clients.txt")]
HEALTHY = read_samples("healthy.txt")


@pytest.mark.parametrize("sample", FAILING, ids=[sample.name for sample in FAILING])
def test_first_cause_cites_the_deciding_line_and_names_it(sample: Sample) -> None:
    """What an engineer would point at in the log is cited first, and the title says what it is."""
    found = diagnose(make_case({"app.log": sample.log}), RULES)

    assert found.verdict is Verdict.FAILURE
    first = found.causes[0]
    assert any(sample.decisive in citation.quote for citation in first.citations), first
    assert any(word.lower() in first.title.lower() for word in sample.named), first.title


@pytest.mark.parametrize("sample", FAILING, ids=[sample.name for sample in FAILING])
def test_first_sentence_has_no_junk_of_a_logger(sample: Sample) -> None:
    """No times, process numbers, colours, ends of JSON, or a level before the message."""
    title = diagnose(make_case({"app.log": sample.log}), RULES).causes[0].title

    assert not re.search(r"\d\d:\d\d:\d\d|\x1b|\"\}$|\\n|\bpid=|^\W", title), title
    assert not re.search(r": (?:ERROR|FATAL|WARN|INFO)\b", title), title
    assert len(title) <= 190, title


@pytest.mark.parametrize("sample", HEALTHY, ids=[sample.name for sample in HEALTHY])
def test_log_of_a_healthy_program_is_no_failure(sample: Sample) -> None:
    """Scanners, clients that leave, retries that succeed, debugging and the word "error" in names are no cause."""
    found = diagnose(make_case({"app.log": sample.log}), RULES)

    assert found.verdict is not Verdict.FAILURE, found.summary


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("2026-11-20T08:00:00.111Z ERROR 1 --- [ main] c.a.App   : pool is closed", "pool is closed"),
        ("E1120 03:41:40.300000       1 leaderelection.go:369] Failed to update lock", "Failed to update lock"),
        ('time="2026-11-20T01:00:02Z" level=error msg="no quota" pool=a', "no quota"),
        ('{"ts":1.5,"lvl":50,"m":"lookup failed","cause":"timeout"}', "lookup failed: timeout"),
        ('{"level":50,"err":{"type":"TypeError","message":"x is null"},"msg":"request errored"}', "request errored: TypeError: x is null"),
        ("[2026-11-20 05:00:01,010: ERROR/MainProcess] consumer: cannot connect", "cannot connect"),
        ("2026/11/20 10:12:31 [error] 7#7: *118 open() failed, client: 10.1.1.9, server: _", "open() failed"),
        ("Nov 20 04:31:09 media-0 transcoder[1]: write failed", "write failed"),
        ("\x1b[31mERROR\x1b[0m [api] boom", "boom"),
        ("F, [2026-11-20T06:00:00.141000 #1] FATAL -- : no method", "no method"),
        ("[09:01:15 ERR] HTTP GET /basket failed", "HTTP GET /basket failed"),
        ("Error: Cannot find module 'sharp'", "Cannot find module 'sharp'"),
        ("error initializing configuration", "error initializing configuration"),
        ("plain words stay as they are", "plain words stay as they are"),
        ("<09:10:00> (reload) error: config rejected", "config rejected"),
        ("[20-Nov-2026 10:00:00 UTC] PHP Fatal error:  Allowed memory size exhausted", "Allowed memory size exhausted"),
        ("store::index:  format 14 is newer than this build", "format 14 is newer than this build"),
        ("Acme.Web.Server[22] heartbeat is late", "heartbeat is late"),
        ("Scanner.java:2019 - too many tombstones", "too many tombstones"),
        ("worker    | the queue is gone", "the queue is gone"),
        ("#PID<0.1.0> running Shop.Endpoint (connection #PID<0.9.0>) terminated: ** (E) no pool", "no pool"),
        ("| ranker | 3 | UNAVAILABLE", "ranker | 3 | UNAVAILABLE"),
        ("no route to the store [] []", "no route to the store"),
        ('{"time":"2026-11-20T10:00:00Z","api":{"name":"PutObject","status":"Forbidden"}}', "name=PutObject, status=Forbidden"),
        ("Refused  access denied      2026-11-20 08:11:00 +0000 UTC", "Refused access denied"),
    ],
)  # fmt: skip
def test_message_is_what_the_logger_was_told(line: str, message: str) -> None:
    """Times, levels, threads, logger names and JSON fields are not part of what a program says."""
    assert read_message(line) == message


def test_name_of_a_program_is_told_once() -> None:
    assert tell_line("kpi", "ERROR kpi: conversion is low") == "kpi logs: conversion is low"
    assert tell_line("kpi", "ERROR kpis are low") == "kpi logs: kpis are low"


def test_long_chain_of_causes_keeps_its_ends() -> None:
    """What was tried and what went wrong stay; what libraries add in between goes."""
    chain = "tax lookup failed: " + "wrapped again: " * 20 + "certificate has expired"

    assert (
        shorten(chain, 110)
        == "tax lookup failed: … wrapped again: wrapped again: wrapped again: wrapped again: certificate has expired"
    )


def test_cut_never_leaves_a_bracket_open() -> None:
    """A title that ends inside a bracket or a quotation reads as broken."""
    told = shorten("cannot reach any of the hosts (tried: " + "node-1.example, " * 20 + "node-2)")

    assert told.startswith("cannot reach any of the hosts (tried: node-1.example, ")
    assert told.endswith("node-1.example…)")
    assert shorten("cannot write (" + "x" * 300, 60) == "cannot write…"
