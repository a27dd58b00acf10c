"""The API's entrance. Run `uvicorn --factory api.app:create_app`."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from fastapi import FastAPI
from fastapi.concurrency import run_in_threadpool

from api import (
    audit,
    budgets,
    checkpoints,
    connections,
    data_routing,
    dataset_comparisons,
    dataset_exports,
    dataset_preview,
    dataset_upload,
    dataset_versions,
    datasets,
    deployments,
    documentation,
    estimates,
    evaluations,
    graders,
    health,
    imports,
    job_events,
    job_groups,
    jobs,
    keys,
    moderations,
    problems,
    provider_webhooks,
    registry,
    serving,
    spend,
    teams,
    uploads,
)
from api.compatible import chat, errors, models
from api.context import CONNECTIONS, Context
from api.requests import Requests
from api.watching import Watching
from shared import log
from shared.connections.credentials import Vault
from shared.db import UNAVAILABLE, Database, role_past_the_walls
from shared.providers import load_sdk
from shared.providers.identity import Machine
from shared.queue import Bell
from shared.settings import Settings
from shared.storage import StorageKey, storage_from

VERSION = "0.1.0"

ROUTERS = [
    health.router,
    teams.router,
    keys.router,
    connections.router,
    dataset_upload.router,
    dataset_preview.router,
    datasets.router,
    dataset_versions.router,
    dataset_comparisons.router,
    dataset_exports.router,
    uploads.router,
    data_routing.router,
    moderations.router,
    estimates.router,
    graders.router,
    jobs.router,
    checkpoints.router,
    job_events.router,
    job_groups.router,
    provider_webhooks.router,
    evaluations.router,
    registry.router,
    imports.router,
    deployments.router,
    serving.router,
    budgets.router,
    spend.router,
    audit.router,
    models.router,
    chat.router,
]
"""One for each noun, in the order of the documentation."""

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]


def create_app() -> FastAPI:
    """The service as the environment describes it."""
    settings = Settings()
    log.configure(settings.log_level, as_json=settings.log_json)
    load_sdk()  # so that no request waits for it
    return serve(settings)


def serve(settings: Settings) -> FastAPI:
    """The service as the settings describe it. Opens nothing before its lifespan begins."""
    return assemble(living(settings))


def assemble(lifespan: Lifespan | None = None) -> FastAPI:
    """All routes; without a lifespan they can be described but not called."""
    app = FastAPI(
        title="Tunewright",
        version=VERSION,
        lifespan=lifespan,
        # Its own pages would load their scripts from elsewhere: see `documentation`.
        openapi_url=None,
        # A redirect would lead to wherever the header Host says, with the caller's key.
        redirect_slashes=False,
        # A route's function is its operation's name.
        generate_unique_id_function=lambda route: route.name,
    )
    problems.install(app)
    errors.install(app)
    app.add_middleware(Requests)
    for router in ROUTERS:
        app.include_router(router)
    documentation.install(app)
    return app


def living(settings: Settings) -> Lifespan:
    """What is opened when the service starts, and closed when it stops."""

    @asynccontextmanager
    async def live(app: FastAPI) -> AsyncIterator[None]:
        app.state.context = context = _context(settings)
        try:
            await run_in_threadpool(check_walls, context.database)
            yield
        finally:
            context.database.engine.dispose()

    return live


def check_walls(database: Database) -> None:
    """Raise RuntimeError when the database would show this process every team's rows. One that is away is asked by `/readyz`."""
    try:
        with database.reading() as db:
            role = role_past_the_walls(db)
    except UNAVAILABLE:
        return
    if role is not None:
        raise RuntimeError(f"DATABASE_URL logs in as {role}, which row-level security does not bind: use tw_app")


def _context(settings: Settings) -> Context:
    bell = Bell(settings.redis_url.get_secret_value(), expires_seconds=settings.ring_seconds)
    database = Database(settings.database_url.get_secret_value(), pool_size=CONNECTIONS, doorbell=bell)
    key = StorageKey(settings.storage_key_id, settings.storage_secret.get_secret_value())
    machine = Machine(
        endpoint=settings.identity_endpoint,
        header=settings.identity_header.get_secret_value(),
        hosts=settings.hosts_for_identities,
        token_file=settings.federated_token_file,
        authority_url=settings.federated_authority,
    )
    return Context(
        database=database,
        storage=storage_from(settings.storage_place, key),
        vault=Vault(settings.sealing_keys, machine),
        settings=settings,
        watching=Watching(database),
    )
