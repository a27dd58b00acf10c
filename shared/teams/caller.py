"""Who calls: found from a key, carried through a request. Pure but for one question."""

from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

from shared.db import Scope
from shared.errors import FieldError, Forbidden, InvalidRequest, Unauthenticated
from shared.ids import KeyId, TeamId
from shared.teams import keys
from shared.teams.tables import Role


@dataclass(frozen=True, slots=True)
class Caller:
    """A key in use. `team_id` is the team it acts for; None = an admin who acts for the organisation."""

    key_id: KeyId
    role: Role
    name: str
    team_id: TeamId | None

    @property
    def scope(self) -> Scope:
        """What this caller's transactions may see: an admin who acts for a team sees what the team sees."""
        return Scope(self.team_id, organisation=self.role is Role.ADMIN and self.team_id is None)

    def acting_for(self, team_id: TeamId | None) -> "Caller":
        """The same caller for a named team (header `X-Team`). Raises Forbidden when the key is another team's."""
        if team_id is None or team_id == self.team_id:
            return self
        if self.role is not Role.ADMIN:
            raise Forbidden("This key belongs to another team. Leave out X-Team, or use a key of that team.")
        return Caller(self.key_id, self.role, self.name, team_id)

    def in_team(self) -> "TeamCaller":
        """The same caller, known to act for one team. Raises InvalidRequest when an admin named none."""
        if self.team_id is None:
            raise InvalidRequest(
                "This is done for one team, and an admin's key belongs to none. Name the team in the header X-Team.",
                [FieldError("header/x-team", "required with an admin's key")],
            )
        return TeamCaller(self.key_id, self.role, self.name, self.team_id)


@dataclass(frozen=True, slots=True)
class TeamCaller(Caller):
    """A caller that acts for one team."""

    team_id: TeamId


def check_shape(secret: str) -> None:
    """Refuse what cannot be a key, so that a mistyped or made-up one costs no question. Raises Unauthenticated."""
    if not keys.is_well_formed(secret):
        raise Unauthenticated("This is not a key of this service: a key begins with tw_ and ends with a checksum.")


def find_caller(db: Session, secret: str) -> Caller:
    """The caller that a secret stands for. Raises Unauthenticated; a malformed secret never reaches the database."""
    check_shape(secret)
    found = db.execute(text("SELECT * FROM tw_find_key(:sha256)"), {"sha256": keys.sha256(secret)}).one_or_none()
    if found is None:
        raise Unauthenticated("There is no such key. Ask an admin or your team's lead for one.")
    if found.revoked or found.team_archived:
        raise Unauthenticated("This key has been revoked. Ask an admin or your team's lead for a new one.")
    return Caller(
        KeyId(found.id), Role(found.role), found.name, None if found.team_id is None else TeamId(found.team_id)
    )
