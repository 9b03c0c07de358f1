"""Records the cases of `tests/e2e/recordings/` from a real node into `tests/scenarios/recorded-<name>/`.

What a case expects stands in its description, before anything was diagnosed. By hand, as
root, in the folder `tests`; a word keeps to files or names that contain it:

    python -m e2e.kube.record_cases [WORD]
"""

from __future__ import annotations

import contextlib
import json
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml
from e2e.kube.cases import Case, load_cases
from e2e.kube.own_node import OwnNode, running_node
from e2e.kube.registry import refusing_registry

from fakes.ports import take_port

SCENARIOS = Path(__file__).parent.parent.parent / "scenarios"
BATCH = 18
_KINDS = "pods,events,deployments,replicasets,statefulsets,daemonsets,jobs,cronjobs"
_WATCHED = _KINDS + ",persistentvolumeclaims"
_NO_LOG = "unable to retrieve container logs"


def shows(wanted: Mapping[str, Any], objects: Sequence[Mapping[str, Any]]) -> bool:
    """Whether the objects of a namespace show a state.

    `event`, `and_event`: text in a reason and message; `status`: text in the workload's status;
    `restarts` (at least), `last_reason`, `waiting` (any of), `ready`, `exit_code`: of some container;
    `phase`, `seconds` (age at least), `pods` (at least): of the app's pods.
    """
    events = [f"{item.get('reason')} {item.get('message')}" for item in objects if item["kind"] == "Event"]
    if any(key in wanted and not any(wanted[key] in text for text in events) for key in ("event", "and_event")):
        return False
    workloads = [item.get("status", {}) for item in objects if item["kind"] not in ("Event", "Pod")]
    if "status" in wanted and wanted["status"] not in json.dumps(workloads):
        return False
    pods = [item for item in objects if item["kind"] == "Pod"]
    if len(pods) < wanted.get("pods", 0):
        return False
    keys = ("restarts", "last_reason", "waiting", "ready", "exit_code", "phase", "seconds")
    return not any(key in wanted for key in keys) or any(_pod_shows(wanted, pod) for pod in pods)


def _pod_shows(wanted: Mapping[str, Any], pod: Mapping[str, Any]) -> bool:
    status = pod["status"]
    if wanted.get("phase", status["phase"]) != status["phase"] or _age_s(pod) < wanted.get("seconds", 0):
        return False
    keys = ("restarts", "last_reason", "waiting", "ready", "exit_code")
    containers = [*status.get("initContainerStatuses", []), *status.get("containerStatuses", [])]
    return not any(key in wanted for key in keys) or any(_container_shows(wanted, item) for item in containers)


def _container_shows(wanted: Mapping[str, Any], status: Mapping[str, Any]) -> bool:
    waiting = status.get("state", {}).get("waiting", {}).get("reason")
    ends = [status.get(state, {}).get("terminated", {}) for state in ("lastState", "state")]
    reasons = [wanted["waiting"]] if isinstance(wanted.get("waiting"), str) else wanted.get("waiting", [waiting])
    return (
        status["restartCount"] >= wanted.get("restarts", 0)
        and waiting in reasons
        and wanted.get("ready", status["ready"]) is status["ready"]
        and ("last_reason" not in wanted or any(end.get("reason") == wanted["last_reason"] for end in ends))
        and ("exit_code" not in wanted or any(end.get("exitCode") == wanted["exit_code"] for end in ends))
    )


def _age_s(pod: Mapping[str, Any]) -> float:
    return (datetime.now(UTC) - datetime.fromisoformat(pod["metadata"]["creationTimestamp"])).total_seconds()


