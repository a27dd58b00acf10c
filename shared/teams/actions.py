"""What changes teams: making them, their keys, and writing down who did what."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared import ids
from shared.db import now
from shared.errors import Conflict, InvalidRequest
from shared.ids import KeyId, TeamId
from shared.teams import keys
from shared.teams.caller import Caller
from shared.teams.queries import get_open_team, get_team
from shared.teams.tables import AuditEntry, Key, Role, Team


def create_team(db: Session, name: str, caller: Caller) -> Team:
    """A new team without keys. Raises Conflict when the name is taken."""
    _check_free(db, name)
    team = Team(id=TeamId(ids.new("team")), name=name)
    db.add(team)
    db.flush()
    audit(db, caller, "team.create", team.id, team_id=team.id)
    return team


def update_team(db: Session, team_id: TeamId, name: str | None, weight: int | None, caller: Caller) -> Team:
    """Give a team another name or weight; None = as it is. Raises NotFound, or Conflict when the name is taken."""
    team = get_team(db, team_id)
    if name is not None and team.name != name:
        _check_free(db, name)
        audit(db, caller, "team.rename", team.id, team_id=team.id, old=team.name, new=name)
        team.name = name
    if weight is not None and team.weight != weight:
        audit(db, caller, "team.weigh", team.id, team_id=team.id, old=str(team.weight), new=str(weight))
        team.weight = weight
    db.flush()
    return team


def archive_team(db: Session, team_id: TeamId, caller: Caller) -> Team:
    """Close a team: its keys stop working; its rows and its ledger stay."""
    team = get_team(db, team_id)
    team.archived_at = team.archived_at or db.scalar(select(now()))
    audit(db, caller, "team.archive", team.id, team_id=team.id)
    return team


def create_key(db: Session, team_id: TeamId | None, role: Role, name: str, caller: Caller) -> tuple[Key, str]:
    """A key and its secret, which is nowhere stored. An admin's key belongs to no team, every other to one.

    Raises InvalidRequest, NotFound, or Conflict when the team is archived.
    """
    if (role is Role.ADMIN) != (team_id is None):
        raise InvalidRequest("An admin's key belongs to the organisation, a lead's or a member's to a team.")
    if team_id is not None:
        get_open_team(db, team_id)
    secret = keys.generate()
    key = _store(db, secret, team_id, role, name)
    audit(db, caller, "key.create", key.id, team_id=team_id, role=role, name=name)
    return key, secret


def rotate_key(db: Session, key: Key, caller: Caller) -> tuple[Key, str]:
    """A new key with the rights and the name of an old one, which stops working. Raises Conflict when it has already."""
    db.refresh(key, with_for_update=True)
    if key.revoked_at is not None:
        raise Conflict("This key was revoked. Make a new one instead.")
    made = create_key(db, key.team_id, key.role, key.name, caller)
    revoke_key(db, key, caller)
    return made


def revoke_key(db: Session, key: Key, caller: Caller) -> None:
    """Make a key stop working, at once. Repeating it changes nothing.

    Raises Conflict for the last admin's key, without which nobody could make another.
    """
    if key.revoked_at is None and key.role is Role.ADMIN:
        # Locked, so that the last two cannot revoke one another at the same moment.
        working = select(Key.id).where(Key.role == Role.ADMIN, Key.revoked_at.is_(None)).order_by(Key.id)
        if len(db.scalars(working.with_for_update()).all()) == 1:
            raise Conflict("This is the last admin's key that works. Make another one first.")
    key.revoked_at = key.revoked_at or db.scalar(select(now()))
    audit(db, caller, "key.revoke", key.id, team_id=key.team_id)


def create_first_admin_key(db: Session, given: str | None) -> str | None:
    """See that there is an admin. Returns the secret when one was made that nobody knows yet.

    Raises ValueError when the given key does not have a key's shape.
    """
    if given is not None and not keys.is_well_formed(given):
        raise ValueError("TUNEWRIGHT_BOOTSTRAP_KEY does not have the shape of a key: make one with `make key`")
    if given is not None and db.scalar(select(Key.id).where(Key.secret_sha256 == keys.sha256(given))):
        return None
    if given is None and db.scalar(select(Key.id).where(Key.role == Role.ADMIN).limit(1)):
        return None
    secret = given or keys.generate()
    _store(db, secret, None, Role.ADMIN, "first admin")
    return None if given else secret


def audit(
    db: Session, caller: Caller, action: str, subject: str, *, team_id: TeamId | None = None, **detail: str | None
) -> None:
    """Write down that the caller did something, in the transaction that does it."""
    db.add(
        AuditEntry(
            team_id=team_id or caller.team_id, key_id=caller.key_id, action=action, subject=subject, detail=detail
        )
    )


def _check_free(db: Session, name: str) -> None:
    if db.scalar(select(Team.id).where(Team.name == name)):
        raise Conflict(f"There is a team named {name!r} already. Choose another name.", name=name)


def _store(db: Session, secret: str, team_id: TeamId | None, role: Role, name: str) -> Key:
    key = Key(
        id=KeyId(ids.new("key")),
        team_id=team_id,
        role=role,
        name=name,
        secret_sha256=keys.sha256(secret),
        hint=keys.hint(secret),
    )
    db.add(key)
    db.flush()
    return key
