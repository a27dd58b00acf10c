"""How jobs end: the bill, the reason, and the model that is registered. Money first, then the status.

What a provider does not state is charged by estimate, as provisional, until its bill is known.
"""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.connections.tables import Connection
from shared.connections.trainable import trainable_model
from shared.datasets.tables import Dataset
from shared.db import seconds_from_now
from shared.jobs.after import drop, follow_up
from shared.jobs.again import is_to_stop, order_again
from shared.jobs.costs.bills import Bill, time_bill, token_bill
from shared.jobs.costs.stopping import STOPS
from shared.jobs.costs.timing import is_timed
from shared.jobs.ordering.offers import shutdown_date
from shared.jobs.recording import finish
from shared.jobs.scheduling.taking import Work, held_job
from shared.jobs.story import explain, move
from shared.jobs.tables import Job, Origin
from shared.lifecycles import JobStatus
from shared.money import ZERO, Usd
from shared.providers.base import Finished
from shared.registry.actions import Registration, register
from shared.spend import actions as spend

LOOKS_FOR_A_BILL = 5
"""How often an ended job is looked at again for the event that states its bill, before the bill is estimated."""
LOOKS_FOR_A_NAME = 20
NAME_SECONDS = 30.0
"""A job that ended well without naming its model is looked at again so often, and so far apart: ten minutes in all."""
LOOKS_FOR_A_JOB = 20
LOST_SECONDS = 30.0
"""A job that its provider does not know is looked for so often, and so far apart: ten minutes in all."""


def succeed(db: Session, job: Job, finished: Finished) -> None:
    """Charge what was billed, and register the model. Does nothing yet while the bill may still come."""
    bill = _whole_bill(db, job, finished)
    if bill is None:
        return
    if job.status is JobStatus.PAUSED:
        move(db, job, JobStatus.RUNNING, "The provider went on with the job.")
    charged = _settle(db, job, bill) or ZERO
    job.fine_tuned_model = finished.model
    job.progress = {**job.progress, "percent": 100.0, "seconds_left": 0}
    how = "by estimate, until the bill is known" if bill.provisional else "as the provider billed"
    imported = job.origin is Origin.IMPORTED
    told = "Nothing is charged." if imported else f"{bill.quantity} were charged {how}: ${charged}."
    message = f"Trained {finished.model}. {told}"
    cancelled = job.status is JobStatus.CANCELLING
    finish(db, job, JobStatus.SUCCEEDED, message, "succeeded")
    register(db, registration(db, job, finished.model, str(charged)))
    if cancelled:
        drop(db, job)
    else:
        follow_up(db, job)


def wait_for_name(db: Session, job: Job, billed: int | None) -> None:
    """It ended well, and its provider does not tell what its model is called: after ten minutes it has failed to make one.

    What was trained was billed all the same, and is charged.
    """
    looks: int = job.progress.get("looks_for_name", 0)
    if looks < LOOKS_FOR_A_NAME:
        job.progress = {**job.progress, "looks_for_name": looks + 1}
        explain(db, job, "It has ended well, and the provider does not name its model yet.", code="model_unnamed")
        job.due_at = db.scalar(select(seconds_from_now(NAME_SECONDS)))
        return
    charged = _settle(db, job, _unnamed_bill(db, job, billed)) or ZERO
    reason = f"The provider says that it succeeded, and names no model. What was trained was charged: ${charged}."
    finish(db, job, JobStatus.FAILED, reason, "no_model")


def _unnamed_bill(db: Session, job: Job, billed: int | None) -> Bill:
    if is_timed(job):
        return time_bill(db, job)
    known = billed if billed is not None else job.billed_tokens
    return token_bill(job, job.estimate["billed_tokens"] if known is None else known, provisional=known is None)


def _whole_bill(db: Session, job: Job, finished: Finished) -> Bill | None:
    if is_timed(job):
        return time_bill(db, job)
    billed = finished.billed_tokens if finished.billed_tokens is not None else job.billed_tokens
    if billed is None and _bill_may_come(job):
        return None
    tokens = job.estimate["billed_tokens"] if billed is None else billed
    return token_bill(job, tokens, provisional=billed is None)


def fail(db: Session, job: Job, reason: str, code: str) -> None:
    """Give back what was held: providers do not bill jobs that fail. Of time, what an earlier pause has kept was billed then."""
    kept = job.progress.get("kept_step") if is_timed(job) else None
    charged = _settle(db, job, time_bill(db, job, kept) if kept else Bill())
    told = f" What it had trained before its pause is charged by estimate: ${charged}." if charged else ""
    unwanted = is_to_stop(job)
    finish(db, job, JobStatus.FAILED, reason + told, code)
    if not unwanted:
        order_again(db, job, code)


def end_cancelled(db: Session, job: Job, billed: int | None) -> None:
    """Charge the work that was done before the cancellation, which providers bill."""
    if is_timed(job):
        _charge_work(db, job, None, _why_cancelled(job))
        return
    known = billed if billed is not None else job.billed_tokens
    if known is None and job.progress.get("step") and _bill_may_come(job):
        return
    _charge_work(db, job, known, _why_cancelled(job))


