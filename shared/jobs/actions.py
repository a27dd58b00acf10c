"""What changes jobs."""

from shared.lifecycles import JobStatus
from shared.queue import Task

PHASES: dict[Task, tuple[JobStatus, ...]] = {
    Task.SUBMIT_JOBS: (JobStatus.QUEUED, JobStatus.UPLOADING, JobStatus.SUBMITTING),
    Task.POLL_JOBS: (JobStatus.RUNNING, JobStatus.PAUSED, JobStatus.CANCELLING),
    Task.CLEAN_UP_JOBS: (JobStatus.SUCCEEDED, JobStatus.FAILED, JobStatus.CANCELLED),
}
"""Which kind of work a job in some status is due for."""
