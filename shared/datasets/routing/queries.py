"""What is read of routing: the rules on some data, and where it may go."""

from collections.abc import Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.connections.tables import Connection
from shared.datasets.routing.rules import Routing, rule_of
from shared.datasets.tables import Dataset
from shared.errors import RouteForbidden
from shared.ids import DatasetId, TeamId
from shared.providers.tiers import ServiceTier
from shared.teams.tables import Team


def routing_of(db: Session, team_id: TeamId, dataset_ids: Iterable[DatasetId | None]) -> Routing:
    """The rules on a team's data: those of these datasets, of every version that they were made of, and the team's own.

    None stands for a dataset that there is not.
    """
    begun = select(Dataset.id, Dataset.parent_id).where(Dataset.id.in_([one for one in dataset_ids if one]))
    made_of = begun.cte(recursive=True)
    parents = select(Dataset.id, Dataset.parent_id).join(made_of, Dataset.id == made_of.c.parent_id)
    made_of = made_of.union(parents)
    named = (Dataset.name, Dataset.version, Dataset.routing)
    found = db.execute(
        select(*named).where(Dataset.id.in_(select(made_of.c.id)), Dataset.routing.is_not(None)).order_by(Dataset.id)
    )
    rules = [rule for name, version, stored in found for rule in rule_of(f"{name} v{version}", stored)]
    team = db.get_one(Team, team_id, populate_existing=True)
    return Routing(team_id, (*rules, *rule_of(f"the team {team.name}", team.routing)))


def check_route(db: Session, routing: Routing, connection: Connection, tier: ServiceTier | None = None) -> None:
    """Refuse to send data where its rules do not let it go. Raises RouteForbidden, which names where it may go."""
    why_not = routing.refusal(connection, tier)
    if why_not is None:
        return
    allowed = [one.name for one in open_connections(db, routing.team_id) if routing.against(one) is None]
    where = f"It may go to {', '.join(allowed)}." if allowed else "There is no connection to which it may go."
    raise RouteForbidden(f"{why_not} {where}", connection=connection.name, allowed=allowed)


def open_connections(db: Session, team_id: TeamId) -> Sequence[Connection]:
    """All that are in use and open to a team, by name. The service itself and admins see others' too: those are left out."""
    used = db.scalars(select(Connection).where(Connection.archived_at.is_(None)).order_by(Connection.name))
    return [one for one in used if one.teams is None or team_id in one.teams]
