"""Around every request: its id, the log lines that carry it, and an answer even when we are at fault.

Plain ASGI, so that streams pass through untouched.
"""

import re
import time

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import render
from shared import ids
from shared.errors import InternalError

log = structlog.get_logger()

_ACCEPTABLE_ID = re.compile(r"[A-Za-z0-9._:-]{1,100}")


class Requests:
    """Middleware. Outermost, so that nothing that goes wrong inside goes unanswered or unlogged."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope).get("x-request-id", "")
        answer = _Answer(send, given if _ACCEPTABLE_ID.fullmatch(given) else ids.new("req"))
        with structlog.contextvars.bound_contextvars(request_id=answer.request_id):
            started = time.monotonic()
            await self._serve(scope, receive, answer)
            milliseconds = round(1000 * (time.monotonic() - started), 1)
            log.info("request", method=scope["method"], path=scope["path"], status=answer.status, ms=milliseconds)

    async def _serve(self, scope: Scope, receive: Receive, answer: "_Answer") -> None:
        try:
            await self._app(scope, receive, answer.send)
        except ClientDisconnect:
            log.info("caller_left")
        except Exception as error:
            log.exception("request_failed", error=type(error).__name__)
            if answer.status is not None:
                raise  # the answer has begun: only a broken connection can tell the caller
            problem = InternalError(
                f"This is our fault. What was not finished was rolled back. Quote {answer.request_id} to an admin."
            )
            await render(problem)(scope, receive, answer.send)


class _Answer:
    """What is sent back; notes its status and adds the request's id."""

    def __init__(self, send: Send, request_id: str) -> None:
        self._send = send
        self.request_id = request_id
        self.status: int | None = None

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            MutableHeaders(scope=message)["X-Request-Id"] = self.request_id
        await self._send(message)
