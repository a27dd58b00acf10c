"""What is stored of uploads in parts: how far each has come, and its pieces. The bytes are in storage, in the upload's folder."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Claimable, Row, guard_status, now, status_column
from shared.ids import DatasetId, KeyId, TeamId, UploadId
from shared.lifecycles import UPLOAD, UploadStatus


class Upload(Claimable, Row):
    """A file on its way. It is due when it expires, and once more when its pieces are needed no longer."""

    __tablename__ = "uploads"
    id: Mapped[UploadId] = mapped_column(primary_key=True)
    team_id: Mapped[TeamId] = mapped_column(ForeignKey("teams.id"), index=True)
    status: Mapped[UploadStatus] = status_column(UploadStatus)
    name: Mapped[str]
    filename: Mapped[str]
    asked: Mapped[dict[str, Any] | None]
    """What its sender said of the file, for the dataset that it becomes."""
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    """How many there will be, as was announced."""
    sha256: Mapped[str | None]
    """The digest of the whole, if it was announced."""
    received_bytes: Mapped[int] = mapped_column(BigInteger, default=0)
    """How many are there for good: the offset from which the upload goes on."""
    n_pieces: Mapped[int] = mapped_column(default=0)
    expires_at: Mapped[datetime]
    dataset_id: Mapped[DatasetId | None] = mapped_column(ForeignKey("datasets.id"), index=True)
    created_by: Mapped[KeyId]
    created_at: Mapped[datetime] = mapped_column(server_default=now())

    _moves = guard_status(UPLOAD)

    @property
    def folder(self) -> str:
        """The storage folder of its pieces."""
        return f"{self.team_id}/{self.id}"


class Piece(Row):
    """Bytes of an upload that arrived together. Pieces lie end to end from offset 0."""

    __tablename__ = "upload_pieces"
    upload_id: Mapped[UploadId] = mapped_column(ForeignKey("uploads.id"), primary_key=True)
    offset: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    team_id: Mapped[TeamId] = mapped_column(ForeignKey("teams.id"))
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    storage_key: Mapped[str]
