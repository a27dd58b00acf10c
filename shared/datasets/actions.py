"""What changes datasets: bytes that came in, splits that were asked for, and what the worker found in them."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import func, insert, select, text
from sqlalchemy.orm import Session

from shared import ids
from shared.datasets.epochs import automatic_epochs
from shared.datasets.findings import FINDING_CODES, Finding, Severity
from shared.datasets.queries import get_dataset
from shared.datasets.splitting.at_random import by_fraction
from shared.datasets.tables import Dataset, StoredFinding
from shared.datasets.validation import Validation
from shared.db import claim, fenced, now, ring, seconds_from_now
from shared.errors import Conflict, DatasetNotReady, PayloadTooLarge
from shared.ids import DatasetId
from shared.lifecycles import DatasetStatus
from shared.notices.actions import tell
from shared.queue import Task
from shared.teams.actions import audit
from shared.teams.caller import TeamCaller
from shared.teams.queries import get_open_team

CHAT = "chat"
TRAINING, HELD_OUT = "training", "held_out"
MOST_ATTEMPTS = 3
_PENDING = (DatasetStatus.UPLOADING, DatasetStatus.UPLOADED, DatasetStatus.VALIDATING)


@dataclass(frozen=True, slots=True)
class Received:
    """Bytes that are in storage already."""

    name: str
    filename: str
    size_bytes: int
    sha256: str
    storage_key: str


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


def receive(db: Session, received: Received, caller: TeamCaller) -> Dataset:
    """Make the next version of a named dataset from bytes that came in, and have it validated.

    Raises Conflict when the team is archived.
    """
    dataset = Dataset(
        **asdict(received),
        **_born(db, received.name, caller),
        status=DatasetStatus.UPLOADED,
    )
    db.add(dataset)
    audit(db, caller, "dataset.upload", dataset.id, team_id=caller.team_id, name=dataset.name)
    ring(db, Task.VALIDATE_DATASETS)
    db.flush()
    return dataset


def expect(db: Session, expected: Expected, caller: TeamCaller) -> Dataset:
    """Make the next version of a named dataset whose bytes the worker has still to put together.

    Raises Conflict when the team is archived.
    """
    dataset = Dataset(**asdict(expected), **_born(db, expected.name, caller), status=DatasetStatus.UPLOADING)
    db.add(dataset)
    audit(db, caller, "dataset.upload", dataset.id, team_id=caller.team_id, name=dataset.name)
    ring(db, Task.VALIDATE_DATASETS)
    db.flush()
    return dataset


def split(db: Session, dataset_id: DatasetId, held_out: float, seed: int, caller: TeamCaller) -> list[Dataset]:
    """Have a dataset divided at random into a training and a held-out version. The same seed divides alike, always.

    Raises NotFound, DatasetNotReady or Conflict.
    """
    parent = get_dataset(db, dataset_id, team_id=caller.team_id)
    if parent.status is not DatasetStatus.READY or parent.report is None:
        raise DatasetNotReady(f"{parent.id} is {parent.status}; only a dataset that is ready is split.")
    if parent.report["examples"] < 2:
        raise Conflict("One example cannot be split.")
    sizes = by_fraction(parent.report["examples"], held_out, seed).sizes
    parts = [_part(db, parent, role, {"sizes": list(sizes), "seed": seed}, caller) for role in (TRAINING, HELD_OUT)]
    audit(db, caller, "dataset.split", parent.id, team_id=caller.team_id)
    ring(db, Task.VALIDATE_DATASETS)
    return parts


def archive(db: Session, dataset_id: DatasetId, caller: TeamCaller) -> None:
    """Put a dataset away. What was trained on it keeps its name and digest. Repeating it changes nothing."""
    dataset = get_dataset(db, dataset_id, team_id=caller.team_id, for_update=True)
    if dataset.status in _PENDING:
        raise Conflict(f"{dataset.id} is {dataset.status}. Wait until it is ready or rejected.")
    dataset.status = DatasetStatus.ARCHIVED
    audit(db, caller, "dataset.archive", dataset.id, team_id=caller.team_id)


def take(db: Session) -> Dataset | None:
    """Claim the dataset that has waited longest to be made or validated, or None."""
    dataset = claim(db, Dataset, Dataset.status.in_(_PENDING))
    if dataset is not None:
        dataset.attempts += 1
        if dataset.status is DatasetStatus.UPLOADED:
            dataset.status = DatasetStatus.VALIDATING
    return dataset


def record_bytes(db: Session, taken: Dataset, size_bytes: int, sha256: str) -> None:
    """A part of a split is in storage now. Writes nothing when the claim was lost."""
    dataset = fenced(db, Dataset, taken.id, taken.claim_token)
    if dataset is None:
        return
    dataset.size_bytes, dataset.sha256 = size_bytes, sha256
    dataset.storage_key = storage_key(dataset.team_id, sha256)
    dataset.status = DatasetStatus.UPLOADED
    dataset.attempts = 0
    dataset.due_at = db.scalar(select(now()))


def record_validation(db: Session, taken: Dataset, validation: Validation) -> None:
    """Keep the report and every finding, and say whether the dataset is ready. Writes nothing when the claim was lost."""
    dataset = fenced(db, Dataset, taken.id, taken.claim_token)
    if dataset is None:
        return
    dataset.report = _report(validation)
    dataset.examples_key, dataset.examples_sha256 = dataset.storage_key, dataset.sha256
    dataset.examples_bytes = dataset.size_bytes
    dataset.lines_read = validation.lines
    _keep_findings(db, dataset, validation.findings)
    if validation.ready:
        _end(db, dataset, DatasetStatus.READY, f"{validation.examples:,} examples, ready to train on.")
    else:
        n_faults = sum(
            count for code, count in validation.codes.items() if FINDING_CODES[code].severity is Severity.ERROR
        )
        _end(db, dataset, DatasetStatus.REJECTED, f"{n_faults:,} faults keep this dataset from being trained on.")


def put_off(db: Session, taken: Dataset, seconds: float) -> None:
    """The bytes cannot be read right now, which says nothing about them: try again later, and do not count this attempt."""
    dataset = fenced(db, Dataset, taken.id, taken.claim_token)
    if dataset is not None:
        dataset.attempts -= 1
        dataset.due_at = db.scalar(select(seconds_from_now(seconds)))


def give_up(db: Session, taken: Dataset, reason: str) -> None:
    """Reject what cannot be validated."""
    dataset = fenced(db, Dataset, taken.id, taken.claim_token)
    if dataset is not None:
        if dataset.status is not DatasetStatus.VALIDATING:
            dataset.status = DatasetStatus.UPLOADED
            dataset.status = DatasetStatus.VALIDATING
        _end(db, dataset, DatasetStatus.REJECTED, reason)


def record_progress(db: Session, taken: Dataset, lines: int) -> None:
    """Show how far a validation is. The claim is kept."""
    dataset = db.get(Dataset, taken.id, populate_existing=True)
    if dataset is not None and dataset.claim_token == taken.claim_token:
        dataset.lines_read = lines


def _born(db: Session, name: str, caller: TeamCaller) -> dict[str, Any]:
    get_open_team(db, caller.team_id)
    # One at a time per name, so that two uploads at once become two versions and not one refusal.
    db.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 7))"), {"name": f"{caller.team_id}/{name}"})
    known = select(func.max(Dataset.version)).where(Dataset.team_id == caller.team_id, Dataset.name == name)
    return {
        "id": DatasetId(ids.new("ds")),
        "team_id": caller.team_id,
        "version": (db.scalar(known) or 0) + 1,
        "format": CHAT,
        "created_by": caller.key_id,
        "due_at": db.scalar(select(now())),
    }


def _part(db: Session, parent: Dataset, role: str, how: dict[str, Any], caller: TeamCaller) -> Dataset:
    name = f"{parent.name}.{role}"
    part = Dataset(
        **_born(db, name, caller),
        name=name,
        filename=f"{name}.jsonl",
        status=DatasetStatus.UPLOADING,
        parent_id=parent.id,
        derivation={"split": role, **how},
    )
    db.add(part)
    db.flush()
    return part


def _end(db: Session, dataset: Dataset, status: DatasetStatus, reason: str) -> None:
    dataset.status, dataset.reason, dataset.due_at = status, reason, None
    tell(db, dataset.team_id, f"dataset.{status}", dataset.id, name=dataset.name, version=dataset.version)


def _report(validation: Validation) -> dict[str, Any]:
    """The report as it is stored; the findings have a table of their own."""
    report = validation.as_dict()
    del report["findings"]
    return report | {"automatic_epochs": automatic_epochs(validation.examples) if validation.examples else None}


def _keep_findings(db: Session, dataset: Dataset, findings: Sequence[Finding]) -> None:
    rows = [
        {"dataset_id": dataset.id, "team_id": dataset.team_id, "ordinal": ordinal, **asdict(finding)}
        for ordinal, finding in enumerate(findings, start=1)
    ]
    if rows:
        db.execute(insert(StoredFinding), rows)
