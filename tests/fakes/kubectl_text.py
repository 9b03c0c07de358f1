"""kubectl output for tests: recorded from kubectl 1.36.3, and written in the wording of older releases.

The recorded files come from a real API server whose objects had fabricated statuses.
"""

from __future__ import annotations

from pathlib import Path

from incident_bot.kubectl import Reading, read, recognise
from incident_bot.model import Evidence, EvidenceKind, SafeText

_RECORDED = Path(__file__).parents[1] / "unit" / "kubectl" / "recorded"


def recorded(name: str) -> str:
    """One recorded output, e.g. `describe-pod.txt`."""
    return (_RECORDED / name).read_text(encoding="utf-8")


def evidence_of(text: str, kind: EvidenceKind | None = None, name: str = "file.txt") -> Evidence:
    """Text as evidence, as if redaction had found nothing in it."""
    lines = tuple(SafeText(line) for line in text.split("\n"))
    return Evidence(id="E1", kind=kind or recognise(name, text), name=name, source=name, lines=lines)


def read_text(text: str, kind: EvidenceKind | None = None, name: str = "file.txt") -> Reading:
    """What `read` makes of a text."""
    return read(evidence_of(text, kind, name))


POD_1_20 = """\
Name:         ranker-7f9c6d5b8-q7w2z
Namespace:    search
Priority:     0
Node:         ip-10-0-3-17.ec2.internal/10.0.3.17
Start Time:   Tue, 02 Mar 2021 08:15:41 +0000
Labels:       app=ranker
              pod-template-hash=7f9c6d5b8
Annotations:  kubernetes.io/psp: eks.privileged
Status:       Running
IP:           10.0.3.55
IPs:
  IP:           10.0.3.55
Controlled By:  ReplicaSet/ranker-7f9c6d5b8
Containers:
  ranker:
    Container ID:   docker://5b1f
    Image:          ranker:1.4
    Image ID:       docker-pullable://ranker@sha256:abc
    Port:           8080/TCP
    Host Port:      0/TCP
    State:          Running
      Started:      Tue, 02 Mar 2021 08:40:02 +0000
    Last State:     Terminated
      Reason:       Error
      Exit Code:    137
      Started:      Tue, 02 Mar 2021 08:38:31 +0000
      Finished:     Tue, 02 Mar 2021 08:40:01 +0000
    Ready:          False
    Restart Count:  12
    Liveness:       http-get http://:8080/healthz delay=10s timeout=1s period=10s #success=1 #failure=3
    Environment:
      MODEL_DIR:  /models
    Mounts:
      /models from models (rw)
      /var/run/secrets/kubernetes.io/serviceaccount from default-token-9xk2p (ro)
Conditions:
  Type              Status
  Initialized       True
  Ready             False
  ContainersReady   False
  PodScheduled      True
Volumes:
  models:
    Type:       PersistentVolumeClaim (a reference to a PersistentVolumeClaim in the same namespace)
    ClaimName:  models
    ReadOnly:   false
  default-token-9xk2p:
    Type:        Secret (a volume populated by a Secret)
    SecretName:  default-token-9xk2p
    Optional:    false
QoS Class:       BestEffort
Node-Selectors:  <none>
Tolerations:     node.kubernetes.io/not-ready:NoExecute for 300s
                 node.kubernetes.io/unreachable:NoExecute for 300s
Events:
  Type     Reason     Age                   From                                Message
  ----     ------     ----                  ----                                -------
  Normal   Scheduled  <unknown>             default-scheduler                   Successfully assigned search/ranker-7f9c6d5b8-q7w2z to ip-10-0-3-17.ec2.internal
  Warning  Unhealthy  5m (x31 over 25m)     kubelet, ip-10-0-3-17.ec2.internal  Liveness probe failed: HTTP probe failed with statuscode: 500
  Normal   Killing    4m50s (x10 over 25m)  kubelet, ip-10-0-3-17.ec2.internal  Container ranker failed liveness probe, will be restarted
"""
"""A pod as kubectl 1.20 described it: `kubelet, NODE`, ages `<unknown>`, tolerations without `op=`."""

CUSTOM_RESOURCE = """\
Name:         sentiment
Namespace:    ml
Labels:       <none>
Annotations:  <none>
API Version:  serving.kserve.io/v1beta1
Kind:         InferenceService
Metadata:
  Creation Timestamp:  2026-11-20T08:00:00Z
  Generation:          3
Spec:
  Predictor:
    Model:
      Storage Uri:  gs://models/sentiment
Status:
  Conditions:
    Last Transition Time:  2026-11-20T08:01:00Z
    Message:               Revision "sentiment-predictor-00003" failed with message: back-off.
    Reason:                RevisionFailed
    Status:                False
    Type:                  PredictorReady
    Last Transition Time:  2026-11-20T08:01:00Z
    Status:                False
    Type:                  Ready
Events:
  Type     Reason         Age    From                Message
  ----     ------         ----   ----                -------
  Warning  InternalError  3m12s  v1beta1Controllers  fails to reconcile predictor
"""
"""What kubectl prints for kinds that it does not know: the fields with their camelCase taken apart."""
