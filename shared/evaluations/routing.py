"""Whether a dataset's examples may be put to candidates: asked when an evaluation is ordered, and before each of its rounds."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.connections.tables import Connection
from shared.datasets.routing.queries import check_route, routing_of
from shared.datasets.routing.rules import Routing
from shared.deployments.routing import tier_of
from shared.deployments.tables import Deployment
from shared.ids import DatasetId, TeamId
from shared.providers.tiers import ServiceTier

Asked = tuple[Connection, str]
"""Where a candidate is asked, and what it is called there."""


def check_candidates(db: Session, team_id: TeamId, dataset_id: DatasetId, asked: Iterable[Asked]) -> None:
    """Raises RouteForbidden for the first candidate that the examples may not be shown to."""
    routing = routing_of(db, team_id, [dataset_id])
    for connection, name in asked:
        check_route(db, routing, connection, _tier(db, routing, connection, name))


def barred_candidate(db: Session, team_id: TeamId, dataset_id: DatasetId, asked: Iterable[Asked]) -> str | None:
    """Why one of the candidates is shown nothing more, whatever was ordered before. No full stop."""
    routing = routing_of(db, team_id, [dataset_id])
    found = (routing.barred(connection, _tier(db, routing, connection, name)) for connection, name in asked)
    return next(filter(None, found), None)


def _tier(db: Session, routing: Routing, connection: Connection, name: str) -> ServiceTier | None:
    """Where a team's own deployment answers. One that an admin has named counts as standing where its connection does."""
    if not routing.is_regional or not connection.provider.traits.from_deployments:
        return None
    named = (Deployment.connection_id == connection.id, Deployment.name == name)
    sku = db.scalar(select(Deployment.sku).where(*named).order_by(Deployment.id.desc()).limit(1))
    return None if sku is None else tier_of(sku)
