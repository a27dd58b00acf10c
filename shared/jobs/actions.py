"""What people do to jobs: order and cancel. What the worker records of them is in `recording`."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import case, func, select, update
from sqlalchemy.orm import Session

from shared import ids
from shared.connections.tables import Connection
from shared.connections.trainable import own_models
from shared.datasets.queries import get_dataset
from shared.datasets.routing.rules import Routing
from shared.datasets.tables import Dataset
from shared.db import now, ring, today
from shared.errors import (
    FieldError,
    InvalidRequest,
    MaxCostExceeded,
    ModelNotTrainable,
    Problem,
    RouteForbidden,
)
from shared.ids import ConnectionId, DatasetId, JobId
from shared.jobs.after import EvaluationPlan
from shared.jobs.costs.stopping import EarlyStop, check_early_stop
from shared.jobs.ordering import offers
from shared.jobs.ordering.estimates import Estimate, check_usable, estimate
from shared.jobs.ordering.hyperparameters import faults_of
from shared.jobs.ordering.offers import Offer, Sought
from shared.jobs.ordering.rewards import Reward, check_reward, grader_prices
from shared.jobs.ordering.starting import Start, start_of
from shared.jobs.ordering.timed_estimates import TimedEstimate
from shared.jobs.queries import get_job
from shared.jobs.routing import routing_of_training
from shared.jobs.scheduling.intervals import WATCHED
from shared.jobs.scheduling.line import Standing, standings
from shared.jobs.story import move
from shared.jobs.tables import AtMaxCost, Job
from shared.lifecycles import JOB, JobStatus
from shared.money import Usd
from shared.providers.tiers import ServiceTier
from shared.queue import Task
from shared.spend import actions as spend
from shared.spend.actions import HoldRequest
from shared.spend.tables import SpendKind
from shared.teams.actions import audit
from shared.teams.caller import Caller

AnyEstimate = Estimate | TimedEstimate


@dataclass(frozen=True, slots=True)
class Order:
    """What is asked for. A hyperparameter that is absent is the provider's to choose; no connection = the cheapest one."""

    dataset_id: DatasetId
    model: str
    """A base model, or what names a tuned model or checkpoint of the team's."""
    method: str = "supervised"
    connection_id: ConnectionId | None = None
    validation_dataset_id: DatasetId | None = None
    tier: ServiceTier | None = None
    """Azure: None = the usual one there."""
    hyperparameters: Mapping[str, int | float | str] = field(default_factory=dict)
    reward: Reward | None = None
    """Of reinforcement only."""
    suffix: str | None = None
    seed: int | None = None
    max_cost: Usd | None = None
    at_max_cost: AtMaxCost = AtMaxCost.PAUSE
    labels: Mapping[str, str] = field(default_factory=dict)
    priority: int = 0
    """Among the team's own queued jobs the highest goes first."""
    retry_of: JobId | None = None
    not_before: datetime | None = None
    early_stop: EarlyStop | None = None
    evaluation: EvaluationPlan | None = None
    """What is to be evaluated when it has succeeded."""
    integrations: Sequence[Mapping[str, Any]] = ()
    """Services that the provider is to tell of the training: `{"type": "wandb", "wandb": {"project": …}}`."""
    automatic_retries: int = 0
    """How often it is ordered again by itself when the provider fails."""


def draw_up(db: Session, order: Order, caller: Caller) -> Job:
    """What a job would be bought as, not stored yet and nothing held: `place` does that, also with several at once.

    Raises NotFound, DatasetNotReady, DatasetRejected, TrainingClosed, ModelNotTrainable, RouteForbidden, PriceUnknown,
    InvalidRequest or MaxCostExceeded.
    """
    dataset = get_dataset(db, order.dataset_id, team_id=caller.team_id)
    start = start_of(db, dataset.team_id, order.model, order.connection_id)
    data = (dataset.id, order.validation_dataset_id)
    routing = routing_of_training(db, dataset.team_id, data, start.lineage)
    offer, expected = _choose(db, dataset, _started(order, start), routing)
    job = _new_job(order, dataset, offer, expected, caller)
    job.model, job.trained_from, job.continues = start.base, start.trained_from, start.lineage
    job.estimate = job.estimate | grader_prices(order.reward, offer.connection, today(db))
    return job


