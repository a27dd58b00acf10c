"""What people change of datasets: bytes that came in, and versions that are to be made of others."""

from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared import ids
from shared.connections.queries import encodings_in_use
from shared.datasets.asked import Asked
from shared.datasets.naming import lock_name
from shared.datasets.preparing import check_chosen
from shared.datasets.queries import get_dataset
from shared.datasets.remedies import InvalidChoiceError
from shared.datasets.rows import COUNTED
from shared.datasets.shapes import Shape
from shared.datasets.splitting.request import CannotSplitError, SplitRequest
from shared.datasets.tables import Dataset
from shared.db import now, ring
from shared.errors import Conflict, DatasetNotReady, InvalidRequest, PayloadTooLarge
from shared.ids import DatasetId
from shared.lifecycles import DatasetStatus
from shared.queue import Task
from shared.teams.actions import audit
from shared.teams.caller import TeamCaller
from shared.teams.queries import get_open_team

PENDING = (DatasetStatus.UPLOADING, DatasetStatus.UPLOADED, DatasetStatus.VALIDATING)
"""The worker has not yet come to an end with it."""


@dataclass(frozen=True, slots=True)
class Received:
    """Bytes that are in storage already. `asked`: what their uploader says of them (format, mapping, checks)."""

    name: str
    filename: str
    size_bytes: int
    sha256: str
    storage_key: str
    asked: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Expected:
    """Bytes that are known to be there, but not yet in one piece. `asked` is what their sender said of them."""

    name: str
    filename: str
    asked: dict[str, Any] | None


def storage_key(team_id: str, sha256: str) -> str:
    """Where a team's bytes are kept: the same bytes of one team are kept once."""
    return f"{team_id}/{sha256}"


def too_large(max_bytes: int) -> PayloadTooLarge:
    """The refusal of a file that is larger than any dataset may be."""
    return PayloadTooLarge(
        f"A dataset may have {max_bytes:,} bytes. Split it, or ask an admin for a higher limit.", max_bytes=max_bytes
    )


def check_open(db: Session, caller: TeamCaller) -> None:
    """Raise Conflict when the team is archived, and makes no datasets any more."""
    get_open_team(db, caller.team_id)


def receive(db: Session, received: Received, caller: TeamCaller) -> Dataset:
    """Make the next version of a named dataset from bytes that came in, and have it read and validated.

    Raises Conflict when the team is archived.
    """
    dataset = Dataset(**asdict(received), **_born(db, received.name, caller), status=DatasetStatus.UPLOADED)
    return _added(db, dataset, "dataset.upload", caller)


def read_again(db: Session, dataset_id: DatasetId, asked: dict[str, Any], caller: TeamCaller) -> Dataset:
    """Make the next version from the same bytes, read in another way. Raises NotFound, DatasetNotReady or Conflict."""
    parent = _settled(db, dataset_id, caller)
    dataset = Dataset(
        **_born(db, parent.name, caller),
        name=parent.name,
        filename=parent.filename,
        status=DatasetStatus.UPLOADED,
        size_bytes=parent.size_bytes,
        sha256=parent.sha256,
        storage_key=parent.storage_key,
        asked=asked,
        parent_id=parent.id,
        derivation={"read": asked},
    )
    return _added(db, dataset, "dataset.read", caller)


def prepare(db: Session, dataset_id: DatasetId, how: dict[str, Any], caller: TeamCaller) -> Dataset:
    """Have the next version made by remedies: `how` is `{"remedies": [{"name", "parameters"}]}`, of which the worker
    writes the change log. Raises NotFound, DatasetNotReady, Conflict or InvalidRequest.
    """
    parent = _settled(db, dataset_id, caller)
    check_understood(parent)
    try:
        check_chosen(how, Shape(parent.format or Shape.CHAT), encodings_in_use(db).get(COUNTED, 0))
    except InvalidChoiceError as error:
        raise InvalidRequest(f"The remedies cannot be applied: {error}.") from error
    dataset = Dataset(
        **_born(db, parent.name, caller),
        name=parent.name,
        filename=f"{parent.name}.jsonl",
        status=DatasetStatus.UPLOADING,
        parent_id=parent.id,
        derivation={"prepare": how},
        asked=Asked(_shape_after(how, parent)).as_dict(),
    )
    return _added(db, dataset, "dataset.prepare", caller)


def expect(db: Session, expected: Expected, caller: TeamCaller) -> Dataset:
    """Make the next version of a named dataset whose bytes the worker has still to put together.

    Raises Conflict when the team is archived.
    """
    dataset = Dataset(**asdict(expected), **_born(db, expected.name, caller), status=DatasetStatus.UPLOADING)
    return _added(db, dataset, "dataset.upload", caller)


def split(db: Session, dataset_id: DatasetId, request: SplitRequest, caller: TeamCaller) -> list[Dataset]:
    """Have a dataset divided into a training version and held-out ones. The same request divides alike, always.

    Raises NotFound, DatasetNotReady or Conflict.
    """
    parent = get_dataset(db, dataset_id, team_id=caller.team_id)
    if parent.status is not DatasetStatus.READY or parent.report is None:
        raise DatasetNotReady(f"{parent.id} is {parent.status}; only a dataset that is ready is split.")
    check_understood(parent)
    try:
        request.sizes(parent.report["examples"])
    except CannotSplitError as error:
        raise Conflict(f"{parent.id} has {parent.report['examples']} examples: {error}.") from error
    parts = [_part(db, parent, name, request, caller) for name in request.parts]
    audit(db, caller, "dataset.split", parent.id, team_id=caller.team_id)
    return parts


