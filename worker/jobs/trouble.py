"""What becomes of a job when its provider does not do as asked: wait, or give up with a reason in plain words.

Whether an order may have been taken in spite of silence is not decided here (see `ordering`). A wait that is not this job's
alone is its connection's: until it is over nobody asks there, and afterwards one worker first.
"""

from shared.connections.credentials import CannotOpen
from shared.connections.outages import close_training, leave_alone, note_refusal
from shared.jobs.recording import record_failure, record_silence, record_wait
from shared.jobs.taking import Step, Work
from shared.providers.base import ProviderError, Rejected, Throttled, Unavailable
from worker.context import Context

LONGEST_WAIT_SECONDS = 60.0
SHORT_WAIT_SECONDS = 2.0
"""A job's own wait while its connection is left alone."""
_BUYING = (Step.UPLOAD, Step.ORDER)


def record_trouble(context: Context, work: Work, error: ProviderError | CannotOpen) -> None:
    """Write down why a step was not done, and when it is tried again if it is."""
    match error:
        case Throttled(retry_after=seconds) if work.step is Step.ORDER:
            # The place for one more job is what is lacking; everything else there goes on.
            _wait(context, work, _asked_to_wait(error), "provider_throttled", max(seconds, _backoff(work.job.attempts)))
        case Throttled(retry_after=seconds):
            _leave_alone(context, work, _asked_to_wait(error), "provider_throttled", seconds)
        case Unavailable():
            _leave_alone(context, work, error.reason, "provider_unavailable", _backoff(work.connection.failures))
        case CannotOpen():
            _wait_for_a_credential(context, work, str(error), "credential_unreadable")
        case Rejected() if error.credential:
            reason = f"{work.connection.name}'s credential is refused; the job waits for a new one."
            _wait_for_a_credential(context, work, reason, "credential_refused")
        case Rejected() if work.step in _BUYING and not error.passing:
            _give_up(context, work, error)
        case _:
            # Something may have been bought: the money stays on hold until the provider answers.
            _wait(context, work, str(error), "provider_refuses", _backoff(work.job.attempts))


def record_fault(context: Context, work: Work) -> None:
    """A fault of ours must not be tried every few seconds, nor keep other jobs waiting. Whether an order had been sent when
    it happened is not known: that is looked for like any order that was not answered.
    """
    if work.step is Step.ORDER:
        with context.database.transaction() as db:
            record_silence(db, work, "something went wrong on our side")
        return
    _wait(
        context, work, "Something went wrong on our side; trying again.", "internal_error", _backoff(work.job.attempts)
    )


def _give_up(context: Context, work: Work, error: Rejected) -> None:
    with context.database.transaction() as db:
        code = "training_closed" if error.closed else error.code
        record_failure(db, work, f"The provider refused: {error.reason}", code)
        if error.closed:
            close_training(db, work.connection.id, error.reason)


def _wait(context: Context, work: Work, reason: str, code: str, seconds: float) -> None:
    with context.database.transaction() as db:
        record_wait(db, work, reason, code, seconds)


def _leave_alone(context: Context, work: Work, reason: str, code: str, seconds: float) -> None:
    with context.database.transaction() as db:
        record_wait(db, work, reason, code, SHORT_WAIT_SECONDS)
        leave_alone(db, work.connection.id, seconds)


def _wait_for_a_credential(context: Context, work: Work, reason: str, code: str) -> None:
    with context.database.transaction() as db:
        record_wait(db, work, reason, code, SHORT_WAIT_SECONDS)
        note_refusal(db, work.connection.id, reason)


def _asked_to_wait(error: ProviderError) -> str:
    return f"The provider asks us to wait: {error.reason}"


def _backoff(failures: int) -> float:
    return min(2.0 ** min(failures + 1, 6), LONGEST_WAIT_SECONDS)
