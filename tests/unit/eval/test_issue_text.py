"""An issue's folded evidence is read back; an issue is public text, so nothing in it is believed."""

from __future__ import annotations

import pytest

from incident_bot.errors import UsageError
from incident_bot.eval import read_issue
from incident_bot.eval.issue_text import MAX_LINES


def block(heading: str, *lines: str, bar: str = "```") -> str:
    shown = "\n".join(lines)
    return f"<details>\n<summary>{heading}</summary>\n\n{bar}text\n{shown}\n{bar}\n</details>\n"


def test_shown_lines_stand_at_their_numbers_and_the_others_are_blank() -> None:
    body = block(
        "E1 · log of server, previous run · 2 of 5 lines", "   2 | started", "     | … 1 line left out", "   4 | boom"
    )

    (item,) = read_issue(body, "issue").items

    assert item.name == "server-previous.log"
    assert item.text == "\nstarted\n\nboom\n\n"


def test_indentation_and_empty_lines_survive() -> None:
    body = block("E1 · Kubernetes objects, pod.yaml · 3 lines", "   1 | a:", "   2 |   b: 1", "   3 |")

    (item,) = read_issue(body, "issue").items

    assert (item.name, item.text) == ("pod.yaml", "a:\n  b: 1\n\n")


def test_the_count_of_similar_lines_is_no_part_of_a_line() -> None:
    body = block("E1 · log of api · 1 of 1,300 lines", "   7 | retry  \u00d71,204")

    (item,) = read_issue(body, "issue").items

    assert item.text.split("\n")[6] == "retry"


def test_a_longer_fence_may_hold_backticks() -> None:
    body = block("E1 · note, readme.txt · 3 lines", "   1 | ```", "   2 | ```text", "   3 | x", bar="````")

    (item,) = read_issue(body, "issue").items

    assert item.text == "```\n```text\nx\n"


def test_two_containers_of_one_name_get_two_files() -> None:
    body = block("E1 · log of api · 1 line", "   1 | a") + block("E2 · log of api · 1 line", "   1 | b")

    assert [item.name for item in read_issue(body, "issue").items] == ["api.log", "2-api.log"]


def test_the_key_comes_from_the_marker() -> None:
    body = f"<!-- incident-bot:v1 key={'ab' * 8} -->\n" + block("E1 · log of api · 1 line", "   1 | a")

    assert read_issue(body, "issue").key == "ab" * 8


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "..", "a\\b"])
def test_a_name_cannot_leave_the_folder(name: str) -> None:
    (item,) = read_issue(block(f"E1 · note, {name} · 1 line", "   1 | a"), "issue").items

    assert "/" not in item.name
    assert "\\" not in item.name
    assert item.name.strip(".")


def test_a_line_beyond_the_claimed_end_is_left_out() -> None:
    body = block("E1 · log of api · 2 lines", "   1 | a", " 999999999 | b")

    assert read_issue(body, "issue").items[0].text == "a\n\n"


def test_a_claim_of_endless_lines_is_refused() -> None:
    body = block(f"E1 · log of api · 1 of {MAX_LINES + 1} lines", "   1 | a")

    with pytest.raises(UsageError, match="claims"):
        read_issue(body, "issue")
