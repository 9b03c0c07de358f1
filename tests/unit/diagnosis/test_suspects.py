"""Calm lines as suspects: what a colleague complains of, and which line answers it."""

from __future__ import annotations

import pytest

from fakes.evidence import diagnose, make_case
from incident_bot.diagnosis import load_rules
from incident_bot.diagnosis.causes.questions import complains, stems_of
from incident_bot.diagnosis.causes.signs import read_signs
from incident_bot.model import Diagnosis, Verdict

RULES = load_rules()


def read(note: str, log: str, **files: str) -> Diagnosis:
    return diagnose(make_case({"note.txt": f"{note}\n", "logs.txt": log, **files}), RULES)


def orders(*odd: str) -> str:
    """Twenty lines of ordinary work, and odd ones in their middle."""
    lines = [f"2026-10-13T14:00:{2 * n:02}Z INFO loans GET /loans/{4400 + n} 200 {9 + n}ms" for n in range(20)]
    return "\n".join((*lines[:10], *odd, *lines[10:])) + "\n"


@pytest.mark.parametrize(
    "note",
    [
        "Readers can't renew their loans since Monday.",
        "Nobody gets the reminder mails.",
        "Why is the catalogue so slow today?",
        "The branch in Laa says returns are not booked. Everything is green.",
        "No parcels arrive in the depot, all pods run.",
        "/loans returns 404 for some readers.",
        "Streams stop after an hour for some viewers.",
        "Mails with the code come after ten minutes.",
    ],
)
def test_a_trouble_of_people_is_a_complaint(note: str) -> None:
    assert complains(note)


@pytest.mark.parametrize(
    "note",
    [
        "Is the catalogue broken?",
        "The log is full of 'connection reset by peer'. Do we have to act?",
        "so many ERROR lines. do I open a ticket?",
        "Readers could not log in at eight, fine again since nine.",
        "Release 4.4 was rolled out at noon.",
        "Failover drill went to plan. No complaints.",
        "Run of the limiter (planned, QA-12): it answers 429 above 200 a second.",
        "Why did you restart it? I didn't deploy.",
        "cert-manager says 'Issuing certificate' at night, who did that?",
    ],
)
def test_a_question_about_lines_is_none(note: str) -> None:
    assert not complains(note)


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("INFO picker rows selected: 0 (branch=7)", "nothing"),
        ("INFO mailer POST https://api.sandbox.post.example/send 202", "elsewhere"),
        ("INFO loans quota of partner exceeded", "limit"),
        ("INFO pool active=16 waiting=9 max=16", "full"),
        ("INFO card not added account=44 cards=3 max_cards=3", "full"),
        ("plan family: 12044 accounts, 0 billed", "nothing"),
        ("INFO geo status=200 result=DAILY_QUOTA_REACHED", "body"),
        ("INFO reminders paused by window=stocktaking", "withheld"),
        ("INFO cleaner deleted 812 rows older than 30d", "removed"),
        ("INFO texts missing, falling back to en", "fallback"),
        ("broker: client id gate-2 already connected", "claimed"),
    ],
)
def test_calm_lines_give_signs(line: str, name: str) -> None:
    assert name in {sign.name for sign in read_signs(line, is_named=False)}


@pytest.mark.parametrize(
    "line",
    [
        "INFO stats received=931 rejected=0 skipped=0 errors=0 retries=0",
        "INFO checkpoint complete: 0 WAL file(s) added, 0 removed",
        "INFO no changes, skipping patch",
        "INFO 0 pending migrations",
        "INFO GET /loans/4410 200 12ms",
        "INFO webapp=/loans params={q=vpn&rows=20} hits=390 status=0 QTime=4",
        "INFO start commit{optimize=false,openSearcher=false,softCommit=false}",
        "WARN the method run was deprecated and will be removed in 2.0",
    ],
)
def test_good_news_gives_none(line: str) -> None:
    assert not read_signs(line, is_named=True)


def test_a_setting_that_is_off_tells_only_where_it_is_named() -> None:
    line = "INFO channel=branch7 enabled=false"
    assert read_signs(line, is_named=True)
    assert not read_signs(line, is_named=False)


