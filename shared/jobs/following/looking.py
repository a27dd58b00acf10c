"""What the worker writes after a look at the provider's job: what it tells, and what that means for the status.

A look that finds nothing new only says when to look again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import assert_never

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shared.db import now, seconds_from_now
from shared.jobs.costs.bills import step_times, timed_cost
from shared.jobs.costs.caps import AT_CAP, at_its_most, cap_of, note_cost
from shared.jobs.costs.stopping import EARLY, MAX_COST, VALID_LOSS, VALID_REWARD, cost_so_far, has_stopped_learning
from shared.jobs.costs.timing import is_timed, is_trained, tick
from shared.jobs.endings import end_cancelled, fail, succeed, wait_for_name
from shared.jobs.following.measurements import record_checkpoints, record_events
from shared.jobs.found import refresh
from shared.jobs.scheduling.taking import Work, held_job
from shared.jobs.story import explain, move
from shared.jobs.tables import AtMaxCost, Job, JobMetric, Origin, Wish
from shared.lifecycles import JobStatus
from shared.money import Usd, per_million
from shared.providers.base import (
    PAUSING,
    Cancelled,
    Finished,
    Outcome,
    Paused,
    ProviderCheckpoint,
    ProviderEvent,
    ProviderJob,
    Refused,
    StillRunning,
    Unnamed,
)

_SAID = {VALID_LOSS: "validation loss", VALID_REWARD: "reward in validation"}


@dataclass(frozen=True, slots=True)
class Look:
    """What was seen of a provider's job. `events` None = its log was not asked for."""

    job: ProviderJob
    events: Sequence[ProviderEvent] | None = None
    checkpoints: Sequence[ProviderCheckpoint] = ()
    refused: str | None = None
    """Why the provider did not do what was wished."""


def is_news(job: Job, seen: ProviderJob) -> bool:
    """Whether a status tells anything that is not written down: then `record_look` writes it. Time that is billed always does."""
    if is_timed(job):
        return True
    as_before = JobStatus.PAUSED if isinstance(seen.outcome, Paused) else JobStatus.RUNNING
    return bool(job.attempts or job.missed) or job.provider_status != seen.status or job.status is not as_before


def record_look(db: Session, work: Work, look: Look, *, next_seconds: float) -> None:
    """Write down what was seen. Steps, losses and events first; then what it means for the status."""
    if (job := held_job(db, work)) is None:
        return
    if (job.attempts or job.missed) and job.status is JobStatus.RUNNING:
        explain(db, job, "The provider answers again.")
    job.attempts = job.missed = 0
    moment = db.scalars(select(now())).one()
    job.provider_status = look.job.status
    if look.events is not None:
        record_events(db, job, look.events, look.job)
        job.events_at = moment
    record_checkpoints(db, job, look.checkpoints)
    if is_timed(job):
        job.progress = tick(job.progress, look.job, moment, step_times(db, job))
    if job.origin is not Origin.ORDERED:
        refresh(job, look.job)
    cost = _cost(db, job, look.job)
    if not _was_hurried(job, work):
        job.due_at = db.scalar(select(seconds_from_now(next_seconds)))
    if look.refused is not None and job.wish is not None:
        _record_refused(db, job, job.wish, look.refused)
    if isinstance(look.job.outcome, StillRunning) and look.job.status != PAUSING:
        _fulfil(job, Wish.RESUME)
    _record_outcome(db, job, look.job.outcome)
    # Whatever is wished of it: a pause that is not granted must not let it go on past its most.
    if job.status is JobStatus.RUNNING and not (AT_CAP in job.progress and job.wish is Wish.PAUSE):
        _stop_if_due(db, job, cost)


def _was_hurried(job: Job, work: Work) -> bool:
    """Whether somebody cancelled it, wished something of it or began to watch it while the provider was asked: then it is due at
    once, as that said.
    """
    cancelled = job.status is JobStatus.CANCELLING and work.job.status is not JobStatus.CANCELLING
    wished = job.wish is not None and job.wish is not work.job.wish
    return cancelled or wished or (job.watched_at is not None and job.watched_at > work.claimed_at)


