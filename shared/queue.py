"""The doorbell: telling the worker that rows are due. Rows are the queue; a lost ring costs seconds, a doubled one nothing.

The only import of Celery in `shared`. A ring names a kind of work, never a row.
"""

import time
from enum import StrEnum
from threading import Lock, Thread

import structlog
from celery import Celery
from kombu.exceptions import OperationalError

log = structlog.get_logger()

SILENCE_AFTER_FAILURE_SECONDS = 5.0


class Task(StrEnum):
    """Every kind of work that a worker does."""

    VALIDATE_DATASETS = "validate_datasets"
    SUBMIT_JOBS = "submit_jobs"
    POLL_JOBS = "poll_jobs"
    CLEAN_UP_JOBS = "clean_up_jobs"
    RUN_EVALUATIONS = "run_evaluations"
    CHECK_CONNECTIONS = "check_connections"
    CHECK_TOTALS = "check_totals"
    SETTLE_ABANDONED = "settle_abandoned"
    FORGET_REQUESTS = "forget_requests"


class Bell:
    """Rings through Redis, off the caller's path. After one failure none is tried for a while: the sweep rings anyway."""

    def __init__(self, redis_url: str, *, expires_seconds: float = 10.0) -> None:
        self._app = Celery("tunewright", broker=redis_url, set_as_current=False)
        self._app.conf.update(
            task_ignore_result=True,
            task_publish_retry=False,
            broker_connection_timeout=3,
            broker_transport_options={"socket_timeout": 2, "socket_connect_timeout": 2, "global_keyprefix": "tw:"},
        )
        self._expires = expires_seconds
        self._silent_until = 0.0
        self._waiting: set[str] = set()
        self._lock = Lock()

    def __call__(self, task: str) -> None:
        """Ring for a kind of work; returns at once and never raises."""
        with self._lock:
            if time.monotonic() < self._silent_until or task in self._waiting:
                return
            self._waiting.add(task)
        Thread(target=self._send, args=(task,), daemon=True, name=f"ring-{task}").start()

    def _send(self, task: str) -> None:
        with self._lock:
            self._waiting.discard(task)
        try:
            self._app.send_task(task, expires=self._expires)
        except (OSError, OperationalError) as error:
            self._silent_until = time.monotonic() + SILENCE_AFTER_FAILURE_SECONDS
            log.warning("doorbell_unheard", task=task, error=str(error))
