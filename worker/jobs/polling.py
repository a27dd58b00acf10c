"""Looking at a provider's job: its status first, then everything that it has said since the last look."""

from shared.jobs.endings import record_lost
from shared.jobs.looking import Look, record_look
from shared.jobs.queries import known_provider_events
from shared.jobs.recording import record_failure
from shared.jobs.taking import Work
from shared.lifecycles import JobStatus
from shared.providers.base import Cancelled, Finished, Paused, Provider, ProviderJob, StillRunning
from worker.context import Context


def look(context: Context, work: Work, provider: Provider) -> None:
    """One look, and the request to stop where somebody has asked for it."""
    job_id = work.job.provider_job_id
    if job_id is None:
        with context.database.transaction() as db:
            record_failure(db, work, "Nothing was bought.", "cancelled")
        return
    seen = provider.job(job_id)
    if seen is None:
        with context.database.transaction() as db:
            record_lost(db, work)
        return
    _record(context, work, provider, _stopped(work, provider, seen))


def _stopped(work: Work, provider: Provider, seen: ProviderJob) -> ProviderJob:
    live = isinstance(seen.outcome, StillRunning | Paused)
    return provider.cancel(seen.id) if live and work.job.status is JobStatus.CANCELLING else seen


def _record(context: Context, work: Work, provider: Provider, seen: ProviderJob) -> None:
    with context.database.reading() as db:
        known = known_provider_events(db, work.job.id)
    over = isinstance(seen.outcome, Finished | Cancelled)
    seen_all = Look(seen, provider.events(seen.id, known), provider.checkpoints(seen.id) if over else ())
    with context.database.transaction() as db:
        record_look(db, work, seen_all, next_seconds=context.poll_seconds)
