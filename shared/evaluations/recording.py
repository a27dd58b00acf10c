"""What the worker records of evaluations. Each write is fenced by the claim, but for `charge_what_was_used`.

An answer that got lost on its way is asked for again and not charged here: nobody told us that it was billed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.db import claim, fenced, now, ring, seconds_from_now
from shared.evaluations.candidates import candidate_from_json
from shared.evaluations.queries import answers_of, candidates_without_an_answer, usage_by_candidate
from shared.evaluations.rates import Usage
from shared.evaluations.results import results, scores_of
from shared.evaluations.tables import Evaluation, EvaluationAnswer
from shared.ids import EvaluationId
from shared.lifecycles import EvaluationStatus
from shared.notices.actions import tell
from shared.queue import Task
from shared.registry.actions import record_scores
from shared.spend import actions as spend
from shared.spend.tables import SpendKind

MOST_ATTEMPTS = 30
"""Failures in a row before an evaluation is given up; with the waits between them, a little more than two hours."""
LONGEST_WAIT_SECONDS = 300.0
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
    """Why no more could be asked for now. `wait_seconds` None = not told; the wait then grows with each failure."""

    reason: str
    wait_seconds: float | None = None


def take(db: Session) -> Evaluation | None:
    """Claim the evaluation that has waited longest."""
    evaluation = claim(db, Evaluation)
    if evaluation is not None:
        evaluation.status = EvaluationStatus.RUNNING
    return evaluation


def record(
    db: Session, evaluation_id: EvaluationId, token: str, given: Sequence[Given], interruption: Interruption | None
) -> None:
    """Keep what a round brought, and say when the next one is due. Without the claim, nothing is kept."""
    evaluation = fenced(db, Evaluation, evaluation_id, token)
    if evaluation is None:
        return
    db.add_all(_answer(evaluation, one) for one in given)
    evaluation.n_answers += len(given)
    db.flush()
    if mute := candidates_without_an_answer(db, evaluation_id, min(REFUSALS_THAT_TELL, _n_examples(evaluation))):
        _fail(db, evaluation, "no_answers", _about_mute(evaluation, mute[0], given))
    elif interruption is not None:
        _wait(db, evaluation, interruption, progressed=bool(given))
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
    for candidate, summary in zip(candidates, found["candidates"], strict=True):
        if candidate.model_id is not None:
            scores = {"dataset_id": evaluation.dataset_id, **scores_of(summary)}
            record_scores(db, candidate.model_id, evaluation_id, scores)
    _end(db, evaluation, EvaluationStatus.SUCCEEDED)


def charge_what_was_used(db: Session, evaluation: Evaluation) -> None:
    """Resolve the hold: charge the recorded answers by what the provider counted, and give back the rest."""
    usages = usage_by_candidate(db, evaluation.id)
    charges = [
        charge
        for index, usage in sorted(usages.items())
        for charge in candidate_from_json(evaluation.candidates[index]).seller.charges(SpendKind.EVALUATION, usage)
    ]
    if charges:
        spend.settle(db, evaluation.id, charges)
    else:
        spend.release(db, evaluation.id)


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
    wait = grown if interruption.wait_seconds is None else min(interruption.wait_seconds, LONGEST_WAIT_SECONDS)
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
