"""A chat that is sent again is answered as it was the first time, and bought once.

Known by its Idempotency-Key; or, since OpenAI's SDK sends none, by the caller's key and the body, when the SDK says in
`x-stainless-retry-count` that it has sent it before. An answer is then kept for minutes. Callers who send neither buy each time.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import Depends, Header, Response

from api.bodies import StrictRequest
from api.dependencies import Anyone, TheAttempt
from api.idempotency import Attempt
from shared.db import UNAVAILABLE, Session
from shared.errors import AnswerLost, Problem
from shared.teams.requests import IMPLICIT


@dataclass(frozen=True, slots=True)
class Once:
    """An attempt that asks somebody else between its first transaction and its last."""

    attempt: Attempt
    body: bytes

    def begin(self, db: Session) -> None:
        """Raises Replay, IdempotencyInProgress while the first one is being answered, or IdempotencyMismatch."""
        self.attempt.begin(db, self.body)
        self.attempt.reserve(db, self.body)

    def keep(self, db: Session, response: Response) -> Response:
        self.attempt.keep(db, self.body, response)
        return response

    def give_up(self, db: Session) -> None:
        """Nothing took effect: a repetition may ask."""
        self.attempt.give_up(db)


async def _once(
    request: StrictRequest,
    caller: Anyone,
    attempt: TheAttempt,
    x_stainless_retry_count: Annotated[int | None, Header(ge=0, le=1000, include_in_schema=False)] = None,
) -> Once:
    if attempt.key is None and x_stainless_retry_count is not None:
        digest = hashlib.sha256(request.content).hexdigest()
        key = f"{IMPLICIT}{caller.key_id} {digest}"
        return Once(replace(attempt, key=key, is_new=x_stainless_retry_count == 0), request.content)
    return Once(attempt, request.content)


TheOnce = Annotated[Once, Depends(_once)]


@contextmanager
def lost_when_not_recorded() -> Iterator[None]:
    """The provider has answered; when that cannot be written down, the caller must not take it for something to try again."""
    try:
        yield
    except (Problem, *UNAVAILABLE) as error:
        raise AnswerLost("The answer could not be recorded. The most that it can have cost is charged.") from error
