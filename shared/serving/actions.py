"""What changes serving: an alias is pointed at a model or removed, a model is retired."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.db import now
from shared.deployments import actions as deployments
from shared.deployments.queries import get_deployment, model_of, standing_for
from shared.deployments.tables import Deployment
from shared.errors import Conflict
from shared.ids import DeploymentId, ModelId
from shared.lifecycles import DEPLOYMENT, DeploymentStatus
from shared.notices.actions import tell
from shared.registry import actions as registry
from shared.registry.queries import check_usable, get_model
from shared.registry.tables import Model
from shared.serving.queries import aliases_to, find_alias, get_alias
from shared.serving.tables import Alias, AliasChange
from shared.teams.actions import audit
from shared.teams.caller import TeamCaller


def promote(db: Session, name: str, model_id: ModelId, caller: TeamCaller) -> Alias:
    """Let an alias mean one of the team's models from now on; the alias is made if there is none.

    Repeating it changes nothing. Raises NotFound or ModelRetired.
    """
    # Locked, so that a model cannot be retired while an alias is being pointed at it.
    model = check_usable(get_model(db, model_id, team_id=caller.team_id, for_update=True))
    alias = find_alias(db, model.team_id, name, for_update=True)
    before = None if alias is None else alias.model_id
    if alias is not None and before == model_id:
        return alias
    alias = alias or Alias(team_id=model.team_id, name=name)
    alias.model_id = model_id
    alias.updated_at = db.scalars(select(now())).one()
    db.add(alias)
    db.add(
        AliasChange(
            team_id=model.team_id, name=name, from_model_id=before, to_model_id=model_id, by_key_id=caller.key_id
        )
    )
    db.flush()
    audit(db, caller, "alias.promote", name, team_id=model.team_id, from_model_id=before, to_model_id=model_id)
    tell(db, model.team_id, "model.promoted", model_id, alias=name)
    tell(db, model.team_id, "alias.changed", name, from_model_id=before, to_model_id=model_id)
    return alias


def remove_alias(db: Session, name: str, caller: TeamCaller) -> None:
    """Forget an alias; its history stays. Raises NotFound."""
    alias = get_alias(db, caller.team_id, name)
    db.delete(alias)
    db.flush()
    audit(db, caller, "alias.remove", name, from_model_id=alias.model_id)
    tell(db, caller.team_id, "alias.changed", name, from_model_id=alias.model_id, to_model_id=None)


def remove_deployment(db: Session, deployment_id: DeploymentId, caller: TeamCaller, *, force: bool) -> Deployment:
    """Have a deployment taken away. Raises NotFound, and Conflict while an alias answers from it, unless forced."""
    deployment = get_deployment(db, deployment_id, team_id=caller.team_id)
    model = None if force or deployment.status in DEPLOYMENT.terminal else model_of(db, deployment)
    names = [] if model is None or _stands_otherwise(db, deployment, model) else aliases_to(db, model.id)
    if names:
        raise Conflict(
            f"The alias {names[0]} answers from this deployment. Point it at another model first, remove it, or repeat with "
            "`force=true`: the alias is then refused with `not_deployed`.",
            aliases=names,
        )
    return deployments.remove(db, deployment_id, caller)


def _stands_otherwise(db: Session, deployment: Deployment, model: Model) -> bool:
    """Whether its model would still answer from another one."""
    others = standing_for(db, model)
    return any(one.status is DeploymentStatus.READY and one.id != deployment.id for one in others)


def retire(db: Session, model_id: ModelId, caller: TeamCaller) -> Model:
    """Take a model out of use for good. Raises NotFound, and Conflict while an alias means it or a deployment of it costs."""
    model = get_model(db, model_id, team_id=caller.team_id, for_update=True)
    if names := aliases_to(db, model_id):
        raise Conflict(
            f"The alias {names[0]} serves this model. Point it at another model first, or remove it.", aliases=names
        )
    if standing := standing_for(db, model):
        raise Conflict(
            f"{standing[0].id} hosts this model, and costs by the hour. Delete it first.",
            deployments=[one.id for one in standing],
        )
    registry.retire(db, model)
    audit(db, caller, "model.retire", model_id, team_id=model.team_id)
    return model
