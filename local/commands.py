"""The entry commands of the service, as the compose file has them too. A test holds the two equal."""

import sys
from collections.abc import Sequence

MIGRATIONS = ("python", "-m", "migrations")
# A job of a hundred examples takes twenty seconds: long enough to watch, short enough to wait for.
SANDBOX_SPEED = 300.0
# What the worker calls its two queues: no upload or evaluation keeps a poll or a cancellation waiting.
QUEUES = ("short", "long")


def api(host: str, port: int) -> list[str]:
    # Our own log has a line for each request; and a watcher of live events must not keep a stopping process up.
    options = ["--no-access-log", "--timeout-graceful-shutdown", "5"]
    return ["uvicorn", "--factory", "api.app:create_app", "--host", host, "--port", str(port), *options]


def worker(queue: str, concurrency: int) -> list[str]:
    # Gossip and mingle make workers talk to each other through Redis; ours have nothing to say.
    options = ["--without-gossip", "--without-mingle", "--concurrency", str(concurrency)]
    return ["celery", "-A", "worker.app", "worker", "--queues", queue, *options]


def beat(schedule: str) -> list[str]:
    return ["celery", "-A", "worker.app", "beat", "--schedule", schedule]


def sandbox(host: str, port: int, speed: float, data: str) -> list[str]:
    options = ["--host", host, "--port", str(port), "--speed", f"{speed:g}", "--data", data]
    return ["python", "-m", "sandbox", *options]


def with_this_python(command: Sequence[str]) -> list[str]:
    """The same command run by the interpreter that runs us, so that no PATH decides which one it is."""
    program, *rest = command
    return [sys.executable, *rest] if program == "python" else [sys.executable, "-m", program, *rest]
