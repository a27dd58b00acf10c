"""What is read of uploads in parts."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shared.datasets.uploads.tables import Piece, Upload
from shared.errors import Conflict, NotFound
from shared.ids import DatasetId, TeamId, UploadId
from shared.lifecycles import UploadStatus


def get_upload(db: Session, upload_id: UploadId, *, team_id: TeamId, for_update: bool = False) -> Upload:
    """An upload of a team. Raises NotFound."""
    upload = db.get(Upload, upload_id, with_for_update=for_update or None, populate_existing=for_update)
    if upload is None or upload.team_id != team_id:
        raise NotFound("upload")
    return upload


def get_open_upload(db: Session, upload_id: UploadId, *, team_id: TeamId, for_update: bool = False) -> Upload:
    """An upload that takes more bytes. Raises NotFound, or Conflict when it is over."""
    upload = get_upload(db, upload_id, team_id=team_id, for_update=for_update)
    if upload.status is not UploadStatus.RECEIVING:
        raise Conflict(f"{upload.id} is {upload.status} and takes no more bytes. Begin another upload.")
    return upload


def list_uploads(db: Session, *, team_id: TeamId, after: str | None, limit: int) -> Sequence[Upload]:
    """A team's uploads, the newest first."""
    query = select(Upload).where(Upload.team_id == team_id).order_by(Upload.id.desc()).limit(limit)
    return db.scalars(query.where(Upload.id < after) if after else query).all()


def n_open(db: Session, team_id: TeamId) -> int:
    """How many uploads of a team take more bytes."""
    query = select(func.count()).where(Upload.team_id == team_id, Upload.status == UploadStatus.RECEIVING)
    return db.scalars(query).one()


def of_dataset(db: Session, dataset_id: DatasetId) -> Upload:
    """The upload that a dataset without bytes is made from."""
    return db.scalars(select(Upload).where(Upload.dataset_id == dataset_id)).one()


def piece_keys(db: Session, upload: Upload) -> list[str]:
    """The storage keys of an upload's pieces, in order."""
    return list(db.scalars(select(Piece.storage_key).where(Piece.upload_id == upload.id).order_by(Piece.offset)))
