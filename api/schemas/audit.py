"""The audit's entries on the wire."""

from datetime import datetime
from typing import Any

from api.schemas.base import KeyId, Schema, TeamId, example


class AuditEntrySchema(Schema):
    """`key_id` did `action` to `subject`; `team_id` is the team that it concerns, if it concerns one."""

    model_config = example(
        {
            "id": 42,
            "at": "2026-11-20T09:00:00Z",
            "team_id": "team_01h455vb4pex5vsknk084sn02q",
            "key_id": "key_01h455vb4pex5vsknk084sn02q",
            "action": "budget.set",
            "subject": "team_01h455vb4pex5vsknk084sn02q",
            "detail": {"monthly_limit_usd": "250.00"},
        }
    )
    id: int
    at: datetime
    team_id: TeamId | None
    key_id: KeyId | None
    action: str
    subject: str
    detail: dict[str, Any]
