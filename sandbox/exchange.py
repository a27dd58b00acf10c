"""One request from its first byte to the last of its answer: read, counted, held up, done, answered or spoilt.

An operation itself runs in one go between two waits. So what happened is either wholly done and stored, or not at all,
whatever becomes of the caller.
"""

import asyncio
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.types import Receive, Scope, Send
from typing_extensions import override

from sandbox import faults, reading
from sandbox.faults import Fault, Faults
from sandbox.gates import Gates
from sandbox.refusals import Refusal
from sandbox.shapes import published
from sandbox.sockets import gone, hang_up
from sandbox.wire import Call, Dialect, Reply
from sandbox.world import World

Handler = Callable[[World, Call], Reply]
Preparation = Callable[[World, Call], Callable[[], None]]
_HANGS_SECONDS = 600.0


@dataclass
class Sandbox:
    """The world and what tests do to the way to it."""

    world: World
    faults: Faults = field(default_factory=Faults)
    gates: Gates = field(default_factory=Gates)
    requests: Counter[tuple[str, str]] = field(default_factory=Counter)
    later: set[asyncio.Task[None]] = field(default_factory=set)
    pusher: asyncio.Task[None] | None = None


@dataclass(frozen=True, slots=True)
class Operation:
    """`preparation` gives what takes long and changes nothing: it is done first, while others are answered."""

    name: str
    handler: Handler
    door: reading.Door
    preparation: Preparation | None = None


class Exchange:
    """The state of one request on its way."""

    def __init__(self, sandbox: Sandbox, operation: Operation, request: Request) -> None:
        self.sandbox, self.operation, self.request = sandbox, operation, request

    async def run(self) -> Response:
        try:
            call = await reading.read(self.request, self.operation.door, self.operation.name)
        except Refusal as refusal:
            self.sandbox.requests["", self.operation.name] += 1
            return _response(_refused(refusal, self.operation.door.dialect))
        self.sandbox.requests[call.account, call.operation] += 1
        await self._gate(call, "received")
        fault = self.sandbox.faults.take(call)
        if fault is None:
            return await self._accept(call, None)
        return await self._struck(call, fault)

    async def _struck(self, call: Call, fault: Fault) -> Response:
        refusal = faults.refusal(fault, call)
        if refusal is not None:
            return _response(_refused(refusal, call.dialect))
        if fault.kind == "status":
            return _response(faults.canned(fault))
        if fault.kind == "late_accept":
            return await self._accept_later(call, float(fault.parameters.get("seconds", 1.0)))
        if fault.kind == "delay":
            await asyncio.sleep(float(fault.parameters.get("seconds", 1.0)))
        return await self._accept(call, fault)

    async def _accept(self, call: Call, fault: Fault | None) -> Response:
        await self._prepare(call)
        await self._gate(call, "before_accept")
        reply = self._perform(call)
        if fault is not None:
            reply = self._spoil(call, fault, reply)
        await self._gate(call, "after_accept")
        if fault is not None and fault.kind == "accept_then_drop":
            await hang_up(self.request)
        if fault is not None and fault.kind == "accept_then_status":
            return await self._answer_wrongly(fault, reply)
        await self._gate(call, "before_answer")
        return _response(reply)

    async def _prepare(self, call: Call) -> None:
        if self.operation.preparation is not None:
            with suppress(Refusal):  # which the operation itself will answer with
                await asyncio.to_thread(self.operation.preparation(self.sandbox.world, call))

    def _perform(self, call: Call) -> Reply:
        try:
            reply = self.operation.handler(self.sandbox.world, call)
        except Refusal as refusal:
            return _refused(refusal, call.dialect)
        is_plain = not self.sandbox.world.account(call.account).switches.as_published
        return reply if is_plain else replace(reply, body=published.fit(reply.body))

    def _spoil(self, call: Call, fault: Fault, reply: Reply) -> Reply:
        if fault.kind in {"unknown_status", "status_regress"} and reply.status < 300:
            return faults.repaint(fault, reply, call)
        if fault.kind == "fail_job" and isinstance(reply.body, dict) and reply.status < 300:
            job = self.sandbox.world.jobs[reply.body["id"]]
            error = {"code": "server_error", "message": "The job failed due to an internal error.", "param": None}
            job.breaks = error | fault.parameters.get("error", {})
            self.sandbox.world.save_job(job)
        return reply

    async def _accept_later(self, call: Call, seconds: float) -> Response:
        """The client's socket ends now; the request, read whole, takes effect later, in the world of then."""

        async def perform() -> None:
            await asyncio.sleep(seconds)
            await self._prepare(call)
            await self._gate(call, "before_accept")
            self._perform(call)
            await self._gate(call, "after_accept")

        task = asyncio.create_task(perform())
        self.sandbox.later.add(task)
        task.add_done_callback(self.sandbox.later.discard)
        await hang_up(self.request)
        return Response()

    async def _answer_wrongly(self, fault: Fault, reply: Reply) -> Response:
        answer = fault.parameters.get("answer", "status")
        if answer == "garbage":
            return Response(b"<html>\x00\xff not json", media_type="application/json")
        if answer == "hang":
            with suppress(TimeoutError):
                await asyncio.wait_for(gone(self.request), _HANGS_SECONDS)
        if answer == "truncated":
            return _Truncated(_response(reply), self.request)
        return _response(faults.canned(fault))

    async def _gate(self, call: Call, point: str) -> None:
        await self.sandbox.gates.wait(call, point, self._subject(call))

    def _subject(self, call: Call) -> str:
        """What the request is about, in the words a test knows: a file's name, or the thing in the path."""
        if call.upload is not None:
            return call.upload.filename
        file = self.sandbox.world.file(call.account, str(call.body.get("training_file")))
        return file.filename if file else next(reversed(list(call.path.values())), "")


class _Truncated(Response):
    """Half of an answer whose head promised the whole, then the end of the connection."""

    def __init__(self, whole: Response, request: Request) -> None:
        super().__init__(whole.body, whole.status_code, {"content-type": "application/json"})
        self._request = request

    @override
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        half = bytes(self.body)[: len(self.body) // 2]
        await send({"type": "http.response.body", "body": half, "more_body": True})
        await hang_up(self._request)


def _refused(refusal: Refusal, dialect: Dialect) -> Reply:
    return Reply(refusal.body(dialect), refusal.status_in(dialect), refusal.headers)


def _response(reply: Reply) -> Response:
    headers = dict(reply.headers)
    if isinstance(reply.body, dict):
        return JSONResponse(reply.body, reply.status, headers)
    if isinstance(reply.body, bytes):
        return Response(reply.body, reply.status, headers, reply.media_type)
    return StreamingResponse(reply.body, reply.status, headers, reply.media_type)
