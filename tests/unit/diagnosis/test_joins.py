"""What two objects say about each other, in the forms that people paste: describe, tables, manifests."""

from __future__ import annotations

import pytest

from fakes.evidence import diagnose, make_case
from incident_bot.diagnosis import load_rules
from incident_bot.model import Verdict

RULES = load_rules()
SERVICE = """\
Name:              cart
Namespace:         shop
Labels:            app=cart
Annotations:       <none>
Selector:          app=cart,track=stable
Type:              ClusterIP
IP:                10.96.11.4
Port:              http  80/TCP
TargetPort:        8080/TCP
Endpoints:         {endpoints}
Session Affinity:  None
Events:            <none>
"""
PODS = """\
NAME                   READY   STATUS    RESTARTS   AGE   LABELS
cart-7c9d8f6b5c-2xk4q  1/1     Running   0          3d    app=cart,pod-template-hash=7c9d8f6b5c,track={track}
cart-7c9d8f6b5c-9wz7m  1/1     Running   0          3d    app=cart,pod-template-hash=7c9d8f6b5c,track={track}
"""
POLICY = """\
Name:         lock-down
Namespace:    shop
Created on:   2026-03-01 10:00:00 +0000 UTC
Labels:       <none>
Annotations:  <none>
Spec:
  PodSelector:     app={app}
  Not affecting ingress traffic
  Allowing egress traffic:
    To Port: 53/UDP
    To: <any> (traffic not restricted by destination)
  Policy Types: Egress
"""


def test_a_selector_that_fits_no_label_is_found_in_describe_and_table() -> None:
    """The Service's line and the pod's line are both cited, and the title says both values."""
    files = {"svc.txt": SERVICE.format(endpoints="<none>"), "pods.txt": PODS.format(track="canary")}

    cause = diagnose(make_case(files), RULES).causes[0]

    assert cause.rule_id == "service-selector-mismatch"
    assert "track=stable" in cause.title
    assert "track=canary" in cause.title
    assert {"Selector:          app=cart,track=stable"} <= {citation.quote for citation in cause.citations}
    assert any("track=canary" in citation.quote for citation in cause.citations)


@pytest.mark.parametrize(
    ("endpoints", "track"), [("10.1.0.7:8080,10.1.0.8:8080", "stable"), ("10.1.0.7:8080", "canary")]
)
def test_a_service_with_endpoints_is_well(endpoints: str, track: str) -> None:
    """Labels that do not fit prove nothing against addresses that are there."""
    files = {"svc.txt": SERVICE.format(endpoints=endpoints), "pods.txt": PODS.format(track=track)}

    assert diagnose(make_case(files), RULES).verdict is Verdict.HEALTHY


def test_endpoints_that_a_table_lists_are_endpoints() -> None:
    """`get endpoints` of a healthy Service is no finding."""
    table = "NAME   ENDPOINTS                       AGE\ncart   10.1.0.7:8080,10.1.0.8:8080     3d\n"

    files = {"endpoints.txt": table, "pods.txt": PODS.format(track="stable")}

    assert diagnose(make_case(files), RULES).verdict is Verdict.HEALTHY


@pytest.mark.parametrize(("app", "fires"), [("cart", True), ("payments", False)])
def test_time_outs_under_a_policy_that_selects_the_pod(*, app: str, fires: bool) -> None:
    """Only a policy that selects the pod may explain its time-outs."""
    files = {
        "policy.txt": POLICY.format(app=app),
        "pods.txt": PODS.format(track="stable").replace("NAME  ", "NAME  ").replace("1/1", "0/1"),
        "cart-7c9d8f6b5c-2xk4q.log": "ERROR dial tcp 10.3.0.9:5432: i/o timeout\n" * 3,
    }

    rules = [cause.rule_id for cause in diagnose(make_case(files), RULES).causes]

    assert ("network-policy-blocked" in rules) is fires


def test_only_one_side_of_a_join_says_nothing() -> None:
    """A Service whose endpoints nobody saw, beside pods of another name, is not accused."""
    files = {"svc.txt": SERVICE.replace("cart", "billing").replace("Endpoints:         {endpoints}\n", "")}

    found = diagnose(make_case(files | {"pods.txt": PODS.format(track="stable")}), RULES)

    assert found.verdict is Verdict.HEALTHY


def test_the_scheduler_is_quoted_from_the_condition_where_no_event_is_left() -> None:
    """Events are gone after an hour, and the condition stays; a pod that got its node has nothing to say."""
    pod = (
        "apiVersion: v1\nkind: Pod\nmetadata: {{name: cdn-0, namespace: edge, creationTimestamp: '2026-03-01T05:00:00Z'}}\n"
        "spec: {{containers: [{{name: cdn, image: 'cdn:1'}}]}}\nstatus:\n  phase: {phase}\n  conditions:\n"
        "  - {{type: PodScheduled, status: '{status}', reason: {reason}, message: '0/2 nodes are available: 2 Insufficient cpu.'}}\n"
    )
    waiting = diagnose(
        make_case({"pod.yaml": pod.format(phase="Pending", status="False", reason="Unschedulable")}), RULES
    )
    placed = diagnose(make_case({"pod.yaml": pod.format(phase="Running", status="True", reason="Scheduled")}), RULES)

    assert "sched-insufficient-cpu" == waiting.causes[0].rule_id
    assert "2 Insufficient cpu" in waiting.causes[0].citations[0].quote
    assert () == placed.causes


CRON = """\
apiVersion: batch/v1
kind: CronJob
metadata: {{name: statements, namespace: bank}}
spec: {{schedule: 0 * * * *, concurrencyPolicy: {policy}}}
status: {{active: [{active}]}}
"""
TWO = "{name: statements-1}, {name: statements-2}"


