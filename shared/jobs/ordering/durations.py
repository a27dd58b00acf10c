"""How long a job will take, told beforehand from the jobs of all teams that have succeeded on the same connection and model."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shared.ids import ConnectionId

FEWEST_JOBS = 3
"""Of fewer jobs nothing is told."""


@dataclass(frozen=True, slots=True)
class ExpectedDuration:
    """Seconds, of the newest `jobs`: what half of them and nine in ten did not exceed. Waiting ends when the provider has the
    order; training is everything from there to the model.
    """

    jobs: int
    waiting_p50: float
    waiting_p90: float
    training_p50: float
    training_p90: float


def expected_duration(db: Session, connection_id: ConnectionId, model: str) -> ExpectedDuration | None:
    """None when too few jobs have succeeded there."""
    columns = ("jobs", "waiting_p50", "waiting_p90", "training_p50", "training_p90")
    row = db.execute(select(func.tw_durations(connection_id, model).table_valued(*columns))).one()
    return ExpectedDuration(*row) if row.jobs >= FEWEST_JOBS else None
