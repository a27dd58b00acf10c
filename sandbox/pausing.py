"""Jobs that stand still for a while: what that does to their own time, and how they are called meanwhile.

A pause takes a snapshot first, and going on begins with a wait for room; both last some of the job's own seconds, in which it
does not train.
"""

from sandbox.records import Job, Pause
from sandbox.wire import Dialect

_TAKES = 20.0


def pause(job: Job, elapsed: float, now: float) -> None:
    job.pauses.append(Pause(elapsed, now))


def resume(job: Job, now: float) -> None:
    job.pauses[-1].until = now + _TAKES / job.pace


def stood_still(job: Job, now: float) -> float:
    """For how long until now, on the clock."""
    ends = ((now if each.until is None else min(now, each.until), each.since) for each in job.pauses)
    return sum(max(0.0, end - since) for end, since in ends)


def delay(job: Job, elapsed: float) -> float:
    """By how much pauses have put off a moment of the job's own time, on the clock."""
    return sum(each.until - each.since for each in job.pauses if each.until is not None and each.elapsed < elapsed)


def status(job: Job, now: float) -> str | None:
    """What a job that stands still is called; None of one that does not."""
    if not job.pauses:
        return None
    last = job.pauses[-1]
    if last.until is None:
        return "paused" if now >= last.since + _TAKES / job.pace else "pausing"
    if now < last.until:
        return "resuming" if job.dialect is Dialect.AZURE else "queued"
    return None
