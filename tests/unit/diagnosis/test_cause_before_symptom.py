"""The thing that explains comes before the thing that is explained, and noise comes last."""

from __future__ import annotations

from fakes.evidence import NOW, diagnose, make_case
from incident_bot.diagnosis import load_rules
from incident_bot.model import Target, Verdict

RULES = load_rules()

CRASHING = """\
apiVersion: v1
kind: Pod
metadata: {{name: api-7d9f8b6c5d-x2k4q, namespace: ml, creationTimestamp: "2026-11-21T11:00:00Z"}}
spec:
  nodeName: node-1
  containers: [{{name: api, image: "registry.example/api:2", resources: {{limits: {{memory: 1Gi}}}}}}, {{name: shipper}}]
status:
  phase: Running
  conditions: [{{type: Ready, status: "False", reason: ContainersNotReady}}]
  containerStatuses:
  - name: api
    ready: false
    restartCount: 6
    state: {{waiting: {{reason: CrashLoopBackOff, message: back-off 5m0s restarting failed container}}}}
    lastState: {{terminated: {{exitCode: {code}, reason: {reason}, finishedAt: "2026-11-21T11:58:00Z"}}}}
  - {{name: shipper, ready: true, restartCount: 0, state: {{running: {{startedAt: "2026-11-21T11:00:05Z"}}}}}}
"""
EVENTS = """\
LAST SEEN   TYPE      REASON             OBJECT                     MESSAGE
59m         Warning   DNSConfigForming   pod/api-7d9f8b6c5d-x2k4q   Search Line limits were exceeded, some search paths have been omitted
5m          Warning   Unhealthy          pod/api-7d9f8b6c5d-x2k4q   Readiness probe failed: dial tcp 10.0.0.4:8080: connect: connection refused
10s         Warning   BackOff            pod/api-7d9f8b6c5d-x2k4q   Back-off restarting failed container api in pod api-7d9f8b6c5d-x2k4q_ml(1)
"""
POD = "api-7d9f8b6c5d-x2k4q"
TRACEBACK = """\
2026-11-21T11:57:58Z INFO starting
Traceback (most recent call last):
  File "/app/main.py", line 3, in <module>
    import sentencepiece
ModuleNotFoundError: No module named 'sentencepiece'
"""


def crashing(code: int = 1, reason: str = "Error") -> str:
    return CRASHING.format(code=code, reason=reason)


def test_log_error_outranks_crash_loop_probe_and_dns_noise() -> None:
    found = diagnose(
        make_case({"pod.yaml": crashing(), "events.txt": EVENTS, f"{POD}_api.previous.log": TRACEBACK}), RULES
    )

    assert found.causes[0].rule_id == "app-python-import-error"
    assert "sentencepiece" in found.summary
    shown = {cause.rule_id for cause in found.causes}
    assert not shown & {
        "crashloop-generic",
        "app-exit-1",
        "app-python-exception",
        "dns-config-warning",
        "probe-connection-refused",
    }


def test_oom_outranks_what_the_log_complains_about_meanwhile() -> None:
    log = "WARN cache miss\n" * 3 + "INFO loading weights shard 7/12\n"

    found = diagnose(make_case({"pod.yaml": crashing(137, "OOMKilled"), f"{POD}_api.previous.log": log}), RULES)

    assert found.causes[0].rule_id == "oom-loading-model"
    assert "1Gi" in found.causes[0].title
    assert any("shard 7/12" in citation.quote for citation in found.causes[0].citations)


def test_complaints_of_a_healthy_sidecar_are_set_aside_and_said_so() -> None:
    shipper = "".join(f"ERROR cannot reach loki:3100: connection refused (attempt {number})\n" for number in range(30))

    found = diagnose(
        make_case({"pod.yaml": crashing(), f"{POD}_api.previous.log": TRACEBACK, f"{POD}_shipper.log": shipper}), RULES
    )

    assert found.causes[0].rule_id == "app-python-import-error"
    assert any("shipper" in line for line in found.ruled_out)


