"""What users may decide: further secrets, values to leave alone, which personal data counts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import NamedTuple

from incident_bot.errors import ConfigurationError
from incident_bot.patterns import compile_later
from incident_bot.redaction.linear import explain_superlinear
from incident_bot.redaction.personal import DEFAULT_PERSONAL_KINDS, PERSONAL_KINDS

_KIND = compile_later(r"[a-z][a-z0-9]*(?:-[a-z0-9]+){0,5}")
_MAX_RULES = 100


class UserRule(NamedTuple):
    """A secret of the user's own: every match of `pattern` is replaced as `kind`.

    With a group named `secret` only that group is. `matches` and `ignores` are samples that the
    rule must find and must leave alone; both are demanded, as they are for our own rules.
    """

    kind: str
    pattern: str
    matches: tuple[str, ...]
    ignores: tuple[str, ...]


class NamespacePolicy(NamedTuple):
    """What counts in namespaces whose name matches the glob `match`, beside what counts everywhere."""

    match: str
    rules: tuple[UserRule, ...] = ()
    allow: tuple[str, ...] = ()
    personal: frozenset[str] = frozenset()


class _Decisions(NamedTuple):
    rules: tuple[UserRule, ...] = ()
    allow: tuple[str, ...] = ()
    personal: frozenset[str] = DEFAULT_PERSONAL_KINDS
    namespaces: tuple[NamespacePolicy, ...] = ()


class Policy(_Decisions):
    """The user's decisions; raises `ConfigurationError` that names the field and the remedy.

    `allow` are patterns whose full match is never replaced (a build number that looks like a key).
    `personal` are the kinds of personal data that count, of `personal.PERSONAL_KINDS`.
    `namespaces` add to all three where an incident's namespace matches.
    """

    __slots__ = ()

    def __new__(
        cls,
        *,
        rules: tuple[UserRule, ...] = (),
        allow: tuple[str, ...] = (),
        personal: frozenset[str] = DEFAULT_PERSONAL_KINDS,
        namespaces: tuple[NamespacePolicy, ...] = (),
    ) -> Policy:
        """Raises `ConfigurationError` where a rule or kind is wrong."""
        self = super().__new__(cls, rules, allow, personal, namespaces)
        _check("redaction", self)
        for index, added in enumerate(self.namespaces):
            _check(f"redaction.namespaces[{index}]", added)
        return self

    def within(self, *namespaces: str) -> Policy:
        """The policy for text about these namespaces: everything that counts in any of them."""
        added = [item for item in self.namespaces if any(fnmatchcase(name, item.match) for name in namespaces)]
        if not added:
            return self
        return Policy(
            rules=(*self.rules, *(rule for item in added for rule in item.rules)),
            allow=(*self.allow, *(pattern for item in added for pattern in item.allow)),
            personal=self.personal.union(*(item.personal for item in added)),
            namespaces=(),
        )


def _check(where: str, policy: Policy | NamespacePolicy) -> None:
    unknown = sorted(policy.personal - set(PERSONAL_KINDS))
    if unknown:
        raise ConfigurationError(
            f"{where}.personal: unknown kind {unknown[0]!r}", hint=f"Known kinds: {', '.join(PERSONAL_KINDS)}."
        )
    if len(policy.rules) > _MAX_RULES:
        raise ConfigurationError(
            f"{where}.rules: {len(policy.rules)} rules, at most {_MAX_RULES} are read",
            hint="Join related values into one pattern.",
        )
    for index, rule in enumerate(policy.rules):
        _check_rule(f"{where}.rules[{index}]", rule)
    for index, pattern in enumerate(policy.allow):
        compile_linear(f"{where}.allow[{index}]", pattern)


def compile_linear(where: str, pattern: str) -> re.Pattern[str]:
    """The compiled pattern; refuses what can take more than linear time, for logs are hostile."""
    try:
        compiled = re.compile(pattern)
    except re.error as error:
        raise ConfigurationError(
            f"{where}: not a regular expression: {error}", hint="Test it with python -m re."
        ) from error
    reason = explain_superlinear(pattern)
    if reason:
        raise ConfigurationError(
            f"{where}: this pattern can take more than linear time: {reason}",
            hint="Bound every repetition ({1,64}), and never repeat a group that itself repeats.",
        )
    if compiled.match(""):
        raise ConfigurationError(f"{where}: this pattern matches the empty text", hint="Demand at least one character.")
    return compiled


def _check_rule(where: str, rule: UserRule) -> None:
    if not _KIND.fullmatch(rule.kind):
        raise ConfigurationError(
            f"{where}.kind: {rule.kind!r} is no kind", hint="Use lower-case words joined by '-', e.g. acme-key."
        )
    compiled = compile_linear(f"{where}.pattern", rule.pattern)
    _check_samples(where, rule.matches, rule.ignores, compiled)


def _check_samples(where: str, matches: Sequence[str], ignores: Sequence[str], compiled: re.Pattern[str]) -> None:
    if not matches or not ignores:
        raise ConfigurationError(
            f"{where}: needs samples", hint="Give at least one text in `matches` and one in `ignores`."
        )
    for index, sample in enumerate(matches):
        if not compiled.search(sample):
            raise ConfigurationError(
                f"{where}.matches[{index}]: the pattern does not find this sample", hint="Correct one of the two."
            )
    for index, sample in enumerate(ignores):
        if compiled.search(sample):
            raise ConfigurationError(
                f"{where}.ignores[{index}]: the pattern finds this sample", hint="Make the pattern stricter."
            )


DEFAULT_POLICY = Policy()
