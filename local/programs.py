"""The programs that the service consists of: what each runs, what it is told, and when it counts as ready."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from local import commands, environment, valkey
from local.addresses import LOOPBACK, DatabaseUrls
from local.processes import Program
from local.wire import status_of


@dataclass(frozen=True)
class Surroundings:
    """What all programs of one service share."""

    databases: DatabaseUrls
    redis_url: str
    secret_key: str
    storage: Path
    settings: Mapping[str, str]
    """More settings, such as TUNEWRIGHT_SWEEP_SECONDS."""

    def environment(self, database_url: str, **own: str) -> dict[str, str]:
        shared = {
            "DATABASE_URL": database_url,
            "REDIS_URL": self.redis_url,
            "TUNEWRIGHT_SECRET_KEY": self.secret_key,
            "TUNEWRIGHT_STORAGE_DIR": str(self.storage),
        }
        return environment.for_service({**self.settings, **shared, **own})


def api(surroundings: Surroundings, number: int, port: int) -> Program:
    return Program(
        f"api-{number}",
        commands.with_this_python(commands.api(LOOPBACK, port)),
        env=surroundings.environment(surroundings.databases.app),
        ready=lambda: status_of(f"http://{LOOPBACK}:{port}/readyz") == 200,
        # Watchers of a job hold their connection open for as long as they may.
        stop_seconds=5.0,
    )


def workers(surroundings: Surroundings, count: int, concurrency: int) -> list[Program]:
    """So many for each queue. They are ready together: a listener does not tell which of them it is."""
    expected = count * len(commands.QUEUES)
    return [
        Program(
            name := f"worker-{queue}-{number}",
            [*commands.with_this_python(commands.worker(queue, concurrency)), "--hostname", f"{name}@%h"],
            # Celery's soft shutdown, which ends running tasks in peace, listens to SIGQUIT.
            env=surroundings.environment(surroundings.databases.worker, REMAP_SIGTERM="SIGQUIT"),
            ready=lambda: valkey.listeners(surroundings.redis_url) >= expected,
            stop_seconds=25.0,
        )
        for number in range(1, count + 1)
        for queue in commands.QUEUES
    ]


def beat(surroundings: Surroundings, schedule: Path) -> Program:
    return Program(
        "beat",
        commands.with_this_python(commands.beat(str(schedule))),
        env=surroundings.environment(surroundings.databases.worker),
    )


def sandbox(port: int, speed: float, data: Path) -> Program:
    return Program(
        "sandbox",
        commands.with_this_python(commands.sandbox(LOOPBACK, port, speed, str(data))),
        env=environment.inherited(),
        ready=lambda: status_of(f"http://{LOOPBACK}:{port}/") is not None,
        stop_seconds=5.0,
    )
