"""Aliases on the wire."""

from datetime import datetime
from typing import Annotated

from fastapi import Path
from pydantic import Field

from api.schemas.base import KeyId, ModelId, Schema, example

_MODEL = "model_01h455vb4pex5vsknk084sn02q"
# No underscore, so that an alias is never taken for an id.
_SHAPE = r"^[a-z0-9][a-z0-9.-]*$"

AliasName = Annotated[
    str, Field(min_length=1, max_length=64, pattern=_SHAPE, description="What callers name, whatever model answers.")
]
AliasPath = Annotated[AliasName, Path(examples=["support-bot"])]


class AliasPut(Schema):
    model_config = example({"model_id": _MODEL})
    model_id: ModelId


class Promotion(Schema):
    model_config = example({"alias": "support-bot"})
    alias: AliasName


class AliasSchema(Schema):
    model_config = example({"name": "support-bot", "model_id": _MODEL, "updated_at": "2026-11-20T09:00:00Z"})
    name: str
    model_id: ModelId
    updated_at: datetime


class AliasList(Schema):
    """All of a team's aliases by name; there is no second page."""

    model_config = example(
        {
            "data": [{"name": "support-bot", "model_id": _MODEL, "updated_at": "2026-11-20T09:00:00Z"}],
            "next_cursor": None,
        }
    )
    data: list[AliasSchema]
    next_cursor: None = None


class AliasChangeSchema(Schema):
    """One promotion. `from_model_id` null: the alias was made by it."""

    model_config = example(
        {
            "name": "support-bot",
            "from_model_id": None,
            "to_model_id": _MODEL,
            "by_key_id": "key_01h455vb4pex5vsknk084sn02q",
            "at": "2026-11-20T09:00:00Z",
        }
    )
    name: str
    from_model_id: ModelId | None
    to_model_id: ModelId
    by_key_id: KeyId
    at: datetime
