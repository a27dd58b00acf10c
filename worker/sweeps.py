"""The periodic search for due rows. Every sweep is idempotent, so that several beats are harmless."""

from collections.abc import Iterator

from sqlalchemy import ColumnElement, exists, select, text
from sqlalchemy.orm import Session

from shared.connections import incoming
from shared.connections.tables import Connection
from shared.datasets.moderation.recording import due_for as due_moderations
from shared.datasets.moderation.tables import Moderation
from shared.datasets.tables import Dataset
from shared.datasets.uploads.tables import Upload
from shared.db import Claimable, Database, now, unclaimed
from shared.deployments.tables import Deployment
from shared.evaluations.tables import Evaluation
from shared.imports.recording import due_for as due_imports
from shared.imports.tables import Import
from shared.jobs.scheduling.rounds import any_round
from shared.jobs.scheduling.taking import PHASES, any_due
from shared.jobs.strays.tables import Walk
from shared.jobs.strays.walking import due_for as due_walks
from shared.jobs.tables import FollowUp, JobGroup
from shared.queue import Task
from shared.spend.abandoned import any_abandoned
from shared.teams.requests import any_to_forget

SWEEP = "sweep"


def due(database: Database) -> list[Task]:
    """The kinds of work that have a due row which nobody has claimed. Only one sweep at a time looks."""
    with database.transaction() as db:
        if not db.scalar(text("SELECT pg_try_advisory_xact_lock(hashtext('tunewright sweep'))")):
            return []
        return list(_due(db))


def _due(db: Session) -> Iterator[Task]:
    work: list[tuple[Task, type[Claimable], tuple[ColumnElement[bool], ...]]] = [
        (Task.VALIDATE_DATASETS, Dataset, ()),
        (Task.MODERATE_DATASETS, Moderation, due_moderations()),
        (Task.FORGET_UPLOADS, Upload, ()),
        (Task.TEND_DEPLOYMENTS, Deployment, ()),
        (Task.ORDER_GROUPS, JobGroup, ()),
        (Task.ORDER_EVALUATIONS, FollowUp, ()),
        (Task.IMPORT_JOBS, Import, due_imports()),
        (Task.FIND_STRAYS, Walk, due_walks()),
        (Task.RUN_EVALUATIONS, Evaluation, ()),
        (Task.CHECK_CONNECTIONS, Connection, (Connection.archived_at.is_(None),)),
    ]
    yield from (task for task in PHASES if any_due(db, task))
    if any_round(db):
        yield Task.POLL_JOBS
    for task, table, where in work:
        if db.scalar(select(exists().where(table.due_at <= now(), unclaimed(table), *where))):
            yield task
    if any_to_forget(db) or incoming.any_to_forget(db):
        yield Task.FORGET_REQUESTS
    if any_abandoned(db):
        yield Task.SETTLE_ABANDONED
