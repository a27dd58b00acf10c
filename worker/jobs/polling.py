"""Looking at a provider's job: its status first, then everything that it has said since the last look."""

from shared.jobs.looking import Look, record_look
from shared.jobs.queries import known_provider_events
from shared.jobs.recording import Work, record_failure, record_wait
from shared.lifecycles import JobStatus
from shared.providers.base import Cancelled, Finished, Provider
from worker.context import Context

LOST_JOB_SECONDS = 30.0


def look(context: Context, work: Work, provider: Provider) -> None:
    """One look, and the request to stop where somebody has asked for it."""
    job_id = work.job.provider_job_id
    if job_id is None:
        with context.database.transaction() as db:
            record_failure(db, work, "Nothing was bought.", "cancelled")
        return
    seen = provider.cancel(job_id) if work.job.status is JobStatus.CANCELLING else provider.job(job_id)
    if seen is None:
        with context.database.transaction() as db:
            record_wait(db, work, f"The provider does not know {job_id}.", "provider_lost_job", LOST_JOB_SECONDS)
        return
    with context.database.reading() as db:
        known = known_provider_events(db, work.job.id)
    over = isinstance(seen.outcome, Finished | Cancelled)
    seen_all = Look(seen, provider.events(job_id, known), provider.checkpoints(job_id) if over else ())
    with context.database.transaction() as db:
        record_look(db, work, seen_all, next_seconds=context.poll_seconds)
