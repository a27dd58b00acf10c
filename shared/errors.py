"""Every refusal, as one tree. A `Problem` is how we say no: RFC 9457, with a code for programs, a sentence for people
and typed facts for both. `docs/problems.md` is generated from here.

Problem
├── Unauthenticated · Forbidden · NotFound · MethodNotAllowed · Conflict
│   ├── IllegalTransition          a status cannot move that way
│   ├── IdempotencyInProgress      the same key is being worked on
│   ├── OffsetMismatch             an upload goes on from another byte
│   └── DatasetNotReady · NotDeployed
├── InvalidRequest · IdempotencyMismatch
│   ├── DatasetRejected · ModelNotTrainable · PriceUnknown · DigestMismatch
├── PayloadTooLarge · UnsupportedFormat · StorageFull
├── BudgetExceeded · MaxCostExceeded · QuotaExceeded · TrainingClosed
└── ModelRetired · ProviderRefused · ProviderUnavailable · AnswerLost · ServiceBusy · InternalError
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from http import HTTPStatus
from typing import ClassVar

from shared.money import Usd

Fact = str | int | float | bool | None | Usd | datetime | list[str]


@dataclass(frozen=True, slots=True)
class FieldError:
    """One fault in a request: a JSON pointer into the body (or `query`/`header` name) and what is wrong there."""

    pointer: str
    message: str


class Problem(Exception):
    """Something that was asked for and is refused. `facts` become members of the answer's body."""

    code: ClassVar[str]
    status: ClassVar[HTTPStatus]
    title: ClassVar[str]

    def __init__(self, detail: str, **facts: Fact) -> None:
        super().__init__(detail)
        self.detail = detail
        self.facts = facts


class Unauthenticated(Problem):
    code, status, title = "unauthenticated", HTTPStatus.UNAUTHORIZED, "No valid key"


class Forbidden(Problem):
    code, status, title = "forbidden", HTTPStatus.FORBIDDEN, "Your role does not allow this"


class NotFound(Problem):
    """Missing, or another team's: the answer is the same."""

    code, status, title = "not_found", HTTPStatus.NOT_FOUND, "There is no such thing"

    def __init__(self, thing: str) -> None:
        super().__init__(f"There is no such {thing}, or it belongs to another team.", thing=thing)


class MethodNotAllowed(Problem):
    code, status, title = "method_not_allowed", HTTPStatus.METHOD_NOT_ALLOWED, "This path does not take that method"


class Conflict(Problem):
    code, status, title = "conflict", HTTPStatus.CONFLICT, "The present state does not allow this"


class IllegalTransition(Conflict):
    code, title = "illegal_transition", "The status cannot move that way"

    def __init__(self, thing: str, old: StrEnum | None, new: StrEnum) -> None:
        super().__init__(f"A {thing} that is {old or 'new'} cannot become {new}.", thing=thing, from_status=old, to=new)


class IdempotencyInProgress(Conflict):
    code, title = "idempotency_in_progress", "A request with this Idempotency-Key is being worked on"

    def __init__(self) -> None:
        super().__init__("The first request with this Idempotency-Key has not finished. Ask again in a moment.")


class OffsetMismatch(Conflict):
    code, title = "offset_mismatch", "The upload goes on from another byte"

    def __init__(self, offset: int) -> None:
        super().__init__(
            f"{offset:,} bytes of this upload have arrived. Go on from there: send `Upload-Offset: {offset}`.",
            offset=offset,
        )
        self.offset = offset


class DatasetNotReady(Conflict):
    code, title = "dataset_not_ready", "The dataset has not been validated yet"


class NotDeployed(Conflict):
    code, title = "not_deployed", "The model has no deployment to answer from"


class InvalidRequest(Problem):
    code, status, title = "invalid_request", HTTPStatus.UNPROCESSABLE_ENTITY, "The request is not valid"

    def __init__(self, detail: str, errors: list[FieldError] | None = None, **facts: Fact) -> None:
        super().__init__(detail, **facts)
        self.errors = errors or []


class IdempotencyMismatch(Problem):
    code, status, title = (
        "idempotency_mismatch",
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "This Idempotency-Key was used for a different request",
    )

    def __init__(self) -> None:
        super().__init__("Use a new Idempotency-Key for a new request; a key repeats one request only.")


