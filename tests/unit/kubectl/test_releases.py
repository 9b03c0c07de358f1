"""Output of Helm and Argo CD: what the last revision came to, and which resource was refused."""

from __future__ import annotations

from incident_bot.kubectl.reader import read_lines
from incident_bot.kubectl.recognition import recognise
from incident_bot.model import EvidenceKind

_HISTORY = (
    "REVISION\tUPDATED                 \tSTATUS    \tCHART    \tAPP VERSION\tDESCRIPTION\n"
    "14      \tMon Nov  9 10:00:00 2026\tsuperseded\tpos-3.1.0\t7.7.0      \tUpgrade complete\n"
    '15      \tFri Nov 20 08:12:00 2026\tfailed    \tpos-3.2.0\t7.8.0      \tUpgrade "pos" failed: timed out waiting for the condition\n'
)
_ROLLED_BACK = _HISTORY + "16      \tFri Nov 20 08:20:00 2026\tdeployed  \tpos-3.1.0\t7.7.0      \tRollback to 14\n"


def _read(text: str) -> list[tuple[str, str, object]]:
    kind = recognise("output.txt", text)
    reading = read_lines("E1", kind, text.splitlines())
    return [(item.kind, item.name, item.body.get("status")) for item in reading.objects]


def test_the_last_revision_of_a_release_counts() -> None:
    assert _read(_HISTORY) == [
        ("Release", "pos", {"phase": "failed", "message": 'Upgrade "pos" failed: timed out waiting for the condition'})
    ]
    assert _read(_ROLLED_BACK)[0][2] == {"phase": "deployed", "message": "Rollback to 14"}


def test_a_list_of_releases_has_one_object_a_row() -> None:
    text = (
        "NAME\tNAMESPACE\tREVISION\tUPDATED                                \tSTATUS  \tCHART    \tAPP VERSION\n"
        "pos \tshop     \t15      \t2026-11-20 08:12:00.1 +0000 UTC        \tdeployed\tpos-3.2.0\t7.8.0\n"
        "till\tshop     \t2       \t2026-11-20 08:12:00.1 +0000 UTC        \tfailed  \ttill-0.1.0\t1.0\n"
    )
    assert [(kind, name, status["phase"]) for kind, name, status in _read(text) if isinstance(status, dict)] == [
        ("Release", "pos", "deployed"),
        ("Release", "till", "failed"),
    ]


def test_notes_of_a_chart_are_no_status() -> None:
    text = "NAME: pos\nLAST DEPLOYED: Fri Nov 20 08:12:00 2026\nNAMESPACE: shop\nSTATUS: deployed\nREVISION: 15\nNOTES:\nSTATUS: failed is what you see when the till is offline\n"
    assert recognise("helm.txt", text) is EvidenceKind.DESCRIBE
    assert _read(text) == [("Release", "pos", {"phase": "deployed"})]


def test_an_application_names_the_resource_that_was_refused() -> None:
    text = (
        "Name:               argocd/till\nProject:            default\nNamespace:          shop\n"
        "Sync Status:        OutOfSync from main (9f8e7d6)\nHealth Status:      Healthy\n\n"
        "Operation:          Sync\nPhase:              Failed\nMessage:            one or more objects failed to apply\n\n"
        "GROUP  KIND        NAMESPACE  NAME  STATUS      HEALTH   HOOK  MESSAGE\n"
        "       ConfigMap   shop       till  Synced                     configmap/till unchanged\n"
        'apps   Deployment  shop       till  SyncFailed  Healthy        Deployment.apps "till" is invalid\n'
    )
    [(kind, name, status)] = _read(text)
    assert (kind, name) == ("Application", "till")
    assert isinstance(status, dict)
    assert status["operationState"]["syncResult"]["resources"] == [
        {"name": "till", "kind": "Deployment", "status": "SyncFailed", "message": 'Deployment.apps "till" is invalid'}
    ]


def test_a_rollout_that_kubectl_gave_up_on_is_a_condition_of_its_workload() -> None:
    waiting = 'Waiting for deployment "tickets" rollout to finish: 1 out of 3 new replicas have been updated...\n'
    gave_up = _read(waiting + 'error: deployment "tickets" exceeded its progress deadline\n')
    assert gave_up[0][:2] == ("Deployment", "tickets")
    assert "'status': 'False', 'reason': 'ProgressDeadlineExceeded'" in str(gave_up[0][2])


def test_a_rollout_that_kubectl_waited_for_in_vain_is_one_that_did_not_finish() -> None:
    waiting = 'Waiting for deployment "tickets" rollout to finish: 0 out of 3 new replicas have been updated...\n'
    waited = _read(waiting * 2 + "error: timed out waiting for the condition\n")
    assert ["tickets"] == [name for _, name, *_ in waited]
    assert "'status': 'False', 'reason': 'WaitedInVain'" in str(waited[0][2])


def test_a_rollout_that_ended_well_or_goes_on_is_no_trouble() -> None:
    waiting = 'Waiting for deployment "tickets" rollout to finish: 1 out of 3 new replicas have been updated...\n'
    assert _read(waiting) == []
    assert "'status': 'True'" in str(_read(waiting + 'deployment "tickets" successfully rolled out\n'))
    assert _read("daemon set rolling out now, see the dashboard\n") == []


def test_a_rollout_of_argo_says_its_word_behind_the_sign() -> None:
    text = (
        "Name:            till\nNamespace:       shop\nStatus:          ✖ Degraded\n"
        "Message:         RolloutAborted: Rollout aborted update to revision 3\nStrategy:        Canary\n"
        "Images:          registry.example.com/till:1 (stable)\nReplicas:\n  Desired:       4\n  Ready:         3\n"
    )
    assert _read(text) == [
        (
            "Rollout",
            "till",
            {
                "phase": "Degraded",
                "message": "RolloutAborted: Rollout aborted update to revision 3",
                "readyReplicas": 3,
            },
        )
    ]
