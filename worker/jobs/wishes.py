"""Asking a provider for what somebody wants of a job: that it stops, stands still or goes on. Whether it is so, a look tells."""

from shared.jobs.tables import Job, Wish
from shared.lifecycles import JobStatus
from shared.providers.base import PAUSING, Paused, Provider, ProviderJob, Rejected, StillRunning, Throttled, Unavailable


def is_over(seen: ProviderJob) -> bool:
    return not isinstance(seen.outcome, StillRunning | Paused)


def as_wished(provider: Provider, job: Job, seen: ProviderJob) -> tuple[ProviderJob, str | None]:
    """The provider's job after it was asked for what is wanted, and why it refused if it did."""
    if is_over(seen):
        return seen, None
    if job.status is JobStatus.CANCELLING:
        return provider.cancel(seen.id), None
    try:
        match job.wish:
            case Wish.PAUSE if isinstance(seen.outcome, StillRunning) and seen.status != PAUSING:
                return provider.pause(seen.id), None
            case Wish.RESUME if isinstance(seen.outcome, Paused):
                return provider.resume(seen.id), None
    except (Rejected, Throttled, Unavailable) as error:
        # What was seen is recorded all the same, and metered: the wish is asked for again.
        if isinstance(error, Rejected) and error.credential:
            raise
        return seen, error.reason
    return seen, None