def test_two_independent_causes_are_both_reported() -> None:
    pod = crashing().replace(
        '{name: shipper, ready: true, restartCount: 0, state: {running: {startedAt: "2026-11-21T11:00:05Z"}}}',
        "{name: shipper, ready: false, restartCount: 0, state: {waiting: {reason: ImagePullBackOff, "
        'message: \'Back-off pulling image "registry.example/shipper:9": ErrImagePull: failed to resolve image: '
        "registry.example/shipper:9: not found'}}}",
    )

    found = diagnose(make_case({"pod.yaml": pod, f"{POD}_api.previous.log": TRACEBACK}), RULES)

    assert {cause.rule_id for cause in found.causes[:2]} == {"app-python-import-error", "image-not-found"}


def test_someone_elses_failure_is_not_the_targets() -> None:
    events = (
        EVENTS + "2m   Warning   FailedScheduling   pod/other-0   0/3 nodes are available: 3 Insufficient memory.\n"
    )
    case = make_case(
        {"pod.yaml": crashing(), "events.txt": events, f"{POD}_api.previous.log": TRACEBACK},
        target=Target(namespace="ml", pod=POD),
    )

    found = diagnose(case, RULES)

    assert found.causes[0].rule_id == "app-python-import-error"
    assert "sched-insufficient-memory" not in {cause.rule_id for cause in found.causes}


def test_resource_that_free_nodes_lack_outranks_taints_of_the_others() -> None:
    pod = """\
apiVersion: v1
kind: Pod
metadata: {name: trainer-0, namespace: ml, creationTimestamp: "2026-11-21T11:00:00Z"}
spec: {containers: [{name: trainer, resources: {limits: {nvidia.com/gpu: 1}}}]}
status: {phase: Pending, conditions: [{type: PodScheduled, status: "False", reason: Unschedulable}]}
"""
    events = (
        "LAST SEEN   TYPE      REASON             OBJECT          MESSAGE\n"
        "10s         Warning   FailedScheduling   pod/trainer-0   0/6 nodes are available: 1 node(s) had untolerated taint "
        "{node-role.kubernetes.io/control-plane: }, 5 Insufficient nvidia.com/gpu. preemption: 0/6 nodes are available: "
        "1 Preemption is not helpful for scheduling, 5 No preemption victims found for incoming pod.\n"
    )

    found = diagnose(make_case({"pod.yaml": pod, "events.txt": events}), RULES)

    assert found.causes[0].rule_id == "gpu-insufficient"


def test_umbrella_without_a_log_does_not_pretend_to_know() -> None:
    found = diagnose(make_case({"pod.yaml": crashing()}), RULES)

    assert found.verdict is Verdict.INSUFFICIENT_EVIDENCE
    assert any("--previous" in action.command for action in found.actions)
    assert all(cause.confidence <= 0.6 for cause in found.causes)


def test_unknown_failure_is_told_in_kubernetes_own_words() -> None:
    """A reason that no rule knows still gets its message quoted."""
    pod = crashing().replace(
        "reason: CrashLoopBackOff, message: back-off 5m0s restarting failed container",
        "reason: FluxCapacitorMissing, message: the flux capacitor of slot 4 is missing",
    )

    found = diagnose(make_case({"pod.yaml": pod}), RULES)

    assert "flux capacitor of slot 4" in found.summary


def test_time_of_a_folder_that_is_read_weeks_later_does_not_matter() -> None:
    case = make_case({"pod.yaml": crashing(137, "OOMKilled"), "events.txt": EVENTS})

    assert diagnose(case, RULES, now=NOW.replace(year=2027)).causes[0].rule_id == "oom-killed-container"


def test_every_citation_is_a_verbatim_part_of_its_line() -> None:
    case = make_case({"pod.yaml": crashing(), "events.txt": EVENTS, f"{POD}_api.previous.log": TRACEBACK})

    found = diagnose(case, RULES)

    cited = [citation for cause in found.causes for citation in cause.citations]
    assert cited
    for citation in cited:
        evidence = case.find(citation.evidence_id)
        assert evidence is not None
        assert citation.quote in str(evidence.quote(citation.line))


def test_actions_look_before_they_change_and_never_delete_the_pod() -> None:
    found = diagnose(make_case({"pod.yaml": crashing(137, "OOMKilled"), "events.txt": EVENTS}), RULES)

    risks = [action.risk.value for action in found.actions]
    assert risks == sorted(risks, key=lambda risk: risk != "read-only")
    assert not [action.command for action in found.actions if "delete" in action.command]
    assert f"kubectl -n ml logs {POD} -c api --previous --tail=100" in {action.command for action in found.actions}
