"""How duplicates end: each is looked at until it is over and its bill is known, and is charged to the team whose job it repeats.

Locks are taken as everywhere: the job first, then what is written of it, then budgets.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.db import now, seconds_from_now
from shared.jobs.costs.bills import Bill, repeated_bill, repeated_token_bill
from shared.jobs.costs.timing import StepTime, is_timed
from shared.jobs.endings import LOOKS_FOR_A_BILL, LOOKS_FOR_A_JOB
from shared.jobs.following.progress import total_steps
from shared.jobs.story import note
from shared.jobs.strays.recording import GONE, note_seen
from shared.jobs.strays.tables import Stray
from shared.jobs.tables import Job
from shared.money import ZERO, Usd
from shared.providers.base import Cancelled, Finished, ProviderEvent, ProviderJob, Refused, StepMetrics, Unnamed
from shared.spend import actions as spend
from shared.spend.actions import HoldRequest
from shared.spend.tables import SpendKind

STOP_SECONDS = 5.0
"""Between looks at one that is asked to stop."""
LOOK_SECONDS = 30.0
"""Between looks at one that its provider does not know, or whose bill it does not state yet."""


def record_asked(db: Session, stray_id: int) -> None:
    """It is about to be asked about. Written down first, so that one that cannot be asked about goes behind the others."""
    stray = db.get_one(Stray, stray_id, with_for_update=True, populate_existing=True)
    stray.look_at = db.scalar(select(seconds_from_now(STOP_SECONDS)))


def record_running(db: Session, stray_id: int, seen: ProviderJob) -> None:
    """It is not over yet."""
    stray = db.get_one(Stray, stray_id, with_for_update=True, populate_existing=True)
    note_seen(stray, seen)
    stray.missed = 0


def record_missed(db: Session, stray_id: int) -> None:
    """The provider does not know it. One such answer may come from a replica that lags; after many it is gone.

    What it had done by its last word is charged, as provisional.
    """
    if (held := _held(db, stray_id)) is None:
        return
    job, stray = held
    stray.missed += 1
    if stray.missed < LOOKS_FOR_A_JOB:
        stray.look_at = db.scalar(select(seconds_from_now(LOOK_SECONDS)))
        return
    known = 0 if is_timed(job) else stray.trained_tokens or 0
    _settle(db, job, stray, GONE, repeated_token_bill(job, known, provisional=True))


def record_over(db: Session, stray_id: int, seen: ProviderJob, log: Sequence[ProviderEvent]) -> None:
    """It is over: charge it as its provider states, in the job or in its `log`; what is not stated after some looks, by the steps
    that were told of.
    """
    if (held := _held(db, stray_id)) is None:
        return
    job, stray = held
    stray.missed = 0
    bill = _bill(db, job, seen, log)
    if bill.provisional and bill.charges and not is_timed(job) and stray.looks_for_bill < LOOKS_FOR_A_BILL:
        note_seen(stray, seen)
        stray.looks_for_bill += 1
        stray.look_at = db.scalar(select(seconds_from_now(LOOK_SECONDS)))
        return
    _settle(db, job, stray, seen.status, bill)


def _held(db: Session, stray_id: int) -> tuple[Job, Stray] | None:
    """Both locked, the job first; None when it was charged meanwhile."""
    job_id = db.scalar(select(Stray.job_id).where(Stray.id == stray_id))
    if job_id is None:
        return None
    job = db.get_one(Job, job_id, with_for_update={"key_share": True}, populate_existing=True)
    stray = db.get_one(Stray, stray_id, with_for_update=True, populate_existing=True)
    return None if stray.settled_at is not None else (job, stray)


def _bill(db: Session, job: Job, seen: ProviderJob, log: Sequence[ProviderEvent]) -> Bill:
    if isinstance(seen.outcome, Refused):
        return Bill(quantity="0 tokens")
    steps = [event.metrics for event in log if event.metrics is not None]
    if is_timed(job):
        return repeated_bill(db, job, [_time(step) for step in steps])
    stated = _stated(seen, log)
    tokens = _work_done(job, seen, steps) if stated is None else stated
    return repeated_token_bill(job, tokens, provisional=stated is None)


def _time(step: StepMetrics) -> StepTime:
    graders = step.grader_tokens or {}
    return StepTime(step.step, step.seconds, {model: asdict(used) for model, used in graders.items()} or None)


def _stated(seen: ProviderJob, log: Iterable[ProviderEvent]) -> int | None:
    match seen.outcome:
        case (
            Finished(billed_tokens=int(billed))
            | Cancelled(billed_tokens=int(billed))
            | Unnamed(billed_tokens=int(billed))
        ):
            return billed
    stated = [event.billed_tokens for event in log if event.billed_tokens is not None]
    return stated[-1] if stated else None


def _work_done(job: Job, seen: ProviderJob, steps: Sequence[StepMetrics]) -> int:
    """Tokens by the steps that were told of: it was ordered as the job was. All of them when it ended well, or when it is not
    known how many steps there were to be.
    """
    whole: int = job.estimate["billed_tokens"]
    if not isinstance(seen.outcome, Cancelled):
        return whole
    last = max(steps, key=lambda one: one.step, default=None)
    if last is None:
        return 0
    epochs = seen.n_epochs or job.estimate["n_epochs"]
    total = last.total_steps or total_steps(job.estimate["examples"], epochs, seen.hyperparameters)
    return whole * min(last.step, total) // total if total else whole


def _settle(db: Session, job: Job, stray: Stray, status: str, bill: Bill) -> None:
    """Charge it once, whatever the team's budget says."""
    stray.provider_status, stray.settled_at = status, db.scalar(select(now()))
    if not stray.charged:
        stray.charged = _charge(db, job, stray, bill)
    how = ", by estimate until the bill is known" if bill.provisional and bill.charges else ""
    told = f"{stray.provider_job_id}, which was bought twice, is {status}: {bill.quantity} were charged{how}, ${stray.charged}."
    note(db, job, "provider", told, {"provider_job_id": stray.provider_job_id, "charged_usd": str(stray.charged)})


def _charge(db: Session, job: Job, stray: Stray, bill: Bill) -> Usd:
    if not is_timed(job):
        stray.trained_tokens = sum(charge.quantity for charge in bill.charges)
    if not bill.charges:
        return ZERO
    owed = HoldRequest(job.team_id, f"{job.id}/{stray.provider_job_id}", SpendKind.TRAINING, ZERO)
    return spend.charge_owed(db, owed, bill.charges)
