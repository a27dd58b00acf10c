"""What the worker writes of datasets: their bytes, what was found in them, what could be mended. Every write is fenced."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from itertools import islice
from typing import Any

from sqlalchemy import Exists, exists, insert, select
from sqlalchemy.orm import Session

from shared.datasets.actions import PENDING, storage_key
from shared.datasets.epochs import automatic_epochs
from shared.datasets.findings import FINDING_CODES, Finding, Severity
from shared.datasets.quality.sufficiency import sufficiency
from shared.datasets.shapes import Shape
from shared.datasets.tables import Dataset, StoredFinding
from shared.datasets.validation import Validation
from shared.db import claim, fenced, now, ring, seconds_from_now
from shared.ids import DatasetId
from shared.lifecycles import DatasetStatus
from shared.notices.actions import tell
from shared.queue import Task

MOST_ATTEMPTS = 3
FINDINGS_AT_ONCE = 2_000
_SETTLED = (DatasetStatus.READY, DatasetStatus.REJECTED)


@dataclass(frozen=True, slots=True)
class Bytes:
    """Bytes that are in storage."""

    key: str
    size_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Reading:
    """How a file was read, and what it became: where its examples are, of which shape, and by what they are compared.

    All but the shape are None of a file that could not be read.
    """

    shape: Shape
    source: dict[str, Any] | None = None
    examples: Bytes | None = None
    prints_key: str | None = None
    sketches_key: str | None = None
    flags_key: str | None = None


def take(db: Session) -> Dataset | None:
    """Claim the dataset that has waited longest to be made or validated, else one to be looked through for remedies, or None.

    Looking for remedies takes long and nobody waits for it: one is looked through at a time, and the other processes stay free.
    """
    dataset = claim(db, Dataset, Dataset.status.in_(PENDING))
    if dataset is None and not db.scalar(select(_is_being_looked_through())):
        dataset = claim(db, Dataset, Dataset.status.in_(_SETTLED))
    if dataset is not None:
        dataset.attempts += 1
        if dataset.status is DatasetStatus.UPLOADED:
            dataset.status = DatasetStatus.VALIDATING
    return dataset


def _is_being_looked_through() -> Exists:
    return exists().where(Dataset.status.in_(_SETTLED), Dataset.due_at.is_not(None), Dataset.claimed_until > now())


def record_bytes(db: Session, taken: Dataset, written: Bytes) -> Dataset | None:
    """Bytes that had to be put together are in storage now. Writes nothing, and says None, when the claim was lost."""
    dataset = fenced(db, Dataset, taken.id, taken.claim_token)
    if dataset is None:
        return None
    dataset.storage_key, dataset.size_bytes, dataset.sha256 = written.key, written.size_bytes, written.sha256
    dataset.status = DatasetStatus.UPLOADED
    dataset.attempts = 0
    dataset.due_at = db.scalar(select(now()))
    return dataset


def record_validation(db: Session, taken: Dataset, validation: Validation, reading: Reading) -> None:
    """Keep the report and every finding, and say whether the dataset is ready. Writes nothing when the claim was lost."""
    dataset = fenced(db, Dataset, taken.id, taken.claim_token)
    if dataset is None:
        return
    dataset.report = _report(validation)
    dataset.lines_read = validation.lines
    dataset.source, dataset.format = reading.source, reading.shape
    dataset.prints_key, dataset.sketches_key = reading.prints_key, reading.sketches_key
    dataset.flags_key = reading.flags_key
    if reading.examples is not None:
        dataset.examples_key, dataset.examples_sha256 = reading.examples.key, reading.examples.sha256
        dataset.examples_bytes = reading.examples.size_bytes
    _keep_findings(db, dataset, validation.findings)
    if validation.ready:
        _end(db, dataset, DatasetStatus.READY, f"{validation.examples:,} examples, ready to train on.")
    else:
        n_faults = sum(
            count for code, count in validation.codes.items() if FINDING_CODES[code].severity is Severity.ERROR
        )
        _end(db, dataset, DatasetStatus.REJECTED, f"{n_faults:,} faults keep this dataset from being trained on.")
    if reading.source is not None:
        # A second piece of work, so that nobody waits for remedies to train on what is sound. Without a finding there may
        # be remedies too: what completions lack in the eyes of the old tool is no fault.
        dataset.due_at = db.scalar(select(now()))
    else:
        dataset.offers = []


def record_offers(db: Session, taken: Dataset, offers: list[Any]) -> None:
    """Keep what could be mended. Writes nothing when the claim was lost."""
    dataset = fenced(db, Dataset, taken.id, taken.claim_token)
    if dataset is not None:
        dataset.offers, dataset.due_at = offers, None


def record_preparation(db: Session, taken: Dataset, written: Bytes, changes: dict[str, Any], recipe: list[Any]) -> None:
    """What remedies made is in storage, with what they did, and what they ask of inference (empty: nothing)."""
    dataset = record_bytes(db, taken, written)
    if dataset is not None:
        assert dataset.derivation is not None
        dataset.derivation = {**dataset.derivation, "changes": changes}
        dataset.recipe = {"steps": recipe} if recipe else None


def look_for_remedies_again(db: Session, dataset_id: DatasetId) -> None:
    """More was found in a dataset that was judged already: its remedies are to be counted anew."""
    dataset = db.get_one(Dataset, dataset_id, with_for_update=True)
    if dataset.status in _SETTLED and dataset.source is not None:
        dataset.offers, dataset.attempts, dataset.due_at = None, 0, db.scalar(select(now()))
        ring(db, Task.VALIDATE_DATASETS)


def put_off(db: Session, taken: Dataset, seconds: float) -> None:
    """The bytes cannot be read right now, which says nothing about them: try again later, and do not count this attempt."""
    dataset = fenced(db, Dataset, taken.id, taken.claim_token)
    if dataset is not None:
        dataset.attempts -= 1
        dataset.due_at = db.scalar(select(seconds_from_now(seconds)))


def give_up(db: Session, taken: Dataset, reason: str) -> None:
    """Reject what cannot be made or validated; of what was judged already, only its remedies are given up."""
    dataset = fenced(db, Dataset, taken.id, taken.claim_token)
    if dataset is None:
        return
    if dataset.status in _SETTLED:
        dataset.offers, dataset.due_at = [], None
        return
    if dataset.status is DatasetStatus.UPLOADING:
        dataset.status = DatasetStatus.UPLOADED
    if dataset.status is DatasetStatus.UPLOADED:
        dataset.status = DatasetStatus.VALIDATING
    _end(db, dataset, DatasetStatus.REJECTED, reason)


def record_progress(db: Session, taken: Dataset, lines: int) -> None:
    """Show how far a validation is. The claim is kept."""
    dataset = db.get(Dataset, taken.id, populate_existing=True)
    if dataset is not None and dataset.claim_token == taken.claim_token:
        dataset.lines_read = lines


def bytes_of(team_id: str, sha256: str, size_bytes: int) -> Bytes:
    """Bytes of a team where they are kept."""
    return Bytes(storage_key(team_id, sha256), size_bytes, sha256)


def _end(db: Session, dataset: Dataset, status: DatasetStatus, reason: str) -> None:
    dataset.status, dataset.reason, dataset.due_at, dataset.attempts = status, reason, None, 0
    tell(db, dataset.team_id, f"dataset.{status}", dataset.id, name=dataset.name, version=dataset.version)


def _report(validation: Validation) -> dict[str, Any]:
    """The report as it is stored; the findings have a table of their own."""
    examples = validation.examples
    enough = sufficiency(examples - validation.codes.get("duplicate_example", 0))
    return validation.as_dict() | {
        "automatic_epochs": automatic_epochs(examples) if examples else None,
        "sufficiency": enough._asdict(),
    }


def _keep_findings(db: Session, dataset: Dataset, findings: Iterable[Finding]) -> None:
    """As many at once as cost little memory; all of them in this one transaction."""
    numbered = enumerate(findings, start=1)
    while some := list(islice(numbered, FINDINGS_AT_ONCE)):
        rows = [
            {"dataset_id": dataset.id, "team_id": dataset.team_id, "ordinal": ordinal, **asdict(finding)}
            for ordinal, finding in some
        ]
        db.execute(insert(StoredFinding), rows)
