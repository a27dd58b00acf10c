"""What each account owes: every accepted job, every hour of hosting and every chat, for tests that count what was really bought."""

from collections import Counter
from decimal import Decimal

from sandbox.billing import amount_usd, billed_steps, billed_tokens
from sandbox.catalogue import MODELS
from sandbox.hosting import gone_at, hosted_hours, hosting_usd
from sandbox.records import Account, ChatUse, Deployment, Job
from sandbox.rewarding import billed_seconds
from sandbox.wire import Dialect, Json
from sandbox.world import World

_MILLION = Decimal(1_000_000)


def ledger(world: World, account: str | None) -> Json:
    """Jobs oldest first; `tags` counts jobs per training file's name, which is how a duplicate shows."""
    jobs = [job for job in world.jobs.values() if account in {job.account, None}]
    accounts = [each for each in world.accounts.values() if account in {each.name, None}]
    return {
        "jobs": [_job(world, job) for job in jobs],
        "tags": dict(Counter(job.filename for job in jobs)),
        "hosting": [_hosting(world, each) for each in world.deployments if account in {each.account, None}],
        "chats": [_chat(world, each, model, use) for each in accounts for model, use in each.chat_use.items()],
    }


def _job(world: World, job: Job) -> Json:
    progress = world.progress(job)
    amount = amount_usd(job, progress)
    return {
        "id": job.id,
        "account": job.account,
        "dialect": job.dialect,
        "tag": job.filename,
        "metadata": job.metadata,
        "trained_from": None if job.model == job.base else job.model,
        "method": job.method,
        "hyperparameters": job.hyperparameters,
        "model": job.base,
        "tier": job.tier,
        "status": progress.status,
        "steps_done": progress.steps_done,
        "billed_tokens": billed_tokens(job, progress),
        "billed_seconds": billed_seconds(job, billed_steps(job, progress)) if job.grader else None,
        "amount_usd": None if amount is None else f"{amount.normalize():f}",
        "created_at": job.created_at,
        "is_deleted": job.is_deleted,
    }


def _hosting(world: World, deployment: Deployment) -> Json:
    now = world.clock.now()
    return {
        "account": deployment.account,
        "name": deployment.name,
        "model": deployment.model["name"],
        "sku": deployment.sku["name"],
        "stands": now < gone_at(deployment),
        "hours": hosted_hours(deployment, now),
        "amount_usd": f"{hosting_usd(deployment, now):f}",
    }


def _chat(world: World, account: Account, model: str, use: ChatUse) -> Json:
    job = next(
        (job for job in world.jobs_of(account.name) if model.partition(":ckpt-step-")[0] == job.tuned_model), None
    )
    base = (
        MODELS.get((job.dialect, job.base))
        if job
        else next((MODELS[dialect, model] for dialect in Dialect if (dialect, model) in MODELS), None)
    )
    shown: Json = {
        "account": account.name,
        "model": model,
        "requests": use.requests,
        "prompt_tokens": use.prompt_tokens,
        "completion_tokens": use.completion_tokens,
    }
    if base is None:
        return shown | {"amount_usd": None}
    prices = base.prices
    input_price, output_price = (
        (prices.tuned_input, prices.tuned_output) if job else (prices.base_input, prices.base_output)
    )
    amount = (input_price * use.prompt_tokens + output_price * use.completion_tokens) / _MILLION
    return shown | {"amount_usd": f"{amount:f}"}
