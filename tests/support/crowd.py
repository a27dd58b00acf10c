"""Many running jobs at once: copies of one that runs, here and at the sandbox, each with its own hold."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import inspect

from shared import ids
from shared.db import Database, now
from shared.ids import JobId
from shared.jobs.queries import get_job
from shared.jobs.tables import Job
from shared.lifecycles import JobStatus
from shared.spend.actions import HoldRequest, hold
from shared.spend.tables import SpendKind
from tests.support.office import Office

_OWN = {"id", "status", "provider_job_id", "due_at", "claim_token", "claimed_until", "watched_at"}
_WAY = (JobStatus.UPLOADING, JobStatus.SUBMITTING, JobStatus.RUNNING)


def crowd(office: Office, job_id: str, lasting_seconds: Sequence[float]) -> list[str]:
    """Copies of a running job, due now, each of which lasts so many seconds at its provider. Their ids here, in that order."""
    original = office.job(job_id)["provider_job_id"]
    made = office.lab.sandbox.post(f"/jobs/{original}/copies", {"lasting_seconds": list(lasting_seconds)})["jobs"]
    return adopted(office.lab.context.database, job_id, [one["id"] for one in made])


def adopted(database: Database, job_id: str, provider_job_ids: Sequence[str]) -> list[str]:
    """A running job of ours for each of these of the provider's, otherwise as the one given is."""
    with database.transaction() as db:
        original = get_job(db, JobId(job_id))
        copies = [_copy(original, provider_job_id) for provider_job_id in provider_job_ids]
        for copy in copies:
            hold(db, HoldRequest(copy.team_id, copy.id, SpendKind.TRAINING, copy.held))
        db.add_all(copies)
    return [copy.id for copy in copies]


def _copy(original: Job, provider_job_id: str) -> Job:
    alike: dict[str, Any] = {
        column.key: getattr(original, column.key) for column in inspect(Job).columns if column.key not in _OWN
    }
    copy = Job(id=JobId(ids.new("job")), status=JobStatus.QUEUED, due_at=now(), **alike)
    copy.provider_job_id = provider_job_id
    for status in _WAY:
        copy.status = status
    return copy
