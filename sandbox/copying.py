"""Many jobs at once: copies of one that was accepted, each ending at a moment of its own. For tests and measurements of scale."""

from dataclasses import replace

from sandbox import ids
from sandbox.progress import finish_at
from sandbox.records import Job
from sandbox.wire import Json
from sandbox.world import World


def copy(world: World, original: Job, ends_in_seconds: list[float]) -> list[Json]:
    """One copy for each moment, begun now and over so many seconds of the clock later. Raises ValueError for none in the future."""
    if min(ends_in_seconds) <= 0:
        raise ValueError("ends_in_seconds must be greater than 0")
    copies = [_copy(world, original, seconds) for seconds in ends_in_seconds]
    for job in copies:
        world.save_job(job)
    return [{"id": job.id, "ends_at": job.created_at + finish_at(job) / job.pace} for job in copies]


def _copy(world: World, original: Job, seconds: float) -> Job:
    job_id = ids.new("ftjob", original.dialect)
    return replace(
        original,
        id=job_id,
        created_at=world.clock.now(),
        pace=finish_at(original) / seconds,
        cancelled_at=None,
        tuned_model=ids.tuned_model(job_id, original.base, original.suffix, original.dialect),
        result_file=ids.new("file", original.dialect),
    )
