"""What is read of evaluations."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shared.errors import Conflict, NotFound
from shared.evaluations.rates import Usage
from shared.evaluations.tables import Evaluation, EvaluationAnswer
from shared.ids import EvaluationId, TeamId


def get_evaluation(
    db: Session, evaluation_id: EvaluationId, *, team_id: TeamId | None = None, for_update: bool = False
) -> Evaluation:
    """An evaluation; with `team_id`, one of that team. Raises NotFound."""
    evaluation = db.get(Evaluation, evaluation_id, with_for_update=for_update or None, populate_existing=for_update)
    if evaluation is None or team_id not in (None, evaluation.team_id):
        raise NotFound("evaluation")
    return evaluation


def list_evaluations(
    db: Session, *, team_id: TeamId | None = None, after: str | None, limit: int
) -> Sequence[Evaluation]:
    """Evaluations, the newest first."""
    query = select(Evaluation).order_by(Evaluation.id.desc()).limit(limit)
    if team_id is not None:
        query = query.where(Evaluation.team_id == team_id)
    return db.scalars(query.where(Evaluation.id < after) if after else query).all()


def get_results(db: Session, evaluation_id: EvaluationId, *, team_id: TeamId | None = None) -> dict[str, Any]:
    """What an evaluation found. Raises NotFound, and Conflict when it has not succeeded (yet)."""
    evaluation = get_evaluation(db, evaluation_id, team_id=team_id)
    if evaluation.results is None:
        raise Conflict(
            f"The evaluation is {evaluation.status}: there are no results.", evaluation_status=evaluation.status
        )
    return evaluation.results


def answers_of(db: Session, evaluation_id: EvaluationId) -> Sequence[EvaluationAnswer]:
    """All answers, by line and candidate."""
    query = select(EvaluationAnswer).where(EvaluationAnswer.evaluation_id == evaluation_id)
    return db.scalars(query.order_by(EvaluationAnswer.line, EvaluationAnswer.candidate)).all()


def answered(db: Session, evaluation_id: EvaluationId) -> set[tuple[int, int]]:
    """The candidate and the line of every answer that is recorded."""
    query = select(EvaluationAnswer.candidate, EvaluationAnswer.line)
    return {
        (row.candidate, row.line) for row in db.execute(query.where(EvaluationAnswer.evaluation_id == evaluation_id))
    }


def candidates_that_answered(db: Session, evaluation_id: EvaluationId) -> set[int]:
    """The candidates of which there is at least one answer that is no refusal."""
    query = select(EvaluationAnswer.candidate).where(EvaluationAnswer.evaluation_id == evaluation_id)
    return set(db.scalars(query.where(EvaluationAnswer.answer.is_not(None)).distinct()))


def usage_by_candidate(db: Session, evaluation_id: EvaluationId) -> dict[int, Usage]:
    """What the recorded answers used; a candidate without answers is absent."""
    query = (
        select(
            EvaluationAnswer.candidate,
            func.sum(EvaluationAnswer.input_tokens),
            func.sum(EvaluationAnswer.cached_input_tokens),
            func.sum(EvaluationAnswer.output_tokens),
        )
        .where(EvaluationAnswer.evaluation_id == evaluation_id)
        .group_by(EvaluationAnswer.candidate)
    )
    return {candidate: Usage(*map(int, counts)) for candidate, *counts in db.execute(query)}


def candidates_without_an_answer(db: Session, evaluation_id: EvaluationId, at_least: int) -> list[int]:
    """The candidates of which `at_least` prompts or more were refused, and none answered."""
    query = (
        select(EvaluationAnswer.candidate)
        .where(EvaluationAnswer.evaluation_id == evaluation_id)
        .group_by(EvaluationAnswer.candidate)
        .having(func.count() >= at_least, func.count(EvaluationAnswer.answer) == 0)
    )
    return list(db.scalars(query.order_by(EvaluationAnswer.candidate)))
