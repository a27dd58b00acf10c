"""What the worker writes of deployments. Every write is fenced by a claim, but for the note that somebody asked one.

An order may be repeated: it says what shall stand under a name, and the resource manager makes it so once. So silence needs no
search as it does for jobs; who finds our tag under the name has found our order.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from shared.connections.offering import barred
from shared.connections.tables import Connection
from shared.db import claim, fenced, now, seconds_from_now, still_ours
from shared.deployments import hosting
from shared.deployments.policies import tend
from shared.deployments.routing import routing_of_deployment, tier_of
from shared.deployments.tables import Deployment
from shared.ids import ConnectionId
from shared.lifecycles import DeploymentStatus
from shared.notices.actions import tell
from shared.providers.deploying import ProviderDeployment, Sku, Standing

LOOK_SECONDS = 300.0
"""How often one that stands is looked at; its hours are charged when they begin."""
DEVELOPER_LIFE = timedelta(hours=24)
"""Azure takes a developer deployment away then, however much it is used."""
IDLE_LIFE = timedelta(days=15)
"""Azure takes away what was not asked for so long."""
_ASKED_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Work:
    """A claimed deployment as it was when it was claimed, and its connection. Both are detached: read them, no more.

    `barred` says why it may not be made any more.
    """

    deployment: Deployment
    connection: Connection
    token: str
    claimed_at: datetime
    barred: str | None


def take(db: Session) -> Work | None:
    """Claim the deployment that has been due longest, or None."""
    deployment = claim(db, Deployment)
    if deployment is None:
        return None
    assert deployment.claim_token is not None
    connection = db.get_one(Connection, deployment.connection_id)
    moment = db.scalars(select(now())).one()
    return Work(deployment, connection, deployment.claim_token, moment, _barred(db, deployment, connection))


def record_putting(db: Session, work: Work) -> bool:
    """It is about to be ordered: from this commit on it may stand. False when the claim was lost; then nothing may be ordered."""
    deployment = still_ours(db, Deployment, work.deployment.id, work.token)
    if deployment is None:
        return False
    deployment.put_at = db.scalar(select(now()))
    deployment.provider_status = None  # what was seen before was no answer to this order
    return True


def record_seen(db: Session, work: Work, seen: ProviderDeployment, *, next_seconds: float) -> bool:
    """It is there, ready or not: charge its hours, and see whether it may go on standing. False when the claim was lost.

    `next_seconds`: how soon one that is being made or taken away is looked at again.
    Its hours count from its order on, once it is ready: one that never is costs nothing.
    """
    deployment = fenced(db, Deployment, work.deployment.id, work.token)
    if deployment is None:
        return False
    moment = db.scalars(select(now())).one()
    deployment.attempts, deployment.provider_status = 0, seen.state
    if seen.standing is Standing.READY and deployment.stands_since is None:
        deployment.stands_since = deployment.put_at or moment
        if deployment.sku is Sku.DEVELOPER_TIER:
            deployment.expires_at = deployment.stands_since + DEVELOPER_LIFE
    if deployment.status is DeploymentStatus.CREATING:
        _see_making(db, deployment, seen, moment)
    elif deployment.status is DeploymentStatus.READY:
        _see_ending(deployment, seen, moment)
    hosting.charge_started(db, deployment, _until(deployment, moment), provisional=False)
    tend(db, deployment, moment)
    _look_again(db, deployment, moment, next_seconds)
    return True


def record_failure(db: Session, work: Work, reason: str, code: str) -> None:
    """It will not stand: what is held for it is given back."""
    deployment = fenced(db, Deployment, work.deployment.id, work.token)
    if deployment is not None:
        _end(db, deployment, DeploymentStatus.FAILED, reason, code)


def record_gone(db: Session, work: Work) -> None:
    """The resource has no such deployment (any more)."""
    deployment = fenced(db, Deployment, work.deployment.id, work.token)
    if deployment is None:
        return
    if deployment.status is DeploymentStatus.DELETING:
        reason, code = "Deleted.", deployment.reason_code or "delete_requested"
    else:
        reason, code = _who_took_it(deployment, db.scalars(select(now())).one())
    _end(db, deployment, DeploymentStatus.DELETED, reason, code)


def record_wait(db: Session, work: Work, reason: str, code: str, seconds: float) -> None:
    """Nothing was found out; try again later. Its hours begin all the same, and are charged as not seen."""
    deployment = fenced(db, Deployment, work.deployment.id, work.token)
    if deployment is None:
        return
    moment = db.scalars(select(now())).one()
    deployment.attempts += 1
    if deployment.status is DeploymentStatus.CREATING:
        deployment.reason_code, deployment.reason = code, reason
    elif deployment.status is DeploymentStatus.DELETING:
        deployment.reason = f"Being deleted, but: {reason}"  # the code says why it is deleted
    hosting.charge_started(db, deployment, _until(deployment, moment), provisional=True)
    tend(db, deployment, moment)
    deployment.due_at = db.scalar(select(seconds_from_now(seconds)))


def record_refused_again(db: Session, work: Work, reason: str, code: str, seconds: float) -> None:
    """This order was refused, and one before it may still be under way: look again, for as long as that one may come."""
    if still_ours(db, Deployment, work.deployment.id, work.token) is not None:
        record_wait(db, work, reason, code, seconds)
        # A refused order makes nothing: what counts is when the last one was sent that nobody answered.
        db.get_one(Deployment, work.deployment.id).put_at = work.deployment.put_at


def note_asked(db: Session, connection_id: ConnectionId, name: str) -> None:
    """Somebody puts a prompt to a deployment of ours, if it is one. Written once a minute, so that many at once do not wait."""
    db.execute(
        update(Deployment)
        .where(
            Deployment.connection_id == connection_id,
            Deployment.name == name,
            Deployment.status == DeploymentStatus.READY,
            or_(Deployment.last_asked_at.is_(None), Deployment.last_asked_at < seconds_from_now(-_ASKED_SECONDS)),
        )
        .values(last_asked_at=now(), idle_told_at=None)
    )


def _barred(db: Session, deployment: Deployment, connection: Connection) -> str | None:
    if deployment.status is not DeploymentStatus.CREATING or deployment.put_at is not None:
        return None
    routing = routing_of_deployment(db, deployment)
    why_not = barred(db, connection, deployment.team_id) or routing.barred(connection, tier_of(deployment.sku))
    return why_not and f"{why_not} before anything was ordered."


def _see_making(db: Session, deployment: Deployment, seen: ProviderDeployment, moment: datetime) -> None:
    deployment.reason_code, deployment.reason = None, f"Azure is making it ({seen.state})."
    if seen.standing is Standing.READY:
        deployment.status, deployment.ready_at = DeploymentStatus.READY, moment
        deployment.reason = f"Answers as {deployment.name}."
        tell(db, deployment.team_id, "deployment.ready", deployment.id, name=deployment.name, model=deployment.model)


def _see_ending(deployment: Deployment, seen: ProviderDeployment, moment: datetime) -> None:
    """One that answers no more is not asked any more; it costs until it is gone."""
    if seen.standing is Standing.GOING:
        reason, code = _who_took_it(deployment, moment)
    elif seen.standing is Standing.FAILED:
        reason, code = f"Azure says that it does not stand any more ({seen.state}).", "provider_failed"
    else:
        return
    deployment.status = DeploymentStatus.DELETING
    deployment.reason_code, deployment.reason = code, f"Being deleted. {reason}"


def _look_again(db: Session, deployment: Deployment, moment: datetime, next_seconds: float) -> None:
    """What stands is looked at every few minutes, and when its next hour begins."""
    if deployment.status is not DeploymentStatus.READY:
        deployment.due_at = db.scalar(select(seconds_from_now(next_seconds)))
        return
    soon = moment + timedelta(seconds=LOOK_SECONDS)
    deployment.due_at = min(soon, hosting.next_hour(deployment, moment))


def _end(db: Session, deployment: Deployment, status: DeploymentStatus, reason: str, code: str) -> None:
    """Money first, then the status. What was not seen to stand is known by estimate only, unless we took it away ourselves."""
    moment = db.scalars(select(now())).one()
    unseen = deployment.status is DeploymentStatus.READY
    hosting.charge_started(db, deployment, _until(deployment, moment), provisional=unseen)
    hosting.release_rest(db, deployment)
    deployment.status = status
    deployment.reason_code, deployment.reason = code, reason
    deployment.ended_at = moment
    deployment.due_at = None
    tell(db, deployment.team_id, f"deployment.{status}", deployment.id, reason=reason, reason_code=code)


def _until(deployment: Deployment, moment: datetime) -> datetime:
    """The last moment at which it can stand: an hour that begins as it expires is none of its."""
    if deployment.expires_at is None:
        return moment
    return min(moment, deployment.expires_at - timedelta(microseconds=1))


def _who_took_it(deployment: Deployment, moment: datetime) -> tuple[str, str]:
    if deployment.expires_at is not None and moment >= deployment.expires_at:
        return "Azure deletes developer deployments after 24 hours.", "expired"
    quiet_since = deployment.last_asked_at or deployment.ready_at
    if quiet_since is not None and moment - quiet_since >= IDLE_LIFE:
        return "Azure deletes deployments that nobody asked for 15 days.", "idle_at_provider"
    return "Somebody has deleted it at Azure.", "gone_at_provider"
