"""Ordering the evaluations that jobs which succeeded were ordered with: the worker's half of `following`.

What a job's end wrote down (a `FollowUp`) and the evaluation change in one transaction, so that no kill loses one or orders two.
No provider is asked here. A model that cannot be asked yet (Azure answers from deployments, which somebody has to make) is
waited for; any other refusal is told on the job, and changes nothing else.
"""

from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.connections.tables import Connection
from shared.db import claim_counted, fenced, now, seconds_from_now
from shared.errors import InternalError, MaxCostExceeded, NotDeployed, NotFound, Problem
from shared.evaluations.actions import submit
from shared.evaluations.following import Trained, asked
from shared.evaluations.tables import Evaluation
from shared.evaluations.weighing import Order, Wanted
from shared.ids import ModelId
from shared.jobs.after import EvaluationPlan
from shared.jobs.queries import get_job
from shared.jobs.story import note
from shared.jobs.tables import FollowUp, Job
from shared.money import Usd
from shared.notices.actions import tell
from shared.registry.queries import model_of_job
from shared.storage import Storage
from shared.teams.caller import TeamCaller
from shared.teams.tables import Role

LOOK_SECONDS, LONGEST_SECONDS = 60.0, 900.0
"""How often to see whether a model can be asked by now: at first, and when that has been waited for a long time."""
PATIENCE = timedelta(days=7)
"""How long that is waited for, from the job's end on."""


def take(db: Session) -> FollowUp | None:
    """Claim what has been due longest."""
    return claim_counted(db, FollowUp)


def fulfil(db: Session, storage: Storage, taken: FollowUp, aliases: Mapping[str, ModelId]) -> None:
    """Order the evaluation, or say why not, in this one transaction. Without the claim nothing is written."""
    # The job first: so does everybody who then wants the budget.
    job = get_job(db, taken.id, for_update=True)
    follow_up = fenced(db, FollowUp, taken.id, taken.claim_token)
    if follow_up is None:
        return
    if follow_up.is_hopeless:
        _refuse(db, job, follow_up, InternalError("It was tried again and again, and failed each time on our side."))
        return
    caller = TeamCaller(job.created_by, Role.MEMBER, "", job.team_id)
    try:
        with db.begin_nested():
            made = submit(db, storage, _order(db, job), caller, aliases)
            _check_planned(job, made.held)
    except NotDeployed as refusal:
        _wait(db, job, follow_up, refusal)
    except Problem as refusal:
        _refuse(db, job, follow_up, refusal)
    else:
        _ordered(db, job, follow_up, made)


def _order(db: Session, job: Job) -> Order:
    assert job.evaluation is not None
    model = model_of_job(db, job.id)
    if model is None:
        raise NotFound("model")
    trained = Trained(db.get_one(Connection, job.connection_id), job.model, job.validation_dataset_id)
    order = asked(EvaluationPlan.from_json(job.evaluation), trained)
    return Order(order.dataset_id, [*order.candidates, Wanted(model.id)], order.graders, order.max_answers)


def _check_planned(job: Job, needed: Usd) -> None:
    """Prices may have risen since, and a cap of a group keeps no more than was planned. Raises MaxCostExceeded."""
    assert job.evaluation is not None
    planned = Usd.parse(job.evaluation["at_most_usd"])
    if needed > planned:
        refusal = MaxCostExceeded(needed, planned)
        refusal.detail = (
            f"It can cost ${needed} by now; ${planned} was planned when the job was ordered. Nothing was spent."
        )
        raise refusal


def _ordered(db: Session, job: Job, follow_up: FollowUp, made: Evaluation) -> None:
    follow_up.evaluation_id, follow_up.due_at = made.id, None
    follow_up.reason_code = None
    follow_up.reason = f"Ordered as {made.id}; ${made.held} are held for it."
    note(db, job, "status", f"Its evaluation was ordered as {made.id}.", {"evaluation_id": made.id})


def _wait(db: Session, job: Job, follow_up: FollowUp, refusal: NotDeployed) -> None:
    until, moment = follow_up.created_at + PATIENCE, db.scalars(select(now())).one()
    if moment >= until:
        _refuse(db, job, follow_up, refusal)
        return
    waited = (moment - follow_up.created_at).total_seconds()
    follow_up.due_at = db.scalar(select(seconds_from_now(min(max(LOOK_SECONDS, waited / 10), LONGEST_SECONDS))))
    follow_up.attempts = 0
    if follow_up.reason_code != refusal.code:
        follow_up.reason_code = refusal.code
        follow_up.reason = (
            f"{refusal.detail} It is evaluated as soon as it can be asked, until {until:%Y-%m-%d %H:%M} UTC."
        )
        note(db, job, "status", f"Its evaluation waits: {follow_up.reason}", {"reason_code": refusal.code})


def _refuse(db: Session, job: Job, follow_up: FollowUp, refusal: Problem) -> None:
    follow_up.due_at = None
    follow_up.reason_code, follow_up.reason = refusal.code, refusal.detail
    told = f"Its evaluation was refused: {refusal.detail}"
    note(db, job, "status", told, {"reason_code": refusal.code}, level="warning")
    tell(db, job.team_id, "evaluation.refused", job.id, code=refusal.code, reason=refusal.detail)
