"""Where a job stands at a given moment. Nothing runs in the background: it follows from the time that has passed.

A job's own seconds run `pace` times as fast as the clock. Real trainings take an hour; these durations keep the
proportions of the observed ones and are shortened at the tail.
"""

from dataclasses import dataclass

from sandbox import pausing, rewarding
from sandbox.records import Job
from sandbox.wire import Dialect

VALIDATED_AT = 40.0
STARTED_AT = 100.0
_SECONDS_PER_STEP = 18.0
_SHORTEST_TRAINING, _LONGEST_TRAINING = 300.0, 5_400.0
_TAIL_SECONDS = {Dialect.OPENAI: 120.0, Dialect.AZURE: 240.0, Dialect.COMPATIBLE: 60.0}
TERMINAL = frozenset({"succeeded", "failed", "cancelled"})


@dataclass(frozen=True, slots=True)
class Progress:
    """`elapsed` and `finished_at_elapsed` are in the job's own seconds since it was accepted."""

    status: str
    steps_done: int
    elapsed: float
    finished_at_elapsed: float | None


def starts_at(job: Job) -> float:
    """When its first step begins."""
    return STARTED_AT + (rewarding.SETUP_SECONDS if job.method == rewarding.METHOD else 0.0)


def training_seconds(job: Job) -> float:
    if job.method == rewarding.METHOD:
        return rewarding.step_seconds(job) * job.plan.steps
    return min(max(job.plan.steps * _SECONDS_PER_STEP, _SHORTEST_TRAINING), _LONGEST_TRAINING)


def step_at(job: Job, step: int) -> float:
    """When a step is done."""
    return starts_at(job) + training_seconds(job) * step / job.plan.steps


def finish_at(job: Job) -> float:
    """When the job ends if nobody cancels it."""
    if job.plan.fault is not None:
        return VALIDATED_AT
    if job.breaks is not None:
        return starts_at(job) + training_seconds(job) / 2
    return starts_at(job) + training_seconds(job) + _TAIL_SECONDS[job.dialect]


def wall_time(job: Job, elapsed: float) -> float:
    """The clock's time of a moment in the job's life."""
    return job.created_at + elapsed / job.pace + pausing.delay(job, elapsed)


def progress(job: Job, now: float) -> Progress:
    until = now if job.cancelled_at is None else job.cancelled_at
    elapsed = max(0.0, (until - job.created_at - pausing.stood_still(job, until)) * job.pace)
    finish = finish_at(job)
    if job.cancelled_at is not None:
        return Progress("cancelled", _steps_done(job, elapsed), elapsed, elapsed)
    if elapsed >= finish:
        failed = job.plan.fault is not None or job.breaks is not None
        return Progress("failed" if failed else "succeeded", _steps_done(job, finish), elapsed, finish)
    status = pausing.status(job, now) or _live_status(job, elapsed)
    return Progress(status, _steps_done(job, elapsed), elapsed, None)


def _live_status(job: Job, elapsed: float) -> str:
    if elapsed >= STARTED_AT:
        return "running"
    if job.dialect is Dialect.AZURE:
        return "pending"
    return "queued" if elapsed >= VALIDATED_AT else "validating_files"


def _steps_done(job: Job, elapsed: float) -> int:
    if job.plan.fault is not None or elapsed <= starts_at(job):
        return 0
    return min(job.plan.steps, int(job.plan.steps * share_done(job, elapsed)))


def share_done(job: Job, elapsed: float) -> float:
    """Of the training, after so many of the job's own seconds; more than 1 when it is over."""
    return (elapsed - starts_at(job)) / training_seconds(job)
