"""Which line comes before which: in one log, between the logs of two services, and between objects."""

from __future__ import annotations

from fakes.evidence import diagnose, make_case
from incident_bot.diagnosis import load_rules
from incident_bot.model import Verdict

RULES = load_rules([])
WORK = "".join(f"2026-11-20T10:00:{second:02}Z INFO posted {second}\n" for second in range(20))


def test_the_line_that_names_a_cause_precedes_the_unknown_errors_after_it() -> None:
    log = (
        WORK
        + "2026-11-20T10:01:00Z WARN barcode licence LBL-PRO ended 2026-06-30\n"
        + "".join(f"2026-11-20T10:01:{second:02}Z ERROR empty document for order {second}\n" for second in range(1, 20))
    )

    found = diagnose(make_case({"labels.log": log}), RULES)

    assert "licence" in found.causes[0].title
    assert found.causes[0].citations[0].line == 21


def test_a_lasting_trouble_of_the_callee_precedes_what_its_caller_says() -> None:
    ledger = (
        WORK
        + "".join(f"2026-11-20T10:02:{second:02}Z WARN rejected write {second}: ledger is frozen\n" for second in range(20))
    )  # fmt: skip
    billing = WORK + "".join(
        f"2026-11-20T10:02:{second:02}Z ERROR POST http://ledger:8080/post returned 503\n" for second in range(1, 20)
    )

    found = diagnose(make_case({"ledger.log": ledger, "billing.log": billing}), RULES)

    assert "frozen" in found.causes[0].title


def test_what_the_callee_says_only_later_does_not_explain_its_caller() -> None:
    ledger = WORK + "".join(
        f"2026-11-20T11:30:{second:02}Z WARN rejected write {second}: ledger is frozen\n" for second in range(20)
    )
    billing = WORK + "".join(
        f"2026-11-20T10:02:{second:02}Z ERROR POST http://ledger:8080/post returned 503\n" for second in range(1, 20)
    )

    found = diagnose(make_case({"ledger.log": ledger, "billing.log": billing}), RULES)

    assert "frozen" not in found.causes[0].title


CHALLENGE = """\
Name:         shop-tls-1-2733
Namespace:    shop
API Version:  acme.cert-manager.io/v1
Kind:         Challenge
Status:
  Reason:      failed to change the record set: not authorized to perform ChangeResourceRecordSets
  State:       pending
"""
MISSING = """\
LAST SEEN   TYPE      REASON        OBJECT                        MESSAGE
4m          Warning   FailedMount   pod/gw-64c8f5d7f-l2w7z        MountVolume.SetUp failed for volume "tls" : secret "{name}" not found
"""
PENDING = "NAME                 READY   STATUS              RESTARTS   AGE\ngw-64c8f5d7f-l2w7z   0/1     ContainerCreating   0          51m\n"


def test_a_certificate_that_is_not_issued_precedes_the_secret_that_it_owes() -> None:
    case = make_case({"challenge.txt": CHALLENGE, "events.txt": MISSING.format(name="shop-tls"), "pods.txt": PENDING})

    found = diagnose(case, RULES)

    assert "not authorized" in found.causes[0].title + found.causes[0].explanation
    assert "shop-tls-1-2733" in found.causes[0].title


def test_another_certificate_does_not_explain_a_missing_secret() -> None:
    case = make_case({"challenge.txt": CHALLENGE, "events.txt": MISSING.format(name="db"), "pods.txt": PENDING})

    assert diagnose(case, RULES).causes[0].rule_id == "config-secret-missing"


def test_an_umbrella_alone_is_not_enough_evidence() -> None:
    events = "LAST SEEN   TYPE      REASON    OBJECT      MESSAGE\n4m          Warning   BackOff   pod/ledgerd-0   Back-off restarting failed container ledgerd in pod ledgerd-0_bank(8e4e)\n"
    log = "2026-04-19 23:58:40.011 INFO  Bootstrap - pid 1\n2026-04-19 23:58:49.514 INFO  Ledger - replaying segment 2 of 88\n"

    found = diagnose(make_case({"events.txt": events, "ledgerd-0.previous.log": log}), RULES)

    assert found.verdict is Verdict.INSUFFICIENT_EVIDENCE


def _two_services(shop: str, *, refuses_from: int = 30) -> str:
    """The title of the first cause where the shop fails from the half of an hour on, and the basket service refuses from a minute on."""
    minutes = [f"2026-11-21T08:{minute:02}" for minute in range(60)]
    basket = [
        f"{at}:10Z WARN basket {number} refused, rule of 3 pieces"
        if number > refuses_from
        else f"{at}:10Z INFO basket {number} priced"
        for number, at in enumerate(minutes)
    ]
    front = [
        f"{at}:20Z ERROR order {number} failed: {shop}" if number > 31 else f"{at}:20Z INFO order {number} placed"
        for number, at in enumerate(minutes)
    ]
    case = make_case({"basket.log": "\n".join(basket) + "\n", "shop.log": "\n".join(front) + "\n"})
    return diagnose(case, RULES).causes[0].title


def test_who_repeats_what_a_named_service_answered_gives_way_to_that_services_own_log() -> None:
    assert "basket" in _two_services("basket service said 422").split(" logs", maxsplit=1)[0]


def test_a_named_service_that_is_well_or_fails_later_explains_nothing() -> None:
    for begins in (60, 45):
        title = _two_services("basket service said 422", refuses_from=begins)
        assert "shop" in title.split(" logs", maxsplit=1)[0]
