"""What becomes of a job when its provider does not do as asked: wait, or give up with a reason in plain words.

Whether an order may have been taken in spite of silence is not decided here (see `ordering`).
"""

from shared.connections.actions import close_training
from shared.connections.credentials import CannotOpen
from shared.jobs.recording import Step, Work, record_failure, record_wait
from shared.providers.base import ProviderError, Rejected, Throttled, Unavailable
from worker.context import Context

CREDENTIAL_SECONDS = 60.0
LONGEST_WAIT_SECONDS = 60.0


def record_trouble(context: Context, work: Work, error: ProviderError | CannotOpen) -> None:
    """Write down why a step was not done, and when it is tried again if it is."""
    match error:
        case Throttled(retry_after=seconds):
            _wait(context, work, f"The provider asks us to wait: {error.reason}", "provider_throttled", seconds)
        case Unavailable():
            _wait(context, work, error.reason, "provider_unavailable", _backoff(work))
        case CannotOpen():
            _wait(context, work, str(error), "credential_unreadable", CREDENTIAL_SECONDS)
        case Rejected() if error.credential:
            reason = f"{work.connection.name}'s credential is refused; the job waits for a new one."
            _wait(context, work, reason, "credential_refused", CREDENTIAL_SECONDS)
        case Rejected() if work.step in (Step.UPLOAD, Step.RESUME_UPLOAD, Step.ORDER):
            _give_up(context, work, error)
        case _:
            # Something may have been bought: the money stays on hold until the provider answers.
            _wait(context, work, str(error), "provider_refuses", _backoff(work))


def _give_up(context: Context, work: Work, error: Rejected) -> None:
    with context.database.transaction() as db:
        if error.closed:
            close_training(db, work.connection.id, error.reason)
        code = "training_closed" if error.closed else error.code
        record_failure(db, work, f"The provider refused: {error.reason}", code)


def _wait(context: Context, work: Work, reason: str, code: str, seconds: float) -> None:
    with context.database.transaction() as db:
        record_wait(db, work, reason, code, seconds)


def _backoff(work: Work) -> float:
    return min(2.0 ** min(work.job.attempts, 6), LONGEST_WAIT_SECONDS)