@pytest.mark.parametrize(
    ("policy", "active", "said", "is_told"),
    [
        ("Allow", TWO, "WARN account 7: Lock wait timeout exceeded; try restarting transaction", True),
        ("Forbid", TWO, "WARN account 7: Lock wait timeout exceeded; try restarting transaction", False),
        (
            "Allow",
            "{name: statements-2}",
            "WARN account 7: Lock wait timeout exceeded; try restarting transaction",
            False,
        ),
        ("Allow", TWO, "INFO account 7 printed", False),
    ],
)
def test_runs_of_a_schedule_that_get_in_each_others_way(policy: str, active: str, said: str, is_told: bool) -> None:
    log = "".join(f"2026-05-12T09:{n:02d}:00Z {said}\n" for n in range(30))

    found = diagnose(make_case({"cron.yaml": CRON.format(policy=policy, active=active), "statements.log": log}), RULES)

    assert any(cause.rule_id == "cronjob-runs-overlap" for cause in found.causes) is is_told


INGRESS = """\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: portal, namespace: web}
spec:
  ingressClassName: nginx
  tls: [{hosts: [portal.example.com], secretName: portal-tls}]
status: {loadBalancer: {ingress: [{ip: 198.51.100.3}]}}
"""
SECRETS = """\
$ kubectl -n web get secrets{names}
NAME        TYPE     DATA   AGE
portal-db   Opaque   3      400d
portal-s3   Opaque   2      400d
"""


@pytest.mark.parametrize(("names", "expected"), [("", ["ingress-tls-secret-missing"]), (" portal-db portal-s3", [])])
def test_what_a_command_did_not_ask_for_may_be_there(names: str, expected: list[str]) -> None:
    """Only a listing of all Secrets shows that one is missing."""
    files = {"ingress.yaml": INGRESS, "secrets.txt": SECRETS.format(names=names)}

    assert expected == [cause.rule_id for cause in diagnose(make_case(files), RULES).causes]


STRANGER = """\
NAME                         READY   STATUS    RESTARTS   AGE   IP           LABELS
cart-7c9d8f6b5c-2xk4q        1/1     Running   0          3d    10.42.1.8    app=cart
cart-{other}-6b5c7d9f84-zz4km  1/1     Running   0          1h    10.42.1.9    app={label}
"""
CALLED = """\
Name:              cart
Namespace:         shop
Selector:          app=cart
Type:              ClusterIP
IP:                10.96.11.4
Port:              http  80/TCP
TargetPort:        8080/TCP
Endpoints:         10.42.1.8:8080,10.42.1.9:8080
Events:            <none>
"""


@pytest.mark.parametrize(
    ("other", "label", "called", "is_found"),
    [
        ("sweeper", "cart", "10.96.11.4:80", True),
        ("sweeper", "cart", "10.96.55.5:80", False),
        ("sweeper", "sweeper", "10.96.11.4:80", False),
        ("canary", "cart", "10.96.11.4:80", False),
    ],
)
def test_a_service_that_selects_strangers_is_found_where_it_refuses(
    other: str, label: str, called: str, is_found: bool
) -> None:
    """A canary is meant to share the label, and who is refused by another address is refused by somebody else."""
    lines = (
        f"2026-11-21T10:00:{n:02d}Z "
        + (f"ERROR dial tcp {called}: connect: connection refused" if n % 3 else "INFO ok")
        for n in range(60)
    )
    files = {
        "svc.txt": CALLED,
        "pods.txt": STRANGER.format(other=other, label=label),
        "shop-front.log": "\n".join(lines),
    }

    causes = diagnose(make_case(files), RULES).causes

    assert any(cause.rule_id == "service-selects-stranger" for cause in causes) is is_found


SETTINGS = "listen = 9000\nworkers = 4\npool = 20\nlimit = {limit}\nretries = 2\nqueue = 90\n"
MOUNTED = """\
Name:             edge-6d5f9c7b84-r8xkw
Namespace:        shop
Status:           Running
Containers:
  edge:
    Image:          registry.example/edge:1
    State:          Running
      Started:      Sat, 21 Nov 2026 08:00:00 +0000
    Ready:          True
    Restart Count:  0
    Mounts:
      /etc/edge{file} from conf (ro{path})
Conditions:
  Type    Status
  Ready   True
Volumes:
  conf:
    Type:      ConfigMap (a volume populated by a ConfigMap)
    Name:      edge-conf
    Optional:  false
"""


@pytest.mark.parametrize(
    ("path", "limit", "is_found"), [(',path="edge.toml"', 10, True), (',path="edge.toml"', 60, False), ("", 10, False)]
)
def test_a_file_mounted_by_sub_path_stays_what_it_was(path: str, limit: int, is_found: bool) -> None:
    """What kubelet renews, and what the pod has as the ConfigMap says it, is not stale."""
    stored = "".join(f"    {line}\n" for line in SETTINGS.format(limit=60).splitlines())
    files = {
        "describe-pod.txt": MOUNTED.format(file="/edge.toml" if path else "", path=path),
        "cm.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: edge-conf\n  namespace: shop\ndata:\n"
        f"  edge.toml: |\n{stored}",
        "exec-cat-edge-toml.txt": SETTINGS.format(limit=limit),
        "logs-edge.txt": "".join(
            f"2026-11-21T10:{n:02d}:00Z "
            + ("ERROR POST /sync: request timed out after 10 s\n" if n % 2 else "INFO ok\n")
            for n in range(60)
        ),
    }

    causes = diagnose(make_case(files), RULES).causes

    assert any(cause.rule_id == "config-subpath-stale" for cause in causes) is is_found