def place(db: Session, jobs: Sequence[Job], caller: Caller) -> dict[JobId, Standing]:
    """Order what was drawn up for one team, and hold what it may cost: all of it or, with BudgetExceeded, nothing.

    Nothing reaches a provider before this is committed. Returns where each stands in its line.
    """
    db.add_all(jobs)
    db.flush()
    # The hold comes after: everybody else's orders wait for the budget that it locks, and a long line takes a while to count.
    places = standings(db, jobs)
    spend.hold_all(db, [HoldRequest(job.team_id, job.id, SpendKind.TRAINING, job.held) for job in jobs])
    for job in jobs:
        connection = db.get_one(Connection, job.connection_id)
        move(db, job, JobStatus.QUEUED, f"Queued for {connection.name}; ${job.held} are held for it.")
        audit(db, caller, "job.submit", job.id, team_id=job.team_id, model=job.model)
    ring(db, Task.UPLOAD_FILES)
    return places


def cancel(db: Session, job_id: JobId, caller: Caller) -> Job:
    """Ask for a job to be stopped. Asking again, or of a job that is over, changes nothing.

    What has not reached the provider is cancelled at once; else the provider is asked, and may finish first.
    """
    job = get_job(db, job_id, team_id=caller.team_id, for_update=True)
    if job.status in JOB.terminal or job.status is JobStatus.CANCELLING:
        return job
    moment = db.scalars(select(now())).one()
    untouched = job.status in (JobStatus.QUEUED, JobStatus.AWAITING_APPROVAL) and job.provider_job_id is None
    move(db, job, JobStatus.CANCELLING, "Cancelling, as asked for.", code="cancel_requested")
    if untouched:
        spend.release(db, job.id)
        move(db, job, JobStatus.CANCELLED, "Cancelled before anything was bought.", code="cancelled")
        job.finished_at = moment
    job.due_at = moment
    audit(db, caller, "job.cancel", job.id, team_id=job.team_id)
    bought = job.provider_job_id is not None
    ring(db, Task.CLEAN_UP_JOBS if untouched else Task.POLL_JOBS if bought else Task.SUBMIT_JOBS)
    return job


def note_watched(db: Session, job_ids: Iterable[JobId]) -> None:
    """Somebody looks at these jobs: those that are not over are followed more closely for a while, beginning now.

    Noted again only after some seconds, and not of a row that somebody else is writing: nobody waits for this.
    """
    noted = func.coalesce(Job.watched_at, now() - WATCHED)
    is_new = noted <= now() - WATCHED
    moments = {"watched_at": now(), "due_at": case((is_new, func.least(Job.due_at, now())), else_=Job.due_at)}
    live = (Job.id.in_(job_ids), Job.status.in_((JobStatus.RUNNING, JobStatus.PAUSED, JobStatus.CANCELLING)))
    stale = select(Job.id).where(*live, noted <= now() - WATCHED / 4)
    free = stale.with_for_update(skip_locked=True, key_share=True)
    db.execute(update(Job).where(Job.id.in_(free)).values(moments).execution_options(synchronize_session=False))


def _started(order: Order, start: Start) -> Order:
    """The same order, of the base model: on the one connection that has what is trained further, if there is such a thing."""
    return replace(order, model=start.base, connection_id=start.connection_id or order.connection_id)


def _choose(db: Session, dataset: Dataset, order: Order, routing: Routing) -> tuple[Offer, AnyEstimate]:
    """What was asked for on the connection that was named, or else on the cheapest of those that would do it."""
    if order.connection_id is not None:
        return _find(db, dataset, order, routing)
    found: list[tuple[Offer, AnyEstimate]] = []
    refusals: list[Problem] = []
    for connection in offers.connections_for(db, order.model):
        try:
            found.append(_find(db, dataset, replace(order, connection_id=connection.id), routing))
        except Problem as refusal:
            refusals.append(refusal)
    if found:
        return min(found, key=lambda pair: pair[1].high)
    # What stands in the way where the data may go says more than where it may not.
    refusals.sort(key=lambda refusal: isinstance(refusal, RouteForbidden))
    raise (
        refusals[0]
        if refusals
        else ModelNotTrainable(
            f"No connection can train {order.model}. GET /v1/catalogue lists what can be trained.", model=order.model
        )
    )


