"""What is read of the registry. A transaction sees its own team's models, an admin's or the service's sees all."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.connections.tables import Connection
from shared.errors import ModelRetired, NotFound
from shared.ids import JobId, ModelId, TeamId
from shared.lifecycles import ModelStatus
from shared.registry.tables import Model


def get_model(db: Session, model_id: ModelId, *, team_id: TeamId | None = None, for_update: bool = False) -> Model:
    """A model; with `team_id`, one of that team. Raises NotFound."""
    model = db.get(Model, model_id, with_for_update=for_update or None, populate_existing=for_update)
    if model is None or team_id not in (None, model.team_id):
        raise NotFound("model")
    return model


def list_models(db: Session, *, team_id: TeamId | None = None, after: str | None, limit: int) -> Sequence[Model]:
    """Models, the newest first, retired ones too."""
    query = select(Model).order_by(Model.id.desc()).limit(limit)
    if team_id is not None:
        query = query.where(Model.team_id == team_id)
    return db.scalars(query.where(Model.id < after) if after else query).all()


def usable_models(db: Session, team_id: TeamId) -> Sequence[Model]:
    """Every model of a team that may still be asked, the newest first.

    One whose connection was closed to the team cannot be: Postgres shows the team no such connection.
    """
    query = select(Model).join(Connection, Connection.id == Model.connection_id)
    query = query.where(Model.team_id == team_id, Model.status != ModelStatus.RETIRED)
    return db.scalars(query.order_by(Model.id.desc())).all()


def find_model(db: Session, team_id: TeamId, name: str) -> Model | None:
    """The team's model with this id, or that its provider calls so (the newest, where two connections use one name)."""
    query = select(Model).where(Model.team_id == team_id, (Model.id == name) | (Model.provider_model == name))
    return db.scalars(query.order_by(Model.id.desc()).limit(1)).one_or_none()


def model_of_job(db: Session, job_id: JobId) -> Model | None:
    """What a job made in the end, if it has made it."""
    return db.scalars(select(Model).where(Model.job_id == job_id, Model.step.is_(None))).one_or_none()


def checkpoints_of(db: Session, job_id: JobId) -> dict[str, ModelId]:
    """A job's models that are registered, the final one and checkpoints: by their provider's name."""
    rows = db.execute(select(Model.provider_model, Model.id).where(Model.job_id == job_id))
    return {row.provider_model: row.id for row in rows}


def check_usable(model: Model) -> Model:
    """The same model, if it may still be asked. Raises ModelRetired."""
    if model.status is ModelStatus.RETIRED:
        raise ModelRetired(f"{model.id} is retired. Choose another model.", model_id=model.id)
    return model
