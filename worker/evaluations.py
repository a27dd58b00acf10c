"""Running evaluations: claim one, ask a round of its questions, record the answers; when all are there, say what they tell.

A killed worker loses one round at most: what is recorded is never asked again.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from shared.connections.access import provider_of
from shared.connections.credentials import CannotOpen
from shared.connections.offering import barred
from shared.connections.tables import Connection
from shared.datasets.tables import Dataset
from shared.evaluations import queries, recording
from shared.evaluations.candidates import Candidate, candidate_from_json, encoding_of, most_of
from shared.evaluations.examples import Example, read_examples
from shared.evaluations.questions import most_used, question
from shared.evaluations.recording import Brought, Interruption
from shared.evaluations.results import disagreements, sample
from shared.evaluations.routing import barred_candidate
from shared.evaluations.tables import Evaluation
from shared.ids import ConnectionId
from shared.providers.base import Provider, ProviderError
from shared.queue import Task
from worker.asking import ANSWER_SECONDS, Question, ask_all
from worker.context import Context
from worker.heartbeat import kept
from worker.task import task


@dataclass(frozen=True)
class Work:
    """A claimed evaluation with all that is needed to go on with it outside a transaction."""

    evaluation: Evaluation
    token: str
    storage_key: str
    candidates: list[Candidate]
    connections: Mapping[ConnectionId, Connection]
    answered: set[tuple[int, int]]
    new: set[int]
    """Candidates that were tuned just now, and have not answered yet."""
    barred: str | None
    """Why nothing more may be asked of one of the connections."""

    @property
    def is_answered(self) -> bool:
        return len(self.answered) == self.evaluation.n_expected


# A round takes up to 26 seconds: one that begins last still ends well before the soft time limit.
@task(Task.RUN_EVALUATIONS)
def run_evaluations(context: Context) -> bool:
    """One round of one evaluation, or its end."""
    with context.database.transaction() as db:
        work = _take(db)
    if work is None:
        return False
    with kept(context.database, Evaluation, [work.evaluation.id], work.token):
        if work.is_answered:
            _finish(context, work)
        elif work.barred is not None:
            with context.database.transaction() as db:
                recording.record_failure(db, work.evaluation.id, work.token, "barred", f"{work.barred}.")
        else:
            _ask(context, work)
    return True


def _take(db: Session) -> Work | None:
    evaluation = recording.take(db)
    if evaluation is None or evaluation.claim_token is None:
        return None
    candidates = [candidate_from_json(one) for one in evaluation.candidates]
    connection_ids = {candidate.seller.connection_id for candidate in candidates}
    connections = {one: db.get_one(Connection, one) for one in sorted(connection_ids)}
    return Work(
        evaluation=evaluation,
        token=evaluation.claim_token,
        storage_key=db.get_one(Dataset, evaluation.dataset_id).examples_blob,
        candidates=candidates,
        connections=connections,
        answered=queries.answered(db, evaluation.id),
        new=recording.new_candidates(db, evaluation, candidates),
        barred=_barred(db, evaluation, connections, candidates),
    )


def _barred(
    db: Session,
    evaluation: Evaluation,
    connections: Mapping[ConnectionId, Connection],
    candidates: Sequence[Candidate],
) -> str | None:
    closed = (barred(db, one, evaluation.team_id) for one in connections.values())
    asked = [(connections[one.seller.connection_id], one.deployed_as) for one in candidates]
    why_not = next(filter(None, closed), None)
    return why_not or barred_candidate(db, evaluation.team_id, evaluation.dataset_id, asked)


def _ask(context: Context, work: Work) -> None:
    try:
        providers = {
            one: provider_of(row, context.vault, timeout_seconds=ANSWER_SECONDS)
            for one, row in work.connections.items()
        }
        made = ask_all(_questions(context, work, providers), work.evaluation.graders)
    except CannotOpen as error:
        made = Brought(interruption=Interruption(str(error)))
    except ProviderError as error:  # a credential that no request can carry, an address that is none
        made = Brought(interruption=Interruption(error.reason))
    with context.database.transaction() as db:
        recording.record(db, work.evaluation.id, work.token, made)


def _questions(context: Context, work: Work, providers: Mapping[ConnectionId, Provider]) -> Iterator[Question]:
    """Example by example, all candidates of each together: what is compared was asked at about the same time."""
    everyone = set(range(len(work.candidates)))
    places = work.evaluation.parameters["examples"]
    left = [one for one in places if any((candidate, one[0]) not in work.answered for candidate in everyone)]
    with context.storage.open(work.storage_key) as stream:
        examples = read_examples(stream, [(line, offset) for line, offset, _ in left])
        for example, (line, _, limit) in zip(examples, left, strict=True):
            for index in range(len(work.candidates)):
                if (index, line) not in work.answered:
                    yield _question(work, providers, index, example, limit)


def _question(
    work: Work, providers: Mapping[ConnectionId, Provider], index: int, example: Example, limit: int
) -> Question:
    candidate = work.candidates[index]
    connection_id = candidate.seller.connection_id
    encoding = encoding_of(work.connections[connection_id], candidate.base_model)
    return Question(
        candidate=index,
        line=example.line,
        provider=providers[connection_id],
        deployed_as=candidate.deployed_as,
        body=question(example, candidate.base_model, limit),
        reference=example.reference,
        most=most_of(
            work.connections[connection_id], candidate.base_model, most_used(example, candidate.base_model, encoding)
        ),
        is_new=index in work.new,
    )


def _finish(context: Context, work: Work) -> None:
    evaluation_id = work.evaluation.id
    with context.database.reading() as db:
        answers = queries.answers_of(db, evaluation_id)
    offsets = {line: offset for line, offset, _ in work.evaluation.parameters["examples"]}
    shown = [(line, offsets[line]) for line in disagreements(answers)]
    with context.storage.open(work.storage_key) as stream:
        samples = [sample(example, work.candidates, answers) for example in read_examples(stream, shown)]
    with context.database.transaction() as db:
        recording.finish(db, evaluation_id, work.token, samples)
