"""Moderations, as the worker sees them: claim one, show the provider a portion of its examples, record what it objects to.

Nothing is bought, so what was asked in vain is simply asked again.
"""

from contextlib import closing

import structlog

from shared.connections.access import provider_of
from shared.connections.credentials import CannotOpen
from shared.connections.outages import REFUSED_SECONDS
from shared.datasets.moderation import recording
from shared.datasets.moderation.portions import Portion, next_portion
from shared.datasets.moderation.recording import MOST_ATTEMPTS, Trouble, Work
from shared.datasets.moderation.source_lines import at_their_source
from shared.datasets.moderation.tables import Moderation
from shared.datasets.moderation.verdicts import Verdict
from shared.datasets.shapes import Shape
from shared.lifecycles import DatasetStatus
from shared.providers.base import ProviderError, Rejected, Throttled, Unavailable
from shared.queue import Task
from worker.context import Context
from worker.heartbeat import kept
from worker.task import task

log = structlog.get_logger()

STORAGE_SECONDS = 30.0


@task(Task.MODERATE_DATASETS)
def moderate_datasets(context: Context) -> bool:
    """One round of one moderation."""
    with context.database.transaction() as db:
        work = recording.take(db)
    if work is None:
        return False
    with kept(context.database, Moderation, [work.moderation.id], work.token):
        if end := _ended(work):
            with context.database.transaction() as db:
                recording.record_failure(db, work, *end)
        else:
            _go_on(context, work)
    return True


def _ended(work: Work) -> tuple[str, str] | None:
    if work.barred is not None:
        return "barred", work.barred
    if work.dataset.status is DatasetStatus.ARCHIVED:
        return "dataset_archived", f"{work.dataset.id} was archived: nothing of it is shown to anyone any more."
    if work.moderation.attempts > MOST_ATTEMPTS:
        return "internal_error", "Something went wrong on our side, several times."
    return None


def _go_on(context: Context, work: Work) -> None:
    try:
        portion = _portion(context, work)
        verdicts = _verdicts(context, work, portion)
    except ProviderError as error:
        _record_trouble(context, work, error)
    except CannotOpen as error:
        _wait(context, work, Trouble("credential_unreadable", str(error), REFUSED_SECONDS, for_everyone=True))
    except OSError as error:
        log.warning("storage_away", moderation=work.moderation.id, error=str(error))
        _wait(context, work, Trouble("storage_away", "The dataset cannot be read right now.", STORAGE_SECONDS))
    else:
        with context.database.transaction() as db:
            recording.record_round(db, work, portion, verdicts)


def _portion(context: Context, work: Work) -> Portion:
    shape = Shape(work.dataset.format or Shape.CHAT)
    with context.storage.open(work.dataset.examples_blob) as examples:
        return next_portion(examples, work.moderation.position, shape, work.moderation.chosen)


def _verdicts(context: Context, work: Work, portion: Portion) -> list[Verdict]:
    if not portion.examples:
        return []
    shown = at_their_source(context.storage, work.dataset, portion.examples)
    with closing(provider_of(work.connection, context.vault)) as provider:
        moderated = provider.moderate([one.text for one in shown])
    return [Verdict(*pair) for pair in zip(shown, moderated, strict=True)]


def _record_trouble(context: Context, work: Work, error: ProviderError) -> None:
    match error:
        case Throttled(retry_after=seconds):
            # Moderation has limits of its own: jobs and chats there go on.
            reason = f"The provider asks us to wait: {error.reason}"
            _wait(context, work, Trouble("provider_throttled", reason, seconds))
        case Unavailable():
            # Only what could not be reached at all is surely away for everyone.
            _wait(context, work, Trouble("provider_unavailable", error.reason, for_everyone=not error.reached))
        case Rejected() if error.credential:
            reason = f"{work.connection.name}'s credential is refused; the moderation waits for a new one."
            _wait(context, work, Trouble("credential_refused", reason, REFUSED_SECONDS, for_everyone=True))
        case Rejected():
            with context.database.transaction() as db:
                recording.record_failure(db, work, error.code, f"The provider refused: {error.reason}")
        case _:
            raise error


def _wait(context: Context, work: Work, trouble: Trouble) -> None:
    with context.database.transaction() as db:
        recording.record_trouble(db, work, trouble)
