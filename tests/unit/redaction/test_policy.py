"""What users may decide, and how clearly a mistake is refused."""

from __future__ import annotations

import re

import pytest

from incident_bot.errors import ConfigurationError
from incident_bot.redaction import NamespacePolicy, Policy, Redactor, UserRule

RULE = UserRule(kind="acme-badge", pattern=r"ACME-(?P<secret>\d{6})", matches=("ACME-123456",), ignores=("ACME-12",))


def test_user_rule_replaces_its_group() -> None:
    redacted = Redactor(b"k", Policy(rules=(RULE,))).redact("badge ACME-123456 used")

    assert re.fullmatch(r"badge ACME-\[REDACTED:acme-badge:[0-9a-f]{6}\] used", redacted)


def test_allowed_value_is_left_alone() -> None:
    policy = Policy(allow=(r"build-[0-9a-z]{4}",))

    assert Redactor(b"k", policy).redact("password=build-a1b2") == "password=build-a1b2"
    assert "other" not in Redactor(b"k", policy).redact("password=other-a1b2")


def test_personal_data_can_be_switched_off_and_on() -> None:
    text = "jane.doe@example.com from 203.0.113.9"

    assert Redactor(b"k", Policy(personal=frozenset())).redact(text) == text
    assert "203.0.113.9" not in Redactor(b"k", Policy(personal=frozenset({"ip"}))).redact(text)


def test_namespace_adds_to_what_counts_everywhere() -> None:
    policy = Policy(namespaces=(NamespacePolicy(match="pay-*", rules=(RULE,), personal=frozenset({"ip"})),))
    redactor = Redactor(b"k", policy)
    text = "ACME-123456 from 203.0.113.9 by jane.doe@example.com"

    elsewhere, inside = redactor.within("shop", "").redact(text), redactor.within("shop", "pay-eu").redact(text)

    assert "ACME-123456" in elsewhere
    assert "203.0.113.9" in elsewhere
    assert "123456" not in inside
    assert "203.0.113.9" not in inside
    assert "jane.doe" not in elsewhere + inside


def test_namespaces_of_one_run_share_what_was_found() -> None:
    """What is a secret in one namespace is none to print in another, and both count into one summary."""
    redactor = Redactor(b"k", Policy(namespaces=(NamespacePolicy(match="pay", rules=(RULE,)),)))
    redactor.within("pay").redact("password=S3cr3t-" + "Value9")

    assert "Value9" not in redactor.redact("seen S3cr3t-" + "Value9")
    assert redactor.counts == {"password": 2}


def test_mistake_in_a_namespace_is_named() -> None:
    with pytest.raises(ConfigurationError, match=r"redaction\.namespaces\[0\]\.allow\[0\]"):
        Policy(namespaces=(NamespacePolicy(match="*", allow=("(a+)+",)),))


def rule(**changes: object) -> UserRule:
    fields = {"kind": "acme", "pattern": r"a\d{3}", "matches": ("a123",), "ignores": ("b",)} | changes
    return UserRule(**fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("broken", "named"),
    [
        (rule(kind="Acme Key"), r"rules\[0\]\.kind"),
        (rule(pattern="("), r"rules\[0\]\.pattern: not a regular expression"),
        (rule(pattern=r"(a+)+b"), r"repetition"),
        (rule(pattern=r"(?:a{1,9}){1,9}b"), r"stands inside a repetition"),
        (rule(pattern=r"a.*b"), r"no bound"),
        (rule(pattern=r"(a)\1"), r"refers back"),
        (rule(pattern=r"\w{1,200}x\w{1,200}y\w{1,200}z"), r"multiply"),
        (rule(pattern=r"a?"), r"empty text"),
        (rule(matches=()), r"needs samples"),
        (rule(matches=("zzz",)), r"matches\[0\]"),
        (rule(ignores=("a999",)), r"ignores\[0\]"),
    ],
)
def test_broken_rule_is_refused_by_name(broken: UserRule, named: str) -> None:
    with pytest.raises(ConfigurationError, match=named) as caught:
        Policy(rules=(broken,))
    assert caught.value.hint


def test_unknown_personal_kind_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ConfigurationError, match="shoe-size") as caught:
        Policy(personal=frozenset({"shoe-size"}))
    assert "email" in caught.value.hint
