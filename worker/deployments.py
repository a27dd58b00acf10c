"""Deployments, as the worker sees them: claim one, ask the resource manager, record. One piece of work is one step of one."""

from contextlib import closing
from datetime import timedelta

import structlog

from shared.connections import outages
from shared.connections.access import deployer_of
from shared.connections.credentials import CannotOpen
from shared.db import UNAVAILABLE
from shared.deployments import recording
from shared.deployments.queries import get_deployment
from shared.deployments.recording import Work
from shared.deployments.tables import Deployment
from shared.errors import Conflict
from shared.lifecycles import DeploymentStatus
from shared.providers.base import ProviderError, Rejected, Throttled
from shared.providers.deploying import Deployer, DeploymentOrder, ProviderDeployment, Standing
from shared.queue import Task
from worker.context import Context
from worker.heartbeat import kept
from worker.task import task

log = structlog.get_logger()

LONGEST_WAIT_SECONDS = 300.0


@task(Task.TEND_DEPLOYMENTS)
def tend_deployments(context: Context) -> bool:
    """Make, look at or take away one deployment; its hours are charged on the way."""
    with context.database.transaction() as db:
        work = recording.take(db)
    if work is None:
        return False
    with kept(context.database, Deployment, [work.deployment.id], work.token):
        try:
            _do(context, work)
        except (ProviderError, CannotOpen, Conflict) as error:
            _record_trouble(context, work, error)
        except UNAVAILABLE:
            raise  # the claim runs out, and the next one goes on
        except Exception:
            log.exception("deployment_step_failed", deployment=work.deployment.id)
            _wait(context, work, "Something went wrong on our side; trying again.", "internal_error")
    return True


def _do(context: Context, work: Work) -> None:
    if work.barred is not None:
        _fail(context, work, work.barred, "barred")
        return
    rests_until = work.connection.managed_again_at
    if rests_until is not None and rests_until > work.claimed_at:
        seconds = (rests_until - work.claimed_at).total_seconds()
        _wait(context, work, f"{work.connection.name}'s Entra application is refused.", "credential_refused", seconds)
        return
    with closing(deployer_of(work.connection, context.vault)) as deployer:
        seen = deployer.find(work.deployment.name)
        if rests_until is not None:
            with context.database.transaction() as db:
                outages.note_managed(db, work.connection.id)
        match work.deployment.status:
            case DeploymentStatus.CREATING:
                _make(context, work, deployer, seen)
            case DeploymentStatus.DELETING:
                _take_away(context, work, deployer, seen)
            case _:
                _look(context, work, seen)


def _make(context: Context, work: Work, deployer: Deployer, seen: ProviderDeployment | None) -> None:
    """What has our tag is what we ordered, whoever died over it. The same name with another tag is somebody else's."""
    if seen is None:
        seen = _put(context, work, deployer)
    elif not _is_ours(context, work, seen):
        _fail(context, work, f"There is another deployment named {seen.name} in the resource.", "name_taken")
        return
    if seen is None:
        return
    if seen.standing is Standing.FAILED:
        deployer.delete(seen.name)
        _fail(context, work, f"Azure could not make it ({seen.state}).", "provider_failed")
        return
    with context.database.transaction() as db:
        ours = recording.record_seen(db, work, seen, next_seconds=context.poll_seconds)
    if not ours and _is_unwanted(context, work):
        deployer.delete(seen.name)


def _put(context: Context, work: Work, deployer: Deployer) -> ProviderDeployment | None:
    """Order it; None when it was refused, or is not ours to order any more."""
    with context.database.transaction() as db:
        if not recording.record_putting(db, work):
            return None
    wanted = work.deployment
    order = DeploymentOrder(wanted.name, wanted.model, wanted.sku, wanted.capacity, _tag(context, work))
    try:
        return deployer.put(order)
    except Rejected as error:
        if error.credential:
            raise
        _take_no(context, work, error)
        return None


