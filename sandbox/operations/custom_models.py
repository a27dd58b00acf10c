"""How a compatible server lets a tuned model answer: a model is made of a checkpoint, under a name that the server completes."""

from sandbox import ids
from sandbox.records import Deployment, Job
from sandbox.refusals import invalid
from sandbox.shapes.checkpoints import checkpoints
from sandbox.wire import Call, Reply
from sandbox.world import World


def create(world: World, call: Call) -> Reply:
    """`source` is `job:checkpoint`; `base_model`, the model that it was tuned from."""
    name, base, source = (call.body.get(key) for key in ("name", "base_model", "source"))
    if not isinstance(name, str) or not name or "/" in name:
        raise invalid("Field required: a name without a slash", "name", "missing")
    job = _job_of(world, call, str(source))
    if job.base != base:
        raise invalid("The checkpoint was made of another base model", "base_model")
    now = world.clock.now()
    full_name = f"{base}-LoRa:{name}-{ids.letters(4).lower()}"
    sku = {"name": "Serverless", "capacity": 0}
    world.save_deployment(Deployment(full_name, call.account, {"name": job.tuned_model}, sku, now, now, now))
    made = {"name": full_name, "base_model": base, "source": source, "created_at": int(now), "status": "active"}
    return Reply(made | {"description": call.body.get("description")})


def _job_of(world: World, call: Call, source: str) -> Job:
    job_id, _, checkpoint = source.partition(":")
    job = world.job(call.account, job_id)
    if job is None or checkpoint not in [each.id for each in checkpoints(job, world.progress(job))]:
        raise invalid("There is no such checkpoint", "source")
    return job
