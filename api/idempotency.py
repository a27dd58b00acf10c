"""`Idempotency-Key`: a repeated request is answered as the first one was, and does nothing.

The answer is stored in the transaction that does the work, so both are kept or neither. Refusals are not stored: a request
that was refused has changed nothing and may be tried again. How it hangs together:

1. `dependencies.Write` calls `Attempt.begin` in its new transaction, which raises `Replay` when the answer is known;
2. `routing.Route` turns a `Replay` into that answer, and hands every other answer to `Attempt.keep`
3. before FastAPI closes function-scoped dependencies, which commits.
"""

import hashlib
import json
from dataclasses import dataclass

from fastapi import Response

from shared.db import Session
from shared.ids import TeamId
from shared.teams.requests import give_up, recall, remember, reserve
from shared.teams.tables import RememberedRequest

SHOWN_ONCE = ("secret",)
"""Members of an answer that are never stored: in a replay they are null."""

_KEPT_HEADERS = ("content-type", "location", "x-should-retry")


class Replay(Exception):
    """Not an error: the request was answered before. Carries that answer to the route."""

    def __init__(self, remembered: RememberedRequest) -> None:
        super().__init__()
        self.response = Response(
            remembered.body, remembered.status, {**remembered.headers, "Idempotent-Replayed": "true"}
        )


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try of a request. `key` None: the caller does not mind if it is done twice, and nothing here does anything."""

    team_id: TeamId | None
    key: str | None
    request: str
    """Who asks for what: role, method, path and query."""
    is_new: bool = False
    """The caller says that it has not asked this before, so no earlier answer is meant."""

    def begin(self, db: Session, body: bytes) -> None:
        """Own the key until the transaction ends. `body` is what was sent, or a digest of it. Raises Replay, and what
        `recall` raises.
        """
        if (
            self.key is not None
            and not self.is_new
            and (known := recall(db, self.team_id, self.key, self._fingerprint(body)))
        ):
            raise Replay(known)

    def reserve(self, db: Session, body: bytes) -> None:
        """Own the key beyond the transaction, when somebody else is asked before there is an answer to `keep`."""
        if self.key is not None:
            reserve(db, self.team_id, self.key, self._fingerprint(body))

    def give_up(self, db: Session) -> None:
        """Nothing took effect: what was reserved may be tried again."""
        if self.key is not None:
            give_up(db, self.team_id, self.key)

    def keep(self, db: Session, body: bytes, response: Response) -> None:
        """Store the answer, without what may be shown only once."""
        if self.key is None:
            return
        remember(
            db,
            RememberedRequest(
                team_id=self.team_id,
                key=self.key,
                fingerprint=self._fingerprint(body),
                status=response.status_code,
                headers={name: response.headers[name] for name in _KEPT_HEADERS if name in response.headers},
                body=_without_secrets(bytes(response.body)),
            ),
        )

    def _fingerprint(self, body: bytes) -> str:
        return hashlib.sha256(self.request.encode() + b"\n" + body).hexdigest()


def _without_secrets(body: bytes) -> bytes:
    answer = json.loads(body) if body.startswith(b"{") else {}
    if not any(name in answer for name in SHOWN_ONCE):
        return body
    return json.dumps(answer | {name: None for name in SHOWN_ONCE if name in answer}).encode()
