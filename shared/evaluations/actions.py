"""What people do to evaluations: order and cancel. What the worker records of them is in `recording`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared import ids
from shared.datasets.queries import get_dataset
from shared.datasets.shapes import Shape
from shared.datasets.tables import Dataset
from shared.db import now, ring, today
from shared.deployments.queries import deployed
from shared.errors import DatasetNotReady, DatasetRejected, FieldError, InvalidRequest
from shared.evaluations.candidates import Candidate, candidate_of, encoding_of, most_of
from shared.evaluations.examples import Choice, choose
from shared.evaluations.grading import GRADERS
from shared.evaluations.queries import get_evaluation
from shared.evaluations.questions import answer_limit, most_used
from shared.evaluations.rates import Usage, seller_of
from shared.evaluations.recording import charge_what_was_used
from shared.evaluations.routing import check_candidates
from shared.evaluations.tables import Evaluation
from shared.ids import ConnectionId, DatasetId, EvaluationId, ModelId
from shared.lifecycles import EVALUATION, DatasetStatus, EvaluationStatus
from shared.money import Usd, total
from shared.queue import Task
from shared.registry.targets import Names, Target, find_target
from shared.spend import actions as spend
from shared.spend.actions import HoldRequest
from shared.spend.tables import SpendKind
from shared.storage import Storage
from shared.teams.actions import audit
from shared.teams.caller import Caller, TeamCaller


@dataclass(frozen=True, slots=True)
class Wanted:
    """A candidate as it is asked for; a base model may be asked on a connection of choice."""

    model: str
    connection_id: ConnectionId | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """What is asked for. At most `max_answers` examples are put to each candidate; the first one is the reference."""

    dataset_id: DatasetId
    candidates: Sequence[Wanted]
    graders: Sequence[str]
    max_answers: int


def submit(
    db: Session, storage: Storage, order: Order, caller: TeamCaller, aliases: Mapping[str, ModelId]
) -> Evaluation:
    """Order an evaluation and hold the most that it can cost. No question is asked before this is committed.

    Raises NotFound, DatasetNotReady, DatasetRejected, InvalidRequest, ModelRetired, NotDeployed, RouteForbidden, PriceUnknown
    or BudgetExceeded; then nothing is held.
    """
    _check(order)
    dataset = _ready(db, order.dataset_id, caller)
    names = Names(caller.team_id, aliases, deployed(db, caller.team_id))
    targets = [find_target(db, names, one.model, one.connection_id) for one in order.candidates]
    check_candidates(db, caller.team_id, dataset.id, [(one.connection, one.deployed_as) for one in targets])
    day = today(db)
    with storage.open(dataset.examples_blob) as stream:
        choice = choose(stream, order.max_answers)
    if not choice.examples:
        raise InvalidRequest(
            "No example of this dataset ends with an answer in words, so there is nothing to compare with."
        )
    held = total(_most(target, choice, day) for target in targets)
    evaluation = _new(order, caller, [candidate_of(target, seller_of(target, day)) for target in targets], choice, held)
    spend.hold(db, HoldRequest(caller.team_id, evaluation.id, SpendKind.EVALUATION, held))
    evaluation.due_at = db.scalar(select(now()))
    db.add(evaluation)
    db.flush()
    audit(db, caller, "evaluation.submit", evaluation.id, dataset_id=order.dataset_id)
    ring(db, Task.RUN_EVALUATIONS)
    return evaluation


def cancel(db: Session, evaluation_id: EvaluationId, caller: Caller) -> Evaluation:
    """Stop asking. The answers recorded so far are kept and charged. One that is over already stays as it ended."""
    evaluation = get_evaluation(db, evaluation_id, team_id=caller.team_id, for_update=True)
    if evaluation.status in EVALUATION.terminal:
        return evaluation
    evaluation.status = EvaluationStatus.CANCELLED
    evaluation.reason_code, evaluation.reason = "cancel_requested", "Cancelled, as asked for."
    # Without its token a worker that is asking just now records nothing.
    evaluation.due_at = evaluation.claim_token = evaluation.claimed_until = None
    evaluation.finished_at = db.scalar(select(now()))
    charge_what_was_used(db, evaluation)
    audit(db, caller, "evaluation.cancel", evaluation.id, team_id=evaluation.team_id)
    db.flush()
    return evaluation


def _check(order: Order) -> None:
    names = [one.model for one in order.candidates]
    if len(set(order.candidates)) < len(names):
        raise InvalidRequest("A candidate stands twice.", [FieldError("/candidates", "names a candidate twice")])
    unknown = sorted(set(order.graders) - set(GRADERS))
    if unknown:
        raise InvalidRequest(f"There is no grader {unknown[0]!r}. There are {', '.join(GRADERS)}.")


def _ready(db: Session, dataset_id: DatasetId, caller: TeamCaller) -> Dataset:
    dataset = get_dataset(db, dataset_id, team_id=caller.team_id)
    if dataset.status in (DatasetStatus.REJECTED, DatasetStatus.ARCHIVED):
        raise DatasetRejected(f"{dataset_id} is {dataset.status}. Choose another one.", dataset_id=dataset_id)
    if dataset.status is not DatasetStatus.READY:
        raise DatasetNotReady(f"{dataset_id} is {dataset.status}. Ask again when it is ready.", dataset_id=dataset_id)
    if dataset.format != Shape.CHAT:
        raise DatasetRejected(
            f"{dataset_id} holds {dataset.format} examples; models are evaluated on chats. "
            f"POST /v1/datasets/{dataset_id}/prepare converts them.",
            dataset_id=dataset_id,
        )
    return dataset


def _most(target: Target, choice: Choice, day: date) -> Usd:
    encoding = encoding_of(target.connection, target.base_model)
    used = (most_used(example, target.base_model, encoding) for example in choice.examples)
    return seller_of(target, day).cost(most_of(target.connection, target.base_model, sum(used, Usage())))


def _new(order: Order, caller: TeamCaller, candidates: Sequence[Candidate], choice: Choice, held: Usd) -> Evaluation:
    places = [[example.line, example.offset, answer_limit(example.reference)] for example in choice.examples]
    return Evaluation(
        id=EvaluationId(ids.new("eval")),
        team_id=caller.team_id,
        dataset_id=order.dataset_id,
        candidates=[candidate.as_json() for candidate in candidates],
        graders=list(dict.fromkeys(order.graders)),
        parameters={"examples": places, "n_usable": choice.n_usable, "n_skipped": choice.n_skipped},
        status=EvaluationStatus.QUEUED,
        n_expected=len(places) * len(candidates),
        held=held,
        created_by=caller.key_id,
    )
