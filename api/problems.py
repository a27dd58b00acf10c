"""How a refusal looks on the wire (RFC 9457), and how a route says in OpenAPI which ones it may answer with.

What is refused, and why, is decided elsewhere: see `shared.errors`.
"""

from datetime import datetime
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from shared.db import UNAVAILABLE, Duplicate, is_duplicate
from shared.errors import (
    Conflict,
    Fact,
    FieldError,
    Forbidden,
    InternalError,
    InvalidRequest,
    MethodNotAllowed,
    NotFound,
    OffsetMismatch,
    PayloadTooLarge,
    Problem,
    ServiceBusy,
    Unauthenticated,
    UnsupportedFormat,
)
from shared.money import Usd
from shared.storage import StorageIsAway

log = structlog.get_logger()

MEDIA_TYPE = "application/problem+json"
EVERYWHERE: tuple[type[Problem], ...] = (
    Unauthenticated,
    Forbidden,
    InvalidRequest,
    PayloadTooLarge,
    UnsupportedFormat,
    ServiceBusy,
    InternalError,
)
"""What any operation that wants a key may answer with."""

_MAX_ERRORS = 50


def render(problem: Problem) -> JSONResponse:
    """The answer that says no."""
    body: dict[str, Any] = members(type(problem)) | {"detail": problem.detail}
    body |= {name: _plain(fact) for name, fact in problem.facts.items()}
    if isinstance(problem, InvalidRequest):
        body["errors"] = [{"pointer": error.pointer, "message": error.message} for error in problem.errors]
    return JSONResponse(body, problem.status, _headers(problem), MEDIA_TYPE)


def members(kind: type[Problem]) -> dict[str, Any]:
    """What all refusals of one kind have in common."""
    return {"type": f"/problems/{kind.code}", "title": kind.title, "status": int(kind.status), "code": kind.code}


def problems(*kinds: type[Problem]) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route that may refuse in these ways, besides those in which every route with a key may."""
    return only(*dict.fromkeys((*kinds, *EVERYWHERE)))


def only(*kinds: type[Problem]) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route that refuses in these ways and no other."""
    documented: dict[int | str, dict[str, Any]] = {}
    add_problems(documented, *kinds)
    return documented


def add_problems(documented: dict[Any, dict[str, Any]], *kinds: type[Problem]) -> None:
    """Say in an operation's `responses` that it may also refuse in these ways. What is said already is not repeated."""
    for kind in kinds:
        answer = documented.setdefault(str(int(kind.status)), {"description": ""})
        told = answer.setdefault("content", {}).setdefault(MEDIA_TYPE, {"schema": _REFERENCE, "examples": {}})[
            "examples"
        ]
        if kind.code not in told:
            answer["description"] = " · ".join(filter(None, (answer["description"], f"`{kind.code}`: {kind.title}")))
            told[kind.code] = {"value": members(kind) | {"detail": f"{kind.title}."}}


_REFERENCE = {"$ref": "#/components/schemas/Problem"}

SCHEMA: dict[str, Any] = {
    "type": "object",
    "title": "Problem",
    "description": "A refusal (RFC 9457). Further members are facts that belong to the code.",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "message"],
                "properties": {"pointer": {"type": "string"}, "message": {"type": "string"}},
            },
        },
    },
}


def install(app: FastAPI) -> None:
    """Turn everything that can be raised into a problem. What is unknown ends in `requests.Requests`, as InternalError."""

    async def problem(_: Request, error: Any) -> JSONResponse:
        return render(error)

    async def not_valid(_: Request, error: Any) -> JSONResponse:
        return render(from_validation(error))

    async def not_routed(_: Request, error: Any) -> JSONResponse:
        return render(from_routing(error))

    async def duplicate(_: Request, error: Any) -> JSONResponse:
        if not is_duplicate(error):
            raise error
        return render(Conflict("Somebody did the same at the same moment. Look at what is there now."))

    async def unavailable(_: Request, __: Any) -> JSONResponse:
        return render(
            ServiceBusy(
                "The database cannot be asked right now. Ask again in a moment; an Idempotency-Key makes that harmless."
            )
        )

    async def away(_: Request, error: Any) -> JSONResponse:
        log.warning("storage_away", error=str(error))
        return render(ServiceBusy("The storage cannot be asked right now. Ask again in a moment."))

    app.add_exception_handler(StorageIsAway, away)
    app.add_exception_handler(Problem, problem)
    app.add_exception_handler(RequestValidationError, not_valid)
    app.add_exception_handler(HTTPException, not_routed)
    app.add_exception_handler(Duplicate, duplicate)
    for kind in UNAVAILABLE:
        app.add_exception_handler(kind, unavailable)


def from_validation(error: RequestValidationError) -> InvalidRequest:
    """What is wrong with a request, fault by fault."""
    faults = [FieldError(_pointer(fault["loc"]), _sentence(fault)) for fault in error.errors()[:_MAX_ERRORS]]
    places = ", ".join(dict.fromkeys(fault.pointer or "the body" for fault in faults))
    return InvalidRequest(f"The request is not valid: see {places}.", faults)


def _pointer(place: tuple[int | str, ...]) -> str:
    """`("body", "name")` → `/name`; `("query", "limit")` → `query/limit`."""
    origin, *path = (str(part).replace("~", "~0").replace("/", "~1") for part in place)
    return "".join(f"/{part}" for part in path) if origin == "body" else "/".join((origin, *path))


def _sentence(fault: dict[str, Any]) -> str:
    return str(fault["msg"]).removeprefix("Value error, ")


def from_routing(error: HTTPException) -> Problem:
    """Why no route answers."""
    match error.status_code:
        case 404:
            return NotFound("path")
        case 405:
            return MethodNotAllowed(f"This path takes {(error.headers or {}).get('Allow', 'other methods')} only.")
        case _:
            return InvalidRequest(str(error.detail))


def _headers(problem: Problem) -> dict[str, str]:
    if isinstance(problem, Unauthenticated):
        return {"WWW-Authenticate": "Bearer"}
    if isinstance(problem, OffsetMismatch):
        return {"Upload-Offset": str(problem.offset)}
    return {"Retry-After": "1"} if isinstance(problem, ServiceBusy) else {}


def _plain(fact: Fact) -> object:
    match fact:
        case Usd():
            return str(fact)
        case datetime():
            return fact.isoformat()
        case _:
            return fact
