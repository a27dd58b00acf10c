"""A way to the client's socket: uvicorn hides it, and some faults are nothing but a connection that ends too soon."""

import asyncio
from typing import Any, ClassVar

from starlette.requests import Request
from typing_extensions import override
from uvicorn.protocols.http.h11_impl import H11Protocol


class ReachableProtocol(H11Protocol):
    """Remembers each live connection by its client's address, which is unique while it lives."""

    live: ClassVar[dict[tuple[str, int], asyncio.Transport]] = {}

    @override
    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        if self.client is not None:
            self.live[self.client] = transport

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        if self.client is not None:
            self.live.pop(self.client, None)
        super().connection_lost(exc)


async def hang_up(request: Request) -> None:
    """Close the client's socket, after what was already written, without a further byte."""
    client = request.scope.get("client")
    transport = ReachableProtocol.live.get(tuple(client)) if client else None
    if transport is not None:
        transport.close()
    await gone(request)


async def gone(request: Request) -> None:
    """Wait until the client's connection has ended; the request's body must have been read."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