class DigestMismatch(InvalidRequest):
    code, title = "digest_mismatch", "What arrived is not what was announced"

    def __init__(self, expected: str, actual: str, pointer: str) -> None:
        super().__init__(
            f"The SHA-256 of what arrived is {actual}, and {expected} was announced. None of it is used; send it again.",
            [FieldError(pointer, f"is {expected}, and what arrived has {actual}")],
            expected=expected,
            actual=actual,
        )


class DatasetRejected(Problem):
    code, status, title = "dataset_rejected", HTTPStatus.UNPROCESSABLE_ENTITY, "The dataset has faults"


class ModelNotTrainable(Problem):
    code, status, title = "model_not_trainable", HTTPStatus.UNPROCESSABLE_ENTITY, "This model cannot be trained there"


class PriceUnknown(Problem):
    code, status, title = "price_unknown", HTTPStatus.UNPROCESSABLE_ENTITY, "No price is known"

    def __init__(self, provider: str, model: str, what: str) -> None:
        super().__init__(
            f"No {what} price of {model} on {provider} is known, so its cost cannot be limited. "
            "Choose another model, or ask an admin to enter the price.",
            provider=provider,
            model=model,
            price_kind=what,
        )


class PayloadTooLarge(Problem):
    code, status, title = "payload_too_large", HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The body is too large"


class UnsupportedFormat(Problem):
    code, status, title = "unsupported_format", HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "The format is not supported"


class StorageFull(Problem):
    code, status, title = "storage_full", HTTPStatus.INSUFFICIENT_STORAGE, "No room is left to store this"


class BudgetExceeded(Problem):
    code, status, title = "budget_exceeded", HTTPStatus.PAYMENT_REQUIRED, "The budget does not cover this"

    def __init__(self, scope: str, needed: Usd, left: Usd) -> None:
        super().__init__(
            f"This needs ${needed} and ${left} is left in the {scope}'s budget this month. Nothing was spent. "
            "Choose a cheaper model or fewer epochs, or ask for a larger budget.",
            scope=scope,
            needed=needed,
            left=left,
        )
        self.needed, self.left = needed, left


class MaxCostExceeded(Problem):
    code, status, title = "max_cost_exceeded", HTTPStatus.PAYMENT_REQUIRED, "The estimate is above your own limit"

    def __init__(self, needed: Usd, max_cost: Usd, dearest: list[str] | None = None) -> None:
        """`dearest`: of several things together, those that cost most, and how much."""
        facts: dict[str, Fact] = {"needed": needed, "max_cost": max_cost} | ({"dearest": dearest} if dearest else {})
        most = f" The dearest: {'; '.join(dearest)}." if dearest else ""
        super().__init__(
            f"The estimate is ${needed}, above your max_cost_usd of ${max_cost}.{most} Nothing was spent.", **facts
        )


class QuotaExceeded(Problem):
    code, status, title = "quota_exceeded", HTTPStatus.TOO_MANY_REQUESTS, "The quota is used up"


class TrainingClosed(Problem):
    code, status, title = "training_closed", HTTPStatus.FORBIDDEN, "The provider takes no new training jobs"


class ModelRetired(Problem):
    code, status, title = "model_retired", HTTPStatus.GONE, "The model is retired"


class ProviderRefused(Problem):
    """The provider said no to something that a person is waiting for, such as a chat completion."""

    code, status, title = "provider_refused", HTTPStatus.BAD_GATEWAY, "The provider refused the request"


class ProviderUnavailable(Problem):
    code, status, title = "provider_unavailable", HTTPStatus.SERVICE_UNAVAILABLE, "The provider does not answer"


class AnswerLost(Problem):
    """A provider was asked and may have answered, and billed; asking again would buy again."""

    code, status, title = "answer_lost", HTTPStatus.GATEWAY_TIMEOUT, "The provider's answer was lost"


class ServiceBusy(Problem):
    code, status, title = "service_busy", HTTPStatus.SERVICE_UNAVAILABLE, "The service is busy"


class InternalError(Problem):
    """A fault of ours. The transaction in which it happened was rolled back; what a provider did before stays done."""

    code, status, title = "internal_error", HTTPStatus.INTERNAL_SERVER_ERROR, "Something went wrong on our side"


def every_problem() -> Iterator[type[Problem]]:
    """All kinds of refusal, in the order in which they stand here."""
    pending: list[type[Problem]] = list(reversed(Problem.__subclasses__()))
    while pending:
        kind = pending.pop()
        yield kind
        pending.extend(reversed(kind.__subclasses__()))