class Recorder:
    """Applies cases, watches them, and saves what the node shows."""

    def __init__(self, node: OwnNode, registry: str) -> None:
        self._node = node
        self._registry = registry

    def record(self, cases: Sequence[Case]) -> list[str]:
        """Record the cases side by side; names and reasons of those that did not show their state."""
        failed = [message for case in cases if (message := self._apply(case))]
        failed += self._watch({case.namespace: case for case in cases})
        for case in cases:
            for arguments in case.after:
                self._node.kubectl(*arguments, check=False)
        return failed

    def _apply(self, case: Case) -> str:
        manifests = yaml.safe_dump_all(case.manifests()).replace("${REGISTRY}", self._registry)
        try:
            for arguments in case.before:
                self._node.kubectl(*arguments)
            self._node.kubectl("create", "-f", "-", stdin=manifests)
        except RuntimeError as error:
            return f"{case.name}: {error}"
        return ""

    def _watch(self, waiting: dict[str, Case]) -> list[str]:
        steps = {name: list(case.steps) for name, case in waiting.items()}
        started = time.monotonic()
        failed: list[str] = []
        with ThreadPoolExecutor(3) as pool:
            running = []
            while waiting:
                objects = self._objects()
                for name, case in list(waiting.items()):
                    seen = objects.get(name, [])
                    while steps[name] and shows(steps[name][0]["until"], seen):
                        self._take(steps[name].pop(0), case)
                        seen = []
                    if not steps[name] and seen and shows(case.until, seen):
                        running.append(pool.submit(self._save, waiting.pop(name)))
                    elif time.monotonic() - started > case.patience:
                        failed.append(f"{case.name}: not {dict(case.until)}")
                        self._release(waiting.pop(name))
                time.sleep(1.5)
            failed.extend(message for future in running if (message := future.result()))
        return failed

    def _take(self, step: Mapping[str, Any], case: Case) -> None:
        time.sleep(step.get("sleep", 0))
        for arguments in step["kubectl"]:
            filled = [argument.replace("${REGISTRY}", self._registry) for argument in arguments]
            self._node.kubectl("-n", case.namespace, *filled)
        for item in step.get("create", []):
            self._node.kubectl("-n", case.namespace, "create", "-f", "-", stdin=yaml.safe_dump(item))

    def _objects(self) -> dict[str, list[dict[str, Any]]]:
        found: dict[str, list[dict[str, Any]]] = {}
        listed = self._node.get(_WATCHED, "-A")["items"]
        assert isinstance(listed, list)
        for item in listed:
            found.setdefault(item["metadata"]["namespace"], []).append(item)
        return found

    def _release(self, case: Case) -> None:
        self._node.kubectl("delete", "namespace", case.namespace, "--wait=false", check=False)

    def _save(self, case: Case) -> str:
        folder = SCENARIOS / f"recorded-{case.name}"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        try:
            if case.form == "bundle":
                self._save_bundle(case, folder)
            else:
                self._save_text(case, folder)
            for number, arguments in enumerate(case.more, start=1):
                self._write(folder / f"more-{number}.txt", self._node.kubectl("-n", case.namespace, *arguments))
            missing = _write_expectation(case, folder)
        except (RuntimeError, subprocess.SubprocessError) as error:
            return f"{case.name}: {error}"
        finally:
            self._release(case)
        print(f"recorded {case.name}{f', but without {missing}' if missing else ''}", flush=True)
        return f"{case.name}: not recorded: {missing}" if missing else ""

    def _save_bundle(self, case: Case, folder: Path) -> None:
        pods = self._pods(case)
        options = {"alert-name": "ManualTriage", **case.alert}
        options["alert-name"] = options.pop("name", options["alert-name"])
        target = ["--pod", pods[0]] if pods else ["--workload", case.app]
        given = [word for key, value in options.items() for word in (f"--{key}", value)]
        command = [str(Path(sys.executable).with_name("incident-bot")), "collect", *given, *target]
        scope = ["--namespace", case.namespace, "--kubeconfig", str(self._node.admin), "--out", str(folder)]
        subprocess.run([*command, *scope], check=True, capture_output=True, text=True, timeout=60)
        for path in sorted(folder.iterdir()):
            self._write(path, path.read_text())

    def _save_text(self, case: Case, folder: Path) -> None:
        scope = ("-n", case.namespace)
        kinds = _KINDS.replace("pods,events,", "")
        outputs: dict[str, dict[str, list[str]]] = {
            "describe": {"describe.txt": ["describe", "pods"], "events.txt": ["get", "events"]},
            "yaml": {"pods.yaml": ["get", "pods", "-o", "yaml"], "events.txt": ["get", "events", "-o", "wide"]},
            "table": {"pods.txt": ["get", "pods", "-o", "wide"], "events.txt": ["get", "events", "-o", "wide"]},
            "workload": {
                "workload.txt": ["describe", kinds],
                "pods.txt": ["get", "pods"],
                "events.txt": ["get", "events"],
            },
        }
        for name, arguments in outputs[case.form].items():
            text = self._node.kubectl(*arguments, *scope)
            if text.strip():
                self._write(folder / name, text)
        for pod in self._pods(case):
            self._save_logs(case, pod, folder)

    def _save_logs(self, case: Case, pod: str, folder: Path) -> None:
        status = self._node.get("pod", pod, "-n", case.namespace)["status"]
        assert isinstance(status, dict)
        for item in [*status.get("initContainerStatuses", []), *status.get("containerStatuses", [])]:
            for previous in (False, True):
                options = ["-c", item["name"], "--tail=400", *(["--previous"] if previous else [])]
                log = self._node.kubectl("logs", pod, "-n", case.namespace, *options, check=False)
                if log.strip() and not log.startswith(_NO_LOG):
                    suffix = "-previous" if previous else ""
                    self._write(folder / f"{pod}-{item['name']}{suffix}.log", log)

    def _pods(self, case: Case) -> list[str]:
        """The app's pods, the worst first."""
        listed = self._node.get("pods", "-n", case.namespace)["items"]
        assert isinstance(listed, list)
        return [item["metadata"]["name"] for item in sorted(listed, key=_health)]

    def _write(self, path: Path, text: str) -> None:
        """As on a node of production: the state folder's own path says where the test ran, not what happened."""
        for ours, usual in (("kubelet", "/var/lib/kubelet"), ("containers-run", "/run/containerd")):
            text = text.replace(f"{self._node.state}/{ours}", usual)
        path.write_text(text.replace(str(self._node.state), "/var/lib/node"))


