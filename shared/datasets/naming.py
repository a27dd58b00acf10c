"""The versions under one name: who makes the next one, and who changes what it takes over, come one after another."""

from sqlalchemy import text
from sqlalchemy.orm import Session

from shared.ids import TeamId


def lock_name(db: Session, team_id: TeamId, name: str) -> None:
    """Be the only one at this name of a team's until the transaction ends."""
    db.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 7))"), {"name": f"{team_id}/{name}"})
