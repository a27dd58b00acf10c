"""Jobs, as the worker sees them: claim one, do the step that it needs, record."""

from contextlib import closing

from shared.connections.access import provider_of
from shared.connections.credentials import CannotOpen
from shared.jobs.recording import Step, Work, take
from shared.jobs.tables import Job
from shared.providers.base import ProviderError
from shared.queue import Task
from worker.context import Context
from worker.heartbeat import kept
from worker.jobs.cleaning import clean_up
from worker.jobs.ordering import order, reconcile
from worker.jobs.polling import look
from worker.jobs.trouble import record_trouble
from worker.jobs.uploading import resume_upload, upload
from worker.task import task

_STEPS = {
    Step.UPLOAD: upload,
    Step.RESUME_UPLOAD: resume_upload,
    Step.ORDER: order,
    Step.RECONCILE: reconcile,
    Step.LOOK: look,
    Step.CLEAN_UP: clean_up,
}


@task(Task.SUBMIT_JOBS)
def submit_jobs(context: Context) -> bool:
    """Bring one job a step nearer to the provider."""
    return _advance(context, Task.SUBMIT_JOBS)


@task(Task.POLL_JOBS)
def poll_jobs(context: Context) -> bool:
    """See how one job is doing."""
    return _advance(context, Task.POLL_JOBS)


@task(Task.CLEAN_UP_JOBS)
def clean_up_jobs(context: Context) -> bool:
    """Take one ended job's files away from the provider."""
    return _advance(context, Task.CLEAN_UP_JOBS)


def _advance(context: Context, name: Task) -> bool:
    with context.database.transaction() as db:
        work = take(db, name)
    if work is None:
        return False
    with kept(context.database, Job, work.job.id, work.token):
        try:
            _ask(context, work)
        except (ProviderError, CannotOpen) as error:
            record_trouble(context, work, error)
    return True


def _ask(context: Context, work: Work) -> None:
    with closing(provider_of(work.connection, context.vault)) as provider:
        _STEPS[work.step](context, work, provider)
