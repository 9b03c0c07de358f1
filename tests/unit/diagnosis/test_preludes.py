"""What a log says once just before its first error, or beside each, is told with the cause; what it always says is not."""

from __future__ import annotations

from fakes.evidence import diagnose, make_case
from incident_bot.diagnosis import load_rules
from incident_bot.model import Diagnosis, Verdict

RULES = load_rules()

ERROR = "ERROR parcel {0} not sorted"


def tell(*once: str, minutes_before: int = 0, beside: str = "", usual: str = "INFO parcel {0} sorted") -> Diagnosis:
    """An hour of parcels of which none is sorted from its half on; `once` is said before that, `beside` with each error."""
    lines = []
    for minute in range(60):
        at = f"2026-11-21T08:{minute:02}"
        lines += (
            [f"{at}:0{second}Z {line}" for second, line in enumerate(once)] if minute == 31 - minutes_before else []
        )
        lines += [f"{at}:2{second}Z {usual.format(4711 + minute)}" for second in range(2)] if minute < 31 else []
        lines += [f"{at}:40Z {beside.format(minute)}"] if beside and minute > 30 else []
        lines += [f"{at}:41Z {ERROR.format(4711 + minute)}"] if minute > 30 else []
    return diagnose(make_case({"sorter.log": "\n".join(lines) + "\n"}), RULES)


def quotes(found: Diagnosis) -> str:
    return "\n".join(item.quote for item in found.causes[0].citations)


def test_a_line_of_its_own_kind_just_before_the_first_error_is_told() -> None:
    found = tell("INFO belt 4 hands over to the new scanner, code set B")
    assert found.verdict is Verdict.FAILURE
    assert "code set B" in quotes(found)
    assert "not sorted" in quotes(found)


def test_a_kind_of_line_that_came_with_the_errors_is_told() -> None:
    assert "rc=17" in quotes(tell(beside="INFO scanner answer rc=17 unit {0}"))


def test_what_was_said_long_before_is_not_told() -> None:
    assert "code set B" not in quotes(tell("INFO belt 4 hands over to the new scanner, code set B", minutes_before=20))


def test_ordinary_lines_before_the_first_error_are_not_told() -> None:
    assert "sorted" not in quotes(tell()).replace("not sorted", "")


def test_where_every_line_is_of_its_own_kind_none_is_news() -> None:
    words = ["amber", "birch", "cedar", "daisy", "elder", "fern", "grass", "hazel"]
    lines = [
        f"2026-11-21T08:{m:02}:00Z INFO {words[m % 8]} {words[m // 8]} {words[(m * 3) % 8]} seen" for m in range(40)
    ]
    lines += [f"2026-11-21T08:{m:02}:00Z {ERROR.format(m)}" for m in range(40, 60)]
    found = diagnose(make_case({"sorter.log": "\n".join(lines) + "\n"}), RULES)
    assert "seen" not in quotes(found)


def test_the_frames_and_the_heading_of_a_trace_beside_each_error_are_not_told() -> None:
    for beside in ("[stacktrace]", "#0 /app/vendor/sorter/Belt.php(783): Belt->run()"):
        found = tell(beside=beside)
        assert beside.split()[0] not in quotes(found)
        assert "stacktrace" not in found.causes[0].explanation


def test_what_stands_inside_the_traceback_of_the_error_is_not_what_came_before_it() -> None:
    trace = ("INFO [belt-4] Traceback (most recent call last):", "INFO [belt-4]     from sorter import belt_of")
    assert "belt_of" not in quotes(tell(*trace))
