"""What is read of teams."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.errors import Conflict, NotFound
from shared.ids import KeyId, TeamId
from shared.teams.caller import Caller
from shared.teams.tables import AuditEntry, Installation, Key, Role, Team


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


def get_key(db: Session, key_id: KeyId, caller: Caller) -> Key:
    """A key that the caller may replace and revoke: its own, as a lead the team's, as an admin any. Raises NotFound."""
    query = select(Key).where(Key.id == key_id)
    if caller.role is Role.MEMBER:
        query = query.where(Key.id == caller.key_id)
    if caller.role is not Role.ADMIN:
        query = query.where(Key.team_id == caller.team_id)
    key = db.scalars(query).one_or_none()
    if key is None:
        raise NotFound("key")
    return key


def list_teams(db: Session, caller: Caller, *, after: str | None, limit: int) -> Sequence[Team]:
    """The teams that the caller may see, the newest first."""
    query = select(Team).order_by(Team.id.desc()).limit(limit)
    if caller.role is not Role.ADMIN:
        query = query.where(Team.id == caller.team_id)
    return db.scalars(query.where(Team.id < after) if after else query).all()


def list_keys(db: Session, team_id: TeamId | None, *, after: str | None, limit: int) -> Sequence[Key]:
    """A team's keys (None: the admins'), the newest first, the revoked ones too. Raises NotFound."""
    if team_id is not None:
        get_team(db, team_id)
    query = select(Key).where(Key.team_id == team_id).order_by(Key.id.desc()).limit(limit)
    return db.scalars(query.where(Key.id < after) if after else query).all()


def list_audit(db: Session, *, after: int | None, limit: int) -> Sequence[AuditEntry]:
    """Who did what, the newest first."""
    query = select(AuditEntry).order_by(AuditEntry.id.desc()).limit(limit)
    return db.scalars(query.where(AuditEntry.id < after) if after else query).all()
