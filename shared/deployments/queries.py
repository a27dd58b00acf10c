"""What is read of deployments. A transaction sees its own team's, an admin's or the service's sees all."""

from collections.abc import Sequence

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from shared.connections.tables import Connection
from shared.deployments.tables import Deployment
from shared.errors import NotFound
from shared.ids import DeploymentId, TeamId
from shared.lifecycles import DEPLOYMENT, DeploymentStatus
from shared.registry.tables import Model
from shared.registry.targets import Deployed


def get_deployment(
    db: Session, deployment_id: DeploymentId, *, team_id: TeamId | None = None, for_update: bool = False
) -> Deployment:
    """A deployment; with `team_id`, one of that team. Raises NotFound."""
    found = db.get(Deployment, deployment_id, with_for_update=for_update or None, populate_existing=for_update)
    if found is None or team_id not in (None, found.team_id):
        raise NotFound("deployment")
    return found


def list_deployments(
    db: Session, *, team_id: TeamId, after: str | None, limit: int, status: DeploymentStatus | None = None
) -> Sequence[Deployment]:
    """A team's, the newest first, ended ones too."""
    query = select(Deployment).where(Deployment.team_id == team_id).order_by(Deployment.id.desc()).limit(limit)
    if status is not None:
        query = query.where(Deployment.status == status)
    return db.scalars(query.where(Deployment.id < after) if after else query).all()


def deployed(db: Session, team_id: TeamId) -> list[Deployed]:
    """What a team's deployments answer for now, the newest first."""
    query = (
        select(Deployment)
        .join(Connection, Connection.id == Deployment.connection_id)
        .where(Deployment.team_id == team_id, Deployment.status == DeploymentStatus.READY)
        .order_by(Deployment.id.desc())
    )
    return [Deployed(one.connection_id, one.model, one.base_model, one.name, one.sku.tier) for one in db.scalars(query)]


def standing_for(db: Session, model: Model) -> Sequence[Deployment]:
    """The deployments of a model that have not ended, also those that were made of it before it was in the registry."""
    query = select(Deployment).where(
        or_(
            Deployment.model_id == model.id,
            and_(Deployment.connection_id == model.connection_id, Deployment.model == model.provider_model),
        ),
        Deployment.status.not_in(tuple(DEPLOYMENT.terminal)),
    )
    return db.scalars(query.order_by(Deployment.id)).all()


def model_of(db: Session, deployment: Deployment) -> Model | None:
    """What it answers for, as the registry knows it now; None = a checkpoint that is still not there."""
    if deployment.model_id is not None:
        return db.get_one(Model, deployment.model_id)
    named = (Model.connection_id == deployment.connection_id, Model.provider_model == deployment.model)
    return db.scalars(select(Model).where(*named, Model.team_id == deployment.team_id)).one_or_none()
