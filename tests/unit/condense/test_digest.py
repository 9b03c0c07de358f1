"""The digest holds every distinct line, so that rules may read it in place of the log."""

from hypothesis import given, settings
from hypothesis import strategies as st

from incident_bot.condense import digest
from incident_bot.model import Evidence, EvidenceKind, SafeText


def evidence(*lines: str) -> Evidence:
    return Evidence(id="E4", kind=EvidenceKind.LOG, name="app.log", source="log", lines=tuple(map(SafeText, lines)))


def numbers(*lines: str) -> list[int]:
    return [kept.line for kept in digest(evidence(*lines)).kept]


def test_lines_that_differ_in_numbers_and_ids_show_their_two_ends():
    lines = [
        f"2026-03-14T09:26:{n:02d}Z served item {n * 7919} trace=9f{n:02d}ab12cd34ef56 in {n}.5 ms" for n in range(50)
    ]

    excerpt = digest(evidence(*lines))

    assert [(kept.line, kept.count, kept.last, kept.text) for kept in excerpt.kept] == [
        (1, 50, 50, lines[0]),
        (50, 50, 50, lines[-1]),
    ]
    assert (excerpt.evidence_id, excerpt.total_lines) == ("E4", 50)


def test_a_word_makes_a_line_its_own():
    assert numbers(*["user 1 logged in"] * 9, "user 2 logged out", *["user 3 logged in"] * 9) == [1, 10, 19]


def test_an_id_in_place_of_an_id_is_no_new_line():
    assert numbers("span 4bf92f3577b34da6 done", "span 00f067aa0ba902b7 done", "span aabbccddeeff0011 done") == [1, 3]


def test_hexadecimal_letters_outside_of_ids_are_words():
    """`bad` and `dead` have only hexadecimal letters; they must not fall to the fast path for ids."""
    lines = ["disk bad span 4bf92f3577b34da6", "disk dead span 00f067aa0ba902b7", "disk fade span 10f067aa0ba902b7"]

    assert numbers(*lines) == [1, 2, 3]


def test_exit_codes_and_statuses_are_words():
    assert numbers(*["exit code 0"] * 5, "exit code 137", *["exit code 0"] * 5) == [1, 6, 11]
    assert numbers(*['"GET /a HTTP/1.1" 200 17'] * 5, '"GET /a HTTP/1.1" 503 17', '"GET /a HTTP/1.1" 200 99') == [
        1,
        6,
        7,
    ]
    assert numbers("GET /health 200 3ms", "GET /health 500 4ms", "GET /health 200 9ms") == [1, 2, 3]
    assert numbers(*['{"status":200,"took":5}'] * 3, '{"status":429,"took":7}') == [1, 3, 4]


def test_texts_are_whole_and_unchanged():
    odd = ["\x1b[31mred\x1b[0m", "tab\there", "a\rb\rc", "x" * 70_000, "nul\x00byte", ""]

    assert [kept.text for kept in digest(evidence(*odd)).kept] == odd


def test_no_lines_give_an_empty_digest():
    assert digest(evidence()).kept == ()


WORDS = st.sampled_from(["get", "put", "bad", "dead", "cafe", "error", "e2e", "s3", "x"])
IDS = st.one_of(st.integers(0, 10**9).map(str), st.integers(0, 2**64 - 1).map("{:016x}".format), st.uuids().map(str))
SEPARATORS = st.sampled_from([" ", "=", ":", "/", "-", '"', ","])


@given(
    st.lists(
        st.lists(st.tuples(st.one_of(WORDS, IDS), SEPARATORS), max_size=6).map(
            lambda parts: "".join(a + b for a, b in parts)
        ),
        max_size=40,
    )
)
@settings(max_examples=200)
def test_every_line_is_represented_by_one_with_the_same_words(lines):
    """Words are what is left of a line without tokens that have a digit in them."""

    def words(line: str) -> list[str]:
        for separator in '=:/-",':
            line = line.replace(separator, " ")
        return [token for token in line.split() if not any(map(str.isdigit, token)) and set(token) - set("abcdef")]

    shown = {tuple(words(kept.text)) for kept in digest(evidence(*lines)).kept}

    assert {tuple(words(line)) for line in lines} == shown
    assert all(kept.text == lines[kept.line - 1] for kept in digest(evidence(*lines)).kept)
