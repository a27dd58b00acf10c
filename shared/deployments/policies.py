"""Whether a deployment may go on standing: covered by the budget, in use, its team at work. Decided after every look at it."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from shared.deployments import hosting
from shared.deployments.tables import Deployment, WhenBudgetIsGone
from shared.lifecycles import DeploymentStatus
from shared.notices.actions import tell
from shared.teams.tables import Team

DELETING_TAKES = timedelta(minutes=15)
"""So long before the first hour that nothing is held for, one is deleted: what looking and deleting may take."""
IDLE_TOLD_AFTER = timedelta(days=7)
"""At the latest; sooner when it is to be deleted soon: halfway to that."""


def tend(db: Session, deployment: Deployment, moment: datetime) -> None:
    """Hold the day ahead, say what is wrong, and begin to delete what may not stand any longer."""
    if deployment.status not in (DeploymentStatus.CREATING, DeploymentStatus.READY):
        return
    if db.get_one(Team, deployment.team_id).archived_at is not None:
        _delete(deployment, "Its team was archived.", "team_archived")
        return
    _cover(db, deployment, moment)
    if deployment.status is DeploymentStatus.READY:
        _see_use(db, deployment, moment)


def delete_at(deployment: Deployment) -> datetime | None:
    """When it is going to be deleted as things stand, by its own policies or by the provider; None = it is not."""
    planned = [deployment.expires_at, _deleted_for_money(deployment), _deleted_for_idleness(deployment)]
    return min((one for one in planned if one is not None), default=None)


def _cover(db: Session, deployment: Deployment, moment: datetime) -> None:
    if hosting.hold_ahead(db, deployment):
        deployment.budget_gone_at = None
        return
    if deployment.budget_gone_at is None:
        deployment.budget_gone_at = moment
        planned = _deleted_for_money(deployment)
        told = None if planned is None else planned.isoformat()
        tell(db, deployment.team_id, "budget.exceeded", deployment.id, what="hosting", delete_at=told)
    planned = _deleted_for_money(deployment)
    if planned is not None and moment >= planned:
        _delete(deployment, "The budget no longer covers its hosting.", "budget_gone")


def _see_use(db: Session, deployment: Deployment, moment: datetime) -> None:
    since = _quiet_since(deployment)
    if since is None:
        return
    planned = _deleted_for_idleness(deployment)
    if deployment.idle_told_at is None and moment >= _told_for_idleness(deployment, since):
        deployment.idle_told_at = moment
        told = None if planned is None else planned.isoformat()
        tell(db, deployment.team_id, "deployment.idle", deployment.id, since=since.isoformat(), delete_at=told)
    if planned is not None and moment >= planned:
        _delete(deployment, f"Nobody has asked it for {deployment.delete_when_idle_days} days.", "idle")


def _quiet_since(deployment: Deployment) -> datetime | None:
    return deployment.last_asked_at or deployment.ready_at


def _told_for_idleness(deployment: Deployment, since: datetime) -> datetime:
    days = deployment.delete_when_idle_days
    return since + (IDLE_TOLD_AFTER if days is None else min(IDLE_TOLD_AFTER, timedelta(days=days) / 2))


def _deleted_for_idleness(deployment: Deployment) -> datetime | None:
    since, days = _quiet_since(deployment), deployment.delete_when_idle_days
    return None if since is None or days is None else since + timedelta(days=days)


def _deleted_for_money(deployment: Deployment) -> datetime | None:
    if deployment.when_budget_is_gone is WhenBudgetIsGone.WARN or deployment.budget_gone_at is None:
        return None
    held_until = hosting.held_until(deployment)
    return None if held_until is None else held_until - DELETING_TAKES


def _delete(deployment: Deployment, reason: str, code: str) -> None:
    deployment.status = DeploymentStatus.DELETING
    deployment.reason_code, deployment.reason = code, f"Being deleted. {reason}"
