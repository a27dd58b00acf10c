"""What a job is charged at its end: the tokens that its provider billed, or the time that it trained and what its graders used.

No provider tells in a job what it bills for time, so such a charge is provisional until the invoice is there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.connections.tables import Connection
from shared.jobs.costs.timing import HOUR, Done, StepTime, cost_of, done_at_the_end, done_so_far, in_hours, priced
from shared.jobs.tables import Job, JobMetric, Origin
from shared.money import Usd
from shared.spend.actions import Charge
from shared.spend.tables import SpendKind, Unit

_UNITS = {"input": Unit.INPUT, "cached": Unit.CACHED_INPUT, "output": Unit.OUTPUT}


@dataclass(frozen=True, slots=True)
class Bill:
    """Nothing is charged when there are no charges. `quantity`: of what, for people."""

    charges: Sequence[Charge] = ()
    quantity: str = ""
    provisional: bool = False


def token_bill(job: Job, tokens: int, *, provisional: bool) -> Bill:
    """So many tokens at the price that the hold was made at. Remembers them on the job."""
    job.billed_tokens = tokens
    charge = _charge(job, Unit.TRAINED, tokens, provisional=provisional)
    # Of what was ordered past this service its owner knows: it is no team's spending here.
    is_ours = job.origin is not Origin.IMPORTED
    return Bill([charge] if tokens and is_ours else [], f"{tokens:,} tokens", provisional)


def time_bill(db: Session, job: Job, until: int | None = None) -> Bill:
    """The time that was seen. `until`: work after this step was lost, and is not billed. Remembers the seconds on the job."""
    done = _rounded(db, job, done_at_the_end(job.progress, step_times(db, job), until))
    job.billed_seconds = int(done.seconds)
    return _timed(job, done)


def repeated_bill(db: Session, job: Job, steps: Sequence[StepTime]) -> Bill:
    """The same for another job of the provider's that repeats this one, by the steps that it has told of."""
    return _timed(job, _rounded(db, job, done_at_the_end({}, steps)))


def repeated_token_bill(job: Job, tokens: int, *, provisional: bool) -> Bill:
    """So many tokens that were trained once more for a job, at the job's own price."""
    charges = [_charge(job, Unit.TRAINED, tokens, provisional=provisional)] if tokens else []
    return Bill(charges, f"{tokens:,} tokens", provisional)


def timed_cost(db: Session, job: Job) -> tuple[Usd, float]:
    """What a job that is billed by time may have cost so far, and the hours of it."""
    done = done_so_far(job.progress, step_times(db, job))
    return cost_of(done, Decimal(job.usd_per_million), job.estimate["grader_prices"]), done.seconds / HOUR


def step_times(db: Session, job: Job) -> list[StepTime]:
    columns = (JobMetric.step, JobMetric.seconds, JobMetric.grader_tokens)
    return [StepTime(*row) for row in db.execute(select(*columns).where(JobMetric.job_id == job.id))]


def _rounded(db: Session, job: Job, done: Done) -> Done:
    return done.rounded(db.get_one(Connection, job.connection_id).provider.traits.billed_seconds_by)


def _timed(job: Job, done: Done) -> Bill:
    seconds = [_charge(job, Unit.TRAINED_SECOND, int(done.seconds), provisional=True)] if done.seconds else []
    return Bill([*seconds, *_grading(job, done)], _quantity(done), provisional=True)


def _quantity(done: Done) -> str:
    tokens = sum(used["input"] + used["output"] for used in done.tokens.values())
    return in_hours(done.seconds) + (f" and {tokens:,} tokens of models that graded" if tokens else "")


def _grading(job: Job, done: Done) -> list[Charge]:
    return [
        Charge(
            kind=SpendKind.TRAINING,
            connection_id=job.connection_id,
            model=model,
            unit=_UNITS[kind],
            quantity=count,
            usd_per_million=Decimal(price["usd_per_million"]),
            price_id=price["price_id"],
            provisional=True,
        )
        for model, kind, count, price in priced(done.tokens, job.estimate["grader_prices"])
    ]


def _charge(job: Job, unit: Unit, quantity: int, *, provisional: bool) -> Charge:
    return Charge(
        kind=SpendKind.TRAINING,
        connection_id=job.connection_id,
        model=job.model,
        unit=unit,
        quantity=quantity,
        usd_per_million=Decimal(job.usd_per_million),
        price_id=job.price_id,
        provisional=provisional,
    )
