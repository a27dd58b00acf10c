"""What people do to deployments: order them and have them taken away. What the worker changes is in `recording`."""

import re
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shared import ids
from shared.connections.access import managed
from shared.connections.limits import limits_of
from shared.connections.queries import standing_deployments
from shared.connections.tables import Connection, ProviderKind
from shared.datasets.routing.queries import check_route
from shared.db import Duplicate, is_duplicate, now, ring, today
from shared.deployments import hosting
from shared.deployments.queries import get_deployment
from shared.deployments.routing import routing_of_deployment, tier_of
from shared.deployments.sources import Source, find_source
from shared.deployments.tables import Deployment, WhenBudgetIsGone
from shared.errors import Conflict, FieldError, InvalidRequest, NotFound, QuotaExceeded
from shared.ids import ConnectionId, DeploymentId
from shared.lifecycles import DEPLOYMENT, DeploymentStatus
from shared.providers.deploying import Sku
from shared.queue import Task
from shared.teams.actions import audit
from shared.teams.caller import TeamCaller

_NOT_IN_A_NAME = re.compile(r"[^a-z0-9]+")
_LONGEST_STEM = 40


@dataclass(frozen=True, slots=True)
class Order:
    """What is asked for. `model`: one of the team's in the registry, or a checkpoint that one of its jobs left.

    `connection_id` None = where the model was trained, which is the only place. `capacity`: thousands of tokens a minute.
    """

    model: str
    connection_id: ConnectionId | None
    name: str | None
    sku: Sku
    capacity: int
    when_budget_is_gone: WhenBudgetIsGone
    delete_when_idle_days: int | None


def deploy(db: Session, order: Order, caller: TeamCaller) -> Deployment:
    """Order a deployment and hold its first day. Nothing reaches the provider before this is committed.

    Raises NotFound, ModelRetired, InvalidRequest, Conflict, QuotaExceeded, RouteForbidden, PriceUnknown or BudgetExceeded; then
    nothing is held.
    """
    source = find_source(db, caller.team_id, order.model)
    connection = _connection(db, order, source)
    price = hosting.price_of_hosting(connection.provider, source.base_model, order.sku, today(db))
    deployment = _new(order, source, caller)
    check_route(db, routing_of_deployment(db, deployment), connection, tier_of(deployment.sku))
    deployment.usd_per_million, deployment.price_id = str(price.usd_per_million), price.id
    _add(db, deployment)
    hosting.hold_first_day(db, deployment)
    deployment.due_at = db.scalar(select(now()))
    db.flush()
    audit(db, caller, "deployment.create", deployment.id, model=deployment.model, name=deployment.name)
    ring(db, Task.TEND_DEPLOYMENTS)
    return deployment


def remove(db: Session, deployment_id: DeploymentId, caller: TeamCaller) -> Deployment:
    """Have a deployment taken away. Asking again, or of one that has ended, changes nothing. Raises NotFound.

    Whether anything still points to it is `serving`'s to ask first.
    """
    deployment = get_deployment(db, deployment_id, team_id=caller.team_id, for_update=True)
    if deployment.status in DEPLOYMENT.terminal or deployment.status is DeploymentStatus.DELETING:
        return deployment
    deployment.status = DeploymentStatus.DELETING
    deployment.reason_code, deployment.reason = "delete_requested", "Being deleted, as asked for."
    deployment.due_at = db.scalar(select(now()))
    # Without its token a worker that is asking just now records nothing.
    deployment.claim_token = deployment.claimed_until = None
    db.flush()
    audit(db, caller, "deployment.delete", deployment.id)
    ring(db, Task.TEND_DEPLOYMENTS)
    return deployment


def _connection(db: Session, order: Order, source: Source) -> Connection:
    """Where the model lies, if there is room for one more; whoever else deploys there waits until this is decided."""
    if order.connection_id not in (None, source.connection_id):
        fault = FieldError("/connection_id", f"the model lies at {source.connection_id}")
        raise InvalidRequest("A model is deployed in the resource that has trained it.", [fault])
    connection = db.get(Connection, source.connection_id)
    if connection is None:  # closed to the team since the model was made
        raise NotFound("connection")
    if connection.provider is not ProviderKind.AZURE:
        raise InvalidRequest(
            f"{connection.provider} answers for its models without a deployment: just ask.",
            [FieldError("/model", f"lies at {connection.provider}")],
        )
    if connection.archived_at is not None:
        raise Conflict(f"{connection.name} was taken out of use.", connection=connection.name)
    managed(connection)
    _check_room(db, connection)
    return connection


def _check_room(db: Session, connection: Connection) -> None:
    # An advisory lock, since the connection's row is also locked by those who hold a budget's.
    db.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"deploy {connection.id}"))))
    most, there = limits_of(connection).deployments, standing_deployments(db, connection.id)
    if most is not None and there >= most:
        raise QuotaExceeded(
            f"{connection.name} has room for {most} deployments, and {there} are there. Delete one first.",
            limit=most,
            used=there,
        )


def _new(order: Order, source: Source, caller: TeamCaller) -> Deployment:
    new = DeploymentId(ids.new("dep"))
    return Deployment(
        id=new,
        team_id=caller.team_id,
        created_by=caller.key_id,
        connection_id=source.connection_id,
        model_id=source.model_id,
        model=source.model,
        base_model=source.base_model,
        name=order.name or _name(source, new),
        sku=order.sku,
        capacity=order.capacity,
        when_budget_is_gone=order.when_budget_is_gone,
        delete_when_idle_days=order.delete_when_idle_days,
        status=DeploymentStatus.CREATING,
        reason="Waiting for the worker to order it.",
        hours_charged=0,
        hours_held=0,
    )


def _name(source: Source, new: DeploymentId) -> str:
    """What it was made from, and enough of its id to be nobody else's."""
    stem = _NOT_IN_A_NAME.sub("-", source.base_model.lower())[:_LONGEST_STEM].strip("-")
    return f"{stem}-{new[-8:]}"


def _add(db: Session, deployment: Deployment) -> None:
    try:
        with db.begin_nested():
            db.add(deployment)
    except Duplicate as error:
        if not is_duplicate(error):
            raise
        raise Conflict(
            f"There is a deployment named {deployment.name!r} in this resource already. Choose another name.",
            name=deployment.name,
        ) from error
