"""One round of questions to providers: several at a time, for a few seconds, until something says wait. Knows no database."""

import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from typing import Any

from shared.evaluations.grading import GRADERS
from shared.evaluations.rates import Usage
from shared.evaluations.recording import Brought, Given, Interruption, Unheard
from shared.providers.base import Provider, Rejected, Throttled, Unavailable

AT_ONCE = 8
ANSWER_SECONDS = 20.0
"""How long a provider may be silent. Shorter than a round's patience, so that a question does not outlive its round."""
REFUSED_CREDENTIAL_WAIT_SECONDS = 300.0
NEW_MODEL_WAIT_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Pace:
    """How long a round goes on asking, and how long it then waits for its last answers."""

    asking_seconds: float = 5.0
    patience_seconds: float = ANSWER_SECONDS + 1.0


PACE = Pace()


@dataclass(frozen=True, slots=True)
class Question:
    """One prompt for one candidate. `deployed_as` is the model's name there; the answer is graded against `reference`.

    `most` is what it can use at most. `is_new`: the model was tuned just now and may not be known there yet.
    """

    candidate: int
    line: int
    provider: Provider
    deployed_as: str
    body: Mapping[str, Any]
    reference: str
    most: Usage
    is_new: bool


@dataclass(slots=True)
class _Round:
    """What came of the questions that were asked; those without an answer here are still to be asked."""

    given: list[Given] = field(default_factory=list)
    unheard: list[Unheard] = field(default_factory=list)
    interruption: Interruption | None = None


def ask_all(questions: Iterator[Question], graders: Sequence[str], pace: Pace = PACE) -> Brought:
    """Ask until the questions, the time or a provider's patience is at an end."""
    made = _Round()
    pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="ask")
    begun = time.monotonic()
    sent: dict[Future[Given | Interruption], Question] = {}
    try:
        while (questions_left := _may_go_on(made, begun, pace)) or sent:
            if questions_left:
                sent |= _send(pool, questions, AT_ONCE - len(sent), graders)
            left = begun + pace.asking_seconds + pace.patience_seconds - time.monotonic()
            done, _ = wait(sent, max(0.0, left), FIRST_COMPLETED)
            if not done:
                break
            for future in done:
                _note(made, sent.pop(future), future.result())
    finally:
        # A thread that hangs (a provider may send a byte now and then) ends when its provider does.
        pool.shutdown(wait=False, cancel_futures=True)
    for question in sent.values():
        _note(made, question, Interruption("The provider has not answered in time.", unheard=True))
    return Brought(made.given, made.unheard, made.interruption)


def _may_go_on(made: _Round, begun: float, pace: Pace) -> bool:
    return made.interruption is None and time.monotonic() < begun + pace.asking_seconds


def _send(
    pool: ThreadPoolExecutor, questions: Iterator[Question], most: int, graders: Sequence[str]
) -> dict[Future[Given | Interruption], Question]:
    return {pool.submit(_ask, question, graders): question for _, question in zip(range(most), questions, strict=False)}


def _note(made: _Round, question: Question, outcome: Given | Interruption) -> None:
    match outcome:
        case Given():
            made.given.append(outcome)
        case Interruption():
            made.interruption = outcome
            if outcome.unheard:
                made.unheard.append(Unheard(question.candidate, question.most))


def _ask(question: Question, graders: Sequence[str]) -> Given | Interruption:
    begun = time.monotonic()
    try:
        answer = question.provider.chat(question.deployed_as, question.body)
    except Throttled as error:
        return Interruption(error.reason, error.retry_after)
    except Unavailable as error:
        return Interruption(error.reason, unheard=error.unheard)
    except Rejected as error:
        return _refused(question, error, graders)
    return Given(
        candidate=question.candidate,
        line=question.line,
        text=answer.text,
        fault=None,
        scores={grader: GRADERS[grader].score(answer.text, question.reference) for grader in graders},
        usage=Usage(answer.input_tokens, answer.cached_input_tokens, answer.output_tokens),
        latency_ms=round(1000 * (time.monotonic() - begun)),
    )


def _refused(question: Question, error: Rejected, graders: Sequence[str]) -> Given | Interruption:
    if error.credential:
        return Interruption(error.reason, REFUSED_CREDENTIAL_WAIT_SECONDS)
    if error.status == 404 and question.is_new:
        return Interruption(f"The provider does not know the new model yet: {error.reason}", NEW_MODEL_WAIT_SECONDS)
    return Given(question.candidate, question.line, None, error.reason, dict.fromkeys(graders, 0.0), Usage(), 0)
