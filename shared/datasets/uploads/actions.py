"""What changes uploads in parts: begun, a piece added, completed, aborted; expired and forgotten by the worker.

A piece is added only where the upload stands, decided under a lock on its row when the piece is in storage already. So two who
send at once need no agreement: the first piece counts, the other sender is told where the upload stands now.
"""

from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import delete, select, text
from sqlalchemy.orm import Session

from shared import ids
from shared.datasets import actions as datasets
from shared.datasets.queries import get_dataset
from shared.datasets.tables import Dataset
from shared.datasets.uploads.queries import get_open_upload, get_upload, n_open
from shared.datasets.uploads.tables import Piece, Upload
from shared.db import claim, fenced, now, ring, seconds_from_now
from shared.errors import Conflict, OffsetMismatch, PayloadTooLarge, QuotaExceeded
from shared.ids import UploadId
from shared.lifecycles import DatasetStatus, UploadStatus
from shared.queue import Task
from shared.teams.actions import audit
from shared.teams.caller import TeamCaller
from shared.teams.queries import get_open_team

MOST_OPEN = 20
MOST_PIECES = 10_000
ASSEMBLY_SECONDS = 60.0
"""How soon to look whether a completed upload's pieces are needed no longer."""


@dataclass(frozen=True, slots=True)
class Announced:
    """A file that somebody is going to send."""

    name: str
    filename: str
    size_bytes: int
    sha256: str | None
    asked: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Bounds:
    """What an upload may have of bytes and of time."""

    max_bytes: int
    hours: float


@dataclass(frozen=True, slots=True)
class Arrived:
    """Bytes that are in storage, and belong at an offset."""

    offset: int
    size_bytes: int
    storage_key: str


def begin(db: Session, announced: Announced, bounds: Bounds, caller: TeamCaller) -> Upload:
    """Make room for a file. Raises PayloadTooLarge, QuotaExceeded, or Conflict when the team is archived."""
    if announced.size_bytes > bounds.max_bytes:
        raise datasets.too_large(bounds.max_bytes)
    get_open_team(db, caller.team_id)
    # One at a time per team, so that the count holds.
    db.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:team, 8))"), {"team": caller.team_id})
    if n_open(db, caller.team_id) >= MOST_OPEN:
        raise QuotaExceeded(
            f"Your team has {MOST_OPEN} uploads that are not completed. Complete or abort one first.",
            quota="open_uploads",
            limit=MOST_OPEN,
        )
    expires_at = db.scalars(select(seconds_from_now(3600 * bounds.hours))).one()
    upload = Upload(
        **asdict(announced),
        id=UploadId(ids.new("up")),
        team_id=caller.team_id,
        status=UploadStatus.RECEIVING,
        created_by=caller.key_id,
        expires_at=expires_at,
        due_at=expires_at,
    )
    db.add(upload)
    audit(db, caller, "upload.begin", upload.id, name=upload.name)
    db.flush()
    return upload


def add_piece(db: Session, upload_id: UploadId, arrived: Arrived, caller: TeamCaller) -> None:
    """Let an upload go on by what has arrived. Raises NotFound, Conflict, OffsetMismatch or PayloadTooLarge."""
    upload = get_open_upload(db, upload_id, team_id=caller.team_id, for_update=True)
    if arrived.offset != upload.received_bytes:
        raise OffsetMismatch(upload.received_bytes)
    if arrived.offset + arrived.size_bytes > upload.size_bytes:
        raise more_than_announced(upload.size_bytes)
    if upload.n_pieces >= MOST_PIECES:
        raise Conflict(f"This upload has come in {MOST_PIECES:,} pieces. Abort it, and send more bytes at a time.")
    db.add(Piece(upload_id=upload.id, team_id=upload.team_id, **asdict(arrived)))
    upload.received_bytes += arrived.size_bytes
    upload.n_pieces += 1


def more_than_announced(size_bytes: int) -> PayloadTooLarge:
    """The refusal of bytes beyond the announced end."""
    return PayloadTooLarge(f"This upload was announced to have {size_bytes:,} bytes.", max_bytes=size_bytes)


def complete(db: Session, upload_id: UploadId, caller: TeamCaller) -> Dataset:
    """Make a dataset of an upload, which the worker assembles and validates; a second time it is the same dataset.

    Raises NotFound, Conflict, or OffsetMismatch while bytes are missing.
    """
    upload = get_upload(db, upload_id, team_id=caller.team_id, for_update=True)
    if upload.dataset_id is not None:
        return get_dataset(db, upload.dataset_id)
    get_open_upload(db, upload_id, team_id=caller.team_id)
    check_whole(upload)
    expected = datasets.Expected(upload.name, upload.filename, upload.asked)
    dataset = datasets.expect(db, expected, caller)
    upload.status = UploadStatus.COMPLETED
    upload.dataset_id = dataset.id
    upload.due_at = db.scalar(select(seconds_from_now(ASSEMBLY_SECONDS)))
    return dataset


def check_whole(upload: Upload) -> None:
    """Raise OffsetMismatch while bytes are missing."""
    if upload.received_bytes < upload.size_bytes:
        raise OffsetMismatch(upload.received_bytes)


def abort(db: Session, upload_id: UploadId, caller: TeamCaller) -> None:
    """Give an upload up; its bytes are deleted soon. Repeating it changes nothing. Raises NotFound or IllegalTransition."""
    upload = get_upload(db, upload_id, team_id=caller.team_id, for_update=True)
    if upload.status is UploadStatus.ABORTED:
        return
    upload.status = UploadStatus.ABORTED
    upload.due_at = db.scalar(select(now()))
    audit(db, caller, "upload.abort", upload.id)
    ring(db, Task.FORGET_UPLOADS)


def take(db: Session) -> Upload | None:
    """Claim the upload that has been due longest, or None. One that was still receiving has expired."""
    upload = claim(db, Upload)
    if upload is not None and upload.status is UploadStatus.RECEIVING:
        upload.status = UploadStatus.EXPIRED
    return upload


def is_needed(db: Session, taken: Upload) -> bool:
    """Whether a dataset is still to be assembled from an upload's pieces."""
    return taken.dataset_id is not None and get_dataset(db, taken.dataset_id).status is DatasetStatus.UPLOADING


def put_off(db: Session, taken: Upload, seconds: float) -> None:
    """Look at an upload again later."""
    upload = fenced(db, Upload, taken.id, taken.claim_token)
    if upload is not None:
        upload.due_at = db.scalar(select(seconds_from_now(seconds)))


def record_forgotten(db: Session, taken: Upload) -> None:
    """An upload's folder is empty. Writes nothing when the claim was lost."""
    upload = fenced(db, Upload, taken.id, taken.claim_token)
    if upload is not None:
        upload.due_at = None
        db.execute(delete(Piece).where(Piece.upload_id == upload.id))
