"""What the worker records of imports. One thing that cannot be taken in ends nothing: it is written down with its reason.

Whatever is taken in is here from then on, so an import that is begun anew after a kill, or asked for twice, adds nothing.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import structlog
from sqlalchemy import ColumnElement, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from shared.connections.allowance import draw
from shared.connections.tables import Connection
from shared.db import UNAVAILABLE, claim, fenced, now, seconds_from_now, still_ours
from shared.ids import ImportId, JobId
from shared.imports.tables import Import, ImportItem, ItemOutcome
from shared.jobs.found import Owner, import_job, import_model, known_jobs
from shared.jobs.strays.recording import note_taken_in
from shared.jobs.strays.sorting import trained_with
from shared.jobs.tables import Job
from shared.jobs.tags import Tag
from shared.lifecycles import ImportStatus
from shared.providers.base import ProviderJob
from shared.providers.found import TunedModel
from shared.registry.tables import Model

log = structlog.get_logger()

MOST_ATTEMPTS = 20
"""So often a provider that does not answer is asked again; each time after a longer while, the last ones after ten minutes."""
_REQUESTS = 8
"""Drawn for one run; what a long list needs beyond is owed."""


@dataclass(frozen=True, slots=True)
class Work:
    """A claimed import, and the account that it is about. Both are detached: read them, no more."""

    wanted: Import
    connection: Connection
    token: str
    drawn: int

    def wants(self, seen: ProviderJob) -> bool:
        """Whether a job was asked for: by its own name, or by its model's."""
        if self.is_all:
            return True
        return seen.id in (self.wanted.jobs or ()) or seen.facts.fine_tuned_model in (self.wanted.models or ())

    def wants_model(self, model: TunedModel) -> bool:
        """Whether a model was asked for."""
        return self.is_all or model.name in (self.wanted.models or ())

    @property
    def is_all(self) -> bool:
        """Whether everything is wanted."""
        return self.wanted.jobs is None and self.wanted.models is None


def due_for() -> tuple[ColumnElement[bool], ...]:
    """Which imports may go on now: those whose connection may be asked."""
    rested = select(Connection.id).where((Connection.resume_at.is_(None)) | (Connection.resume_at <= now()))
    return (Import.connection_id.in_(rested),)


def take(db: Session) -> Work | None:
    """Claim the import that has been due longest, or None."""
    wanted = claim(db, Import, *due_for())
    if wanted is None or wanted.claim_token is None:
        return None
    if wanted.status is ImportStatus.QUEUED:
        wanted.status = ImportStatus.RUNNING
    wanted.attempts += 1
    drawn = draw(db, wanted.connection_id, _REQUESTS)
    db.flush()
    return Work(wanted, db.get_one(Connection, wanted.connection_id), wanted.claim_token, drawn)


def record_jobs(db: Session, work: Work, wanted: Sequence[tuple[ProviderJob, Tag | None]], installation: str) -> bool:
    """Take in some wanted jobs, each with its tag. A job that is ours by its tag, or by the file that it was ordered with, is
    left to be found again as such. False when the claim was lost: nothing is written.
    """
    if still_ours(db, Import, work.wanted.id, work.token) is None:
        return False
    _alone_at(db, work.connection)
    known = known_jobs(db, work.connection, [seen.id for seen, _ in wanted])
    for seen, tag in wanted:
        if seen.id not in known and _is_ours(db, work, seen, tag, installation):
            ours = "It was ordered here, and is found again by itself."
            _note(db, work, seen.id, ItemOutcome.KNOWN, reason=ours, **_shown(seen))
        else:
            _take_in(db, work, seen, known)
    return True


def _is_ours(db: Session, work: Work, seen: ProviderJob, tag: Tag | None, installation: str) -> bool:
    if tag is not None:
        return tag.installation == installation
    return trained_with(db, work.connection, seen.training_file_id) is not None


def _alone_at(db: Session, connection: Connection) -> None:
    """One import at a time takes from an account, until the transaction ends: else two would take the same job."""
    account = f"{connection.provider} {connection.base_url}"
    db.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:account, 9))"), {"account": account})


def record_models(db: Session, work: Work, models: Iterable[TunedModel]) -> bool:
    """Take in those of some models that are wanted, and of which no job is left. False when the claim was lost."""
    if still_ours(db, Import, work.wanted.id, work.token) is None:
        return False
    _alone_at(db, work.connection)
    told = _told(db, work.wanted.id)
    for model in models:
        if work.wants_model(model) and model.name not in told:  # else it was told with its job
            _take_in_model(db, work, model)
    return True


