"""Models: the catalogue's and the account's own."""

from datetime import UTC, datetime, time

from sandbox.catalogue import MODELS, Model
from sandbox.records import Job
from sandbox.refusals import Refusal, no_model
from sandbox.wire import Call, Dialect, Json, Reply
from sandbox.world import World

_BASE_CREATED_AT = 1_744_588_800


def list_models(world: World, call: Call) -> Reply:
    opened_on, today = world.clock.opened_on, world.clock.today()
    bases = [model for model in MODELS.values() if model.dialect is call.dialect and model.is_served(opened_on, today)]
    deleted = world.account(call.account).deleted_models
    tuned = [job for job in world.finished_jobs(call.account) if job.tuned_model not in deleted]
    if call.dialect is Dialect.COMPATIBLE:
        names = [*(model.name for model in bases), *(each.name for each in world.deployments_of(call.account))]
        return Reply({"object": "list", "data": [_plain(name) for name in names]})
    shown = [_base(world, model) for model in bases] + [_tuned(world, job) for job in tuned]
    return Reply({"object": "list", "data": shown})


def retrieve(world: World, call: Call) -> Reply:
    name = call.path["model"]
    job = world.tuned_model(call.account, name)
    base = world.base_model(call.dialect, name)
    if job is not None:
        return Reply(_tuned(world, job) | {"id": name})
    if base is None:
        raise no_model(name)
    return Reply(_base(world, base))


def delete(world: World, call: Call) -> Reply:
    name = call.path["model"]
    if world.base_model(call.dialect, name) is not None:
        raise Refusal(403, "You have insufficient permissions for this operation.")
    if world.tuned_model(call.account, name) is None:
        raise no_model(name)
    account = world.account(call.account)
    account.deleted_models.append(name)
    world.save_account(account)
    return Reply({"id": name, "object": "model", "deleted": True})


def _base(world: World, model: Model) -> Json:
    shutdown = model.shutdown_date(world.clock.opened_on)
    if model.dialect is Dialect.OPENAI:
        return _openai(model.name, _BASE_CREATED_AT, "system", shutdown.isoformat())
    closes = int(datetime.combine(shutdown, time(), UTC).timestamp())
    return _azure(model.name, _BASE_CREATED_AT, trainable=bool(model.methods)) | {
        "deprecation": {"fine_tune": closes, "inference": closes}
    }


def _tuned(world: World, job: Job) -> Json:
    if job.dialect is Dialect.OPENAI:
        shutdown = MODELS[job.dialect, job.base].shutdown_date(world.clock.opened_on)
        return _openai(job.tuned_model, world.finished_at(job), "sandbox", shutdown.isoformat())
    return _azure(job.tuned_model, world.finished_at(job), trainable=True) | {"model": job.base, "fine_tune": job.id}


def _plain(name: str) -> Json:
    """A compatible server tells of a model what it is called, and of a tuned one no more than that."""
    return {"id": name, "object": "model", "created": _BASE_CREATED_AT, "owned_by": "system"}


def _openai(name: str, created: int, owner: str, shutdown_date: str) -> Json:
    return {"id": name, "object": "model", "created": created, "owned_by": owner, "shutdown_date": shutdown_date}


def _azure(name: str, created: int, *, trainable: bool) -> Json:
    return {
        "id": name,
        "object": "model",
        "created_at": created,
        "status": "succeeded",
        "capabilities": {
            "fine_tune": trainable,
            "inference": True,
            "completion": False,
            "chat_completion": True,
            "embeddings": False,
        },
        "lifecycle_status": "generally-available",
    }
