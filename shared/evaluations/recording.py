"""What the worker records of evaluations. Each write is fenced by the claim, but for `charge_what_was_used`.

A question that nobody heard the answer of is asked again, and charged at the most that it can have used, as provisional: charging
nothing would let a team with a bad line spend beyond its budget unseen.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import astuple, dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.db import claim, fenced, now, ring, seconds_from_now
from shared.deployments.recording import note_asked
from shared.evaluations.candidates import Candidate, candidate_from_json, deployments_of
from shared.evaluations.queries import (
    answers_of,
    candidates_that_answered,
    candidates_without_an_answer,
    usage_by_candidate,
)
from shared.evaluations.rates import Seller, Usage
from shared.evaluations.results import results, scores_of
from shared.evaluations.tables import Evaluation, EvaluationAnswer
from shared.ids import EvaluationId
from shared.lifecycles import EvaluationStatus
from shared.money import total
from shared.notices.actions import tell
from shared.queue import Task
from shared.registry.actions import record_scores
from shared.spend import actions as spend
from shared.spend.actions import Charge
from shared.spend.tables import SpendKind

MOST_ATTEMPTS = 30
"""Failures in a row before an evaluation is given up; with the waits between them, a little more than two hours."""
LONGEST_WAIT_SECONDS = 300.0
MODEL_APPEARS_WITHIN_SECONDS = 600.0
REFUSALS_THAT_TELL = 20
"""A candidate that refused so many prompts and answered none is asked no more."""


@dataclass(frozen=True, slots=True)
class Given:
    """An answer, or (`text` None) why the provider refused this prompt for good, which counts as a wrong answer."""

    candidate: int
    line: int
    text: str | None
    fault: str | None
    scores: dict[str, float]
    usage: Usage
    latency_ms: int


@dataclass(frozen=True, slots=True)
class Interruption:
    """Why no more could be asked for now, and how long to wait at least. `unheard`: this question may have been answered."""

    reason: str
    wait_seconds: float = 0.0
    unheard: bool = False


@dataclass(frozen=True, slots=True)
class Unheard:
    """A question that the provider may have answered, and billed; the most that it can have used."""

    candidate: int
    most: Usage


@dataclass(frozen=True, slots=True)
class Brought:
    """What a round of questions brought."""

    given: Sequence[Given] = ()
    unheard: Sequence[Unheard] = ()
    interruption: Interruption | None = None


def take(db: Session) -> Evaluation | None:
    """Claim the evaluation that has waited longest."""
    evaluation = claim(db, Evaluation)
    if evaluation is not None:
        evaluation.status = EvaluationStatus.RUNNING
    return evaluation


def new_candidates(db: Session, evaluation: Evaluation, candidates: Sequence[Candidate]) -> set[int]:
    """Tuned models that have not answered and may not be known at the provider yet, which takes it minutes after the training."""
    if evaluation.created_at < db.scalars(select(seconds_from_now(-MODEL_APPEARS_WITHIN_SECONDS))).one():
        return set()
    tuned = {index for index, candidate in enumerate(candidates) if candidate.model_id}
    return tuned - candidates_that_answered(db, evaluation.id)


def record(db: Session, evaluation_id: EvaluationId, token: str, brought: Brought) -> None:
    """Keep what a round brought, and say when the next one is due. Without the claim, nothing is kept."""
    evaluation = fenced(db, Evaluation, evaluation_id, token)
    if evaluation is None:
        return
    _note_asked(db, evaluation, {one.candidate for one in brought.given} | {one.candidate for one in brought.unheard})
    db.add_all(_answer(evaluation, one) for one in brought.given)
    evaluation.n_answers += len(brought.given)
    evaluation.unheard = [*evaluation.unheard, *([one.candidate, *astuple(one.most)] for one in brought.unheard)]
    db.flush()
    if mute := candidates_without_an_answer(db, evaluation_id, min(REFUSALS_THAT_TELL, _n_examples(evaluation))):
        _fail(db, evaluation, "no_answers", _about_mute(evaluation, mute[0], brought.given))
    elif brought.unheard and total(charge.amount for charge in _charges(db, evaluation)) > evaluation.held:
        reason = "So many answers were lost on their way that what was held for this evaluation is used up."
        _fail(db, evaluation, "hold_used_up", reason)
    elif brought.interruption is not None:
        _wait(db, evaluation, brought.interruption, progressed=bool(brought.given))
    else:
        evaluation.attempts = 0
        evaluation.due_at = db.scalar(select(now()))
        ring(db, Task.RUN_EVALUATIONS)


def finish(db: Session, evaluation_id: EvaluationId, token: str, samples: Sequence[dict[str, Any]]) -> None:
    """Every answer is there: say what they tell, charge them, and leave the scores with the models."""
    evaluation = fenced(db, Evaluation, evaluation_id, token)
    if evaluation is None:
        return
    candidates = [candidate_from_json(one) for one in evaluation.candidates]
    found = results(candidates, answers_of(db, evaluation_id), evaluation.graders)
    evaluation.results = {**found, "n_skipped": evaluation.parameters["n_skipped"], "samples": list(samples)}
    summaries = zip(candidates, found["candidates"], strict=True)
    tuned = {candidate.model_id: summary for candidate, summary in summaries if candidate.model_id}
    # In one order for everyone: two evaluations of the same models would else wait for one another.
    for model_id, summary in sorted(tuned.items()):
        record_scores(db, model_id, evaluation_id, {"dataset_id": evaluation.dataset_id, **scores_of(summary)})
    _end(db, evaluation, EvaluationStatus.SUCCEEDED)


def record_failure(db: Session, evaluation_id: EvaluationId, token: str, code: str, reason: str) -> None:
    """End what cannot be gone on with; what was answered is charged. Writes nothing when the claim was lost."""
    evaluation = fenced(db, Evaluation, evaluation_id, token)
    if evaluation is not None:
        _fail(db, evaluation, code, reason)


def charge_what_was_used(db: Session, evaluation: Evaluation) -> None:
    """Resolve the hold: charge the recorded answers by what the provider counted, what nobody heard as provisional, and
    give back the rest.
    """
    if charges := _charges(db, evaluation):
        spend.settle(db, evaluation.id, charges)
    else:
        spend.release(db, evaluation.id)


def _charges(db: Session, evaluation: Evaluation) -> list[Charge]:
    heard = usage_by_candidate(db, evaluation.id)
    unheard: dict[int, Usage] = defaultdict(Usage)
    for candidate, *most in evaluation.unheard:
        unheard[candidate] += Usage(*most)
    return [
        charge
        for usages, provisional in ((heard, False), (unheard, True))
        for index, usage in sorted(usages.items())
        for charge in _seller(evaluation, index).charges(SpendKind.EVALUATION, usage, provisional=provisional)
    ]


def _note_asked(db: Session, evaluation: Evaluation, candidates: Collection[int]) -> None:
    asked = (candidate_from_json(evaluation.candidates[index]) for index in candidates)
    for connection_id, name in deployments_of(asked):
        note_asked(db, connection_id, name)


def _seller(evaluation: Evaluation, candidate: int) -> Seller:
    return candidate_from_json(evaluation.candidates[candidate]).seller


def _answer(evaluation: Evaluation, given: Given) -> EvaluationAnswer:
    return EvaluationAnswer(
        evaluation_id=evaluation.id,
        candidate=given.candidate,
        line=given.line,
        team_id=evaluation.team_id,
        answer=given.text,
        fault=given.fault,
        scores=given.scores,
        input_tokens=given.usage.input_tokens,
        cached_input_tokens=given.usage.cached_input_tokens,
        output_tokens=given.usage.output_tokens,
        latency_ms=given.latency_ms,
    )


def _wait(db: Session, evaluation: Evaluation, interruption: Interruption, *, progressed: bool) -> None:
    evaluation.attempts = 1 if progressed else evaluation.attempts + 1
    if evaluation.attempts > MOST_ATTEMPTS:
        _fail(db, evaluation, "provider_unavailable", f"Given up after {MOST_ATTEMPTS} tries: {interruption.reason}")
        return
    grown = min(2.0**evaluation.attempts, LONGEST_WAIT_SECONDS)
    wait = min(max(interruption.wait_seconds, grown), LONGEST_WAIT_SECONDS)
    evaluation.reason_code, evaluation.reason = "waiting", interruption.reason
    evaluation.due_at = db.scalar(select(seconds_from_now(wait)))


def _about_mute(evaluation: Evaluation, candidate: int, given: Sequence[Given]) -> str:
    told = next((one.fault for one in given if one.candidate == candidate and one.fault), "no reason given")
    return f"{evaluation.candidates[candidate]['name']} answers no prompt: {told}"


def _n_examples(evaluation: Evaluation) -> int:
    return len(evaluation.parameters["examples"])


def _fail(db: Session, evaluation: Evaluation, code: str, reason: str) -> None:
    _end(db, evaluation, EvaluationStatus.FAILED, code, reason)


def _end(
    db: Session,
    evaluation: Evaluation,
    status: EvaluationStatus,
    reason_code: str | None = None,
    reason: str | None = None,
) -> None:
    evaluation.status = status
    evaluation.reason_code, evaluation.reason = reason_code, reason
    evaluation.due_at = None
    evaluation.finished_at = db.scalar(select(now()))
    charge_what_was_used(db, evaluation)
    tell(db, evaluation.team_id, f"evaluation.{status}", evaluation.id, reason=reason)
