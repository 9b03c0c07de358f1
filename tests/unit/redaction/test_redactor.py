"""The gate itself: placeholders, memory of values, lines, streams, the seal."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from urllib.parse import quote

import pytest

from fakes.log_shapes import log_shaped_samples
from incident_bot.errors import LeakError
from incident_bot.model import EvidenceKind, RawEvidence
from incident_bot.redaction import Redactor

VALUE = "S3cr3t/" + "pa+ss" + "word9"


def test_value_behind_a_shown_line_break_is_found() -> None:
    """Events are one line each, with U+2424 where their message has a line break."""
    value = "Ebo9ShFX" + "NQ6Fq5ax"
    text = f'Warning BackOff - name: private_key\u2424  value: "{value}"\u2424 done'

    redacted = Redactor(b"key").redact(text)

    assert value not in redacted
    assert redacted.count("\u2424") == 2


def test_placeholder_names_kind_and_keyed_hash() -> None:
    assert re.fullmatch(r"password=\[REDACTED:password:[0-9a-f]{6}\]", Redactor(b"a").redact("password=" + VALUE))


def test_same_value_same_placeholder_within_a_run_and_another_under_another_key() -> None:
    one = Redactor(b"a")

    assert one.redact("password=" + VALUE) == one.redact("password=" + VALUE)
    assert one.redact("password=" + VALUE) != Redactor(b"b").redact("password=" + VALUE)


@pytest.mark.parametrize(
    "form",
    [
        VALUE,
        quote(VALUE, safe=""),
        base64.b64encode(VALUE.encode()).decode(),
        base64.b64encode(b"a" + VALUE.encode() + b"b").decode(),
        base64.b64encode(b"ab" + VALUE.encode()).decode(),
        base64.urlsafe_b64encode(VALUE.encode()).decode(),
    ],
)
def test_every_form_of_a_found_value_is_replaced_everywhere(form: str) -> None:
    """Before and after the line that gave it away, and in later texts."""
    redactor = Redactor(b"a")
    text = redactor.redact(f"first {form} here\npassword={VALUE}\nlast {form}")

    assert form not in text
    assert form not in redactor.redact(f"elsewhere {form}")


def test_ordinary_words_do_not_spread() -> None:
    """A password that is a word is replaced where it stands and not in every sentence."""
    assert Redactor(b"a").redact("password: production\nnamespace production").endswith("\nnamespace production")


def test_counts_by_kind() -> None:
    redactor = Redactor(b"a")
    redactor.redact(f"password={VALUE}\npassword={VALUE}\nmail to jane.doe@example.com")

    assert dict(redactor.counts) == {"password": 2, "email": 1}


def test_input_that_speaks_of_redaction_survives() -> None:
    text = "ns=%5BREDACTED%5D password=[REDACTED] [REDACTED:token:abc123] REDACTED"

    assert Redactor(b"a").redact(text) == text


def test_evidence_keeps_its_line_numbers() -> None:
    raw = RawEvidence(
        id="E1", kind=EvidenceKind.LOG, name="a.log", source="log", text=f"one\r\n\x0cpassword={VALUE}\n\n\u2028four\n"
    )
    evidence = Redactor(b"a").redact_evidence(raw)

    assert len(evidence.lines) == 4
    assert evidence.quote(1) == "one"
    assert VALUE not in str(evidence)


def test_a_value_found_in_later_evidence_is_replaced_in_earlier_evidence() -> None:
    def raw(number: int, text: str) -> RawEvidence:
        return RawEvidence(id=f"E{number}", kind=EvidenceKind.LOG, name="a", source="b", text=text)

    first, second = Redactor(b"a").redact_all([raw(1, f"dial with {VALUE}"), raw(2, f"password={VALUE}")])

    assert VALUE not in str(first)
    assert VALUE not in str(second)


def test_stream_gives_line_for_line_what_the_whole_text_gives() -> None:
    text = "\n".join(sample.text for sample in log_shaped_samples(7, per_shape=2))
    lines = text.split("\n")
    streamed = list(Redactor(b"a").redact_lines(lines))

    assert streamed == Redactor(b"a").redact(text).split("\n")


def test_stream_closes_over_its_blocks() -> None:
    """A key, a value on the next line and a Secret are found wherever a block of the stream may end."""
    filler = "x" * 97

    def lines() -> Iterator[str]:
        for _ in range(12_000):
            yield filler + "\n"
            yield "db_password:\n"
            yield f"    {VALUE}\n"

    redacted = list(Redactor(b"a").redact_lines(lines()))

    assert len(redacted) == 36_000
    assert not any(VALUE in line for line in redacted)
    assert redacted[0] == filler + "\n"


def test_long_private_key_is_followed_over_blocks_of_the_stream() -> None:
    dashes = "-" * 5
    body = [f"{number:04d}" + "Ab3/" * 15 for number in range(300)]
    lines = [
        "noise " * 40_000,
        f"{dashes}BEGIN PRIVATE {'KEY'}{dashes}",
        *body[:150],
        "z" * 300_000 + " info",
        *body[150:],
    ]
    lines += [f"{dashes}END PRIVATE {'KEY'}{dashes}", "after"]
    redacted = list(Redactor(b"a").redact_lines(lines))

    assert len(redacted) == len(lines)
    assert not any("Ab3/Ab3/" in line for line in redacted)
    assert redacted[-1] == "after"


def test_key_whose_beginning_was_cut_off_is_found_by_its_end() -> None:
    dashes = "-" * 5
    body = ["Qz7+" * 16 for _ in range(9)]
    redacted = Redactor(b"a").redact(
        "\n".join(["12:00 start", *body, f"{dashes}END RSA PRIVATE {'KEY'}{dashes}", "on"])
    )

    assert "Qz7+" not in redacted
    assert redacted.startswith("12:00 start\n")
    assert redacted.endswith("\non")


def test_beginning_of_a_key_without_an_end_does_not_swallow_the_log() -> None:
    dashes = "-" * 5
    text = f"{dashes}BEGIN PRIVATE {'KEY'}{dashes}\n" + "connection refused by peer 10.0.0.1\n" * 50

    assert Redactor(b"a").redact(text).count("connection refused") == 50


def test_certificates_are_public() -> None:
    dashes = "-" * 5
    text = f"{dashes}BEGIN CERTIFICATE{dashes}\n{'Ab3/' * 16}\n{dashes}END CERTIFICATE{dashes}"

    assert Redactor(b"a").redact(text) == text


def test_seal_passes_what_was_redacted() -> None:
    redactor = Redactor(b"a")
    safe = redactor.redact(f"password={VALUE}")

    assert redactor.seal(f"```\n  12 | {safe}\n```") == f"```\n  12 | {safe}\n```"


def test_seal_refuses_a_value_seen_before_even_without_its_surroundings() -> None:
    redactor = Redactor(b"a")
    redactor.redact(f"password={VALUE}")

    with pytest.raises(LeakError) as caught:
        redactor.seal(f"the value is {VALUE}")
    assert caught.value.kinds == ("password",)
    assert VALUE not in str(caught.value)


def test_seal_reads_what_stands_beside_as_closely_as_redact_and_returns_the_text_alone() -> None:
    """A generated value near a word that announces one is a guess: right in outside text, and not in our own sentences."""
    guessed = "the token of the shop, new since Monday, is tq8Xw2LmZ7pR4vKc9dYh"
    redactor = Redactor(b"a")
    assert redactor.redact(guessed) != guessed

    with pytest.raises(LeakError):
        Redactor(b"a").seal("all is well", beside=guessed)
    assert Redactor(b"a").seal(guessed, beside="all is well") == guessed
    assert Redactor(b"a").seal("all is well", beside="namespace=shop") == "all is well"


@pytest.mark.parametrize(
    "text",
    [
        "kubectl create secret generic db --from-literal=password=<new password>",
        "kubectl create secret generic db-credentials --namespace prod --from-literal=password=...",
        "kubectl -n prod get secret db-credentials -o jsonpath='{.data.password}' | base64 -d",
        "kubectl -n prod describe pod api-7d9f8b6c5d-x2x7k",
        "<!-- incident-bot:v1 key=0123456789abcdef -->",
        "```mermaid\ntimeline\n  10:00 : OOMKilled\n```",
        "Rotate the token, then restart: `kubectl rollout restart deploy/api`.",
        "Prompt sha256 9b2a1c7e4f5d6a8b9c0d1e2f3a4b5c6d7e8f9a0b1c2d3e4f5a6b7c8d9e0f1a2b, 4096 tokens, gemini-3.8-flash",
        "| E1 | 12 | password authentication failed for user app |",
        "Redacted: password 2, token 1, email 3.",
    ],
)
def test_seal_does_not_stumble_over_our_own_text(text: str) -> None:
    assert Redactor(b"a").seal(text) == text


@pytest.mark.parametrize("digits", [f"{number * 0x9E3779B97F4A7C15 % 2**64:016x}" for number in range(1, 40)])
def test_an_incident_key_hides_nothing_beside_it(digits: str) -> None:
    """The name `key` is not asked about a message's own key, and about every other one it is."""
    own = f'{{"incident": {{"key": "{digits}", "alerts": '
    other = f'[{{"labels": {{"api_key": "{digits}{digits}"}}}}]}}}}'

    assert Redactor(b"a").seal(own + "[]}}") == own + "[]}}"
    assert Redactor(b"a").redact(own) == own
    with pytest.raises(LeakError):
        Redactor(b"a").seal(own + other)


