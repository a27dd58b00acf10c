"""Uploads in parts on the wire: what is announced, and how far it is."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from api.schemas.base import DatasetId, Schema, TeamId, UploadId, example
from api.schemas.datasets import DatasetName, Sha256, SheetName
from shared.datasets.asked import AUTO, Checks
from shared.lifecycles import UploadStatus

_ANNOUNCED: dict[str, Any] = {
    "name": "support-triage",
    "filename": "triage.jsonl",
    "size_bytes": 734003200,
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
}

Filename = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]
"""Only shown, and looked at for what kind of file it is."""


class UploadBegin(Schema):
    """A file that will be sent: how long it is and, if you know it, its digest. The same name makes the next version."""

    model_config = example(_ANNOUNCED)
    name: DatasetName
    filename: Filename = ""
    size_bytes: Annotated[int, Field(gt=0, le=2**53, strict=True)]
    sha256: Sha256 | None = None
    format: Annotated[str, StringConstraints(strip_whitespace=True, max_length=100)] = AUTO
    mapping: dict[str, Any] | None = None
    sheet: SheetName | None = None
    checks: Checks = Checks.ALL


class UploadSchema(Schema):
    """How far an upload is: go on from `received_bytes`. `dataset_id` is there once it is completed."""

    model_config = example(
        _ANNOUNCED
        | {
            "id": "up_01h455vb4pex5vsknk084sn02q",
            "team_id": "team_01h455vb4pex5vsknk084sn02q",
            "status": "receiving",
            "received_bytes": 67108864,
            "dataset_id": None,
            "expires_at": "2026-11-21T09:00:00Z",
            "created_at": "2026-11-20T09:00:00Z",
        }
    )
    id: UploadId
    team_id: TeamId
    name: str
    filename: str
    status: UploadStatus
    size_bytes: int
    received_bytes: int
    sha256: str | None
    dataset_id: DatasetId | None
    expires_at: datetime
    created_at: datetime
