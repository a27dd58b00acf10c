"""What a provider pushes to us. It shows no key of ours but signs what it sends; it only hurries looks that would come anyway."""

from http import HTTPStatus
from typing import Any

from fastapi import Request
from fastapi.concurrency import run_in_threadpool

from api.context import turn
from api.dependencies import TheContext
from api.problems import only
from api.routing import noun
from api.schemas.base import ConnectionId
from shared.connections.signatures import read_seal
from shared.errors import (
    InternalError,
    InvalidRequest,
    PayloadTooLarge,
    ServiceBusy,
    Unauthenticated,
    UnsupportedFormat,
)
from shared.jobs.scheduling.hurrying import take_delivery

MAX_BYTES = 64_000

router = noun("provider webhooks")

_EVENT: dict[str, Any] = {
    "parameters": [
        {
            "name": name,
            "in": "header",
            "required": True,
            "schema": {"type": "string"},
            "description": told,
        }
        for name, told in (
            ("webhook-id", "The same when an event is sent again."),
            ("webhook-timestamp", "When it was sent, in seconds since 1970; five minutes ago at most."),
            (
                "webhook-signature",
                "`v1,` and the signature in base 64; several, apart by spaces, while secrets are rotated.",
            ),
        )
    ],
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {"$ref": "#/components/schemas/ProviderEvent"},
            }
        },
    },
}


@router.post(
    "/provider-webhooks/{connection_id}",
    status_code=HTTPStatus.NO_CONTENT,
    summary="Take what a provider pushes",
    responses=only(Unauthenticated, InvalidRequest, PayloadTooLarge, UnsupportedFormat, ServiceBusy, InternalError),
    openapi_extra=_EVENT,
)
async def take_provider_webhook(request: Request, connection_id: ConnectionId, context: TheContext) -> None:
    """For OpenAI's webhooks, as Standard Webhooks: the job that an event is about is looked at now, and what is true of it is
    asked, not read here. Needs no key but a signature by one of the connection's `webhook_secrets`.

    What comes twice, is about other things or about jobs that are not ours is taken, and changes nothing.
    """
    seal = read_seal(request.headers)
    if seal is None:
        raise Unauthenticated("A webhook carries webhook-id, webhook-timestamp and webhook-signature.")
    body = await _body(request)

    def take() -> None:
        with context.database.transaction() as db:
            take_delivery(db, context.vault, connection_id, seal, body)

    async with turn(context.turns):
        await run_in_threadpool(take)


async def _body(request: Request) -> bytes:
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise UnsupportedFormat("A webhook is JSON, with the header `Content-Type: application/json`.")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BYTES:
            raise PayloadTooLarge(f"A webhook may have {MAX_BYTES:,} bytes.", max_bytes=MAX_BYTES)
    return bytes(body)