def test_names_are_split_into_their_words() -> None:
    assert stems_of("RefundOrder") == stems_of("order-refunds") == stems_of("/refunds/order")


NOTE = "Readers of branch 4471 don't get reminders since Monday."


def test_the_line_that_answers_is_the_cause() -> None:
    line = "2026-10-13T14:00:20Z INFO reminders branch=4471 paused by window=stocktaking"
    found = read(NOTE, orders(line))
    assert found.verdict is Verdict.FAILURE
    assert found.causes[0].citations[0].quote == line
    assert "paused by window=stocktaking" in found.causes[0].title


def test_without_such_a_line_nobody_is_called_healthy() -> None:
    found = read(NOTE, orders())
    assert found.verdict is Verdict.INSUFFICIENT_EVIDENCE
    assert not found.causes
    assert "A note complains" in found.summary


def test_two_lines_that_answer_alike_are_both_told_and_none_is_the_cause() -> None:
    found = read(
        NOTE,
        orders(
            "2026-10-13T14:00:20Z INFO reminders branch=4471 paused by window=stocktaking",
            "2026-10-13T14:00:21Z INFO reminders branch=4471 template of the season is unknown",
        ),
    )
    assert found.verdict is Verdict.INSUFFICIENT_EVIDENCE
    assert len(found.causes) >= 2
    assert "Most likely so far" in found.summary


def test_the_same_line_without_a_complaint_is_ordinary() -> None:
    line = "2026-10-13T14:00:20Z INFO reminders branch=4471 paused by window=stocktaking"
    assert read("Is the service all right?", orders(line)).verdict is Verdict.HEALTHY


def test_what_the_note_calls_fine_is_not_suspected_first() -> None:
    found = read(
        "Labels are not printed. Invoices are fine.",
        orders(
            "2026-10-13T14:00:20Z INFO printer invoices: 0 jobs read",
            "2026-10-13T14:00:41Z INFO printer labels: paused",
        ),
    )
    assert "labels: paused" in found.causes[0].title


QUEUES = """\
$ printctl queues
queue      jobs  workers
invoices   3     2
labels     {labels}  {workers}
picklists  0     1
"""


@pytest.mark.parametrize(("labels", "verdict"), [(2210, Verdict.FAILURE), (4, Verdict.INSUFFICIENT_EVIDENCE)])
def test_a_queue_that_is_asked_about_and_piles_up(labels: int, verdict: Verdict) -> None:
    other = QUEUES.format(labels=labels, workers=0)
    assert read("No labels are printed since noon.", orders(), **{"other.txt": other}).verdict is verdict


def fares(*versions: str) -> str:
    return "".join(
        f"2026-10-13T14:00:{n * 2:02}Z INFO fare quote zone={n % 5} version={version}\n"
        for n, version in enumerate(versions)
    )


def test_an_older_version_that_answers_in_turns_and_one_that_was_replaced() -> None:
    note = "The same ride has another price on each click. It is wrong."
    assert "2.7.4" in read(note, fares(*["2.8.0", "2.7.4"] * 8)).causes[0].title
    assert read(note, fares(*["2.7.4"] * 8, *["2.8.0"] * 8)).verdict is Verdict.INSUFFICIENT_EVIDENCE


def test_one_job_that_two_pods_do() -> None:
    def runs(*pods: str) -> str:
        return "".join(
            f"[letters-7d9c5b-{pod}] 2026-10-13 {hour:02}:00:0{place} run task=send-letters\n"
            for hour in range(6, 18)
            for place, pod in enumerate(pods)
        )

    note = "Everybody got each letter twice."
    assert "both do it" in read(note, runs("x2kqp", "zz81m")).causes[0].title
    assert read(note, runs("x2kqp")).verdict is Verdict.INSUFFICIENT_EVIDENCE


def test_a_figure_that_only_grows_and_one_that_falls_again() -> None:
    def stats(*figures: int) -> str:
        return "".join(
            f"2026-10-{day + 1:02}T06:00:00Z INFO stats open_sockets={figure} requests={4000 + day % 3}\n"
            for day, figure in enumerate(figures)
        )

    note = "The tiles get slower every day until we restart."
    assert (
        "open_sockets grew" in read(note, stats(40, 90, 300, 900, 2600, 7000, 9000, 9900, 11000, 12000)).causes[0].title
    )
    assert read(note, stats(40, 900, 300, 900, 200, 40, 90, 50, 90, 60)).verdict is Verdict.INSUFFICIENT_EVIDENCE


