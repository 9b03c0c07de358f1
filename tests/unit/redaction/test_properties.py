"""What holds for every text, also hostile ones."""

from __future__ import annotations

import base64

from hypothesis import given, settings
from hypothesis import strategies as st

from fakes.log_shapes import log_shaped_samples
from fakes.secret_samples import provider_samples
from incident_bot.redaction import Redactor, split_lines

_PIECES = [sample.text for sample in (*provider_samples(8, per_recipe=1), *log_shaped_samples(8, per_shape=1))]
_FRAGMENTS = [
    "password", "=", ":", " ", "\n", '"', "'", "\\", "token", "key", "@", "://", "Authorization: ", "Bearer ", "[REDACTED",
    ":password:abc123]", "-----BEGIN ", "PRIVATE KEY-----", "kind: Secret\n", "data:\n  a: ", "name: ", "value: ", "Ab3dE5fG7hJ9kL1m",
    "\r\n", "\x00", "\u2028", "é", "\x1b[31m", "%22", "&quot;", "curl -u a:", "4111111111111111", "eyJ", "sk-", ",", ";",
]  # fmt: skip
texts = st.lists(
    st.one_of(st.sampled_from(_PIECES), st.sampled_from(_FRAGMENTS), st.text(max_size=12)), max_size=12
).map("".join)


@given(texts)
@settings(max_examples=300)
def test_lines_are_kept(text: str) -> None:
    assert Redactor(b"k").redact(text).count("\n") == text.count("\n")


@given(texts)
@settings(max_examples=300)
def test_redacting_twice_changes_and_counts_nothing(text: str) -> None:
    redactor = Redactor(b"k")
    once = redactor.redact(text)
    counted = dict(redactor.counts)

    assert redactor.redact(once) == once
    assert dict(redactor.counts) == counted


@given(texts)
@settings(max_examples=300)
def test_redacted_text_may_leave(text: str) -> None:
    redactor = Redactor(b"k")
    safe = redactor.redact(text)

    assert redactor.seal(safe) == safe


@given(st.text(max_size=80))
@settings(max_examples=200)
def test_any_unicode_gives_valid_utf8(text: str) -> None:
    assert Redactor(b"k").redact(text).encode("utf-8").decode("utf-8") is not None


@given(st.text(alphabet=st.sampled_from("ab\n\r\x0c\x1c\u2028")))
def test_lines_are_numbered_as_grep_numbers_them(text: str) -> None:
    lines = split_lines(text)

    assert len(lines) == text.count("\n") + (not text.endswith("\n") and text != "")
    assert not any("\n" in line for line in lines)


def test_what_only_begins_like_base64_is_read_on() -> None:
    """A protocol's line whose credential runs into other letters once stopped the filter."""
    credential = base64.b64encode(b"\0app\0quill" + b"44orbit!x").decode()

    assert credential not in Redactor(b"k").redact(f"AUTH PLAIN {credential}\xa1AKIA and more")
