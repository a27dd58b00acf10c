"""How soon a job at its provider is looked at again, and when its log is read. Pure; everything is a multiple of a shortest time.

Soon while something is likely to happen or somebody waits for it; half a minute at most, so that no end goes unseen for longer.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.jobs.costs.timing import is_timed
from shared.jobs.tables import Job
from shared.lifecycles import JobStatus
from shared.providers.base import Paused, ProviderJob, StillRunning

WATCHED = timedelta(minutes=1)
"""How long a job counts as watched after somebody looked at it."""
_FRESH = timedelta(minutes=1)
_YOUNG = timedelta(minutes=10)
_NEAR = timedelta(minutes=1)
_LATE = timedelta(minutes=10)
"""So long after the provider's own estimate its word is worth nothing any more."""
_SHARE_FOR_LOGS = 0.25
"""Of a connection's requests, how many may go into logs that nobody reads just now."""


@dataclass(frozen=True, slots=True)
class Rhythm:
    """`shortest`: seconds between two looks at a job that is followed closely. `live`: jobs at the connection, which share its
    `requests_per_minute`. `moment` is Postgres's.
    """

    shortest: float
    moment: datetime
    live: int
    requests_per_minute: int

    def is_watched(self, job: Job) -> bool:
        return job.watched_at is not None and self.moment - job.watched_at <= WATCHED

    def comes_first(self, job: Job) -> bool:
        """Whether its events are read before those of others: somebody waits for them, or its time costs money."""
        return self.is_watched(job) or is_timed(job)

    def next_look(self, job: Job, seen: ProviderJob) -> float:
        """Seconds until the next look, after one that showed this."""
        is_live = isinstance(seen.outcome, StillRunning | Paused)
        if not is_live or job.status is JobStatus.CANCELLING or self.is_watched(job):
            return self.shortest
        age = self.moment - (job.started_at or job.created_at)
        if age < _FRESH or self._is_nearly_over(seen):
            return self.shortest
        return (3 if age < _YOUNG else 6) * self.shortest

    def wants_log(self, job: Job) -> bool:
        """Whether a live job's events are to be read, if requests are left for them. What stops by its steps is always read."""
        if job.events_at is None or self.comes_first(job) or job.max_cost is not None or job.early_stop is not None:
            return True
        return self.moment - job.events_at >= timedelta(seconds=self._log_seconds())

    def _is_nearly_over(self, seen: ProviderJob) -> bool:
        if seen.estimated_finish is None:
            return False
        return -_LATE < seen.estimated_finish - self.moment < _NEAR

    def _log_seconds(self) -> float:
        share = self.requests_per_minute * _SHARE_FOR_LOGS / 60
        return max(3 * self.shortest, self.live / share)