@pytest.mark.parametrize("words", [16, 30, 300])
def test_a_long_passphrase_goes_to_its_end(words: int) -> None:
    """Found by fuzzing: of a value whose first hundred characters do not look generated the rest stayed."""
    phrase = "-".join(["maple", "river", "stone", "amber"][number % 4] for number in range(words))

    assert re.fullmatch(
        r"password=\[REDACTED:password:[0-9a-f]{6}\] user=bob", Redactor(b"a").redact(f"password={phrase} user=bob")
    )


def test_host_of_a_url_stays_readable() -> None:
    """User info looks like the beginning of an e-mail address; only the password goes."""
    redacted = Redactor(b"a").redact("mongodb+srv://app:p%40" + "ssw9rd@cluster.x.mongodb.net/db")

    assert re.fullmatch(
        r"mongodb\+srv://app:\[REDACTED:url-password:[0-9a-f]{6}\]@cluster\.x\.mongodb\.net/db", redacted
    )


def test_value_on_a_line_after_those_that_are_out_is_found() -> None:
    """An empty piece lets lines go; what follows is read with them in mind."""
    safe = "".join(Redactor(b"a").redact_stream(["db_password:\n", "", f"  {VALUE}\n", "", "end\n"]))

    assert VALUE not in safe
    assert safe.startswith("db_password:\n  [REDACTED:password:")
    assert safe.endswith("]\nend\n")


