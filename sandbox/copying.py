"""Many jobs at once: copies of one that was accepted, each lasting as long as is wanted. For tests and measurements of scale."""

from dataclasses import replace

from sandbox import ids
from sandbox.progress import STARTED_AT, VALIDATED_AT, finish_at, wall_time
from sandbox.records import Job
from sandbox.wire import Json
from sandbox.world import World


def copy(world: World, original: Job, begins_in_seconds: float, lasting_seconds: list[float]) -> list[Json]:
    """One copy for each duration, on the clock. All begin together, and are new until then. Raises ValueError for no duration."""
    if min(lasting_seconds) <= 0:
        raise ValueError("lasting_seconds must be greater than 0")
    begins_at = world.clock.now() + begins_in_seconds
    copies = [_copy(original, begins_at, seconds) for seconds in lasting_seconds]
    for job in copies:
        world.save_job(job)
    return [{"id": job.id, "moments": _moments(job)} for job in copies]


def _moments(job: Job) -> Json:
    """When the job comes to each status that follows its first, on the clock."""
    elapsed = {"queued": VALIDATED_AT, "running": STARTED_AT, "succeeded": finish_at(job)}
    return {status: wall_time(job, seconds) for status, seconds in elapsed.items()}


def _copy(original: Job, begins_at: float, seconds: float) -> Job:
    job_id = ids.new("ftjob", original.dialect)
    return replace(
        original,
        id=job_id,
        created_at=begins_at,
        pace=finish_at(original) / seconds,
        cancelled_at=None,
        pauses=[],
        tuned_model=ids.tuned_model(job_id, original.base, original.suffix, original.dialect),
        result_file=ids.new("file", original.dialect),
    )
