"""The redaction room: raw text becomes `SafeText` here and nowhere else."""

from incident_bot.redaction.lines import split_lines
from incident_bot.redaction.policy import DEFAULT_POLICY, NamespacePolicy, Policy, UserRule
from incident_bot.redaction.redactor import Redactor

__all__ = ["DEFAULT_POLICY", "NamespacePolicy", "Policy", "Redactor", "UserRule", "split_lines"]
