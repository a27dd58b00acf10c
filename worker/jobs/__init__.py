"""Jobs, as the worker sees them: claim one, do the step that it needs, record."""

from contextlib import closing

import structlog

from shared.connections.access import provider_of
from shared.connections.allowance import give_back
from shared.connections.credentials import CannotOpen
from shared.connections.outages import note_answer
from shared.db import UNAVAILABLE
from shared.jobs.recording import record_failure
from shared.jobs.scheduling.rounds import take_round
from shared.jobs.scheduling.taking import Step, Work, take
from shared.jobs.tables import Job
from shared.providers.base import ProviderError
from shared.queue import Task
from worker.context import Context
from worker.heartbeat import kept
from worker.jobs.cleaning import clean_up, drop
from worker.jobs.ordering import Unanswered, order, reconcile
from worker.jobs.polling import look_at
from worker.jobs.trouble import record_fault, record_trouble
from worker.jobs.uploading import upload
from worker.meter import Meter
from worker.task import task

log = structlog.get_logger()

_STEPS = {
    Step.UPLOAD: upload,
    Step.ORDER: order,
    Step.RECONCILE: reconcile,
    Step.CLEAN_UP: clean_up,
}


@task(Task.UPLOAD_FILES)
def upload_files(context: Context) -> bool:
    """Send one job's files, which may take long."""
    return _advance(context, Task.UPLOAD_FILES)


@task(Task.SUBMIT_JOBS)
def submit_jobs(context: Context) -> bool:
    """Order one job whose files are there, or find out whether it was ordered, though it was cancelled since."""
    return _advance(context, Task.SUBMIT_JOBS)


@task(Task.POLL_JOBS)
def poll_jobs(context: Context) -> bool:
    """See how the jobs of one connection are doing whose looks are due."""
    with context.database.transaction() as db:
        round_ = take_round(db)
    if round_ is None:
        return False
    with kept(context.database, Job, [job.id for job in round_.jobs], round_.token):
        look_at(context, round_)
    return True


@task(Task.CLEAN_UP_JOBS)
def clean_up_jobs(context: Context) -> bool:
    """Take one ended job's files away from the provider."""
    return _advance(context, Task.CLEAN_UP_JOBS)


def _advance(context: Context, name: Task) -> bool:
    with context.database.transaction() as db:
        work = take(db, name)
    if work is None:
        return False
    meter = Meter(work.drawn)
    with (
        structlog.contextvars.bound_contextvars(job=work.job.id),
        kept(context.database, Job, [work.job.id], work.token),
    ):
        try:
            _do(context, work, meter)
        except (ProviderError, CannotOpen) as error:
            record_trouble(context, work, error)
        except UNAVAILABLE:
            raise  # without a database nothing can be written down: the claim runs out, and the next one goes on
        except Exception:
            log.exception("job_step_failed", step=work.step.name)
            record_fault(context, work)
    with context.database.transaction() as db:
        give_back(db, work.connection.id, meter.allowed, meter.asked)
    return True


def _do(context: Context, work: Work, meter: Meter) -> None:
    if work.barred is not None:
        with context.database.transaction() as db:
            record_failure(db, work, work.barred, "barred")
        return
    if work.step is Step.DROP:
        drop(context, work)
        return
    try:
        with closing(provider_of(work.connection, context.vault, on_request=meter)) as provider:
            _STEPS[work.step](context, work, provider)
    except Unanswered:
        return
    if work.connection.failures:
        with context.database.transaction() as db:
            note_answer(db, work.connection.id)
