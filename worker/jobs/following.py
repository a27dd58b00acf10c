"""What follows from a look: asking whatever else there is to be known of a job, and writing it all down.

What ends is asked for all of its events and checkpoints before its end is written down. Of the others those events are read that
somebody waits for, and the rest as far as requests are left for them.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice

import structlog

from shared.db import UNAVAILABLE
from shared.ids import JobId
from shared.jobs.endings import record_lost
from shared.jobs.following.looking import Look, is_news, record_look
from shared.jobs.queries import known_provider_events
from shared.jobs.scheduling.admitting import is_found_over
from shared.jobs.scheduling.intervals import Rhythm
from shared.jobs.scheduling.rounds import Round, record_seen, record_unchanged
from shared.jobs.tables import Job
from shared.lifecycles import JobStatus
from shared.providers.base import Provider, ProviderError, ProviderJob, Unnamed
from worker.context import Context
from worker.jobs.several import Several
from worker.jobs.trouble import record_fault, record_own_trouble
from worker.jobs.wishes import as_wished, is_over

log = structlog.get_logger()

RESERVE = 0.5
"""Of what was drawn for a round, what is not spent on events that nobody waits for."""
_TO_END, _FOR_EVENTS = 2, 1
"""Requests for a job's events and checkpoints, and for a page of its events."""


@dataclass(frozen=True, slots=True)
class Looking:
    """A round under way."""

    context: Context
    round: Round
    provider: Provider
    several: Several
    rhythm: Rhythm

    def failed(self, job: Job, error: Exception) -> None:
        """One job could not be asked about, or what was told could not be taken; the others go on."""
        work = self.round.work(job)
        if isinstance(error, ProviderError):
            record_own_trouble(self.context, work, error)
        elif isinstance(error, UNAVAILABLE):
            raise error
        else:
            log.error("look_failed", job=job.id, exc_info=error)
            record_fault(self.context, work)


Seen = Mapping[JobId, ProviderJob | None]


def follow(looking: Looking, seen: Seen) -> int:
    """Go on from what was seen of the round's jobs, the most urgent first, and those last that were over when they were found.
    Returns how many could not be followed up.
    """
    jobs = {job.id: job for job in looking.round.jobs if job.id in seen}
    live = {job_id: answer for job_id, answer in seen.items() if answer and not _is_urgent(jobs[job_id], answer)}
    urgent = [job for job_id, job in jobs.items() if seen[job_id] and job_id not in live]
    for job in (job for job_id, job in jobs.items() if seen[job_id] is None):
        with looking.context.database.transaction() as db:
            record_lost(db, looking.round.work(job))
    found = [job for job in urgent if is_found_over(job)]
    ordered = [job for job in urgent if not is_found_over(job)]
    followed = _ask_more(looking, seen, ordered, _TO_END)
    asked = _ask_more(looking, seen, _worth_asking(looking, [jobs[job_id] for job_id in live]), _FOR_EVENTS)
    _record_quiet(looking, [(jobs[job_id], answer) for job_id, answer in live.items() if job_id not in asked])
    followed |= _ask_more(looking, seen, found, _TO_END)
    left = [job for job in urgent if job.id not in followed]
    _record_seen(looking, seen, left)
    return len(left)


def _is_urgent(job: Job, answer: ProviderJob) -> bool:
    """Whether it is over, if only nearly, or somebody wants it to be."""
    return (
        is_over(answer)
        or isinstance(answer.outcome, Unnamed)
        or job.status is JobStatus.CANCELLING
        or job.wish is not None
    )


def _worth_asking(looking: Looking, live: Iterable[Job]) -> Sequence[Job]:
    """The live jobs whose events are to be read now: those that come first, then those whose log was not read for longest."""
    rhythm, meter = looking.rhythm, looking.several.meter
    wanting = [job for job in live if rhythm.wants_log(job)]
    first = [job for job in wanting if rhythm.comes_first(job)]
    others = sorted(
        (job for job in wanting if not rhythm.comes_first(job)), key=lambda job: job.events_at or job.created_at
    )
    spare = meter.left - len(first) - int(RESERVE * meter.allowed)
    return [*first, *islice(others, max(0, spare))]


def _ask_more(looking: Looking, seen: Seen, jobs: Sequence[Job], requests: int) -> set[JobId]:
    """Ask about each and write down what came of it. Returns those that were asked about."""
    done = set[JobId]()
    for job, error in looking.several.each(jobs, partial(_ask_one, looking, seen), requests=requests):
        done.add(job.id)
        if error is not None:
            looking.failed(job, error)
    return done


def _ask_one(looking: Looking, seen: Seen, job: Job) -> None:
    provider, answer = looking.provider, seen[job.id]
    assert answer is not None
    answer, refused = as_wished(provider, job, answer)
    with looking.context.database.reading() as db:
        known = known_provider_events(db, job.id)
    events = provider.events(answer.id, known)
    checkpoints = provider.checkpoints(answer.id) if is_over(answer) else ()
    _record(looking, job, Look(answer, events, checkpoints, refused))


def _record(looking: Looking, job: Job, look: Look) -> None:
    with looking.context.database.transaction() as db:
        record_look(db, looking.round.work(job), look, next_seconds=looking.rhythm.next_look(job, look.job))


def _record_quiet(looking: Looking, seen: Iterable[tuple[Job, ProviderJob]]) -> None:
    """Of most jobs there is nothing to tell: they are written down together."""
    waits = defaultdict[float, list[JobId]](list)
    for job, answer in seen:
        if is_news(job, answer):
            _record(looking, job, Look(answer))
        else:
            waits[looking.rhythm.next_look(job, answer)].append(job.id)
    with looking.context.database.transaction() as db:
        record_unchanged(db, looking.round, waits)


def _record_seen(looking: Looking, seen: Seen, left: Iterable[Job]) -> None:
    """Of those for whom the requests did not suffice at least the provider's word is shown."""
    words = defaultdict[str, list[JobId]](list)
    for job in left:
        if answer := seen[job.id]:
            words[answer.status].append(job.id)
    with looking.context.database.transaction() as db:
        record_seen(db, looking.round, words)
