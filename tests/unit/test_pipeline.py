"""The story of one alert, with adapters that fail in every way they can: it is always told to the end."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from fakes.cases import make_incident
from incident_bot import diagnosis, pipeline
from incident_bot.condense import choose_excerpts
from incident_bot.evidence import Collected
from incident_bot.evidence.bundle import write_bundle
from incident_bot.model import (
    Alert,
    AlertStatus,
    Category,
    Cause,
    Citation,
    Diagnosis,
    EvidenceKind,
    Filed,
    FiledAction,
    Gap,
    RawEvidence,
    SafeText,
    Severity,
    Target,
    Verdict,
)
from incident_bot.redaction import Redactor

if TYPE_CHECKING:
    from incident_bot.llm.prompt import Prompt
    from incident_bot.model import Analysis, Case, Incident, IssueDraft

NOW = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
ROOT = Path(__file__).parents[2]
RULES = diagnosis.load_rules()
LOG = "INFO start\nERROR cannot connect to postgres.shop.svc:5432: connection refused\nINFO exit 1\n"


def raw(text: str, *, number: int = 1, kind: EvidenceKind = EvidenceKind.LOG, name: str = "server.log") -> RawEvidence:
    return RawEvidence(id=f"E{number}", kind=kind, name=name, source="log of server", text=text, container="server")


class Source:
    """Gives what it was made with."""

    def __init__(self, *items: RawEvidence, gaps: tuple[Gap, ...] = ()) -> None:
        self._given = (items, gaps)

    def collect(self, incident: Incident) -> Collected:
        return Collected(items=self._given[0], gaps=self._given[1], target=incident.target)

    def close(self) -> None:
        pass


NO_OPINION = Gap(kind="model", what="no second opinion", reason="none")


class Model:
    """Answers with what it was made with, and remembers the prompt."""

    def __init__(self, answer: Diagnosis | Gap, *, characters_per_token: float | None = None) -> None:
        self._answer = answer
        self._characters_per_token = characters_per_token
        self.prompts: list[Prompt] = []
        self.counted: list[Prompt] = []

    def count_tokens(self, prompt: Prompt) -> int | None:
        self.counted.append(prompt)
        if self._characters_per_token is None:
            return None
        return round((len(prompt.system) + len(prompt.user)) / self._characters_per_token)

    def consult(self, prompt: Prompt, case: Case) -> Diagnosis | Gap:
        del case
        self.prompts.append(prompt)
        return self._answer


class Book:
    """A tracker that remembers."""

    def __init__(self) -> None:
        self.filed: list[IssueDraft] = []
        self.resolved: list[tuple[str, str]] = []

    def file(self, draft: IssueDraft) -> Filed:
        self.filed.append(draft)
        return Filed(action=FiledAction.CREATED, number=1, url="x")

    def resolve(self, key: str, comment: SafeText) -> Filed:
        self.resolved.append((key, comment))
        return Filed(action=FiledAction.RESOLVED, number=1, url="x")


def redactor() -> Redactor:
    return Redactor(b"0123456789abcdef")


def analyse(case: Case, gate: Redactor, consultant: Model | Gap | None = None) -> Analysis:
    return pipeline.analyse(case, rules=RULES, redactor=gate, now=NOW, nonce="n0nce1234567890a", consultant=consultant)


def draft(analysis: Analysis, gate: Redactor) -> IssueDraft:
    return pipeline.draft(analysis, gate, now=NOW, version="0")


def test_where_no_issue_is_made_nothing_is_chosen_for_one_and_the_diagnosis_is_the_same() -> None:
    gate = redactor()
    text = "INFO up\n" * 40 + "ERROR open /etc/api.conf: permission denied\n"
    log = RawEvidence(id="E1", kind=EvidenceKind.LOG, name="api.log", source="log of api", text=text)
    case = pipeline.gather(make_incident(), Source(log), gate)

    shown = analyse(case, gate)
    bare = pipeline.analyse(
        case, rules=RULES, redactor=gate, now=NOW, nonce="n0nce1234567890a", limits=pipeline.Limits(issue_tokens=None)
    )

    assert shown.excerpts
    assert bare.excerpts == ()
    assert replace(bare.diagnosis, timings_s={}) == replace(shown.diagnosis, timings_s={})


def test_everything_forbidden_still_makes_an_issue_that_says_what_was_forbidden() -> None:
    gate = redactor()
    gaps = (
        Gap(kind="forbidden", what="pods", reason="may not get pods", remedy="grant `get` on pods"),
        Gap(kind="timeout", what="log of server", reason="no answer within 20 s"),
    )

    issue = draft(analyse(pipeline.gather(make_incident(), Source(gaps=gaps), gate), gate), gate)

    assert "may not get pods" in issue.body
    assert "no answer within 20 s" in issue.body
    assert "Too little evidence" in issue.body


def test_a_model_that_gives_no_answer_leaves_the_rules_diagnosis_and_a_gap() -> None:
    gate = redactor()
    case = pipeline.gather(make_incident(), Source(raw(LOG)), gate)
    alone = analyse(case, gate)

    asked = analyse(case, gate, Model(Gap(kind="model", what="no second opinion", reason="blocked: SAFETY")))

    assert [cause.title for cause in asked.diagnosis.causes] == [cause.title for cause in alone.diagnosis.causes]
    assert "blocked: SAFETY" in draft(asked, gate).body


def test_a_wanted_model_that_cannot_be_had_is_a_gap_too() -> None:
    gate = redactor()
    case = pipeline.gather(make_incident(), Source(raw(LOG)), gate)

    analysis = analyse(case, gate, Gap(kind="model", what="no model was asked", reason="no key"))

    assert any(gap.reason == "no key" for gap in analysis.diagnosis.gaps)


def test_what_the_model_claims_without_evidence_does_not_lead() -> None:
    gate = redactor()
    case = pipeline.gather(make_incident(), Source(raw(LOG)), gate)
    invented = Cause(
        rank=1,
        title="Cosmic rays flipped a bit",
        explanation="Surely.",
        category=Category.NODE,
        confidence=0.99,
        citations=(Citation(evidence_id="E1", line=2, quote=SafeText("a line that nobody wrote")),),
    )
    answer = Diagnosis(
        verdict=Verdict.FAILURE, summary="rays", category=Category.NODE, severity=Severity.INFO, causes=(invented,)
    )

    found = analyse(case, gate, Model(answer)).diagnosis

    assert "5432" in found.causes[0].title + found.causes[0].explanation
    rays = [cause for cause in found.causes if "Cosmic" in cause.title]
    assert all(cause.conjecture and cause.confidence <= 0.3 for cause in rays)
    assert found.severity is Severity.CRITICAL, "severity comes from the alert, never from a model"


def test_a_model_that_makes_up_a_secret_does_not_get_it_into_the_diagnosis() -> None:
    gate = redactor()
    secret = "gh" + "p_" + "b7C8" * 9
    case = pipeline.gather(make_incident(), Source(raw(LOG)), gate)
    answer = Diagnosis(
        verdict=Verdict.FAILURE,
        summary=f"leaks {secret}",
        category=Category.NODE,
        severity=Severity.INFO,
        impact=f"and {secret}",
        prevention=(f"rotate {secret}",),
    )

    assert secret not in repr(analyse(case, gate, Model(answer)).diagnosis)


def test_nothing_secret_is_in_the_prompt() -> None:
    gate = redactor()
    secret = "gh" + "p_" + "a1B2" * 9
    model = Model(Gap(kind="model", what="x", reason="y"))

    analyse(pipeline.gather(make_incident(), Source(raw(f"ERROR token {secret} refused\n")), gate), gate, model)

    (prompt,) = model.prompts
    assert secret not in prompt.user + prompt.system
    assert "refused" in prompt.user


def long_case(gate: Redactor) -> Case:
    words = ("amber", "basil", "cedar", "daisy", "elder", "holly", "mint", "olive")
    lines = "".join(
        f"ERROR {words[n % 8]} {words[n // 8 % 8]} {words[n // 64 % 8]} {words[n // 512]} refused\n"
        for n in range(4000)
    )
    return pipeline.gather(make_incident(), Source(raw(lines)), gate)


def test_a_log_that_does_not_fit_is_cut_by_the_services_own_count() -> None:
    """At 5.6 characters a token, twice what is estimated, the prompt has room for about twice the evidence."""
    gate = redactor()
    sent = []
    for model in (Model(NO_OPINION), Model(NO_OPINION, characters_per_token=5.6)):
        analyse(long_case(gate), gate, model)
        (prompt,) = model.prompts
        assert len(model.counted) == 1
        sent.append(len(prompt.user))

    assert 1.6 * sent[0] < sent[1] < 2.1 * sent[0]


def test_what_fits_is_not_counted() -> None:
    gate = redactor()
    model = Model(NO_OPINION)

    analyse(pipeline.gather(make_incident(), Source(raw("ERROR refused\n")), gate), gate, model)

    assert model.counted == []


def test_a_secret_that_only_a_later_item_names_is_gone_from_the_earlier_one() -> None:
    """The log prints a bare word; the settings that name it as a password come after it."""
    gate = redactor()
    word = "Blue7horse.Staple"
    items = (raw(f"INFO connecting as api with {word}\n"), raw(f"DB_PASSWORD={word}\n", number=2, name="env.txt"))

    case = pipeline.gather(make_incident(), Source(*items), gate)

    assert word not in "".join(line for item in case.evidence for line in item.lines)


def test_alert_texts_are_redacted_before_anyone_reads_them() -> None:
    gate = redactor()
    secret = "gh" + "p_" + "c3D4" * 9
    alert = Alert(name="A", annotations={"summary": f"see {secret}", "password": "blue-horse-44"}, summary=secret)

    incident = pipeline.gather(make_incident(alert=alert), Source(), gate).incident

    assert secret not in repr(incident)
    assert "blue-horse-44" not in repr(incident)


def test_text_that_cannot_be_sealed_is_filed_without_evidence_not_leaked_and_not_dropped() -> None:
    """A secret that enters after redaction: the last check finds it and the issue shrinks instead of leaking."""
    gate = redactor()
    analysis = analyse(pipeline.gather(make_incident(), Source(raw(LOG)), gate), gate)
    secret = "gh" + "p_" + "e5F6" * 9
    smuggled = replace(analysis, diagnosis=replace(analysis.diagnosis, impact=f"hurt: {secret}"))

    issue = draft(smuggled, gate)

    assert secret not in issue.body + issue.title
    assert issue.body.startswith("<!-- incident-bot:v1 key=")


def test_a_resolved_alert_comments_and_files_nothing() -> None:
    gate, book = redactor(), Book()
    incident = make_incident(alert=Alert(name="A", status=AlertStatus.RESOLVED))
    model = Model(Gap(kind="model", what="x", reason="y"))
    analysis = analyse(pipeline.build_resolved_case(incident, gate), gate, model)

    filed = pipeline.publish(analysis, book, draft(analysis, gate), gate, now=NOW)

    assert filed.action is FiledAction.RESOLVED
    assert [incident.key] == [key for key, _ in book.resolved]
    assert [] == book.filed
    assert [] == model.prompts, "nothing to ask about what is over"


def test_a_firing_alert_is_filed_under_its_key_and_our_labels() -> None:
    gate, book = redactor(), Book()
    analysis = analyse(pipeline.gather(make_incident(), Source(raw(LOG)), gate), gate)

    pipeline.publish(analysis, book, draft(analysis, gate), gate, now=NOW)

    (filed,) = book.filed
    assert filed.title == "[PRODUCTION ALERT] ModelPodOOMKilled - sentiment-7d9f"
    assert filed.key == "0123456789abcdef"
    assert {"production-alert", "ai-analysis", "critical"} < set(filed.labels)
    assert any(label.startswith("cause/") for label in filed.labels)


def test_a_folder_without_an_alert_is_triaged_by_hand(tmp_path: Path) -> None:
    (tmp_path / "web-0.log").write_text(LOG)

    case = pipeline.gather_folder(tmp_path, redactor())

    assert case.incident.alert.name == pipeline.MANUAL_ALERT_NAME
    assert re.fullmatch(r"[0-9a-f]{16}", case.incident.key)


def test_what_collecting_took_out_is_still_counted_when_the_bundle_is_read(tmp_path: Path) -> None:
    """Three steps say in the issue what one run would have said, and nothing twice."""
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs/server.log").write_text(f"db password={'Kx7' * 5}\nERROR connection refused\n")
    collected = pipeline.gather_folder(tmp_path / "logs", redactor())
    write_bundle(tmp_path / "bundle", collected)

    read = pipeline.gather_folder(tmp_path / "bundle", redactor())

    assert dict(collected.redactions) == {"password": 1} == dict(read.redactions)


def test_each_case_counts_its_own_secrets() -> None:
    """One alert file may hold several incidents, and one redactor serves them all."""
    gate = redactor()

    for text in (f"db password={'Kx7' * 5}\n", "ERROR connection refused\n"):
        case = pipeline.gather(make_incident(), Source(raw(text)), gate)

    assert not case.redactions


def test_the_given_incident_wins_over_the_folders_own(tmp_path: Path) -> None:
    (tmp_path / "web-0.log").write_text(LOG)
    given = make_incident(target=Target(namespace="ml", pod="web-0"))

    assert pipeline.gather_folder(tmp_path, redactor(), given).incident.key == given.key


@pytest.mark.parametrize("budget", [500, 4_000, 32_000])
def test_excerpts_stay_within_reach_of_their_budget(budget: int) -> None:
    gate = redactor()
    log = "".join(f"2026-11-21T03:00:00Z INFO request {number} took {number % 97} ms\n" for number in range(5_000))
    case = pipeline.gather(make_incident(), Source(raw(log + "ERROR the needle\n")), gate)

    (log_excerpt, _alert) = choose_excerpts(case, budget)

    assert sum(len(kept.text) for kept in log_excerpt.kept) / 2.8 <= budget
    assert any("the needle" in kept.text for kept in log_excerpt.kept)


MAKERS_OF_SAFE_TEXT = {
    "incident_bot/model.py": "the empty text",
    "incident_bot/redaction/redactor.py": "the gate",
    "incident_bot/cli/log_blocks.py": "the lines of a text that was just redacted",
    "incident_bot/condense/budget.py": "parts of a safe line, shortened",
    "incident_bot/condense/candidates.py": "parts of a safe line, without colours",
    "incident_bot/condense/digests.py": "a safe line",
    "incident_bot/diagnosis/scene.py": "part of a safe line",
    "incident_bot/diagnosis/scene_reading.py": "a safe line without the prefix that all lines of its log share",
    "incident_bot/diagnosis/grounding.py": "part of the cited safe line",
    "incident_bot/report/issue.py": "a sentence of our own",
    "incident_bot/llm/answer.py": "a model's quote, redacted by the pipeline before anyone else sees it",
}


def test_safe_text_is_made_by_redaction_or_cut_from_it() -> None:
    """The type checker guards promise 3 only while nobody else calls the constructor."""
    makers = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "incident_bot").rglob("*.py")
        if re.search(r"""\bSafeText\(|\bcast\(["']SafeText""", path.read_text())
    }

    assert makers == set(MAKERS_OF_SAFE_TEXT)
