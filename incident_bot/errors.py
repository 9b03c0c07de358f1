"""One tree of errors; each class owns the exit code that users and workflows rely on.

Only what stops the job is an error. What merely could not be read is a `model.Gap`.
"""

from __future__ import annotations


class IncidentBotError(Exception):
    """Base of every expected failure: a message that names the field and value, and a hint."""

    exit_code = 1

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class UsageError(IncidentBotError):
    """The command was called wrongly: a missing option, an unreadable file, a malformed alert."""

    exit_code = 2


class ConfigurationError(IncidentBotError):
    """The environment or a config file is wrong: a missing token, an unknown key, a bad kubeconfig."""

    exit_code = 3


class NoEvidenceError(IncidentBotError):
    """Nothing could be read and `--require-evidence` was given."""

    exit_code = 4


class NoModelAnswerError(IncidentBotError):
    """The model gave no usable answer and `--require-llm` was given."""

    exit_code = 5


class TrackerError(IncidentBotError):
    """The tracker could not be reached or refused; the report is kept and running again is safe."""

    exit_code = 6


class LeakError(IncidentBotError):
    """Text about to leave still holds a secret. Callers turn it into less text, never into a leak."""

    def __init__(self, kinds: tuple[str, ...]) -> None:
        super().__init__(
            f"outgoing text still holds {len(kinds)} secret-like value(s): {', '.join(sorted(set(kinds)))}",
            hint="This is a bug of the redactor; please report the kinds named above, not the text.",
        )
        self.kinds = kinds
