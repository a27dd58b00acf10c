"""Fine-tuning jobs: accepted, shown, cancelled. An accepted job is owed from the moment its record is stored."""

import random
from collections.abc import Callable
from functools import partial

from sandbox import ids, pausing
from sandbox.catalogue import training_tier
from sandbox.operations import orders
from sandbox.planning import plan, read_ahead
from sandbox.progress import TERMINAL
from sandbox.records import Job
from sandbox.refusals import Refusal, no_job
from sandbox.shapes import checkpoints as checkpoint_shapes
from sandbox.shapes import events as event_shapes
from sandbox.shapes import jobs as shapes
from sandbox.shapes import lists
from sandbox.wire import Call, Dialect, Json, Reply
from sandbox.world import World

_MAX_PAGE = 1_000


def before_create(world: World, call: Call) -> Callable[[], None]:
    """What takes long in `create`. Raises Refusal."""
    return partial(read_ahead, world, orders.check(world, call))


def create(world: World, call: Call) -> Reply:
    order = orders.check(world, call)
    job_id = ids.new("ftjob", call.dialect)
    suffix = call.body.get("suffix")
    seed = call.body.get("seed")
    is_azure, is_openai = call.dialect is Dialect.AZURE, call.dialect is Dialect.OPENAI
    tuned_from = world.tuned_model(call.account, call.body["model"])
    job = Job(
        id=job_id,
        account=call.account,
        dialect=call.dialect,
        model=call.body["model"] if tuned_from else order.base.name,
        base=order.base.name,
        method=order.method,
        hyperparameters=order.hyperparameters,
        plan=plan(world, order),
        training_file=order.training.id,
        validation_file=order.validation.id if order.validation else None,
        training_digest=order.training.digest,
        filename=order.training.filename,
        suffix=suffix,
        seed=random.randrange(2**31) if seed is None else seed,
        metadata=call.body.get("metadata") if is_openai else None,
        integrations=call.body.get("integrations") or [],
        training_type=call.body.get("trainingType"),
        tier=training_tier(call.body.get("trainingType"), _version(call)) if is_azure else None,
        created_at=world.clock.now(),
        pace=world.speed,
        tuned_model=ids.tuned_model(job_id, order.base.name, suffix, call.dialect),
        result_file=ids.new("file", call.dialect),
        grader=order.reward.grader if order.reward else None,
        response_format=order.reward.response_format if order.reward else None,
        has_result_file=call.dialect is not Dialect.COMPATIBLE,
    )
    world.save_job(job)
    shown = _shown(world, job)
    return Reply(shown, 201, {"location": f"{call.url}/{job.id}"}) if is_azure else Reply(shown)


def _version(call: Call) -> str | None:
    return call.query.get("api-version") if call.is_dated else None


def list_jobs(world: World, call: Call) -> Reply:
    found = [job for job in reversed(world.jobs_of(call.account)) if not job.is_deleted]
    if call.dialect is Dialect.OPENAI:
        found = [job for job in found if _matches(job, call)]
    if call.dialect is Dialect.COMPATIBLE:  # which knows no pages of them, and no filter
        return Reply(lists.body([_shown(world, job) for job in found], has_more=False))
    kept, has_more = lists.page(found, call.query, default=20, highest=_MAX_PAGE)
    return Reply(lists.body([_shown(world, job) for job in kept], has_more=has_more))


def _matches(job: Job, call: Call) -> bool:
    """OpenAI's filter on metadata; Azure ignores it."""
    if call.query.get("metadata") == "null":
        return not job.metadata
    wanted = {
        key[len("metadata[") : -1]: value
        for key, value in call.query.items()
        if key.startswith("metadata[") and key.endswith("]")
    }
    return all((job.metadata or {}).get(key) == value for key, value in wanted.items())


def retrieve(world: World, call: Call) -> Reply:
    return Reply(_shown(world, _find(world, call)))


def cancel(world: World, call: Call) -> Reply:
    job = _find(world, call)
    status = world.progress(job).status
    if status in TERMINAL:
        raise _not_now(f"Job has already completed: {job.id} is {status}.")
    job.cancelled_at = world.clock.now()
    world.save_job(job)
    return Reply(_shown(world, job))


def pause(world: World, call: Call) -> Reply:
    """Only of a job that has done a step: the snapshot that a pause takes needs something to show."""
    job = _find(world, call)
    progress = world.progress(job)
    if progress.status != "running" or not progress.steps_done:
        raise _not_now(f"Only a job that is training can be paused: {job.id} is {progress.status}.")
    pausing.pause(job, progress.elapsed, world.clock.now())
    world.save_job(job)
    return Reply(_shown(world, job))


def resume(world: World, call: Call) -> Reply:
    job = _find(world, call)
    status = world.progress(job).status
    if status != "paused":
        raise _not_now(f"Only a paused job can be resumed: {job.id} is {status}.")
    pausing.resume(job, world.clock.now())
    world.save_job(job)
    return Reply(_shown(world, job))


def _not_now(message: str) -> Refusal:
    return Refusal(400, message, "invalid_request", azure_code="unexpectedEntityState")


def delete(world: World, call: Call) -> Reply:
    """Azure only. The job is no longer shown; the ledger keeps it."""
    job = _find(world, call)
    if world.progress(job).status not in TERMINAL:
        raise Refusal(409, f"The job {job.id} is not in a terminal state.", azure_code="conflict")
    job.is_deleted = True
    world.save_job(job)
    return Reply(status=204)


def events(world: World, call: Call) -> Reply:
    job = _find(world, call)
    told = event_shapes.moments(job, world.progress(job))[::-1]
    kept, has_more = lists.page(told, call.query, default=20, highest=_MAX_PAGE)
    return Reply(lists.body([event_shapes.render(job, moment) for moment in kept], has_more=has_more))


def checkpoints(world: World, call: Call) -> Reply:
    job = _find(world, call)
    made = checkpoint_shapes.checkpoints(job, world.progress(job))
    kept, has_more = lists.page(made, call.query, default=10, highest=_MAX_PAGE)
    return Reply(lists.body_with_ends([checkpoint_shapes.render(job, each) for each in kept], has_more=has_more))


def _find(world: World, call: Call) -> Job:
    job = world.job(call.account, call.path["job_id"])
    if job is None:
        raise no_job(call.path["job_id"])
    return job


def _shown(world: World, job: Job) -> Json:
    return shapes.job(job, world.progress(job))