def _why_cancelled(job: Job) -> str:
    if job.reason_code in STOPS and job.reason:
        return job.reason
    whose = "as asked for" if job.status is JobStatus.CANCELLING else "at the provider, not through this service"
    return f"Cancelled, {whose}."


def record_lost(db: Session, work: Work) -> None:
    """The provider does not know the job. One such answer may be a mistake; after many the job is over.

    What it had done until it was last seen is charged by estimate: whoever deleted it, it was billed.
    """
    if (job := held_job(db, work)) is None:
        return
    job.missed += 1
    if job.missed < LOOKS_FOR_A_JOB:
        explain(db, job, f"The provider does not know {job.provider_job_id}. Looking again.", code="provider_lost_job")
        job.due_at = db.scalar(select(seconds_from_now(LOST_SECONDS)))
        return
    reason = f"The provider no longer knows {job.provider_job_id}."
    if job.status is JobStatus.CANCELLING:
        _charge_work(db, job, job.billed_tokens, reason)
        return
    _settle(db, job, _work_bill(db, job, None))
    told = "Nothing is charged." if job.origin is Origin.IMPORTED else "Work that was seen is charged by estimate."
    finish(db, job, JobStatus.FAILED, f"{reason} {told}", "provider_lost_job")


def _charge_work(db: Session, job: Job, known: int | None, message: str) -> None:
    bill = _work_bill(db, job, known)
    told = "Nothing is charged." if job.origin is Origin.IMPORTED else "Nothing was trained, and nothing is charged."
    if charged := _settle(db, job, bill):
        how = " by estimate" if bill.provisional else ""
        told = f"{bill.quantity} were trained and are charged{how}: ${charged}."
    code = job.reason_code if job.reason_code in STOPS else None
    finish(db, job, JobStatus.CANCELLED, f"{message} {told}", code or "cancelled")


def _work_bill(db: Session, job: Job, known: int | None) -> Bill:
    """What was done, by the provider's own number of tokens if that is known."""
    if is_timed(job):
        return time_bill(db, job)
    return token_bill(job, _work_done(job) if known is None else known, provisional=known is None)


def _settle(db: Session, job: Job, bill: Bill) -> Usd | None:
    if not bill.charges:
        spend.release(db, job.id)
        return None
    return spend.settle(db, job.id, bill.charges)


def _bill_may_come(job: Job) -> bool:
    """Azure states its bill in an event of its own, which may come after the status. Counts the looks."""
    looks: int = job.progress.get("looks_for_bill", 0)
    job.progress = {**job.progress, "looks_for_bill": looks + 1}
    return looks < LOOKS_FOR_A_BILL


def _work_done(job: Job) -> int:
    """Tokens by the steps that were seen; all of them when it is not known how many steps there were to be."""
    step, total = job.progress.get("step", 0), job.progress.get("total_steps")
    billed: int = job.estimate["billed_tokens"]
    return billed * min(step, total) // total if total else (billed if step else 0)


def registration(db: Session, job: Job, provider_model: str, charged_usd: str) -> Registration:
    """How a model that a job made enters the registry."""
    connection = db.get_one(Connection, job.connection_id)
    known = trainable_model(connection, job.model)
    return Registration(
        team_id=job.team_id,
        job_id=job.id,
        connection_id=job.connection_id,
        provider_model=provider_model,
        base_model=job.model,
        lineage=_lineage(db, job, connection, charged_usd),
        shutdown_date=shutdown_date(connection, known) if known else None,
    )


def _lineage(db: Session, job: Job, connection: Connection, charged_usd: str) -> dict[str, Any]:
    given = {"training": job.dataset_id, "validation": job.validation_dataset_id}
    found = {role: db.get_one(Dataset, dataset_id) for role, dataset_id in given.items() if dataset_id}
    return {
        "datasets": {
            role: {
                "id": one.id,
                "name": one.name,
                "version": one.version,
                "sha256": one.sha256,
                "examples_sha256": one.examples_sha256,
            }
            for role, one in found.items()
        },
        # Whoever calls the model must write prompts as its training data did.
        "recipe": found["training"].recipe if found else None,
        "origin": job.origin,
        "told": job.told,
        "job_id": job.id,
        "provider": connection.provider,
        "connection_id": connection.id,
        "provider_job_id": job.provider_job_id,
        "base_model": job.model,
        "continues": job.continues,
        "method": job.method,
        "tier": job.tier,
        "hyperparameters": job.hyperparameters,
        "grader": job.grader,
        "response_format": job.response_format,
        "n_epochs": job.estimate["n_epochs"] or None,
        "seed": job.seed,
        "billed_tokens": job.billed_tokens,
        "billed_seconds": job.billed_seconds,
        "charged_usd": charged_usd,
        "price_id": job.price_id,
    }
