"""What is read of moderations."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.datasets.moderation.tables import Moderation
from shared.errors import NotFound
from shared.ids import DatasetId, ModerationId, TeamId


def get_moderation(db: Session, moderation_id: ModerationId, *, team_id: TeamId) -> Moderation:
    """A moderation of a team's. Raises NotFound."""
    moderation = db.get(Moderation, moderation_id)
    if moderation is None or moderation.team_id != team_id:
        raise NotFound("moderation")
    return moderation


def list_moderations(db: Session, dataset_id: DatasetId, *, after: str | None, limit: int) -> Sequence[Moderation]:
    """A dataset's moderations, the newest first."""
    query = select(Moderation).where(Moderation.dataset_id == dataset_id).order_by(Moderation.id.desc()).limit(limit)
    return db.scalars(query.where(Moderation.id < after) if after else query).all()
