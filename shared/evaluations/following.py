"""Evaluations that follow a job: checked and weighed when the job is ordered, ordered by themselves when it has succeeded.

They go the way of every other evaluation, `actions.submit`, with a hold of their own: `fulfilling` sees to that.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from shared.connections.queries import get_connection
from shared.connections.tables import Connection
from shared.errors import FieldError, InvalidRequest, PriceUnknown, Problem
from shared.evaluations.actions import check
from shared.evaluations.routing import check_candidates
from shared.evaluations.weighing import Order, Scales, Wanted, Weighing, scales_of
from shared.ids import DatasetId, JobId, ModelId
from shared.jobs import actions as jobs
from shared.jobs import steering
from shared.jobs.after import Compared, EvaluationPlan
from shared.jobs.ordering.estimates import Choice, Estimated
from shared.jobs.ordering.starting import start_of
from shared.jobs.scheduling.line import Standing
from shared.jobs.steering import Again
from shared.jobs.tables import Job
from shared.money import Usd, total
from shared.providers.tiers import training_tiers
from shared.registry.targets import Target, find_target
from shared.storage import Storage
from shared.teams.caller import TeamCaller


@dataclass(frozen=True, slots=True)
class Trained:
    """What a job will have made: where it will lie, and the model at its root, which decides what asking it costs."""

    connection: Connection
    base_model: str
    validation_dataset_id: DatasetId | None = None

    @property
    def target(self) -> Target:
        """Stands for the tuned model while there is none."""
        return Target("", self.connection, "", "", self.base_model, ModelId(""))


def order_job(
    db: Session, storage: Storage, order: jobs.Order, caller: TeamCaller, aliases: Mapping[str, ModelId]
) -> tuple[Job, Standing]:
    """Order a job, and what is to be evaluated after it; returns it, and where it stands in its line.

    Raises what `draw_up`, `place` and, for the evaluation, `plan` raise; then nothing is held.
    """
    job = jobs.draw_up(db, order, caller)
    plan(db, scales_of(db, storage, caller.team_id, aliases), job)
    return job, jobs.place(db, [job], caller)[job.id]


@dataclass(frozen=True, slots=True)
class Retry:
    """A job that is over, and how it is ordered once more."""

    job_id: JobId
    again: Again


def retry_job(
    db: Session, storage: Storage, retry: Retry, caller: TeamCaller, aliases: Mapping[str, ModelId]
) -> tuple[Job, Standing]:
    """Order a job that is over once more. Raises what `order_job` raises, and Conflict."""
    return order_job(db, storage, steering.order_again(db, retry.job_id, retry.again, caller), caller, aliases)


@dataclass(frozen=True, slots=True)
class Weighed:
    """What the evaluation after a job could cost at most, or the refusal that it would meet."""

    n_examples: int | None = None
    at_most: Usd | None = None
    refused: Problem | None = None
    others: Sequence[Target] = ()
    """Whom the tuned model is compared with."""


def plan(db: Session, scales: Scales, job: Job) -> None:
    """Check and weigh the evaluation of a job that is not ordered yet, if it has one, and write into the job what it can cost.

    Raises InvalidRequest, NotFound, DatasetNotReady, DatasetRejected, ModelRetired, NotDeployed, RouteForbidden or PriceUnknown.
    """
    if job.evaluation is not None:
        trained = Trained(db.get_one(Connection, job.connection_id), job.model, job.validation_dataset_id)
        wanted = EvaluationPlan.from_json(job.evaluation)
        weighed = _weigh(db, scales, wanted, trained)
        figures = {"n_examples": weighed.n_examples, "at_most_usd": str(weighed.at_most)}
        job.evaluation = _as_they_are_now(wanted, weighed).as_json() | figures


def _as_they_are_now(wanted: EvaluationPlan, weighed: Weighed) -> EvaluationPlan:
    """Who carries it out later sees the connections of all teams: which one is asked is chosen now, among those of this team.
    What an alias means now is what was weighed; two names of one model are one.
    """
    if wanted.compare_with is None:
        return wanted
    pairs = zip(wanted.compare_with, weighed.others, strict=True)
    pinned = [Compared(target.model_id or one.model, target.connection.id) for one, target in pairs]
    return replace(wanted, compare_with=list(dict.fromkeys(pinned)))


def weigh_choices(db: Session, scales: Scales, wanted: EvaluationPlan, estimated: Iterable[Estimated]) -> list[Weighed]:
    """The same for choices that are only estimated: each with its evaluation, in their order."""
    return [_weigh_choice(db, scales, wanted, one.choice) for one in estimated]


def _weigh_choice(db: Session, scales: Scales, wanted: EvaluationPlan, choice: Choice) -> Weighed:
    try:
        connection = get_connection(db, choice.connection_id)
        return _weigh(db, scales, wanted, Trained(connection, start_of(db, scales.names.team_id, choice.model).base))
    except Problem as refusal:
        return Weighed(refused=refusal)


def _weigh(db: Session, scales: Scales, wanted: EvaluationPlan, trained: Trained) -> Weighed:
    """All candidates together, the tuned one at today's price."""
    order = asked(wanted, trained)
    weighing = scales.weighing(db, order)
    targets = [find_target(db, scales.names, one.model, one.connection_id) for one in order.candidates]
    everyone = [*targets, trained.target]
    check_candidates(
        db, scales.names.team_id, order.dataset_id, [(one.connection, one.deployed_as) for one in everyone]
    )
    at_most = total([*map(weighing.most_for, targets), _most_wherever(weighing, trained)])
    return Weighed(len(weighing.choice.examples), at_most, others=targets)


def _most_wherever(weighing: Weighing, trained: Trained) -> Usd:
    """The most for the tuned model. Where it is deployed decides the price, and is not known yet: the dearest place."""
    most = weighing.most_for(trained.target)
    for tier in training_tiers(trained.connection.provider, None):
        with suppress(PriceUnknown):  # it is not asked there
            most = max(most, weighing.most_for(replace(trained.target, tier=tier)))
    return most


def asked(wanted: EvaluationPlan, trained: Trained) -> Order:
    """The evaluation without its last candidate, the tuned model. Raises InvalidRequest."""
    dataset_id = wanted.dataset_id or trained.validation_dataset_id
    if dataset_id is None:
        fault = FieldError("/evaluation/dataset_id", "is needed where there is no validation_dataset_id")
        raise InvalidRequest("Nothing says which examples are to be asked.", [fault])
    base = [Wanted(trained.base_model, trained.connection.id)]
    others = (
        base if wanted.compare_with is None else [Wanted(one.model, one.connection_id) for one in wanted.compare_with]
    )
    order = Order(dataset_id, others, wanted.graders, wanted.max_answers)
    check(order)
    return order
