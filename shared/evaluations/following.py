"""Evaluations that follow a job: checked and weighed when the job is ordered, ordered by themselves when it has succeeded.

They go the way of every other evaluation, `actions.submit`, with a hold of their own: `fulfilling` sees to that.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.orm import Session

from shared.connections.queries import get_connection
from shared.connections.tables import Connection
from shared.errors import FieldError, InvalidRequest, Problem
from shared.evaluations.actions import check
from shared.evaluations.weighing import Order, Wanted, Weighing, names_of, weighing_of
from shared.ids import DatasetId, JobId, ModelId
from shared.jobs import actions as jobs
from shared.jobs import steering
from shared.jobs.after import EvaluationWish
from shared.jobs.estimates import Estimated
from shared.jobs.line import Standing
from shared.jobs.starting import start_of
from shared.jobs.steering import Again
from shared.jobs.tables import Job
from shared.money import Usd, total
from shared.registry.targets import Names, Target, find_target
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
    plan_all(db, storage, [job], names_of(db, caller.team_id, aliases))
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


def plan_all(db: Session, storage: Storage, drawn_up: Iterable[Job], names: Names) -> None:
    """Check and weigh the evaluations of jobs that are not ordered yet, and write into the jobs what they can cost."""
    weighed: dict[Order, Weighing] = {}
    for job in drawn_up:
        if job.evaluation is not None:
            wish = EvaluationWish.from_json(job.evaluation)
            trained = Trained(db.get_one(Connection, job.connection_id), job.model, job.validation_dataset_id)
            order = asked(wish, trained)
            key = replace(order, candidates=(), graders=())
            weighed[key] = weighing = weighed.get(key) or weighing_of(db, storage, order, names.team_id)
            job.evaluation = {**job.evaluation, **figures(weighing, most(db, weighing, order, trained, names))}


@dataclass(frozen=True, slots=True)
class Weighed:
    """What the evaluation after a job could cost at most, or the refusal that it would meet."""

    n_examples: int | None = None
    at_most: Usd | None = None
    refused: Problem | None = None


def weigh_choices(
    db: Session, storage: Storage, wish: EvaluationWish, estimated: Iterable[Estimated], names: Names
) -> list[Weighed]:
    """The same for choices that are only estimated: each with its evaluation, in their order."""
    weighed: dict[DatasetId, Weighing] = {}
    found: list[Weighed] = []
    for choice in (one.choice for one in estimated):
        try:
            trained = Trained(get_connection(db, choice.connection_id), start_of(db, names.team_id, choice.model).base)
            order = asked(wish, trained)
            if order.dataset_id not in weighed:
                weighed[order.dataset_id] = weighing_of(db, storage, order, names.team_id)
            weighing = weighed[order.dataset_id]
            found.append(Weighed(len(weighing.choice.examples), most(db, weighing, order, trained, names)))
        except Problem as refusal:
            found.append(Weighed(refused=refusal))
    return found


def asked(wish: EvaluationWish, trained: Trained) -> Order:
    """The evaluation without its last candidate, the tuned model. Raises InvalidRequest."""
    dataset_id = wish.dataset_id or trained.validation_dataset_id
    if dataset_id is None:
        fault = FieldError("/evaluation/dataset_id", "is needed where there is no validation_dataset_id")
        raise InvalidRequest("Nothing says which examples are to be asked.", [fault])
    base = [Wanted(trained.base_model, trained.connection.id)]
    others = base if wish.compare_with is None else [Wanted(one.model, one.connection_id) for one in wish.compare_with]
    order = Order(dataset_id, others, wish.graders, wish.max_answers)
    check(order)
    return order


def most(db: Session, weighing: Weighing, order: Order, trained: Trained, names: Names) -> Usd:
    """What all candidates can cost together, the tuned one at today's price.

    Raises NotFound, ModelRetired, NotDeployed or PriceUnknown.
    """
    targets = [find_target(db, names, one.model, one.connection_id) for one in order.candidates]
    return total(map(weighing.most_for, [*targets, trained.target]))


def figures(weighing: Weighing, at_most: Usd) -> dict[str, Any]:
    """As a job keeps them."""
    return {"n_examples": len(weighing.choice.examples), "at_most_usd": str(at_most)}
