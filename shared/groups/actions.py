"""What people do to groups: order and cancel; and, when shares of the data had to be written first, ordering their jobs then.

A group's jobs are ordered like any others, `jobs.actions.draw_up` and `place`: all of them in one transaction, or none.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared import ids
from shared.datasets.actions import PENDING, sample
from shared.datasets.queries import get_dataset
from shared.db import claim_counted, fenced, now, ring, seconds_from_now
from shared.errors import InternalError, Problem
from shared.evaluations.weighing import scales_of
from shared.groups.asked import GroupOrder, PlannedJob
from shared.groups.queries import get_group, jobs_of
from shared.groups.weighing import Drawn, check_cap, draw_up_all
from shared.ids import DatasetId, GroupId, ModelId
from shared.jobs import actions as jobs
from shared.jobs.tables import JobGroup
from shared.lifecycles import JOB, GroupStatus
from shared.money import total
from shared.queue import Task
from shared.storage import Storage
from shared.teams.actions import audit
from shared.teams.caller import Caller, TeamCaller
from shared.teams.tables import Role

SHARES_SECONDS = 2.0
"""How soon to look again whether the shares are written."""

Aliases = Mapping[str, ModelId]


def order(db: Session, storage: Storage, wanted: GroupOrder, caller: TeamCaller, aliases: Aliases) -> JobGroup:
    """Order all jobs of a group and hold what they may cost, or, where shares of the data are to be written, see to that first.

    Raises what ordering a job raises, MaxCostExceeded for all together, or BudgetExceeded; then nothing is ordered or held.
    """
    whole = [(planned, wanted.dataset_id) for planned in wanted.planned_jobs]
    drawn = draw_up_all(db, scales_of(db, storage, caller.team_id, aliases), whole, caller)
    check_cap(drawn, wanted.max_cost)
    made = [sample(db, wanted.dataset_id, planned.share, wanted.seed, caller) for planned in wanted.planned_jobs]
    group = _new(wanted, caller)
    group.asked = [_asked(one, dataset.id) for one, dataset in zip(drawn, made, strict=True)]
    db.add(group)
    db.flush()
    audit(db, caller, "group.order", group.id, name=group.name)
    if wanted.has_shares:
        group.due_at = db.scalar(select(now()))
        ring(db, Task.ORDER_GROUPS)
    else:
        _place(db, group, drawn, caller)
    return group


def cancel(db: Session, group_id: GroupId, caller: Caller) -> JobGroup:
    """Have every job of a group that is not over stopped, or order none. Repeating it changes nothing. Raises NotFound."""
    group = get_group(db, group_id, team_id=caller.team_id, for_update=True)
    if group.status is GroupStatus.PREPARING:
        group.status, group.due_at = GroupStatus.CANCELLED, None
        group.reason_code, group.reason = "cancel_requested", "Cancelled before anything was ordered."
        # Without its token a worker that looks at it just now orders nothing.
        group.claim_token = group.claimed_until = None
    # All are locked before the first gives money back: who looks at one of them wants the budget after it, too.
    for job in jobs_of(db, group_id, for_update=True):
        if job.status not in JOB.terminal:
            jobs.cancel(db, job.id, caller)
    audit(db, caller, "group.cancel", group.id, team_id=group.team_id)
    return group


def take(db: Session) -> JobGroup | None:
    """Claim the group that has been due longest."""
    return claim_counted(db, JobGroup)


def go_on(db: Session, storage: Storage, taken: JobGroup, aliases: Aliases) -> None:
    """Order the jobs of a group whose shares are written; wait for them, or say why it cannot be. Fenced by the claim."""
    group = fenced(db, JobGroup, taken.id, taken.claim_token)
    if group is None:
        return
    caller = TeamCaller(group.created_by, Role.MEMBER, "", group.team_id)
    try:
        with db.begin_nested():
            if group.is_hopeless:
                raise InternalError("Ordering its jobs was tried again and again, and failed each time on our side.")
            made = [(PlannedJob.from_json(group.dataset_id, one), DatasetId(one["made"])) for one in group.asked]
            if any(get_dataset(db, dataset_id).status in PENDING for _, dataset_id in made):
                group.due_at, group.attempts = db.scalar(select(seconds_from_now(SHARES_SECONDS))), 0
                return
            drawn = draw_up_all(db, scales_of(db, storage, caller.team_id, aliases), made, caller)
            check_cap(drawn, group.max_cost)
            _place(db, group, drawn, caller)
    except Problem as refusal:
        group.status, group.due_at = GroupStatus.REFUSED, None
        group.reason_code, group.reason = refusal.code, refusal.detail


def _place(db: Session, group: JobGroup, drawn: Sequence[Drawn], caller: TeamCaller) -> None:
    for one in drawn:
        one.job.group_id = group.id
    group.for_evaluations = total(one.evaluation for one in drawn)
    jobs.place(db, [one.job for one in drawn], caller)
    group.status, group.due_at = GroupStatus.ORDERED, None
    group.reason_code = group.reason = None


def _asked(drawn: Drawn, made: DatasetId) -> dict[str, Any]:
    """Who orders it later sees the connections of all teams: where it is trained, and whom it is compared with there, is chosen
    now, among those of this team.
    """
    chosen = {"connection_id": drawn.job.connection_id, "evaluation": drawn.job.evaluation}
    return drawn.planned.as_json() | chosen | {"made": made}


def _new(wanted: GroupOrder, caller: TeamCaller) -> JobGroup:
    return JobGroup(
        id=GroupId(ids.new("grp")),
        team_id=caller.team_id,
        created_by=caller.key_id,
        name=wanted.name,
        dataset_id=wanted.dataset_id,
        max_cost=wanted.max_cost,
        status=GroupStatus.PREPARING if wanted.has_shares else GroupStatus.ORDERED,
    )
