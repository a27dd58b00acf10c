"""Whom a prompt goes to: from the name that a team uses to a connection, and what its provider calls the model.

A name is an alias, a tuned model of the team (our id or the provider's name), or a base model. Asks no provider.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.connections.offering import is_open_to
from shared.connections.queries import get_connection
from shared.connections.tables import Connection, Health
from shared.connections.trainable import trainable_models
from shared.errors import NotDeployed, NotFound
from shared.ids import ConnectionId, ModelId, TeamId
from shared.providers.tiers import ServiceTier
from shared.registry.queries import check_usable, find_model, get_model
from shared.registry.tables import Model

# How providers name tuned models. One that is not in the team's registry is another team's, whatever the account would answer.
_TUNED = re.compile(r"ft:|.*\.ft-", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Target:
    """A model that can be asked. `deployed_as` is what its provider is called with: on Azure a deployment's name.

    `tier`: where the team's own deployment of it stands; None = nobody has told, or the provider knows no tiers.
    """

    name: str
    connection: Connection
    deployed_as: str
    provider_model: str
    base_model: str
    model_id: ModelId | None
    tier: ServiceTier | None = None

    @property
    def is_tuned(self) -> bool:
        """Whether it is a tuned model, in the registry or (a checkpoint) deployed without being there."""
        return self.model_id is not None or self.tier is not None


@dataclass(frozen=True, slots=True)
class Deployed:
    """A tuned model that answers from a deployment, called `name` there."""

    connection_id: ConnectionId
    model: str
    base_model: str
    name: str
    tier: ServiceTier | None


@dataclass(frozen=True, slots=True)
class Names:
    """Whose names they are, which of them are aliases, and what has been deployed for them. Aliases and deployments stand above
    the registry, and are told to it.
    """

    team_id: TeamId
    aliases: Mapping[str, ModelId]
    deployed: Sequence[Deployed] = ()

    def deployment_of(self, model: str, connection_id: ConnectionId | None = None) -> Deployed | None:
        """The newest of a model, by its provider's name."""
        fitting = (one for one in self.deployed if one.model == model and connection_id in (None, one.connection_id))
        return next(fitting, None)


def find_target(db: Session, names: Names, name: str, connection_id: ConnectionId | None = None) -> Target:
    """Whom a name means; `connection_id` chooses where a base model is asked. Raises NotFound, ModelRetired or NotDeployed."""
    aliased = names.aliases.get(name)
    tuned = get_model(db, aliased) if aliased else find_model(db, names.team_id, name)
    if tuned is not None:
        return _tuned(db, names, name, check_usable(tuned))
    if (unregistered := names.deployment_of(name)) is not None:
        return _from_deployment(_open_one(db, names, unregistered.connection_id), name, unregistered, None)
    if _TUNED.match(name):
        raise NotFound("model")
    return _base(db, names.team_id, name, connection_id)


def base_models(db: Session, team_id: TeamId) -> list[tuple[str, Connection]]:
    """Every base model that a healthy connection answers a team for, once, with the connection that would be asked."""
    found: dict[str, Connection] = {}
    for connection in _healthy(db, team_id):
        for model in _answered_by(connection):
            if not _TUNED.match(model):
                found.setdefault(model, connection)
    return sorted(found.items())


def _tuned(db: Session, names: Names, name: str, model: Model) -> Target:
    """The team's own deployment comes before one that an admin has made by hand: the team pays for it by the hour."""
    if (own := names.deployment_of(model.provider_model, model.connection_id)) is not None:
        return _from_deployment(_open_one(db, names, own.connection_id), name, own, model.id)
    connection = _open_one(db, names, model.connection_id)
    deployed_as = _deployed_as(connection, model.provider_model)
    # Named by its checkpoint, since its provider gave it no name: nothing answers to that.
    if deployed_as == model.provider_model and deployed_as.startswith(f"{model.lineage.get('provider_job_id')}:"):
        raise _not_deployed(connection, deployed_as)
    return Target(name, connection, deployed_as, model.provider_model, model.base_model, model.id)


def _open_one(db: Session, names: Names, connection_id: ConnectionId) -> Connection:
    """The connection of a tuned model, also one out of use. Raises NotFound when it was closed to the team."""
    connection = db.get(Connection, connection_id)
    if connection is None or not is_open_to(connection, names.team_id):
        raise NotFound("model")
    return connection


def _from_deployment(connection: Connection, name: str, own: Deployed, model_id: ModelId | None) -> Target:
    return Target(name, connection, own.name, own.model, own.base_model, model_id, own.tier)


def _base(db: Session, team_id: TeamId, name: str, connection_id: ConnectionId | None) -> Target:
    connection = get_connection(db, connection_id) if connection_id else _first_that_answers(db, team_id, name)
    if not is_open_to(connection, team_id):
        raise NotFound("connection")
    # Such a server lists tuned models under names like any other: what may be asked there is what the connection says.
    if connection.provider.traits.self_described and name not in trainable_models(connection):
        raise NotFound("model")
    return Target(name, connection, _deployed_as(connection, name), name, name, None)


def _first_that_answers(db: Session, team_id: TeamId, name: str) -> Connection:
    connections = _healthy(db, team_id)
    for connection in connections:
        if name in _answered_by(connection):
            return connection
    for connection in connections:
        if connection.provider.traits.from_deployments and name in _known_there(connection):
            _deployed_as(connection, name)
    raise NotFound("model")


def _healthy(db: Session, team_id: TeamId) -> Sequence[Connection]:
    """The worker sees those of all teams."""
    query = select(Connection).where(Connection.archived_at.is_(None), Connection.health == Health.HEALTHY)
    return [one for one in db.scalars(query.order_by(Connection.id)) if is_open_to(one, team_id)]


def _answered_by(connection: Connection) -> Collection[str]:
    """The models that can be asked there. An account that has told nothing (yet) is taken to have what the catalogue knows."""
    return connection.deployments if connection.provider.traits.from_deployments else _known_there(connection)


def _known_there(connection: Connection) -> Collection[str]:
    told = {} if connection.provider.traits.self_described else connection.models
    return told or trainable_models(connection)


def _deployed_as(connection: Connection, model: str) -> str:
    if model not in connection.deployments:
        if not connection.provider.traits.from_deployments:
            return model
        raise _not_deployed(connection, model)
    return str(connection.deployments[model])


def _not_deployed(connection: Connection, model: str) -> NotDeployed:
    return NotDeployed(
        f"{model} has no deployment on {connection.name}, which answers for such models from deployments only. On Azure a "
        "tuned model is deployed by POST /v1/deployments; else ask an admin to name a deployment in the connection.",
        model=model,
        connection=connection.name,
    )
