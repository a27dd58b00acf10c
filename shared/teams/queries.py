"""What is read of teams."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.errors import Conflict, NotFound
from shared.ids import KeyId, TeamId
from shared.teams.tables import Installation, Key, Team


def installation_id(db: Session) -> str:
    """This deployment's own name (8 hexadecimal digits)."""
    return db.scalars(select(Installation.id)).one()


def get_team(db: Session, team_id: TeamId) -> Team:
    """Raises NotFound."""
    team = db.get(Team, team_id)
    if team is None:
        raise NotFound("team")
    return team


def get_open_team(db: Session, team_id: TeamId) -> Team:
    """A team that works. Raises NotFound, or Conflict when it is archived."""
    team = get_team(db, team_id)
    if team.archived_at is not None:
        raise Conflict(f"The team {team.name!r} is archived.")
    return team


def get_key(db: Session, key_id: KeyId) -> Key:
    """Raises NotFound."""
    key = db.get(Key, key_id)
    if key is None:
        raise NotFound("key")
    return key


def list_teams(db: Session, *, after: str | None, limit: int) -> Sequence[Team]:
    """Teams, the newest first."""
    query = select(Team).order_by(Team.id.desc()).limit(limit)
    return db.scalars(query.where(Team.id < after) if after else query).all()


def list_keys(db: Session, team_id: TeamId, *, after: str | None, limit: int) -> Sequence[Key]:
    """A team's keys, the newest first, the revoked ones too."""
    query = select(Key).where(Key.team_id == team_id).order_by(Key.id.desc()).limit(limit)
    return db.scalars(query.where(Key.id < after) if after else query).all()