def _health(pod: Mapping[str, Any]) -> int:
    statuses = pod["status"].get("containerStatuses", [])
    ready = bool(statuses) and all(item["ready"] for item in statuses)
    return int(ready or pod["status"]["phase"] == "Succeeded")


def _write_expectation(case: Case, folder: Path) -> str:
    """Write `expected.yaml`; gives the decisive texts of which none was recorded."""
    names = _evidence_names(folder)
    texts = case.expected.get("decisive", [])
    decisive = [
        {"file": name, "contains": text}
        for text in texts
        for file, name in names.items()
        if text in (folder / file).read_text()
    ]
    category = case.expected.get("category", "unknown")
    plain = {
        "verdict": case.expected["verdict"],
        "category": category if isinstance(category, str) else category[0],
        "cause": case.expected.get("cause", []),
        "decisive": decisive,
        "forbidden": case.expected.get("forbidden", []),
        **({"also_right": case.expected["also_right"]} if "also_right" in case.expected else {}),
        "notes": case.expected.get("notes")
        or f"Recorded from a real node by tests/e2e/kube/record_cases.py: {case.name}.",
    }
    (folder / "expected.yaml").write_text(yaml.safe_dump(plain, sort_keys=False, width=110))
    return "" if decisive or not texts else ", ".join(texts)


def _evidence_names(folder: Path) -> dict[str, str]:
    """The evidence's name by its file: a bundle says it, else they are the same."""
    manifest = folder / "bundle.json"
    if manifest.is_file():
        return {item["file"]: item["name"] for item in json.loads(manifest.read_text())["items"]}
    return {path.name: path.name for path in sorted(folder.iterdir())}


def main(arguments: Sequence[str]) -> int:
    """Record all cases, or those that contain the given word."""
    cases = load_cases(arguments[0] if arguments else "")
    with running_node() as node, refusing_registry(node.registry_host, take_port()) as registry:
        failed = record_all(Recorder(node, registry), cases)
    print("\n".join(failed), file=sys.stderr)
    return 1 if failed else 0


def record_all(recorder: Recorder, cases: Sequence[Case]) -> list[str]:
    """In batches; those that want the node for themselves one by one."""
    together = [case for case in cases if not case.alone]
    failed = []
    for start in range(0, len(together), BATCH):
        failed += recorder.record(together[start : start + BATCH])
    for case in cases:
        if case.alone:
            failed += recorder.record([case])
    return failed


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        raise SystemExit(main(sys.argv[1:]))