def _take_no(context: Context, work: Work, error: Rejected) -> None:
    """It was not there a moment ago and now will not be, unless an order before this one went unanswered."""
    reason = f"Azure refused: {error.reason}"
    if _may_yet_come(context, work):
        with context.database.transaction() as db:
            recording.record_refused_again(db, work, reason, error.code, context.poll_seconds)
    else:
        _fail(context, work, reason, error.code)


def _take_away(context: Context, work: Work, deployer: Deployer, seen: ProviderDeployment | None) -> None:
    """Delete it, unless it is somebody else's by now; looked at again until it is gone."""
    if seen is not None and _is_ours(context, work, seen):
        if seen.standing is not Standing.GOING:
            deployer.delete(seen.name)
            seen = deployer.find(seen.name) or seen
        with context.database.transaction() as db:
            recording.record_seen(db, work, seen, next_seconds=context.poll_seconds)
    elif _may_yet_come(context, work):
        _wait(context, work, "its order may still be under way.", "settling", context.poll_seconds)
    else:
        with context.database.transaction() as db:
            recording.record_gone(db, work)


def _look(context: Context, work: Work, seen: ProviderDeployment | None) -> None:
    with context.database.transaction() as db:
        if seen is None or not _is_ours(context, work, seen):
            recording.record_gone(db, work)
        else:
            recording.record_seen(db, work, seen, next_seconds=context.poll_seconds)


def _may_yet_come(context: Context, work: Work) -> bool:
    """An order that was never answered may arrive after it was looked for."""
    put_at = work.deployment.put_at
    if put_at is None or work.deployment.provider_status is not None:
        return False
    return work.claimed_at - put_at < timedelta(seconds=context.settle_seconds)


def _was_ordered(context: Context, work: Work) -> bool:
    """In this step or before: then it may stand, whatever we are told now."""
    with context.database.reading() as db:
        return get_deployment(db, work.deployment.id).put_at is not None


def _is_unwanted(context: Context, work: Work) -> bool:
    """Our claim was lost while we ordered. Whoever has it now sees what we ordered, unless all is over already."""
    with context.database.reading() as db:
        return get_deployment(db, work.deployment.id).ended_at is not None


def _is_ours(context: Context, work: Work, seen: ProviderDeployment) -> bool:
    """By our tag. One that shows none is ours when we have ordered that model under that name: should a resource manager not
    repeat tags, losing sight of what costs would be worse than to take over what somebody made in its place.
    """
    if seen.tag is None:
        return work.deployment.put_at is not None and seen.model == work.deployment.model
    return seen.tag == _tag(context, work)


def _tag(context: Context, work: Work) -> str:
    return f"{context.installation}/{work.deployment.team_id}/{work.deployment.id}"


def _record_trouble(context: Context, work: Work, error: ProviderError | CannotOpen | Conflict) -> None:
    match error:
        case Throttled(retry_after=seconds):
            _wait(context, work, f"Azure asks us to wait: {error.reason}", "provider_throttled", seconds)
        case Rejected() if error.credential:
            reason = f"{work.connection.name}'s Entra application is refused: {error.reason}"
            with context.database.transaction() as db:
                outages.leave_resource_alone(db, work.connection.id)
            _wait(context, work, reason, "credential_refused", outages.REFUSED_SECONDS)
        case Rejected() if work.deployment.status is DeploymentStatus.CREATING and not _was_ordered(context, work):
            _fail(context, work, f"Azure refused: {error.reason}", error.code)
        case ProviderError():
            refused = isinstance(error, Rejected)
            _wait(context, work, error.reason, "provider_refuses" if refused else "provider_unavailable")
        case _:
            _wait(context, work, str(error), "credential_unreadable", outages.REFUSED_SECONDS)


def _wait(context: Context, work: Work, reason: str, code: str, seconds: float | None = None) -> None:
    # Bounded before it is raised to a power, too: after days of silence that would be more than a float can hold.
    grown = min(2.0 ** min(work.deployment.attempts + 1, 10), LONGEST_WAIT_SECONDS)
    with context.database.transaction() as db:
        recording.record_wait(db, work, reason, code, grown if seconds is None else seconds)


def _fail(context: Context, work: Work, reason: str, code: str) -> None:
    with context.database.transaction() as db:
        recording.record_failure(db, work, reason, code)
