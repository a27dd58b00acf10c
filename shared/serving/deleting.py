"""Deleting a tuned model where it lies: it is retired here first, so that nobody is answered by what is about to go.

Three beats, as with every question to a provider. One that was broken off is repeated: what is gone already is no error.
"""

from contextlib import closing
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.connections.access import provider_of
from shared.connections.credentials import CannotOpen, Vault
from shared.connections.tables import Connection
from shared.db import now
from shared.errors import Conflict, NotFound, ProviderRefused, ProviderUnavailable
from shared.ids import ModelId
from shared.jobs.tables import Job
from shared.lifecycles import JOB
from shared.providers.base import Rejected, Throttled, Unavailable
from shared.registry.tables import Model
from shared.serving.actions import retire
from shared.teams.actions import audit
from shared.teams.caller import TeamCaller


@dataclass(frozen=True, slots=True)
class Doomed:
    """A model that nothing answers from any more, and where it lies. Both are detached."""

    model: Model
    connection: Connection


def begin(db: Session, model_id: ModelId, caller: TeamCaller) -> Doomed:
    """Retire it. Raises NotFound, and Conflict while an alias means it, a deployment of it stands or a job trains it further."""
    model = retire(db, model_id, caller)
    _check_not_continued(db, model)
    connection = db.get(Connection, model.connection_id)
    if connection is None:  # closed to the team since
        raise NotFound("connection")
    return Doomed(model, connection)


def _check_not_continued(db: Session, model: Model) -> None:
    begun_from = (Job.connection_id == model.connection_id, Job.trained_from == model.provider_model)
    live = select(Job.id).where(Job.team_id == model.team_id, *begun_from, Job.status.not_in(tuple(JOB.terminal)))
    if jobs := db.scalars(live.order_by(Job.id)).all():
        raise Conflict(f"{jobs[0]} trains this model further. Wait for it, or cancel it first.", jobs=list(jobs))


def ask(doomed: Doomed, vault: Vault) -> None:
    """Have the provider delete it. Raises ProviderRefused or ProviderUnavailable; it stays retired."""
    name = doomed.connection.name
    try:
        with closing(provider_of(doomed.connection, vault)) as provider:
            provider.delete_model(doomed.model.provider_model)
    except Rejected as error:
        told = f"{name} did not delete it: {error.reason}"
        raise ProviderRefused(told, provider_code=error.code, provider_status=error.status) from error
    except (Unavailable, Throttled) as error:
        raise ProviderUnavailable(f"{name} did not delete it now: {error.reason}", connection=name) from error
    except CannotOpen as error:
        raise ProviderUnavailable(str(error), connection=name) from error


def record(db: Session, doomed: Doomed, caller: TeamCaller) -> None:
    """It is gone there; its record stays."""
    model = db.get_one(Model, doomed.model.id, with_for_update=True)
    if model.deleted_at is None:
        model.deleted_at = db.scalar(select(now()))
        audit(db, caller, "model.delete", model.id, team_id=model.team_id, provider_model=model.provider_model)
