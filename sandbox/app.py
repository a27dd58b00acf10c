"""The sandbox as an ASGI application: which path of which dialect leads to which operation."""

import uuid
from collections.abc import Awaitable, Callable

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox import control, pushing, reading
from sandbox.exchange import Exchange, Handler, Operation, Sandbox
from sandbox.operations import (
    chat,
    custom_models,
    deployments,
    fetching,
    files,
    graders,
    jobs,
    models,
    moderations,
    tokens,
    uploads,
)
from sandbox.reading import Door
from sandbox.refusals import Refusal
from sandbox.wire import Dialect

Table = tuple[tuple[str, str, str, Handler], ...]

_BOTH: Table = (
    ("upload_file", "POST", "/files", files.upload),
    ("list_files", "GET", "/files", files.list_files),
    ("retrieve_file", "GET", "/files/{file_id}", files.retrieve),
    ("delete_file", "DELETE", "/files/{file_id}", files.delete),
    ("file_content", "GET", "/files/{file_id}/content", files.content),
    ("create_job", "POST", "/fine_tuning/jobs", jobs.create),
    ("list_jobs", "GET", "/fine_tuning/jobs", jobs.list_jobs),
    ("retrieve_job", "GET", "/fine_tuning/jobs/{job_id}", jobs.retrieve),
    ("cancel_job", "POST", "/fine_tuning/jobs/{job_id}/cancel", jobs.cancel),
    ("pause_job", "POST", "/fine_tuning/jobs/{job_id}/pause", jobs.pause),
    ("resume_job", "POST", "/fine_tuning/jobs/{job_id}/resume", jobs.resume),
    ("events", "GET", "/fine_tuning/jobs/{job_id}/events", jobs.events),
    ("checkpoints", "GET", "/fine_tuning/jobs/{job_id}/checkpoints", jobs.checkpoints),
    ("list_models", "GET", "/models", models.list_models),
    ("retrieve_model", "GET", "/models/{model}", models.retrieve),
    ("delete_model", "DELETE", "/models/{model}", models.delete),
)
_GRADERS: Table = (
    ("validate_grader", "POST", "/fine_tuning/alpha/graders/validate", graders.validate),
    ("run_grader", "POST", "/fine_tuning/alpha/graders/run", graders.run),
)
_CHAT: Table = (("chat", "POST", "/chat/completions", chat.complete),)
_OPENAI_ONLY: Table = (
    ("moderations", "POST", "/moderations", moderations.moderate),
    ("begin_upload", "POST", "/uploads", uploads.begin),
    ("send_part", "POST", "/uploads/{upload_id}/parts", uploads.part),
    ("complete_upload", "POST", "/uploads/{upload_id}/complete", uploads.complete),
    ("cancel_upload", "POST", "/uploads/{upload_id}/cancel", uploads.cancel),
)
_AZURE_ONLY: Table = (
    ("delete_job", "DELETE", "/fine_tuning/jobs/{job_id}", jobs.delete),
    ("import_file", "POST", "/files/import", fetching.fetch),
)
_DEPLOYED_CHAT: Table = (("chat", "POST", "/deployments/{deployment}/chat/completions", chat.complete),)
_COMPATIBLE_MODELS: Table = (("create_model", "POST", "/models", custom_models.create),)
_ARM: Table = (
    ("get_account", "GET", "", deployments.account),
    ("put_deployment", "PUT", "/deployments/{deployment}", deployments.put),
    ("get_deployment", "GET", "/deployments/{deployment}", deployments.get),
    ("delete_deployment", "DELETE", "/deployments/{deployment}", deployments.delete),
    ("list_deployments", "GET", "/deployments", deployments.list_deployments),
)
_ENTRA: Table = (("token", "POST", "/oauth2/v2.0/token", tokens.give),)
_ARM_PREFIX = (
    "/arm/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.CognitiveServices/accounts/{resource}"
)

# Azure's v1 paths lie below its dated ones, so they are tried first.
_DOORS: tuple[tuple[Door, str, Table], ...] = (
    (reading.OPENAI, "/v1", _BOTH + _GRADERS + _CHAT + _OPENAI_ONLY),
    (reading.AZURE_V1, "/azure/{resource}/openai/v1", _BOTH + _GRADERS + _AZURE_ONLY + _CHAT),
    (reading.AZURE_DATED, "/azure/{resource}/openai", _BOTH + _GRADERS + _AZURE_ONLY + _DEPLOYED_CHAT),
    (reading.ARM, _ARM_PREFIX, _ARM),
    (reading.COMPATIBLE, "/compatible/v1", _BOTH + _CHAT),
    (reading.COMPATIBLE, "/compatible/v0", _COMPATIBLE_MODELS),
    (reading.ENTRA, "/entra/{resource}", _ENTRA),
)


# What is done before an operation, beside all others.
_FIRST = {"create_job": jobs.before_create}
_REQUEST_ID = {
    Dialect.OPENAI: "x-request-id",
    Dialect.AZURE: "apim-request-id",
    Dialect.COMPATIBLE: "x-request-id",
}


def create_app(sandbox: Sandbox) -> Starlette:
    routes = [
        Route(prefix + path, _endpoint(sandbox, Operation(name, handler, door, _FIRST.get(name))), methods=[method])
        for door, prefix, table in _DOORS
        for name, method, path, handler in table
    ]
    app = Starlette(routes=[*routes, *control.routes(sandbox)], exception_handlers={HTTPException: _no_such_path})
    app.state.sandbox = sandbox
    return app


def _endpoint(sandbox: Sandbox, operation: Operation) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        pushing.go_on(sandbox)
        response = await Exchange(sandbox, operation, request).run()
        response.headers[_REQUEST_ID[operation.door.dialect]] = uuid.uuid4().hex
        return response

    return endpoint


async def _no_such_path(request: Request, error: Exception) -> Response:
    """An unknown path or method, in the words of the dialect that it was asked in."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    if request.url.path.startswith("/compatible"):
        return JSONResponse({"detail": "Not Found" if status == 404 else "Method Not Allowed"}, status)
    dialect = Dialect.OPENAI if request.url.path.startswith("/v1") else Dialect.AZURE
    refusal = Refusal(status, f"Invalid URL ({request.method} {request.url.path})", azure_code="404")
    return JSONResponse(refusal.body(dialect), status)