def test_value_across_the_cut_of_an_endless_line_is_found() -> None:
    """Its second half is replaced too, and counted."""
    safe = "".join(Redactor(b"a").redact_stream(["x " * 200_000 + f"password={VALUE[:9]}", f"{VALUE[9:]} end\n"]))

    assert VALUE[:9] not in safe
    assert VALUE[9:] not in safe
    assert safe.endswith(" end\n")


PASSWORD = "M@pl3&" + "har#9"
TANGLED = "$kG0NQ" + "agPC7"
WORDS = "copper" + "harbor"


@pytest.mark.parametrize(
    ("secret", "text"),
    [
        (PASSWORD, f"password: {PASSWORD}"),
        (PASSWORD, f"amqps://app:{PASSWORD}@10.2.0.7:5671/main"),
        (PASSWORD, f'dsn="app:{PASSWORD}@tcp(db:3306)/main"'),
        (TANGLED, f'password="{TANGLED}"'),
        (WORDS, f'~ password = "tigersun" -> "{WORDS}"'),
        (WORDS, f'{{"user":"app","pass":"{WORDS}"}}'),
        (WORDS, f"pass={WORDS} user=app"),
        (WORDS, f"password........................{WORDS}"),
        (WORDS, f"trustStorePassword\\={WORDS}"),
        (WORDS, f'"args":["--user","app","--password","{WORDS}"]'),
        (WORDS, f"user app changed password from {WORDS} to tigersun"),
        (WORDS, f"define('DB_PASSWORD', '{WORDS}');"),
        (PASSWORD, f'invalid value "{PASSWORD}" for flag -db-password: parse error'),
        (PASSWORD, f"error: argument --db-password: invalid choice: '{PASSWORD}'"),
        (PASSWORD, f"db_password\n  Input should be shorter [type=too_long, input_value='{PASSWORD}', input_type=str]"),
        (PASSWORD, f"the secret is {PASSWORD}"),
        ("pepper" + "46", "HTTP_BASIC_AUTH=app:pepper" + "46"),
        ("winter" + "91", "encrypt.key=winter" + "91"),
        ("48" + "2913", "login otp=48" + "2913 accepted"),
        ("48" + "2913", "Your verification code is 48" + "2913"),
    ],
)
def test_whole_value_goes_whatever_marks_or_words_it_is_made_of(secret: str, text: str) -> None:
    """Symbols end no password early, and structure shows one that is a plain word."""
    safe = Redactor(b"key").redact(text)

    assert not any(part in safe for part in (secret, secret[:-3], secret[3:]))