def test_a_group_of_its_own() -> None:
    pods = "NAME                    READY   STATUS    RESTARTS   AGE\nmover-5d8f7c9b6-hx2kd   1/1     Running   0          2d\n"
    note = "Since there are two replicas each parcel is booked twice."

    def log(group: str) -> str:
        return orders(f"2026-10-13T14:00:20Z INFO consumer group.id = {group} joined")

    assert "group of its own" in read(note, log("mover-5d8f7c9b6-hx2kd"), **{"pods.txt": pods}).causes[0].title
    assert not read(note, log("mover"), **{"pods.txt": pods}).causes


def turned(*, back: bool) -> str:
    """Ordinary work with a minute in the middle in which a peer was away."""
    away = (
        "2026-10-13T14:00:19Z WARN mesh peer cash-2 is unreachable",
        "2026-10-13T14:00:19Z ERROR mesh 3 of 5 writes to cash-2 failed: i/o timeout",
    )
    return orders(*away, "2026-10-13T14:00:19Z INFO mesh peer cash-2 is reachable") if back else orders(*away)


def test_what_went_away_and_came_back_is_over() -> None:
    note = "We saw 'writes to cash-2 failed' in the log. Anything left to do?"
    assert read(note, turned(back=True)).verdict is Verdict.RECOVERED
    assert read(note, turned(back=False)).verdict not in (Verdict.RECOVERED, Verdict.HEALTHY)


def test_a_state_that_was_left_and_not_reached_again_is_not_called_healthy() -> None:
    note = "Still worried about 'Shrinking in-sync set'."
    shrunk = "2026-10-13T14:00:19Z INFO replicator Shrinking in-sync set of ledger-4 from a,b,c to a,b"
    grown = "2026-10-13T14:00:19Z INFO replicator Expanding in-sync set of ledger-4 from a,b to a,b,c"
    assert read(note, orders(shrunk)).verdict is Verdict.INSUFFICIENT_EVIDENCE
    assert read(note, orders(shrunk, grown)).verdict is Verdict.HEALTHY


def few(line: str) -> str:
    return "\n".join(orders(line).splitlines()[7:13]) + "\n"


def test_a_few_lines_answer_who_asks_only_what_they_mean() -> None:
    log = few("2026-10-13T14:00:19Z WARN loans clock source tsc is not used, hpet is")
    assert read("What is the WARN line about the clock source? Do we have to act?", log).verdict is Verdict.HEALTHY
    assert read("Readers cannot renew.", log).verdict is Verdict.INSUFFICIENT_EVIDENCE


def deliveries(nordlicht: str, *, at_once: bool = True) -> str:
    """Deliveries to three partners, of which one may be treated otherwise."""
    return "".join(
        f"2026-10-13T14:{n:02}:00Z INFO deliver partner={('sued', 'west', 'nordlicht')[n % 3]} "
        f"breaker={nordlicht if n % 3 == 2 and (at_once or n > 20) else 'closed'} sent=1\n"
        for n in range(40)
    )


def test_what_goes_with_one_name_alone_is_told_beside_what_others_have() -> None:
    note = "Partner Nordlicht gets no webhooks, all other partners do."
    found = read(note, deliveries("half"))
    assert found.verdict is Verdict.FAILURE
    assert "breaker=half for partner=nordlicht, and breaker=closed for others" in found.causes[0].title
    assert len(found.causes[0].citations) == 2
    assert read(note, deliveries("closed")).verdict is Verdict.INSUFFICIENT_EVIDENCE
    assert read("Is the delivery all right?", deliveries("half")).verdict is Verdict.HEALTHY


