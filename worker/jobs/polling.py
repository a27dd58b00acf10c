"""A round of looks at one connection's jobs: the status of all of them first, then what follows from it."""

from collections.abc import Iterator, Sequence
from contextlib import closing

import structlog

from shared.connections.access import provider_of
from shared.connections.allowance import give_back, note_lags, wait_with_rounds
from shared.connections.credentials import CannotOpen
from shared.connections.limits import limits_of
from shared.connections.outages import note_answer
from shared.db import Session
from shared.ids import JobId
from shared.jobs.scheduling.intervals import Rhythm
from shared.jobs.scheduling.rounds import Round, give_up_claims
from shared.providers.base import ProviderError, ProviderJob
from worker.context import Context
from worker.jobs.following import Looking, follow
from worker.jobs.several import Several
from worker.jobs.statuses import statuses
from worker.jobs.trouble import record_rounds_trouble
from worker.meter import Meter

log = structlog.get_logger()

SECONDS = 6.0
"""How long a round goes on beginning to ask. A cancellation waits for the round before it."""
LAST_SECONDS = 12.0
"""When a round sends its last request, also amid an answer's pages. That one may take 30 s, and the worker's run 60 in all."""
SAVING_SECONDS = 15.0
"""After a round for which the requests did not suffice, or nearly: until enough have come back for another."""


def look_at(context: Context, round_: Round) -> None:
    """Make a claimed round. What it does not come to is due again as it was."""
    meter = Meter(round_.drawn, seconds=LAST_SECONDS)
    several = Several(meter, seconds=SECONDS)
    seen: Sequence[JobId] = ()
    is_whole = False
    trouble: ProviderError | CannotOpen | None = None
    try:
        with closing(provider_of(round_.connection, context.vault, on_request=meter)) as provider:
            seen, is_whole = _look(Looking(context, round_, provider, several, _rhythm(context, round_)))
    except (ProviderError, CannotOpen) as error:  # before anything could be asked
        trouble = error
    if (trouble := trouble or several.trouble) is not None:
        record_rounds_trouble(context, round_, trouble)
    with context.database.transaction() as db:
        _end(db, round_, meter.asked, seen)
        if trouble is None and (round_.is_dear or not is_whole):
            wait_with_rounds(db, round_.connection.id, SAVING_SECONDS)
        if trouble is None and round_.connection.failures:
            note_answer(db, round_.connection.id)


def _end(db: Session, round_: Round, asked: int, seen: Sequence[JobId]) -> None:
    """Give back what was not needed, and say how the round went."""
    give_up_claims(db, round_)
    give_back(db, round_.connection.id, round_.drawn, asked)
    lags = sorted(round_.lags(seen))
    if lags:
        note_lags(db, round_.connection.id, lags)
    # Of single looks, which small installations make all day, there is nothing to tell.
    tell = log.info if round_.by_pages or len(seen) < len(round_.jobs) else log.debug
    tell(
        "round",
        connection=round_.connection.name,
        jobs=len(round_.jobs),
        looked_at=len(seen),
        by_pages=round_.by_pages,
        requests=asked,
        longest_lag_seconds=round(lags[-1], 1) if lags else None,
    )


def _rhythm(context: Context, round_: Round) -> Rhythm:
    requests = limits_of(round_.connection).requests_per_minute
    return Rhythm(context.poll_seconds, round_.claimed_at, round_.live, requests)


def _look(looking: Looking) -> tuple[Sequence[JobId], bool]:
    """Returns those whose status is known now, and whether nothing was left undone."""
    seen = dict(_usable(looking))
    left = follow(looking, seen)
    return list(seen), left == 0 and len(seen) == len(looking.round.jobs)


def _usable(looking: Looking) -> Iterator[tuple[JobId, ProviderJob | None]]:
    for job, answer in statuses(looking.round, looking.provider, looking.several):
        if isinstance(answer, Exception):
            looking.failed(job, answer)
        else:
            yield job.id, answer
