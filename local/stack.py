"""The whole service on one machine, from the database up: for `make up`, the demo, and tests that need real processes.

with data_folder.temporary() as folder, stack.running(folder, Plan(workers=2)) as service:
    Client(service.url, service.admin_key).must("GET", "/v1/me")
    service.supervisor.restart("worker-short-1")
"""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from local import commands, installation, postgres, programs, schema, valkey
from local.addresses import LOOPBACK, DatabaseUrls, PortTaken, free_port, require_free, reroute
from local.data_folder import DataFolder
from local.installation import Installation
from local.processes import Program
from local.programs import Surroundings
from local.supervisor import Supervisor


@dataclass(frozen=True)
class Plan:
    """What is wanted. Whatever is not said is chosen by the system or made embedded."""

    port: int | None = None
    """The first API's; the others take free ones."""
    apis: int = 1
    workers: int = 1
    """For each queue; `concurrency` for each worker."""
    concurrency: int = 2
    sandbox_speed: float | None = commands.SANDBOX_SPEED
    """How many times faster than ours the sandbox's clock runs; None for no sandbox."""
    database_url: str | None = None
    redis_url: str | None = None
    bootstrap_key: str | None = None
    settings: Mapping[str, str] = field(default_factory=dict)
    postgres_settings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Stack:
    """A service that answers. Processes: postgres, valkey, sandbox, api-1 …, worker-short-1 …, worker-long-1 …, beat."""

    urls: list[str]
    sandbox_url: str | None
    databases: DatabaseUrls
    redis_url: str
    admin_key: str | None
    """The first admin key, which may have been revoked since; None when it was never known here."""
    admin_key_is_unseen: bool
    """Whether that key was made here, and has been shown to nobody yet."""
    folder: DataFolder
    supervisor: Supervisor

    @property
    def url(self) -> str:
        return self.urls[0]

    def flush_doorbell(self) -> None:
        valkey.flush(self.redis_url)


@contextmanager
def running(folder: DataFolder, plan: Plan) -> Iterator[Stack]:
    """Everything is ready when this yields, and nothing is left when it is over. Raises ProgramFailed."""
    ports = _api_ports(plan)
    known = _with_sandbox_port(folder, installation.recall(folder))
    supervisor = Supervisor(folder)
    with ExitStack() as exits:
        databases = exits.enter_context(_databases(supervisor, folder, known, plan))
        redis_url = exits.enter_context(_doorbell(supervisor, folder, plan))
        exits.callback(supervisor.stop)
        sandbox_url = _start_sandbox(supervisor, folder, known, plan)
        migrated = schema.migrate(folder, databases, known, plan.bootstrap_key)
        storage = _private(folder.path / "storage")
        surroundings = Surroundings(databases, redis_url, known.secret_key, storage, plan.settings)
        supervisor.start(_services(surroundings, folder, plan, ports))
        supervisor.wait_until_ready()
        urls = [f"http://{LOOPBACK}:{port}" for port in ports]
        yield Stack(urls, sandbox_url, databases, redis_url, migrated.admin_key, migrated.is_unseen, folder, supervisor)


def _api_ports(plan: Plan) -> list[int]:
    first = free_port() if plan.port is None else require_free(plan.port, "choose another with PORT=")
    return [first, *(free_port() for _ in range(plan.apis - 1))]


def _with_sandbox_port(folder: DataFolder, known: Installation) -> Installation:
    """The same port in every run if it can be had: connections point to it."""
    try:
        port = require_free(known.sandbox_port or 0, "another is taken instead")
    except PortTaken:
        port = free_port()
    return installation.keep(folder, replace(known, sandbox_port=port))


@contextmanager
def _databases(supervisor: Supervisor, folder: DataFolder, known: Installation, plan: Plan) -> Iterator[DatabaseUrls]:
    if plan.database_url:
        yield _for_roles(plan.database_url, known)
        return
    with postgres.running(folder, known.superuser_password, plan.postgres_settings) as server:
        supervisor.adopt(server.process)
        postgres.create_service_database(server, known.owner_password)
        yield _for_roles(server.url(postgres.DATABASE, postgres.OWNER, known.owner_password), known)


def _for_roles(owner_url: str, known: Installation) -> DatabaseUrls:
    return DatabaseUrls(
        owner=owner_url,
        app=reroute(owner_url, user="tw_app", password=known.app_password),
        worker=reroute(owner_url, user="tw_worker", password=known.worker_password),
    )


@contextmanager
def _doorbell(supervisor: Supervisor, folder: DataFolder, plan: Plan) -> Iterator[str]:
    if plan.redis_url:
        yield plan.redis_url
        return
    with valkey.running(folder) as server:
        supervisor.adopt(server.process)
        yield server.url


def _start_sandbox(supervisor: Supervisor, folder: DataFolder, known: Installation, plan: Plan) -> str | None:
    if plan.sandbox_speed is None or known.sandbox_port is None:
        return None
    data = _private(folder.path / "sandbox")
    supervisor.start([programs.sandbox(known.sandbox_port, plan.sandbox_speed, data)])
    return f"http://{LOOPBACK}:{known.sandbox_port}"


def _services(surroundings: Surroundings, folder: DataFolder, plan: Plan, ports: list[int]) -> list[Program]:
    return [
        *(programs.api(surroundings, number, port) for number, port in enumerate(ports, start=1)),
        *programs.workers(surroundings, plan.workers, plan.concurrency),
        programs.beat(surroundings, _private(folder.path / "beat") / "schedule"),
    ]


def _private(path: Path) -> Path:
    path.mkdir(exist_ok=True)
    path.chmod(0o700)
    return path
