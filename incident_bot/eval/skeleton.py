"""The first draft of an `expected.yaml`, from what a diagnosis said, for a person to correct."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

from incident_bot.model import Verdict

if TYPE_CHECKING:
    from incident_bot.model import Case, Diagnosis

_HEADING = """\
# Not confirmed yet: this is what incident-bot said, not what is right. `incident-bot eval` does
# not count this scenario before somebody has
#   1. corrected `verdict` and `category`,
#   2. cut `cause` down to the words that any right answer must name,
#   3. kept in `decisive` only lines that really decide,
#   4. and removed `confirmed: false`.
"""


def draft_expectation(diagnosis: Diagnosis, case: Case, *, origin: str) -> str:
    """The text of an `expected.yaml` with `confirmed: false`. `origin` says where the evidence is from."""
    top = diagnosis.causes[0] if diagnosis.causes and diagnosis.verdict is not Verdict.HEALTHY else None
    plain: dict[str, Any] = {
        "confirmed": False,
        "verdict": diagnosis.verdict.value,
        "category": diagnosis.category.value,
        "cause": [top.title] if top else ["unknown"] if diagnosis.verdict is Verdict.FAILURE else [],
        "decisive": [],
        "forbidden": [],
        "notes": f"Recorded from {origin}.",
    }
    for citation in top.citations if top else ():
        evidence = case.find(citation.evidence_id)
        if evidence and citation.quote.strip():
            plain["decisive"].append({"file": evidence.name, "contains": citation.quote.strip()})
    return _HEADING + yaml.safe_dump(plain, sort_keys=False, allow_unicode=True, width=110)
