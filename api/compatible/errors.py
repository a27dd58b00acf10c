"""Refusals in OpenAI's words: which status, `type` and `code` stand for each Problem, and whether to try again.

What is refused, and why, is decided elsewhere: see `shared.errors`. A new kind of Problem needs its line here, or a test fails.
"""

from http import HTTPStatus
from typing import Any

import structlog
from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from typing_extensions import override

from api.problems import from_routing, from_validation
from api.routing import Handler, Route
from shared import errors
from shared.db import UNAVAILABLE
from shared.errors import InternalError, InvalidRequest, Problem, ServiceBusy

log = structlog.get_logger()

_INVALID = "invalid_request_error"
_SERVER = "server_error"
_QUOTA = "insufficient_quota"

OPENAI: dict[type[Problem], tuple[int, str, str]] = {
    errors.Unauthenticated: (401, _INVALID, "invalid_api_key"),
    errors.Forbidden: (403, _INVALID, "insufficient_permissions"),
    errors.NotFound: (404, _INVALID, "model_not_found"),
    errors.MethodNotAllowed: (405, _INVALID, "method_not_supported"),
    errors.Conflict: (409, _INVALID, "conflict"),
    errors.IllegalTransition: (409, _INVALID, "illegal_transition"),
    errors.IdempotencyInProgress: (409, _INVALID, "idempotency_in_progress"),
    errors.OffsetMismatch: (409, _INVALID, "offset_mismatch"),
    errors.DatasetNotReady: (409, _INVALID, "dataset_not_ready"),
    errors.NotDeployed: (409, _INVALID, "not_deployed"),
    errors.InvalidRequest: (400, _INVALID, "invalid_value"),
    errors.IdempotencyMismatch: (400, _INVALID, "idempotency_mismatch"),
    errors.DigestMismatch: (400, _INVALID, "digest_mismatch"),
    errors.DatasetRejected: (400, _INVALID, "invalid_training_file"),
    errors.ModelNotTrainable: (400, _INVALID, "model_not_available"),
    errors.PriceUnknown: (400, _INVALID, "price_unknown"),
    errors.PayloadTooLarge: (413, _INVALID, "payload_too_large"),
    errors.UnsupportedFormat: (415, _INVALID, "unsupported_format"),
    errors.StorageFull: (507, _SERVER, "storage_full"),
    # An SDK knows no 402; this is how OpenAI says that there is no money left.
    errors.BudgetExceeded: (429, _QUOTA, _QUOTA),
    errors.MaxCostExceeded: (429, _QUOTA, "max_cost_exceeded"),
    errors.QuotaExceeded: (429, _QUOTA, "quota_exceeded"),
    errors.TrainingClosed: (403, _INVALID, "training_not_available"),
    errors.RouteForbidden: (403, _INVALID, "route_forbidden"),
    # 410 is no status of OpenAI's: a model that was shut down is not found.
    errors.ModelRetired: (404, _INVALID, "model_not_found"),
    errors.ProviderRefused: (400, _INVALID, "provider_refused"),
    errors.ProviderUnavailable: (503, _SERVER, "provider_unavailable"),
    errors.AnswerLost: (504, _SERVER, "answer_lost"),
    errors.ServiceBusy: (503, _SERVER, "service_busy"),
    errors.InternalError: (500, _SERVER, "internal_error"),
}
"""Problem → OpenAI's status, type and code."""

WORTH_ANOTHER_TRY = (errors.ProviderUnavailable, errors.ServiceBusy, errors.IdempotencyInProgress)
"""Nothing was asked, or the first try is still being answered: the SDK may come again without buying anything twice."""

PREFIX = "/openai/v1"


class OpenAIRoute(Route):
    """A route that says no as OpenAI does."""

    @override
    def get_route_handler(self) -> Handler:
        handle = super().get_route_handler()

        async def answer(request: Request) -> Response:
            try:
                return await handle(request)
            except RequestValidationError as error:
                return render(from_validation(error))
            except Problem as problem:
                return render(problem)
            except UNAVAILABLE:
                return render(ServiceBusy("The database cannot be asked right now. Ask again in a moment."))
            except ClientDisconnect:
                raise
            except Exception as error:
                log.exception("request_failed", error=type(error).__name__)
                return render(InternalError("This is our fault. Quote the answer's X-Request-Id to an admin."))

        return answer


def compatible(name: str) -> APIRouter:
    """The router of one part of the OpenAI-compatible surface."""
    return APIRouter(prefix=PREFIX, tags=[f"OpenAI-compatible {name}"], route_class=OpenAIRoute)


def install(app: FastAPI) -> None:
    """Below `/openai/v1`, also what no route answers is refused in OpenAI's words. Comes after `api.problems.install`."""
    elsewhere: Any = app.exception_handlers[HTTPException]

    async def not_routed(request: Request, error: Any) -> Response:
        if not request.url.path.startswith(f"{PREFIX}/"):
            answer: Response = await elsewhere(request, error)
            return answer
        return render(from_routing(error))

    app.add_exception_handler(HTTPException, not_routed)


def render(problem: Problem) -> JSONResponse:
    """The answer that says no. Without `x-should-retry: false` the SDK would repeat every 409, 429 and 5xx."""
    status, kind, code = OPENAI[type(problem)]
    error = {"message": problem.detail, "type": kind, "param": _param(problem), "code": code}
    may_come_again = isinstance(problem, WORTH_ANOTHER_TRY)
    headers = {"x-should-retry": "true" if may_come_again else "false"}
    if isinstance(problem, errors.Unauthenticated):
        headers["WWW-Authenticate"] = "Bearer"
    if may_come_again:
        headers["Retry-After"] = str(problem.facts.get("retry_after_seconds", 1))
    return JSONResponse({"error": error}, status, headers)


def openai_errors(*kinds: type[Problem]) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route that may refuse in these ways, besides those in which every route may."""
    # "default" also keeps FastAPI from documenting its own shape for requests that are not valid.
    documented: dict[int | str, dict[str, Any]] = {
        "default": {"description": "Any refusal", "content": {"application/json": {"schema": _SCHEMA}}}
    }
    for kind in dict.fromkeys((*kinds, *_EVERYWHERE)):
        status, type_, code = OPENAI[kind]
        content = {"schema": _SCHEMA, "examples": {}}
        answer = documented.setdefault(
            status, {"description": HTTPStatus(status).phrase, "content": {"application/json": content}}
        )
        example = {"error": {"message": f"{kind.title}.", "type": type_, "param": None, "code": code}}
        answer["content"]["application/json"]["examples"][code] = {"value": example}
    return documented


_EVERYWHERE: tuple[type[Problem], ...] = (
    errors.Unauthenticated,
    errors.Forbidden,
    errors.NotFound,
    errors.InvalidRequest,
    errors.PayloadTooLarge,
    errors.UnsupportedFormat,
    errors.ServiceBusy,
    errors.InternalError,
)
_SCHEMA = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["message", "type", "param", "code"],
            "properties": {
                "message": {"type": "string"},
                "type": {"type": "string"},
                "param": {"type": ["string", "null"]},
                "code": {"type": ["string", "null"]},
            },
        }
    },
}


def _param(problem: Problem) -> str | None:
    if isinstance(problem, InvalidRequest) and problem.errors:
        return problem.errors[0].pointer.removeprefix("/").replace("/", ".") or None
    return None
