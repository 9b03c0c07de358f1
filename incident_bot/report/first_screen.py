"""The first screen of an issue: what broke, how bad and since when, the proof, the first harmless command, where to look."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from incident_bot.errors import LeakError
from incident_bot.kube_names import is_dns_label, is_object_name
from incident_bot.model import Analysis, Incident, Risk, SafeText, Severity, Verdict
from incident_bot.report import wording
from incident_bot.report.sanitise import code_line, code_span, fence, https_link, prose, shorten

Seal = Callable[[str], SafeText]

_ALERT_BLOCKS = {
    Verdict.FAILURE: "CAUTION",
    Verdict.RECOVERED: "NOTE",
    Verdict.HEALTHY: "NOTE",
    Verdict.INSUFFICIENT_EVIDENCE: "WARNING",
}
_LINK_ANNOTATIONS = {
    "runbook_url": "Runbook",
    "runbook": "Runbook",
    "dashboard_url": "Dashboard",
    "dashboard": "Dashboard",
    "grafana_url": "Dashboard",
}


# `clip` has left out longer ones: nothing is ever cut from the end of a command.
_COMMAND_CHARACTERS = 4_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """What the first screen is made of."""

    analysis: Analysis
    seal: Seal
    run_url: str
    now: datetime


def first_screen(screen: Screen) -> list[str]:
    """The blocks above the first heading."""
    return [
        _verdict(screen),
        *_proof(screen.analysis),
        _first_look(screen),
        links(screen),
    ]


def _verdict(screen: Screen) -> str:
    diagnosis, incident = screen.analysis.diagnosis, screen.analysis.case.incident
    facts = [diagnosis.severity.value]
    if incident.alert.starts_at:
        facts.append(wording.since(incident.alert.starts_at, screen.now))
    facts.append(target_words(incident))
    restarts = wording.restarts(screen.analysis.case)
    if restarts and "restart" not in diagnosis.summary:
        facts.append(wording.counted(restarts, "restart"))
    facts.append(
        wording.confidence(diagnosis.causes[0])
        if diagnosis.verdict is Verdict.FAILURE and diagnosis.causes
        else wording.VERDICT_WORDS[diagnosis.verdict]
    )
    block = _ALERT_BLOCKS[diagnosis.verdict]
    if diagnosis.verdict is Verdict.FAILURE and diagnosis.severity is not Severity.CRITICAL:
        block = "WARNING"
    summary = prose(diagnosis.summary, 400) or wording.VERDICT_WORDS[diagnosis.verdict]
    return f"> [!{block}]\n> **{summary}**\n> {' · '.join(facts)}"


def target_words(incident: Incident) -> str:
    """The workload, or what is known of it, and its cluster."""
    kind, _, name = wording.workload(incident.target).partition(" ")
    words = f"{prose(kind, 40)} {code_span(name, 200)}" if name else prose(kind)
    return f"{words} in {code_span(incident.target.cluster, 80)}" if incident.target.cluster else words


def _proof(analysis: Analysis) -> list[str]:
    """The two or three lines that prove the first cause, short enough for a phone."""
    causes = analysis.diagnosis.causes
    cited = wording.proving(causes[0], analysis.case)[:3] if causes else []
    names = [code_line(wording.reference(citation), 40) for citation in cited]
    width = max(map(len, names), default=0)
    lines = [
        f"{name:<{width}}  {code_line(shorten(wording.headline(citation.quote), 200))}"
        for name, citation in zip(names, cited, strict=True)
    ]
    return [fence(lines)] if lines else []


def _first_look(screen: Screen) -> str:
    command = next(
        (
            action.command
            for action in screen.analysis.diagnosis.actions
            if action.command and action.risk is Risk.READ_ONLY
        ),
        look_command(screen.analysis.case.incident),
    )
    return f"**First, change nothing and look:**\n{shell(command)}"


def look_command(incident: Incident) -> str:
    """A harmless first command from the target alone; names that are no Kubernetes names are left out."""
    target = incident.target
    namespace = f" -n {target.namespace}" if is_dns_label(target.namespace) else ""
    if is_object_name(target.pod):
        return f"kubectl{namespace} describe pod {target.pod}"
    if not namespace and is_object_name(target.node):
        return f"kubectl describe node {target.node}"
    return f"kubectl{namespace or ' -A'} get events --sort-by=.lastTimestamp"


def shell(command: str) -> str:
    """A command to copy. A line that starts with a slash would be an order to bots that read issues."""
    lines = [code_line(line, _COMMAND_CHARACTERS) for line in command.split("\n") if line.strip()]
    return fence([f"command {line.lstrip()}" if line.lstrip().startswith("/") else line for line in lines], "sh")


def indent(block: str) -> str:
    """A block as part of a list item."""
    return "\n".join(f"  {line}" for line in block.split("\n"))


def links(screen: Screen) -> str:
    """Runbook, dashboard, source and run: only strictly formed https addresses that hold no secret."""
    alert = screen.analysis.case.incident.alert
    wanted = [(label, alert.annotations.get(key, "")) for key, label in _LINK_ANNOTATIONS.items()]
    wanted.append(("Alert source", alert.generator_url))
    links: dict[str, str] = {}
    for label, url in wanted:
        link = https_link(label, url)
        if link and label not in links and _passes(screen.seal, link):
            links[label] = link
    run = https_link("Workflow run", screen.run_url)
    return " · ".join([*links.values(), *([run] if run else [])])


def _passes(seal: Seal, text: str) -> bool:
    try:
        return bool(seal(text))
    except LeakError:
        return False
