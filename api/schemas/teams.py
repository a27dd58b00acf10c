"""Teams on the wire."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from api.schemas.base import Name, Schema, TeamId, example


class TeamCreate(Schema):
    model_config = example({"name": "support"})
    name: Name


Weight = Annotated[
    int,
    Field(
        ge=1, le=100, strict=True, description="Turns it gets where another gets one, when both wait for one account."
    ),
]


class TeamPatch(Schema):
    """What is left out stays as it is."""

    model_config = example({"name": "customer support", "weight": 2})
    name: Name | None = None
    weight: Weight | None = None


class TeamSchema(Schema):
    """`archived_at` is set: the team's keys no longer work, its records stay."""

    model_config = example(
        {
            "id": "team_01h455vb4pex5vsknk084sn02q",
            "name": "support",
            "weight": 1,
            "created_at": "2026-11-20T09:00:00Z",
            "archived_at": None,
        }
    )
    id: TeamId
    name: str
    weight: int
    created_at: datetime
    archived_at: datetime | None