def sample(db: Session, dataset_id: DatasetId, share: float, seed: int, caller: TeamCaller) -> Dataset:
    """Have a version made of a share of a dataset's examples; a larger share by the same seed holds all of a smaller one.

    What was made so before is taken again. A share of 1 is the dataset itself. Raises NotFound, DatasetNotReady or Conflict.
    """
    parent = get_dataset(db, dataset_id, team_id=caller.team_id)
    if parent.status is not DatasetStatus.READY or parent.report is None:
        raise DatasetNotReady(f"{parent.id} is {parent.status}; only a dataset that is ready is sampled.")
    check_understood(parent)
    if share == 1:
        return parent
    derivation: dict[str, Any] = {"sample": share, "seed": seed}
    gone = (DatasetStatus.ARCHIVED, DatasetStatus.REJECTED)
    alike = (Dataset.parent_id == parent.id, Dataset.derivation == derivation, Dataset.status.not_in(gone))
    known = db.scalars(select(Dataset).where(*alike).limit(1)).one_or_none()
    return known or _derived(db, parent, f"{parent.name}.sample", derivation, caller)


def describe(db: Session, dataset_id: DatasetId, description: str, caller: TeamCaller) -> Dataset:
    """Say in words what a dataset is for. Raises NotFound or Conflict."""
    get_open_team(db, caller.team_id)
    dataset = get_dataset(db, dataset_id, team_id=caller.team_id, for_update=True)
    if dataset.status is DatasetStatus.ARCHIVED:
        raise Conflict(f"{dataset.id} is archived.")
    dataset.description = description
    audit(db, caller, "dataset.describe", dataset.id, team_id=caller.team_id)
    return dataset


def archive(db: Session, dataset_id: DatasetId, caller: TeamCaller) -> None:
    """Put a dataset away. What was trained on it keeps its name and digest. Repeating it changes nothing."""
    dataset = get_dataset(db, dataset_id, team_id=caller.team_id, for_update=True)
    if dataset.status in PENDING:
        raise Conflict(f"{dataset.id} is {dataset.status}. Wait until it is ready or rejected.")
    dataset.status, dataset.due_at = DatasetStatus.ARCHIVED, None
    audit(db, caller, "dataset.archive", dataset.id, team_id=caller.team_id)


def check_understood(dataset: Dataset) -> None:
    """Raises Conflict where nobody knows what the rows mean."""
    if dataset.source is None or dataset.source["shaping"] is None:
        raise Conflict(
            f"What the rows of {dataset.id} mean is not known. POST /v1/datasets/{dataset.id}/read with a mapping first."
        )


def _shape_after(how: dict[str, Any], parent: Dataset) -> str:
    converted = how.get("convert")
    return str(converted["target"] if converted else parent.format)


def _settled(db: Session, dataset_id: DatasetId, caller: TeamCaller) -> Dataset:
    parent = get_dataset(db, dataset_id, team_id=caller.team_id)
    if parent.status in PENDING or parent.storage_key is None:
        raise DatasetNotReady(f"{parent.id} is {parent.status}. Wait until it is ready or rejected.")
    if parent.status is DatasetStatus.ARCHIVED:
        raise Conflict(f"{parent.id} is archived: no new version is made of it.")
    return parent


def _born(db: Session, name: str, caller: TeamCaller) -> dict[str, Any]:
    get_open_team(db, caller.team_id)
    # One at a time per name, so that two uploads at once become two versions and not one refusal.
    lock_name(db, caller.team_id, name)
    known = select(Dataset.version, Dataset.routing).where(Dataset.team_id == caller.team_id, Dataset.name == name)
    newest = db.execute(known.order_by(Dataset.version.desc()).limit(1)).first()
    version, routing = newest or (0, None)
    return {
        "id": DatasetId(ids.new("ds")),
        "team_id": caller.team_id,
        "version": version + 1,
        "routing": routing,
        "created_by": caller.key_id,
        "due_at": db.scalar(select(now())),
    }


def _added(db: Session, dataset: Dataset, done: str, caller: TeamCaller) -> Dataset:
    db.add(dataset)
    audit(db, caller, done, dataset.id, team_id=caller.team_id, name=dataset.name)
    ring(db, Task.VALIDATE_DATASETS)
    db.flush()
    return dataset


def _part(db: Session, parent: Dataset, role: str, request: SplitRequest, caller: TeamCaller) -> Dataset:
    return _derived(db, parent, f"{parent.name}.{role}", {"split": role, **request.as_dict()}, caller)


def _derived(db: Session, parent: Dataset, name: str, derivation: dict[str, Any], caller: TeamCaller) -> Dataset:
    part = Dataset(
        **_born(db, name, caller),
        name=name,
        filename=f"{name}.jsonl",
        status=DatasetStatus.UPLOADING,
        parent_id=parent.id,
        derivation=derivation,
        asked=Asked(str(parent.format)).as_dict(),
        # What inference must send does not depend on the part that was trained on.
        recipe=parent.recipe,
    )
    db.add(part)
    db.flush()
    ring(db, Task.VALIDATE_DATASETS)
    return part