@pytest.mark.parametrize(
    "text",
    [
        "GET /cb?token=[REDACTED:token:000000]&page=2&sort=asc",
        '{"user":"ci","pass":12,"fail":0}',
        'required: ["password","email"]',
        "password changed from default to none",
        "login attempt [3/5] failed",
        "pin: 17 mode=output",
        "the token is 50%-expired",
        "http_auth=digest mode=basic:off",
        "set $DB_PASSWORD, ${DB_PASSWORD} or $dbPassword",
        "password: $dbPassword",
        'argument --password-file: invalid choice: "relative1"',
    ],
)
def test_what_only_resembles_such_values_stays(text: str) -> None:
    """Counts of tests, lists of field names, variables and complaints about other settings are no passwords."""
    assert Redactor(b"key").redact(text) == text


def test_a_key_from_a_secret_stays_and_one_written_out_below_it_goes() -> None:
    value = "q7Xw9Lk2" + "Zp4Rt8Vn"
    shown = "      API_KEY:       <set to the key 'api-key' in secret 'shop-credentials-v2'>  Optional: false\n"

    redacted = Redactor(b"a").redact(f"{shown}      API_KEY:       {value}\n")

    assert redacted.startswith(shown)
    assert value not in redacted


@pytest.mark.parametrize("apart", [20, 120, 200, 400])
def test_a_generated_value_behind_the_second_of_two_words_on_a_line_goes(apart: int) -> None:
    """However much of the line was read for the first."""
    value = "q7Xw9Lk2" + "Zp4Rt8Vn"
    filler = "the job went on " * (apart // 16)

    assert value not in Redactor(b"a").redact(f"secret rotated, {filler}then the token came {value} at last\n")


@pytest.mark.parametrize("line_break", ["", "\n", "\r\n", "\\\n"])
def test_a_token_that_begins_like_a_test_goes_whole_or_cut_and_the_test_stays(line_break: str) -> None:
    first, second = "test_" + "aB3dE6gH", "jK9mN2pQ5sT8vX1zA4cF7hJ0kL3nP6rS"
    names = "test_session_expires PASSED\ntest_reads_credentials01234567890123456789 PASSED\n"

    redacted = Redactor(b"a").redact(f"{names}{first}{line_break}{second}\n")

    assert redacted.startswith(names)
    assert first not in redacted
    assert second not in redacted


@pytest.mark.parametrize("marks", [("dop_v1_", "doo_v1_", "dor_v1_"), ("npm_",)], ids=" ".join)
def test_different_credentials_of_one_issuer_all_go_at_once(marks: tuple[str, ...]) -> None:
    """Found by fuzzing: such a pattern asks for an end, and of dozens each round freed one."""
    redactor = Redactor(b"a")
    drawn = ["".join(f"{(number + 1) * 0x9E3779B97F4A7C15 % 2**64:016x}" * 4) for number in range(60)]
    length = 64 if len(marks) > 1 else 36

    once = redactor.redact("".join(marks[number % len(marks)] + run[:length] for number, run in enumerate(drawn)))

    assert all(run[:12] not in once for run in drawn)
    assert redactor.redact(once) == once
