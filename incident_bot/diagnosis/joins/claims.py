"""Claims beside the one volume that they name, or that was theirs: what keeps the two from being bound."""

from __future__ import annotations

from typing import TYPE_CHECKING

from incident_bot.diagnosis.fieldpaths import first_value, read_quantity, show
from incident_bot.diagnosis.joins.join import ByKind, Join

if TYPE_CHECKING:
    from collections.abc import Iterator

    from incident_bot.kubectl import KubeObject

_SIZE = "spec.resources.requests.storage"


def find_unfit_volumes(by_kind: ByKind) -> Iterator[Join]:
    """Pending claims whose `volumeName` is a volume that was read and does not fit: access mode, size, class, mode or owner.

    Source: `checkVolumeSatisfyClaim` of the persistent volume controller.
    """
    volumes = {item.name: item for item, _ in by_kind.get("PersistentVolume", ())}
    for claim, relation in by_kind.get("PersistentVolumeClaim", ()):
        volume = volumes.get(str(first_value(claim.body, "spec.volumeName") or ""))
        if volume is None or first_value(claim.body, "status.phase") != "Pending":
            continue
        for path, other_path, wanted, found in _differences(claim, volume):
            yield Join(
                name="claim-volume-unfit",
                subject=claim,
                relation=relation,
                path=path,
                value=wanted,
                other=volume,
                other_path=other_path,
                groups={
                    "claim": claim.name,
                    "volume": volume.name,
                    "error": f"it is kept for {found} (spec.claimRef)"
                    if other_path == "spec.claimRef"
                    else f"{path.rpartition('.')[2]} is {wanted} in the claim and {found} in the volume",
                },
            )
            break


def find_released_volumes(by_kind: ByKind) -> Iterator[Join]:
    """Pending claims whose former namesake had a volume that was kept: it is Released, and nobody gets it as it is.

    `spec.claimRef` holds the uid of the claim that was deleted, so that a claim of the same name is another one.
    Source: `syncVolume` of the persistent volume controller; Kubernetes' documentation, "Retain".
    """
    kept = {
        (
            str(first_value(item.body, "spec.claimRef.namespace") or ""),
            str(first_value(item.body, "spec.claimRef.name")),
        ): item
        for item, _ in by_kind.get("PersistentVolume", ())
        if first_value(item.body, "status.phase") == "Released"
    }
    for claim, relation in by_kind.get("PersistentVolumeClaim", ()):
        named = first_value(claim.body, "spec.volumeName")
        places = [place for place in kept if place[1] == claim.name and claim.namespace in ("", place[0])]
        if first_value(claim.body, "status.phase") != "Pending" or len(places) != 1:
            continue
        volume = kept[places[0]]
        if named in (None, "", volume.name):
            yield Join(
                name="claim-volume-released",
                subject=claim,
                relation=relation,
                path="status.phase",
                value="Pending",
                other=volume,
                other_path="status.phase",
                groups={"claim": claim.name, "volume": volume.name, "place": "/".join(filter(None, places[0]))},
            )


def _differences(claim: KubeObject, volume: KubeObject) -> Iterator[tuple[str, str, str, str]]:
    wanted, offered = first_value(claim.body, "spec.accessModes"), first_value(volume.body, "spec.accessModes")
    if isinstance(wanted, list) and isinstance(offered, list) and not set(wanted) <= set(offered):
        yield "spec.accessModes", "spec.accessModes", ", ".join(map(str, wanted)), ", ".join(map(str, offered))
    asked, size = first_value(claim.body, _SIZE), first_value(volume.body, "spec.capacity.storage")
    least, most = read_quantity(asked), read_quantity(size)
    if least is not None and most is not None and least > most:
        yield _SIZE, "spec.capacity.storage", show(asked), show(size)
    for path in ("spec.storageClassName", "spec.volumeMode"):
        ours, theirs = first_value(claim.body, path), first_value(volume.body, path)
        if ours and theirs and ours != theirs:
            yield path, path, show(ours), show(theirs)
    owner = first_value(volume.body, "spec.claimRef.name")
    if owner and owner != claim.name:
        place = str(first_value(volume.body, "spec.claimRef.namespace") or "")
        yield "spec.volumeName", "spec.claimRef", volume.name, f"claim {place}/{owner}"
