"""Where a model may be deployed: where the data may go that it was trained on, its own and that of the models it goes on from."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.datasets.routing.queries import routing_of
from shared.datasets.routing.rules import Routing
from shared.deployments.tables import Deployment
from shared.ids import JobId
from shared.jobs.routing import trained_on
from shared.jobs.tables import JobCheckpoint
from shared.providers.deploying import Sku
from shared.providers.tiers import ServiceTier
from shared.registry.tables import Model


def routing_of_deployment(db: Session, deployment: Deployment) -> Routing:
    """The rules on all that its model was trained on; where that is not known here, the team's own."""
    return routing_of(db, deployment.team_id, set(trained_on(db, _made_by(db, deployment))))


def tier_of(sku: Sku) -> ServiceTier | None:
    """Where capacity stands, as far as regions go: what is not in the resource's own is wherever there is room."""
    return ServiceTier.STANDARD if sku is Sku.STANDARD else sku.tier or ServiceTier.GLOBAL


def _made_by(db: Session, deployment: Deployment) -> JobId | None:
    if deployment.model_id is not None:
        return db.get_one(Model, deployment.model_id).job_id
    left = (JobCheckpoint.model == deployment.model, JobCheckpoint.team_id == deployment.team_id)
    return db.scalar(select(JobCheckpoint.job_id).where(*left).order_by(JobCheckpoint.job_id.desc()).limit(1))
