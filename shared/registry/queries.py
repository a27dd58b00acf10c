"""What is read of the registry. Row-level security hides other teams' models; the team is asked for all the same."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.errors import ModelRetired, NotFound
from shared.ids import ModelId, TeamId
from shared.lifecycles import ModelStatus
from shared.registry.tables import Model


def get_model(db: Session, team_id: TeamId, model_id: ModelId, *, lock: bool = False) -> Model:
    """One of the team's models. `lock` holds it as it is until the transaction ends. Raises NotFound."""
    query = select(Model).where(Model.id == model_id, Model.team_id == team_id)
    model = db.scalars(query.with_for_update() if lock else query).one_or_none()
    if model is None:
        raise NotFound("model")
    return model


def get_usable_model(db: Session, team_id: TeamId, model_id: ModelId, *, lock: bool = False) -> Model:
    """One of the team's models that may still be asked. Raises NotFound or ModelRetired."""
    model = get_model(db, team_id, model_id, lock=lock)
    if model.status is ModelStatus.RETIRED:
        raise ModelRetired(f"{model_id} is retired. Choose another model.", model_id=model_id)
    return model


def find_by_provider_model(db: Session, team_id: TeamId, provider_model: str) -> Model | None:
    """The team's model that its provider calls so. Two connections may use one name: the newest is meant."""
    query = select(Model).where(Model.team_id == team_id, Model.provider_model == provider_model)
    return db.scalars(query.order_by(Model.id.desc()).limit(1)).one_or_none()


def list_models(db: Session, team_id: TeamId, *, after: str | None, limit: int) -> Sequence[Model]:
    """A team's models, the newest first, retired ones too."""
    query = select(Model).where(Model.team_id == team_id).order_by(Model.id.desc()).limit(limit)
    return db.scalars(query.where(Model.id < after) if after else query).all()


def usable_models(db: Session, team_id: TeamId) -> Sequence[Model]:
    """Every model of a team that may still be asked, the newest first."""
    query = select(Model).where(Model.team_id == team_id, Model.status != ModelStatus.RETIRED)
    return db.scalars(query.order_by(Model.id.desc())).all()
