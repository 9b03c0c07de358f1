"""Short descriptions of failing workloads (`tests/e2e/recordings/*.yaml`) and the objects they stand for.

A case names what is special about it; everything else is the same for all: the one image,
no token, no cluster DNS. `python`, `node`, `java` and `sh` are programs that the main container runs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

CASES = Path(__file__).parent.parent / "recordings"
FORMS = ("bundle", "describe", "yaml", "table", "workload")
_INTERPRETERS = {
    "python": ("main.py", ["/usr/bin/python3", "-u"]),
    "node": ("server.js", ["/usr/bin/node"]),
    "java": ("Server.java", ["/usr/lib/jvm/temurin-25-jdk-amd64/bin/java", "-Xmx32m"]),
}
_HOST_FOLDERS = ("usr", "lib", "lib64")
_API_OF_KIND = {"Pod": "v1", "Job": "batch/v1", "CronJob": "batch/v1"}


@dataclass(frozen=True, kw_only=True)
class Case:
    """One case. `until` says when it shows its state, see `e2e.kube.record_cases.shows`.

    `before`, `after` and `steps` are kubectl arguments: before the objects are made, after the
    recording, and each step once its own `until` holds. `alone`: not beside other cases.
    `more`: further outputs to save. `patience` in seconds.
    """

    name: str
    namespace: str
    app: str
    form: str
    until: Mapping[str, Any]
    expected: Mapping[str, Any]
    kind: str = "Deployment"
    container: str = ""
    python: str = ""
    node: str = ""
    java: str = ""
    sh: str = ""
    alert: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    objects: tuple[Mapping[str, Any], ...] = ()
    pod: Mapping[str, Any] = field(default_factory=dict)
    workload: Mapping[str, Any] = field(default_factory=dict)
    steps: tuple[Mapping[str, Any], ...] = ()
    before: tuple[list[str], ...] = ()
    after: tuple[list[str], ...] = ()
    more: tuple[list[str], ...] = ()
    with_: Mapping[str, Any] = field(default_factory=dict)
    alone: bool = False
    patience: float = 90.0

    def manifests(self) -> Iterator[dict[str, Any]]:
        """The namespace first, then what the workload needs, then the workload."""
        yield {
            "apiVersion": "v1",
            "kind": "Namespace",
            "metadata": {"name": self.namespace, "labels": dict(self.labels)},
        }
        for item in self.objects:
            yield {**item, "metadata": {"namespace": self.namespace, **item["metadata"]}}
        code = self._code()
        if code:
            name = {"name": f"{self.app}-code", "namespace": self.namespace}
            yield {"apiVersion": "v1", "kind": "ConfigMap", "metadata": name, "data": {code[0]: code[1]}}
        yield self._workload()

    def _code(self) -> tuple[str, str] | None:
        for language, (file, _) in _INTERPRETERS.items():
            if getattr(self, language):
                return file, getattr(self, language)
        return None

    def _workload(self) -> dict[str, Any]:
        meta = {"name": self.app, "namespace": self.namespace, "labels": {"app": self.app}}
        api = _API_OF_KIND.get(self.kind, "apps/v1")
        pod = self._pod_spec()
        if self.kind == "Pod":
            return {"apiVersion": api, "kind": "Pod", "metadata": {**meta, **self.workload}, "spec": pod}
        template = {"metadata": {"labels": {"app": self.app}}, "spec": pod}
        spec: dict[str, Any] = {"template": template}
        if self.kind in ("Job", "CronJob"):
            pod.setdefault("restartPolicy", "Never")
        else:
            spec["selector"] = {"matchLabels": {"app": self.app}}
        if self.kind == "StatefulSet":
            spec["serviceName"] = self.app
        if self.kind == "CronJob":
            spec = {"schedule": "* * * * *", "jobTemplate": {"spec": spec}}
        return {"apiVersion": api, "kind": self.kind, "metadata": meta, "spec": {**spec, **self.workload}}

    def _pod_spec(self) -> dict[str, Any]:
        extra = dict(self.pod)
        others = [self._with_image(item) for item in extra.pop("containers", [])]
        init = [self._with_image(item) for item in extra.pop("initContainers", [])]
        volumes = [*extra.pop("volumes", []), *self._code_volumes()]
        spec = {
            "dnsPolicy": "Default",
            "automountServiceAccountToken": False,
            "terminationGracePeriodSeconds": 2,
            "containers": [self._main_container(), *others],
            **extra,
        }
        return {**spec, **({"initContainers": init} if init else {}), **({"volumes": volumes} if volumes else {})}

    def _with_image(self, container: Mapping[str, Any]) -> dict[str, Any]:
        return {"image": "local/base:1", "imagePullPolicy": "Never", **container}

    def _main_container(self) -> dict[str, Any]:
        special = dict(self.with_)
        mounts = [*special.pop("volumeMounts", []), *self._code_mounts()]
        container = self._with_image({"name": self.container or self.app, **special})
        for language, (file, command) in _INTERPRETERS.items():
            if getattr(self, language):
                container.setdefault("command", [*command, f"/app/{file}"])
        if self.sh:
            container.setdefault("command", ["sh", "-c", self.sh])
        return {**container, **({"volumeMounts": mounts} if mounts else {})}

    def _code_volumes(self) -> list[dict[str, Any]]:
        if not self._code():
            return []
        host = [{"name": name, "hostPath": {"path": f"/{name}"}} for name in _HOST_FOLDERS]
        return [{"name": "code", "configMap": {"name": f"{self.app}-code"}}, *host]

    def _code_mounts(self) -> list[dict[str, Any]]:
        if not self._code():
            return []
        host = [{"name": name, "mountPath": f"/{name}", "readOnly": True} for name in _HOST_FOLDERS]
        return [{"name": "code", "mountPath": "/app"}, *host]


def load_cases(only: str = "") -> list[Case]:
    """All cases, or those whose file or name contains `only`."""
    cases = []
    for path in sorted(CASES.glob("*.yaml")):
        for name, plain in yaml.safe_load(path.read_text()).items():
            if only in path.stem or only in name:
                fields = {"with_" if key == "with" else key: value for key, value in plain.items()}
                cases.append(Case(name=name, **fields))
    return cases