def test_a_value_that_changed_once_and_stayed() -> None:
    def fetches(*kinds: str) -> str:
        return "".join(
            f"2026-10-13T14:{n:02}:00Z INFO feed fetch items={40 + n % 7} type={kind}\n" for n, kind in enumerate(kinds)
        )

    note = "The feed has nothing new since two o'clock."
    found = read(note, fetches(*["xml"] * 9, *["html"] * 9))
    assert "type=html since then, where it had type=xml before" in found.causes[0].title
    assert not read(note, fetches(*["xml", "html"] * 9)).causes


def test_what_goes_well_on_both_sides_is_no_contrast() -> None:
    log = "".join(
        f"2026-10-13T14:{n:02}:00Z INFO call kind={'booking' if n % 2 else 'search'} status={201 if n % 2 else 200}\n"
        for n in range(30)
    )
    assert not read("Bookings of branch 7 are missing, the search works.", log).causes


def test_a_cursor_of_days_ago() -> None:
    def polls(day: str) -> str:
        return orders(*[f"2026-10-13T14:00:19Z INFO dirsync poll ok cursor=2026-10-{day}T08:11:02Z"] * 4)

    note = "Changed passwords don't reach the VPN."
    assert "5 days old" in read(note, polls("08")).causes[0].title
    assert not read(note, polls("13")).causes


def bookings(other: str, *, count: int = 4) -> str:
    """Ordinary bookings, and some that begin alike."""
    return "".join(
        f"2026-10-13T14:{n:02}:00Z booking B{4400 + n} "
        + (other if n % 5 == 3 and n < 5 * count else "source site confirmed")
        + "\n"
        for n in range(30)
    )


AGENCY = "The agency complains that its bookings are confirmed late."


def test_lines_that_begin_as_others_and_go_on_otherwise() -> None:
    found = read(AGENCY, bookings("source agency parked for a look by hand"))
    assert found.verdict is Verdict.FAILURE
    assert "agency parked" in found.causes[0].title
    assert {"agency parked" in item.quote for item in found.causes[0].citations} == {True, False}
    assert not read(AGENCY, bookings("source agency")).causes
    assert not read("Readers cannot renew.", bookings("source agency parked for a look by hand")).causes


def test_a_remark_behind_an_ordinary_line() -> None:
    found = read("Turnover is too high.", bookings("source site confirmed, was confirmed before by till 4"))
    assert "confirmed before by till 4" in found.causes[0].title


def test_some_requests_of_a_kind_are_turned_away() -> None:
    def homework(refused: int) -> str:
        return "".join(
            f'10.0.0.4 - - [13/Oct/2026:14:{n:02}:00 +0000] "PUT /homework/{n} HTTP/1.1" {413 if n < refused else 201} 9\n'
            for n in range(40)
        )

    note = "Pupils can't hand in homework of many pages."
    assert read(note, homework(5)).verdict is Verdict.FAILURE
    assert not read(note, homework(0)).causes


def test_the_line_about_the_very_id() -> None:
    log = orders("2026-10-13T14:00:20Z INFO firmware 3.9.1 offered on channel beta")
    assert "channel beta" in read("No device gets firmware 3.9.1 since Monday.", log).causes[0].title
    assert not read("No device gets firmware 3.9.2 since Monday.", log).causes


def test_a_lack_tells_only_where_it_is_about_the_question() -> None:
    line = "2026-10-13T14:00:20Z INFO reminders have no sender address"
    assert read("Readers don't get reminders.", orders(line)).verdict is Verdict.FAILURE
    assert not read("Readers don't get books.", orders(line)).causes


@pytest.mark.parametrize(
    "line",
    [
        "2026-10-13T14:00:20Z INFO row 4411 rejected: invalid e-mail",
        "2026-10-13T14:00:20Z WARN update check failed: no route to releases.example",
        "2026-10-13T14:00:20Z INFO rate limit of relay reached, slowing down",
        "2026-10-13T14:00:20Z INFO environment variable ANALYTICS_KEY is not set, analytics disabled",
        "2026-10-13T14:00:20Z INFO PORT is not set, using default 6379",
    ],
)
def test_an_everyday_line_about_something_else_is_no_cause_of_what_is_asked(line: str) -> None:
    found = read("Readers don't get books any more.", orders(line))
    assert found.verdict is Verdict.INSUFFICIENT_EVIDENCE
    assert len(found.causes) <= 1
