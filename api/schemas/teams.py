"""Teams on the wire."""

from datetime import datetime

from api.schemas.base import Name, Schema, TeamId, example


class TeamCreate(Schema):
    model_config = example({"name": "support"})
    name: Name


class TeamPatch(Schema):
    model_config = example({"name": "customer support"})
    name: Name


class TeamSchema(Schema):
    """`archived_at` is set: the team's keys no longer work, its records stay."""

    model_config = example(
        {
            "id": "team_01h455vb4pex5vsknk084sn02q",
            "name": "support",
            "created_at": "2026-11-20T09:00:00Z",
            "archived_at": None,
        }
    )
    id: TeamId
    name: str
    created_at: datetime
    archived_at: datetime | None
