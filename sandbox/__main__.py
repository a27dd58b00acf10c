"""`python -m sandbox`: serve on a loopback port until told to stop, and say on one line where."""

import argparse
import socket
import sys
from datetime import date
from pathlib import Path

import uvicorn
from typing_extensions import override

from sandbox.app import create_app
from sandbox.exchange import Sandbox
from sandbox.sockets import ReachableProtocol
from sandbox.store import Store
from sandbox.world import World


class Server(uvicorn.Server):
    """Says where it is once it answers."""

    @override
    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            host, port = self.servers[0].sockets[0].getsockname()[:2]
            sys.stdout.write(f"sandbox ready http://{host}:{port}\n")
            sys.stdout.flush()


def main() -> None:
    options = _options()
    world = World.opened(Store(options.data), options.today, options.speed)
    config = uvicorn.Config(
        create_app(Sandbox(world)),
        host=options.host,
        port=options.port,
        http=ReachableProtocol,
        log_level="warning",
        lifespan="off",
        timeout_graceful_shutdown=1,
    )
    # uvicorn opens the socket itself: on one that it is handed asyncio leaves Nagle on, and each answer waits 40 ms.
    Server(config).run()
    world.store.close()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description="A stand-in for OpenAI and Azure OpenAI.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--speed", type=float, default=600.0, help="how much faster than the clock jobs run")
    parser.add_argument("--data", type=Path, default=None, help="folder to keep state in; without it, memory only")
    parser.add_argument("--today", type=date.fromisoformat, default=None, help="the clock's day, as 2026-11-20")
    return parser.parse_args()


if __name__ == "__main__":
    main()
