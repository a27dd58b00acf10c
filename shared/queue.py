"""The doorbell: telling the worker that rows are due. Rows are the queue; a lost ring costs seconds, a doubled one nothing.

The only import of Celery in `shared`. A ring names a kind of work, never a row.
"""

import time
from enum import StrEnum
from threading import Event, Lock, Thread

import structlog
from celery import Celery
from kombu.exceptions import OperationalError

log = structlog.get_logger()

SILENCE_AFTER_FAILURE_SECONDS = 5.0


class Task(StrEnum):
    """Every kind of work that a worker does."""

    VALIDATE_DATASETS = "validate_datasets"
    MODERATE_DATASETS = "moderate_datasets"
    UPLOAD_FILES = "upload_files"
    SUBMIT_JOBS = "submit_jobs"
    POLL_JOBS = "poll_jobs"
    CLEAN_UP_JOBS = "clean_up_jobs"
    IMPORT_JOBS = "import_jobs"
    FIND_STRAYS = "find_strays"
    TEND_DEPLOYMENTS = "tend_deployments"
    ORDER_GROUPS = "order_groups"
    ORDER_EVALUATIONS = "order_evaluations"
    RUN_EVALUATIONS = "run_evaluations"
    CHECK_CONNECTIONS = "check_connections"
    WARN_OF_SHUTDOWNS = "warn_of_shutdowns"
    CHECK_TOTALS = "check_totals"
    SETTLE_ABANDONED = "settle_abandoned"
    FORGET_REQUESTS = "forget_requests"
    FORGET_UPLOADS = "forget_uploads"
    TIDY_STORAGE = "tidy_storage"


SHORT, LONG = "short", "long"
"""The two queues. What may take minutes has one of its own, so that it never stands before a poll, a cancel or the sweep."""

QUEUES = {
    Task.VALIDATE_DATASETS: LONG,
    Task.MODERATE_DATASETS: LONG,
    Task.UPLOAD_FILES: LONG,
    Task.ORDER_GROUPS: LONG,
    Task.ORDER_EVALUATIONS: LONG,
    Task.RUN_EVALUATIONS: LONG,
    Task.IMPORT_JOBS: LONG,
}
"""Where each kind of work waits; what is not named here is short."""


class Bell:
    """Rings through Redis from one thread of its own, so that nobody waits for it. After one failure none is tried for a
    while: the sweep rings anyway.
    """

    def __init__(self, redis_url: str, *, expires_seconds: float = 10.0) -> None:
        self._app = Celery("tunewright", broker=redis_url, set_as_current=False)
        self._app.conf.update(
            task_ignore_result=True,
            task_publish_retry=False,
            broker_connection_timeout=3,
            broker_transport_options={"socket_timeout": 2, "socket_connect_timeout": 2, "global_keyprefix": "tw:"},
        )
        self._expires = expires_seconds
        self._wanted: set[str] = set()
        self._something = Event()
        self._lock = Lock()
        self._ringer: Thread | None = None

    def __call__(self, task: str) -> None:
        """Ring for a kind of work; returns at once. The same ring twice before it is sent is one."""
        with self._lock:
            self._wanted.add(task)
            if self._ringer is None:
                self._ringer = Thread(target=self._ring_on, daemon=True, name="doorbell")
                self._ringer.start()
        self._something.set()

    def _ring_on(self) -> None:
        while self._something.wait():
            self._something.clear()
            with self._lock:
                wanted, self._wanted = self._wanted, set()
            if not all(self._send(task) for task in sorted(wanted)):
                time.sleep(SILENCE_AFTER_FAILURE_SECONDS)

    def _send(self, task: str) -> bool:
        try:
            self._app.send_task(task, expires=self._expires, queue=QUEUES.get(Task(task), SHORT))
        except (OSError, OperationalError) as error:
            log.warning("doorbell_unheard", task=task, error=str(error))
            return False
        return True
