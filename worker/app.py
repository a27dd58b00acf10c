"""The worker's entrance: the Celery app. Every setting that is not the default says why.

Run `celery -A worker.app worker --queues short --without-gossip --without-mingle`, the same for `long`, and, once,
`celery -A worker.app beat`.
"""

import os
from functools import cache
from importlib import import_module
from typing import Any

from celery import Celery, signals

from shared import log
from shared.connections.credentials import Vault
from shared.db import CLAIM_SECONDS, Database
from shared.queue import LONG, QUEUES, SHORT, Bell, Task
from shared.settings import Settings
from shared.storage import StorageKey, storage_from
from shared.teams.queries import installation_id
from worker import sweeps
from worker.context import Context
from worker.task import TASKS, run

# A warm stop that is not over in time becomes a cold one, in which unfinished messages go back to the queue.
os.environ.setdefault("REMAP_SIGTERM", "SIGQUIT")

settings = Settings()
app = Celery("tunewright", broker=settings.redis_url.get_secret_value(), set_as_current=False)
app.conf.update(
    # A message is done when its work is done: a killed worker's message is delivered again.
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    # What may take minutes waits in a queue of its own. A worker listens to both, unless `-Q` names one: Celery's own choice
    # would be the default queue alone.
    task_queues={SHORT: {}, LONG: {}},
    task_default_queue=SHORT,
    task_routes={str(task): {"queue": queue} for task, queue in QUEUES.items()},
    # Rows hold results; Redis holds nothing that matters.
    task_ignore_result=True,
    # One message at a time: a message waiting behind a long one in the same process helps nobody.
    worker_prefetch_multiplier=1,
    # Returns what a long-lived process has gathered of memory.
    worker_max_tasks_per_child=500,
    # A run stops taking work after 10 s; these end one that hangs, well before its message is delivered again.
    task_soft_time_limit=45,
    task_time_limit=60,
    # A stopping worker first lets its runs end.
    worker_soft_shutdown_timeout=20,
    # The sweep rings again: nobody waits for Redis.
    task_publish_retry=False,
    broker_connection_timeout=3,
    broker_connection_retry_on_startup=True,
    # Our logs are set up by us.
    worker_hijack_root_logger=False,
    broker_transport_options={
        "visibility_timeout": 300,
        "unacked_restore_interval": 10,
        "unacked_restore_throttle": 1,
        "socket_timeout": 10,
        "socket_connect_timeout": 5,
        "socket_keepalive": True,
        "health_check_interval": 10,
        # Shares a Redis with others without meeting them.
        "global_keyprefix": "tw:",
    },
    beat_schedule={
        "sweep": {
            "task": sweeps.SWEEP,
            "schedule": settings.sweep_seconds,
            "options": {"expires": settings.ring_seconds},
        },
        "check_totals": {"task": str(Task.CHECK_TOTALS), "schedule": 600.0, "options": {"expires": 600.0}},
        "warn_of_shutdowns": {
            "task": str(Task.WARN_OF_SHUTDOWNS),
            "schedule": 3600.0,
            "options": {"expires": 3600.0},
        },
        "tidy_storage": {"task": str(Task.TIDY_STORAGE), "schedule": 3600.0, "options": {"expires": 3600.0}},
    },
)


# A large file takes as long as it takes, to validate and to send. Its message may be delivered again meanwhile: its claim
# tells the second worker.
_LIMITS = {task: {"soft_time_limit": 3600, "time_limit": 3660} for task, queue in QUEUES.items() if queue == LONG}


@cache
def bell() -> Bell:
    return Bell(settings.redis_url.get_secret_value(), expires_seconds=settings.ring_seconds)


@cache
def context() -> Context:
    """This process's own; never shared across a fork."""
    # A process that was stopped in the middle of a transaction must not keep a connection's row from all others.
    url = settings.database_url.get_secret_value()
    database = Database(url, pool_size=6, doorbell=bell(), idle_seconds=CLAIM_SECONDS)
    with database.reading() as db:
        installation = installation_id(db)
    key = StorageKey(settings.storage_key_id, settings.storage_secret.get_secret_value())
    return Context(
        database=database,
        storage=storage_from(settings.storage_place, key),
        vault=Vault(settings.sealing_keys),
        installation=installation,
        poll_seconds=settings.poll_seconds,
        settle_seconds=settings.settle_seconds,
        dear=settings.dear,
    )


for noun in (
    "connections",
    "datasets",
    "deployments",
    "evaluations",
    "follow_ups",
    "groups",
    "imports",
    "jobs",
    "moderations",
    "registry",
    "requests",
    "spend",
    "strays",
    "uploads",
):
    import_module(f"worker.{noun}")  # registers its tasks


def _register(name: Task) -> None:
    def work() -> None:
        if run(name, context()):
            bell()(name)

    app.task(work, name=str(name), **_LIMITS.get(name, {}))


for name in TASKS:
    _register(name)


@app.task(name=sweeps.SWEEP)
def sweep() -> None:
    """Ring for everything that is due."""
    for name in sweeps.due(context().database):
        bell()(name)


@signals.worker_process_init.connect
def _start_afresh(**_: Any) -> None:
    context.cache_clear()
    bell.cache_clear()


@signals.setup_logging.connect
def _set_up_logs(**_: Any) -> None:
    log.configure(settings.log_level, as_json=settings.log_json)
