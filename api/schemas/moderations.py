"""Moderations on the wire."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from api.schemas.base import ConnectionId, DatasetId, ModerationId, Schema, example
from shared.lifecycles import ModerationStatus

_CONNECTION = "conn_01h455vb4pex5vsknk084sn02q"


class ModerationSubmit(Schema):
    """`sample`: at most so many examples are shown, spread over the whole file; left out, all of them."""

    model_config = example({"connection_id": _CONNECTION, "sample": 200})
    connection_id: ConnectionId
    sample: Annotated[int, Field(ge=1, le=1_000_000, strict=True)] | None = None


class ModerationSchema(Schema):
    """`n_asked` of `n_expected` examples were shown, and `n_flagged` of them objected to; `categories` says in what.

    `n_cut` of those shown are longer than 8,000 characters; of these only the beginning and the end were. `reason` tells why
    it waits, or failed. Images are not shown.
    """

    model_config = example(
        {
            "id": "mod_01h455vb4pex5vsknk084sn02q",
            "dataset_id": "ds_01h455vb4pex5vsknk084sn02q",
            "connection_id": _CONNECTION,
            "sample": 200,
            "status": "running",
            "reason_code": None,
            "reason": None,
            "n_asked": 128,
            "n_expected": 200,
            "n_cut": 0,
            "n_flagged": 2,
            "categories": {"harassment": 2, "violence": 1},
            "created_at": "2026-11-20T09:00:00Z",
            "finished_at": None,
        }
    )
    id: ModerationId
    dataset_id: DatasetId
    connection_id: ConnectionId
    sample: int | None
    status: ModerationStatus
    reason_code: str | None
    reason: str | None
    n_asked: int
    n_expected: int
    n_cut: int
    n_flagged: int
    categories: dict[str, int]
    created_at: datetime
    finished_at: datetime | None
