"""Rules, facts and grounding: from evidence to a cited Diagnosis, without a model.

Pure but for `load_rules`, which reads rule files. docs/diagnosis.md says which step is in which folder; docs/writing-rules.md is for
authors of rules.
"""

from incident_bot.diagnosis.engine import diagnose
from incident_bot.diagnosis.grounding import ground
from incident_bot.diagnosis.merging import merge
from incident_bot.diagnosis.rulebook.rules import RuleSet, load_rules

__all__ = ["RuleSet", "diagnose", "ground", "load_rules", "merge"]
