"""Keys on the wire. A secret is shown in the answer that made it, and nowhere else."""

from datetime import datetime
from typing import Any, Literal

from api.schemas.base import KeyId, Name, Schema, TeamId, example
from shared.teams.tables import Key, Role

_KEY: dict[str, Any] = {
    "id": "key_01h455vb4pex5vsknk084sn02q",
    "team_id": "team_01h455vb4pex5vsknk084sn02q",
    "role": "member",
    "name": "nightly training",
    "hint": "tw_4fGh…x9Qz",
    "created_at": "2026-11-20T09:00:00Z",
    "revoked_at": None,
}


class TeamKeyCreate(Schema):
    """`lead` runs the team (its keys, aliases and models), `member` works in it."""

    model_config = example({"name": "nightly training", "role": "member"})
    name: Name
    role: Literal["lead", "member"] = "member"


class AdminKeyCreate(Schema):
    model_config = example({"name": "platform team"})
    name: Name


class KeySchema(Schema):
    """`hint` tells keys apart; it opens nothing. `team_id` null: an admin's key."""

    model_config = example(_KEY)
    id: KeyId
    team_id: TeamId | None
    role: Role
    name: str
    hint: str
    created_at: datetime
    revoked_at: datetime | None


class KeyCreated(KeySchema):
    """`secret` is shown this once; it is null when this answer repeats an earlier one."""

    model_config = example(_KEY | {"secret": "tw_…"})
    secret: str | None

    @classmethod
    def of(cls, key: Key, secret: str) -> "KeyCreated":
        return cls(**KeySchema.model_validate(key).model_dump(), secret=secret)


class CallerSchema(Schema):
    """`team_id` null: the key acts for the organisation unless the header X-Team names a team."""

    model_config = example({name: _KEY[name] for name in ("role", "name", "team_id")} | {"key_id": _KEY["id"]})
    key_id: KeyId
    role: Role
    name: str
    team_id: TeamId | None