def record_end(db: Session, work: Work) -> None:
    """The provider has told all that it has. What was asked for by name and is not there is written down as failed."""
    if (wanted := fenced(db, Import, work.wanted.id, work.token)) is None:
        return
    for subject in sorted(set(_named(wanted)) - _told(db, wanted.id)):
        _note(db, work, subject, ItemOutcome.FAILED, reason="The provider does not show it to this account.")
    wanted.status, wanted.reason, wanted.reason_code = ImportStatus.SUCCEEDED, None, None
    wanted.due_at, wanted.finished_at = None, db.scalar(select(now()))


def record_wait(db: Session, work: Work, reason: str, code: str, seconds: float) -> None:
    """The provider could not be asked; after many attempts the import has failed. What was taken in stays."""
    if (wanted := fenced(db, Import, work.wanted.id, work.token)) is None:
        return
    wanted.reason, wanted.reason_code = reason, code
    wanted.due_at = db.scalar(select(seconds_from_now(seconds)))
    if wanted.attempts >= MOST_ATTEMPTS:
        wanted.status, wanted.due_at = ImportStatus.FAILED, None
        wanted.finished_at = db.scalar(select(now()))


def _take_in(db: Session, work: Work, seen: ProviderJob, known: Mapping[str, JobId]) -> None:
    found = _shown(seen)
    if seen.id in known:
        _note(db, work, seen.id, ItemOutcome.KNOWN, job_id=known[seen.id], **found)
    elif work.wanted.dry_run:
        _note(db, work, seen.id, ItemOutcome.FOUND, **found)
    else:
        _attempt(db, work, seen.id, partial(_import_job, db, work, seen), found)


def _import_job(db: Session, work: Work, seen: ProviderJob) -> Job:
    job = import_job(db, db.get_one(Connection, work.connection.id), seen, _owner(work))
    note_taken_in(db, work.connection.id, seen.id, job.id)
    return job


def _attempt(
    db: Session, work: Work, subject: str, take_in: Callable[[], Job], found: Mapping[str, str | None]
) -> None:
    """What cannot be stored fails by itself; a database that does not answer, or breaks a deadlock, ends the whole attempt."""
    try:
        with db.begin_nested():
            job = take_in()
    except UNAVAILABLE:
        raise
    except SQLAlchemyError as error:
        log.exception("import_failed", subject=subject)
        reason = f"What the provider tells of it could not be stored ({type(error).__name__})."
        _note(db, work, subject, ItemOutcome.FAILED, reason=reason, **found)
    else:
        _note(db, work, subject, ItemOutcome.TAKEN, job_id=job.id, **found)


def _owner(work: Work) -> Owner:
    return Owner(work.wanted.team_id, work.wanted.created_by)


def _shown(seen: ProviderJob) -> dict[str, str | None]:
    facts = seen.facts
    return {"model": facts.model, "fine_tuned_model": facts.fine_tuned_model, "provider_status": seen.status}


def _note(db: Session, work: Work, subject: str, outcome: ItemOutcome, **more: Any) -> None:
    """Once for each import: what was taken in before a kill is not called known after it."""
    row = {"import_id": work.wanted.id, "team_id": work.wanted.team_id, "subject": subject, "outcome": outcome, **more}
    db.execute(insert(ImportItem).values(row).on_conflict_do_nothing())


def _take_in_model(db: Session, work: Work, model: TunedModel) -> None:
    found = {"model": model.base_model, "fine_tuned_model": model.name}
    named = (Model.connection_id == work.connection.id, Model.provider_model == model.name)
    if (known := db.scalar(select(Model.job_id).where(*named))) is not None:
        _note(db, work, model.name, ItemOutcome.KNOWN, job_id=known if db.get(Job, known) else None, **found)
    elif work.wanted.dry_run:
        _note(db, work, model.name, ItemOutcome.FOUND, **found)
    else:
        _attempt(db, work, model.name, partial(_import_model, db, work, model), found)


def _import_model(db: Session, work: Work, model: TunedModel) -> Job:
    return import_model(db, db.get_one(Connection, work.connection.id), model, _owner(work))


def _named(wanted: Import) -> list[str]:
    return [*(wanted.jobs or ()), *(wanted.models or ())]


def _told(db: Session, import_id: ImportId) -> set[str | None]:
    rows = db.execute(select(ImportItem.subject, ImportItem.fine_tuned_model).where(ImportItem.import_id == import_id))
    return {name for row in rows for name in row}
