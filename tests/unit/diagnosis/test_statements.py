"""Plain statements that explain a louder line are told beside it, and never make a failure themselves."""

from __future__ import annotations

import pytest

from fakes.evidence import diagnose, make_case
from incident_bot.diagnosis import load_rules
from incident_bot.model import Diagnosis, Verdict

RULES = load_rules()

EXPLAINING = [
    "INFO slots: 48 of 48 in use, 913 waiting",
    "INFO pool report busy=20 idle=0 max=20 waiting=77",
    "INFO stats max=64 open=64 queued=300",
    "WARN cgroup throttled in 88 of 100 periods",
    "INFO the burst credits of the volume are used up",
    "INFO no idle runner for label gpu",
    "INFO replicated to 0 of 3 mirrors",
    "INFO no file matched the pattern in /in/2026",
    "INFO supplier file was imported twice",
    "INFO column sku is not unique, 91 values occur 2x",
    "INFO page was pushed to nobody, not retried",
    "WARN slot audit: nothing read since Monday",
    "INFO wal segment 77 cannot be recycled, slot audit holds it",
    "INFO snapshot waits for replica b2",
    "INFO schema 41 expected, the database is at 39",
    "INFO checksum of part 7 differs from the manifest",
    "INFO route moved old=eu-1 new=eu-2",
    '{"level":"info","msg":"limit set","from":"8","to":"2"}',
    "INFO default route switched to the backup line",
    "INFO API v1 of the bank was retired on Sunday",
    "INFO the field iban is no longer offered by the registry",
    "INFO files of build 88 were deleted",
    "INFO our clock is 340 s ahead of the time server",
    "INFO index is older than the catalogue by 9 days",
    "INFO shard 3 is already owned by node-b",
    "INFO found a second scheduler with the same name",
    "INFO registry answered 451 for tenant 12",
    "INFO relay said 550 5.7.1 sender unknown",
    "INFO ledger write rejected by the fraud desk",
    "WARN currency table empty, fell back to yesterday",
    "INFO backlog 91000, usually 200",
    "INFO disk of the journal at 98%",
    "[stderr] INFO: KeyError: 'tariff_9'",
]

CALM = [
    "INFO slots: 12 of 48 in use",
    "INFO pool report busy=3 idle=17 max=20",
    "INFO throttled=0 in the last period",
    "INFO 0 of 512 checks failed",
    "INFO 0/40 errors",
    "INFO duplicate rows removed=0 of 812",
    "INFO registry answered 200 for tenant 12",
    "INFO registry answered 404 for tenant 12",
    "INFO all 3 mirrors confirmed",
    "INFO backlog 190 messages",
    "INFO disk of the journal at 41%",
    "INFO schema 41 found",
]


def tell(line: str, *, alert: str = "ReportsLate", end: str = "ERROR report engine gave no report\n") -> Diagnosis:
    work = "".join(f"2026-11-21T08:{m:02}:00Z INFO order {4711 + m} stored\n" for m in range(40))
    ends = "".join(f"2026-11-21T08:{m:02}:10Z {end}" for m in range(42, 48)) if end else ""
    said = line if line.startswith("{") else f"2026-11-21T08:40:30Z {line}"
    return diagnose(make_case({"app.log": f"{work}{said}\n{ends}"}, alert=alert), RULES)


@pytest.mark.parametrize("line", EXPLAINING)
def test_what_a_log_states_plainly_is_cited_beside_the_loud_line_that_came_of_it(line: str) -> None:
    best = tell(line).causes[0]
    assert any(line in citation.quote for citation in best.citations)


@pytest.mark.parametrize("line", CALM)
def test_what_is_as_it_should_be_explains_nothing(line: str) -> None:
    assert "A log states" not in tell(line).causes[0].explanation


@pytest.mark.parametrize("line", EXPLAINING)
def test_a_statement_without_a_failure_is_none(line: str) -> None:
    level = line if line.startswith(("{", "[")) else "INFO" + line[4:]
    work = "".join(f"2026-11-21T09:{m:02}:00Z INFO order {5711 + m} stored" + "\n" for m in range(40))
    log = f"{work}2026-11-21T09:40:30Z {level}\n{work.replace('T09', 'T10')}"
    assert diagnose(make_case({"app.log": log}), RULES).verdict is not Verdict.FAILURE


def test_what_is_said_all_the_time_explains_nothing() -> None:
    often = "".join(
        f"2026-11-21T08:{m:02}:0{s}Z INFO {'registry answered 451 for tenant' if s else 'order'} {m}\n"
        for m in range(40)
        for s in range(2)
    )
    log = f"{often}2026-11-21T08:45:10Z ERROR report engine gave no report\n"
    best = diagnose(make_case({"app.log": log}, alert="ReportsLate"), RULES).causes[0]
    assert "registry answered 451" not in best.explanation