def _find(db: Session, dataset: Dataset, order: Order, routing: Routing) -> tuple[Offer, AnyEstimate]:
    assert order.connection_id is not None
    offer = offers.find_offer(db, Sought(order.connection_id, order.model, order.method, order.tier), routing)
    n_epochs = order.hyperparameters.get("n_epochs")
    compute = Decimal(str(order.hyperparameters.get("compute_multiplier", 1)))
    expected = estimate(dataset, offer, int(n_epochs) if n_epochs else None, compute)
    _check_order(db, order, offer, dataset)
    return offer, expected


def _check_order(db: Session, order: Order, offer: Offer, dataset: Dataset) -> None:
    provider = offer.connection.provider
    suffix = provider.traits.suffix
    if order.suffix is not None and not re.fullmatch(suffix, order.suffix):
        fault = f"must match {suffix} for {provider}"
        raise InvalidRequest(f"{provider} does not take this suffix.", [FieldError("/suffix", fault)])
    own = own_models(offer.connection).get(order.model)
    if faults := faults_of(provider, order.method, order.hyperparameters, own.always if own else ()):
        raise InvalidRequest(f"{provider} does not take these hyperparameters for {order.method} training.", faults)
    if foreign := [at for at, one in enumerate(order.integrations) if one["type"] not in provider.traits.integrations]:
        faults = [FieldError(f"/integrations/{at}/type", f"is nothing that {provider} tells") for at in foreign]
        raise InvalidRequest(f"{provider} does not tell such a service of a training.", faults)
    validation = None
    if order.validation_dataset_id is not None:
        validation = get_dataset(db, order.validation_dataset_id, team_id=dataset.team_id)
        check_usable(validation, offer)
    check_early_stop(order.early_stop, order.method, validation)
    check_reward(order.reward, order.method, dataset, validation)


def _new_job(order: Order, dataset: Dataset, offer: Offer, expected: AnyEstimate, caller: Caller) -> Job:
    reward = order.reward
    return Job(
        id=JobId(ids.new("job")),
        team_id=dataset.team_id,
        created_by=caller.key_id,
        dataset_id=dataset.id,
        validation_dataset_id=order.validation_dataset_id,
        connection_id=offer.connection.id,
        model=order.model,
        method=order.method,
        tier=offer.tier,
        hyperparameters=_hyperparameters(order, offer, expected),
        grader=dict(reward.grader) if reward else None,
        response_format=dict(reward.response_format) if reward and reward.response_format else None,
        suffix=order.suffix,
        seed=order.seed,
        labels=dict(order.labels),
        priority=order.priority,
        max_cost=order.max_cost,
        at_max_cost=order.at_max_cost,
        retry_of=order.retry_of,
        not_before=order.not_before,
        early_stop=asdict(order.early_stop) if order.early_stop else None,
        evaluation=order.evaluation.as_json() if order.evaluation else None,
        automatic_retries=order.automatic_retries,
        integrations=list(order.integrations),
        estimate=_remembered(expected),
        held=_to_hold(expected, order.max_cost),
        usd_per_million=str(expected.price.usd_per_million),
        price_id=expected.price.id,
        status=JobStatus.QUEUED,
        due_at=func.greatest(now(), order.not_before) if order.not_before else now(),
    )


def _to_hold(expected: AnyEstimate, most: Usd | None) -> Usd:
    """What a run may cost at most. One that is billed by time is stopped there, so it holds its owner's limit, if there is one.

    Raises MaxCostExceeded where the limit may not suffice, or, of time, is for less than anything could be trained in.
    """
    if most is None:
        return expected.high
    needed = expected.least if isinstance(expected, TimedEstimate) else expected.high
    if needed > most:
        raise MaxCostExceeded(needed, most)
    return min(most, expected.longest) if isinstance(expected, TimedEstimate) else expected.high


def _hyperparameters(order: Order, offer: Offer, expected: AnyEstimate) -> dict[str, int | float | str]:
    """As asked for; where nobody knows what the server would choose, what the estimate rests on is asked for too."""
    own = own_models(offer.connection).get(offer.model.model)
    if own is None:
        return dict(order.hyperparameters)
    return {"n_epochs": expected.n_epochs, **order.hyperparameters, **own.always}


def _remembered(expected: AnyEstimate) -> dict[str, Any]:
    kept = {name: value for name, value in asdict(expected).items() if isinstance(value, int)}
    amounts = {f"{name}_usd": str(getattr(expected, name)) for name in ("low", "expected", "high")}
    return {**kept, **amounts, "rests_on": expected.rests_on}
