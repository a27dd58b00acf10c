"""One round of questions to providers: several at a time, for a few seconds, until something says wait. Knows no database."""

import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from typing import Any

from shared.evaluations.grading import GRADERS
from shared.evaluations.rates import Usage
from shared.evaluations.recording import Given, Interruption
from shared.providers.base import Provider, Rejected, Throttled, Unavailable

AT_ONCE = 8
ROUND_SECONDS = 5.0
PATIENCE_SECONDS = 14.0
"""How long the last answers of a round are waited for. A run that began its last round late still ends within its time."""
REFUSED_CREDENTIAL_WAIT_SECONDS = 300.0


@dataclass(frozen=True, slots=True)
class Question:
    """One prompt for one candidate. `deployed_as` is the model's name there; the answer is graded against `reference`."""

    candidate: int
    line: int
    provider: Provider
    deployed_as: str
    body: Mapping[str, Any]
    reference: str


@dataclass(slots=True)
class Round:
    """What came of the questions that were asked; those without an answer here are still to be asked."""

    given: list[Given] = field(default_factory=list)
    interruption: Interruption | None = None


def ask_all(questions: Iterator[Question], graders: Sequence[str]) -> Round:
    """Ask until the questions, the time or a provider's patience is at an end."""
    made = Round()
    pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="ask")
    begun = time.monotonic()
    open_futures: set[Future[Given | Interruption]] = set()
    try:
        while (questions_left := _may_go_on(made, begun)) or open_futures:
            if questions_left:
                open_futures |= _send(pool, questions, AT_ONCE - len(open_futures), graders)
            left = begun + ROUND_SECONDS + PATIENCE_SECONDS - time.monotonic()
            done, open_futures = wait(open_futures, max(0.0, left), FIRST_COMPLETED)
            if not done:
                break
            _note(made, done)
    finally:
        # A thread that hangs ends with its request's own timeout; its answer is asked for again.
        pool.shutdown(wait=False, cancel_futures=True)
    if open_futures:
        made.interruption = made.interruption or Interruption("The provider has not answered in time.")
    return made


def _may_go_on(made: Round, begun: float) -> bool:
    return made.interruption is None and time.monotonic() < begun + ROUND_SECONDS


def _send(
    pool: ThreadPoolExecutor, questions: Iterator[Question], most: int, graders: Sequence[str]
) -> set[Future[Given | Interruption]]:
    return {pool.submit(_ask, question, graders) for _, question in zip(range(most), questions, strict=False)}


def _note(made: Round, done: set[Future[Given | Interruption]]) -> None:
    for future in done:
        match future.result():
            case Given() as given:
                made.given.append(given)
            case Interruption() as interruption:
                made.interruption = interruption


def _ask(question: Question, graders: Sequence[str]) -> Given | Interruption:
    begun = time.monotonic()
    try:
        answer = question.provider.chat(question.deployed_as, question.body)
    except Throttled as error:
        return Interruption(error.reason, error.retry_after)
    except Unavailable as error:
        return Interruption(error.reason)
    except Rejected as error:
        if error.credential:
            return Interruption(error.reason, REFUSED_CREDENTIAL_WAIT_SECONDS)
        return Given(question.candidate, question.line, None, error.reason, dict.fromkeys(graders, 0.0), Usage(), 0)
    return Given(
        candidate=question.candidate,
        line=question.line,
        text=answer.text,
        fault=None,
        scores={grader: GRADERS[grader].score(answer.text, question.reference) for grader in graders},
        usage=Usage(answer.input_tokens, answer.cached_input_tokens, answer.output_tokens),
        latency_ms=round(1000 * (time.monotonic() - begun)),
    )
