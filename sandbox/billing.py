"""What a job costs: tokens billed and dollars, by the rules that agree with observed bills."""

from decimal import Decimal

from sandbox import rewarding
from sandbox.catalogue import MODELS, training_price
from sandbox.progress import Progress, share_done
from sandbox.records import Job
from sandbox.wire import Dialect

_MILLION = Decimal(1_000_000)
# The observed bill of 8,000 for 7,938 tokens (8,178 by another count) leaves rounding to the nearest thousand.
_AZURE_ROUNDS_TO = 1_000


def billed_tokens(job: Job, progress: Progress) -> int:
    """Failed jobs cost nothing; cancelled ones the work done; Azure bills whole thousands. Of time none are billed."""
    if job.method == rewarding.METHOD or progress.status not in {"succeeded", "cancelled"}:
        return 0
    exact = job.plan.tokens_per_epoch * job.plan.n_epochs * progress.steps_done // job.plan.steps
    if job.dialect is not Dialect.AZURE:
        return exact
    return (exact + _AZURE_ROUNDS_TO // 2) // _AZURE_ROUNDS_TO * _AZURE_ROUNDS_TO


def billed_steps(job: Job, progress: Progress) -> int:
    """Of a job that is billed by time: when it fails, those that a pause had kept."""
    if progress.status != "failed":
        return progress.steps_done
    return max((int(job.plan.steps * share_done(job, each.elapsed)) for each in job.pauses), default=0)


def trained_tokens(job: Job, progress: Progress) -> int | None:
    """What the job object shows. On Azure it is not the bill: every example counts as much as the longest one."""
    if job.method == rewarding.METHOD or progress.status not in {"succeeded", "cancelled"}:
        return None
    if job.dialect is not Dialect.AZURE:
        return billed_tokens(job, progress)
    padded = job.plan.longest_example_tokens * job.plan.examples * job.plan.n_epochs
    return padded * progress.steps_done // job.plan.steps


def amount_usd(job: Job, progress: Progress) -> Decimal | None:
    """None when no price of the model's training is known. What is billed by time is shown as it grows."""
    if job.method == rewarding.METHOD:
        return rewarding.amount_usd(job, billed_steps(job, progress))
    price = training_price(MODELS[job.dialect, job.base], job.tier)
    return None if price is None else price * billed_tokens(job, progress) / _MILLION
