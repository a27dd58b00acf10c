"""What becomes of a job when its provider does not do as asked: wait, or give up with a reason in plain words.

Whether an order may have been taken in spite of silence is not decided here (see `ordering`). A wait that is not this job's
alone is its connection's: until it is over nobody asks there, and afterwards one worker first.
"""

from dataclasses import dataclass

from shared.connections.credentials import CannotOpen
from shared.connections.outages import REFUSED_SECONDS, close_training, leave_alone, note_refusal
from shared.connections.tables import Connection
from shared.jobs.recording import record_failure, record_silence, record_wait
from shared.jobs.scheduling.rounds import Round
from shared.jobs.scheduling.taking import Step, Work
from shared.providers.base import ProviderError, Rejected, Throttled, Unavailable
from worker.context import Context

LONGEST_WAIT_SECONDS = 60.0
SHORT_WAIT_SECONDS = 2.0
"""A job's own wait while its connection is left alone."""
_BUYING = (Step.UPLOAD, Step.ORDER)


@dataclass(frozen=True, slots=True)
class _Pause:
    """Why a connection is left alone, and for how many seconds. `lasts`: until a person does something."""

    reason: str
    code: str
    seconds: float
    lasts: bool = False


def record_trouble(context: Context, work: Work, error: ProviderError | CannotOpen) -> None:
    """Write down why a step was not done, and when it is tried again if it is."""
    if isinstance(error, Throttled) and work.step is Step.ORDER:
        # The place for one more job is what is lacking; everything else there goes on.
        seconds = max(error.retry_after, _backoff(work.job.attempts))
        _wait(context, work, _asked_to_wait(error), "provider_throttled", seconds)
    elif pause := _pause(work.connection, error):
        _wait(context, work, pause.reason, pause.code, SHORT_WAIT_SECONDS)
        _leave_alone(context, work.connection, pause)
    elif isinstance(error, Rejected) and work.step in _BUYING and not error.passing:
        _give_up(context, work, error)
    else:
        # Something may have been bought: the money stays on hold until the provider answers.
        _wait(context, work, str(error), "provider_refuses", _backoff(work.job.attempts))


def record_own_trouble(context: Context, work: Work, error: ProviderError) -> None:
    """One job of a round could not be looked at, while others could: it alone waits."""
    code = "provider_unavailable" if isinstance(error, Unavailable) else "provider_refuses"
    _wait(context, work, str(error), code, _backoff(work.job.attempts))


def record_rounds_trouble(context: Context, round_: Round, error: ProviderError | CannotOpen) -> None:
    """The connection is in trouble, and is left alone. Of its jobs the one that has waited longest says why; if nothing goes on
    before a person does something, all of them do.
    """
    pause = _pause(round_.connection, error)
    assert pause is not None
    _leave_alone(context, round_.connection, pause)
    for job in round_.jobs:
        was_ours = _wait(context, round_.work(job), pause.reason, pause.code, SHORT_WAIT_SECONDS)
        if was_ours and not pause.lasts:
            return


def _pause(connection: Connection, error: ProviderError | CannotOpen) -> _Pause | None:
    """What an error means for everybody who asks this connection; None = nothing."""
    match error:
        case Throttled(retry_after=seconds):
            return _Pause(_asked_to_wait(error), "provider_throttled", seconds)
        case Unavailable():
            return _Pause(error.reason, "provider_unavailable", _backoff(connection.failures))
        case CannotOpen():
            return _Pause(str(error), "credential_unreadable", REFUSED_SECONDS, lasts=True)
        case Rejected() if error.credential:
            reason = f"{connection.name}'s credential is refused; the job waits for a new one."
            return _Pause(reason, "credential_refused", REFUSED_SECONDS, lasts=True)
        case _:
            return None


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


def _wait(context: Context, work: Work, reason: str, code: str, seconds: float) -> bool:
    with context.database.transaction() as db:
        return record_wait(db, work, reason, code, seconds)


def _leave_alone(context: Context, connection: Connection, pause: _Pause) -> None:
    with context.database.transaction() as db:
        if pause.lasts:
            note_refusal(db, connection.id, pause.reason)
        else:
            leave_alone(db, connection.id, pause.seconds)


def _asked_to_wait(error: ProviderError) -> str:
    return f"The provider asks us to wait: {error.reason}"


def _backoff(failures: int) -> float:
    return min(2.0 ** min(failures + 1, 6), LONGEST_WAIT_SECONDS)