def _record_outcome(db: Session, job: Job, outcome: Outcome) -> None:
    match outcome:
        case Unnamed(billed_tokens=billed):
            wait_for_name(db, job, billed)
        case StillRunning():
            if job.status is JobStatus.PAUSED:
                move(db, job, JobStatus.RUNNING, "The provider goes on with the job.")
        case Paused():
            _fulfil(job, Wish.PAUSE)
            if job.status is JobStatus.RUNNING:
                stopped = job.progress.get(AT_CAP)
                message = f"{stopped} It is paused." if stopped else "The provider has paused the job."
                job.progress = {**job.progress, "kept_step": job.progress.get("step", 0)}
                move(db, job, JobStatus.PAUSED, message, code=MAX_COST if stopped else None)
        case Finished() as finished:
            succeed(db, job, finished)
        case Refused(code=code, reason=reason):
            fail(db, job, f"The provider ended the job: {reason}", code)
        case Cancelled(billed_tokens=billed):
            end_cancelled(db, job, billed)
        case unexpected:
            assert_never(unexpected)


def _fulfil(job: Job, wish: Wish) -> None:
    if job.wish is wish:
        job.wish = None


def _record_refused(db: Session, job: Job, wish: Wish, why: str) -> None:
    """A wish is asked for again. Only where the money is at its end, and standing still is not to be had, the job is stopped."""
    if stopped := job.progress.get(AT_CAP):
        job.wish = None
        _cancel(db, job, f"{stopped} The provider does not pause it, so it is cancelled.", MAX_COST)
    else:
        explain(db, job, f"The provider does not {wish} it yet: {why}", code=f"{wish}_refused")


def _stop_if_due(db: Session, job: Job, cost: Usd | None) -> None:
    if is_timed(job) and is_trained(job.progress):
        return  # all of it is bought, and its last checks cost nothing
    if why := at_its_most(db, job, cost):
        _stop_at_most(db, job, why)
    elif (
        job.wish is None
        and job.early_stop is not None
        and has_stopped_learning(_losses(db, job), job.early_stop["evaluations"])
    ):
        evaluations, measured = job.early_stop["evaluations"], _SAID[job.early_stop["metric"]]
        message = f"Stopped early: the {measured} was no better in the last {evaluations} evaluations than before."
        _cancel(db, job, message, EARLY)
    elif cost is not None and (most := cap_of(job)) is not None and is_timed(job):
        _look_when_it_is_used_up(db, job, most - cost)


def _cost(db: Session, job: Job, seen: ProviderJob) -> Usd | None:
    """What the work that was seen costs, noted for whoever looks at the job or its group."""
    if is_timed(job):
        cost, hours = timed_cost(db, job)
        job.progress = {**job.progress, "cost_usd": str(cost), "hours": round(hours, 4)}
        note_cost(db, job, cost)
        return cost
    known = cost_so_far(job, seen)
    if known is not None:
        note_cost(db, job, known)
    return known


def _stop_at_most(db: Session, job: Job, message: str) -> None:
    if job.at_max_cost is AtMaxCost.CANCEL:
        _cancel(db, job, message, MAX_COST)
        return
    job.wish = Wish.PAUSE
    job.progress = {**job.progress, AT_CAP: message}
    explain(db, job, message, code=MAX_COST)
    job.due_at = db.scalar(select(now()))


def _look_when_it_is_used_up(db: Session, job: Job, left: Usd) -> None:
    """Not after the money is: the next look is due at the moment at which an hour's price has used up what is left."""
    seconds = left.nanos / per_million(1_000_000, Decimal(job.usd_per_million)).nanos * 1_000_000
    job.due_at = db.scalar(select(func.least(job.due_at, seconds_from_now(max(1.0, seconds)))))


def _cancel(db: Session, job: Job, message: str, code: str) -> None:
    if job.status is JobStatus.RUNNING:
        move(db, job, JobStatus.CANCELLING, message, code=code)
        job.due_at = db.scalar(select(now()))


def _losses(db: Session, job: Job) -> Sequence[float]:
    """What is to fall; a reward, which is to rise, is turned over."""
    column = -JobMetric.valid_reward if is_timed(job) else JobMetric.valid_loss
    measured = db.scalars(
        select(column).where(JobMetric.job_id == job.id, column.is_not(None)).order_by(JobMetric.step)
    )
    return [loss for loss in measured if loss is not None]
