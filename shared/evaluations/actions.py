"""What people do to evaluations: order and cancel. What the worker records of them is in `recording`."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared import ids
from shared.db import now, ring
from shared.errors import FieldError, InvalidRequest
from shared.evaluations.candidates import Candidate, candidate_of
from shared.evaluations.examples import Choice
from shared.evaluations.grading import GRADERS
from shared.evaluations.queries import get_evaluation
from shared.evaluations.questions import answer_limit
from shared.evaluations.rates import seller_of
from shared.evaluations.recording import charge_what_was_used
from shared.evaluations.routing import check_candidates
from shared.evaluations.tables import Evaluation
from shared.evaluations.weighing import Order, names_of, weighing_of
from shared.ids import EvaluationId, ModelId
from shared.lifecycles import EVALUATION, EvaluationStatus
from shared.money import Usd, total
from shared.queue import Task
from shared.registry.targets import find_target
from shared.spend import actions as spend
from shared.spend.actions import HoldRequest
from shared.spend.tables import SpendKind
from shared.storage import Storage
from shared.teams.actions import audit
from shared.teams.caller import Caller, TeamCaller


def submit(
    db: Session, storage: Storage, order: Order, caller: TeamCaller, aliases: Mapping[str, ModelId]
) -> Evaluation:
    """Order an evaluation and hold the most that it can cost. No question is asked before this is committed.

    Raises NotFound, DatasetNotReady, DatasetRejected, InvalidRequest, ModelRetired, NotDeployed, RouteForbidden, PriceUnknown
    or BudgetExceeded; then nothing is held.
    """
    check(order)
    names = names_of(db, caller.team_id, aliases)
    targets = [find_target(db, names, one.model, one.connection_id) for one in order.candidates]
    # The dataset is read when nothing else is in the way: what waits for a deployment comes by again and again.
    weighing = weighing_of(db, storage, order, caller.team_id)
    check_candidates(db, caller.team_id, order.dataset_id, [(one.connection, one.deployed_as) for one in targets])
    held = total(map(weighing.most_for, targets))
    candidates = [candidate_of(target, seller_of(target, weighing.day)) for target in targets]
    evaluation = _new(order, caller, candidates, weighing.choice, held)
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


def check(order: Order) -> None:
    """Raises InvalidRequest for a candidate that stands twice, or a grader that there is not."""
    names = [one.model for one in order.candidates]
    if len(set(order.candidates)) < len(names):
        raise InvalidRequest("A candidate stands twice.", [FieldError("/candidates", "names a candidate twice")])
    unknown = sorted(set(order.graders) - set(GRADERS))
    if unknown:
        raise InvalidRequest(f"There is no grader {unknown[0]!r}. There are {', '.join(GRADERS)}.")


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
