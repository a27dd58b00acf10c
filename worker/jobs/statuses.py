"""How the jobs of a round are doing at their provider: read from the pages of its list, or asked one by one.

Pages serve a hundred jobs each, but hold everybody's, the newest first. They are read only while that may be cheaper than asking
for each; who is not found there is asked for alone, for only that answer says that the provider does not know a job.
"""

from collections.abc import Iterator
from functools import partial

from shared.ids import JobId
from shared.jobs.scheduling.rounds import Round
from shared.jobs.tables import Job
from shared.providers.base import Provider, ProviderError, ProviderJob, Rejected, Unnamed
from worker.jobs.several import Several
from worker.meter import TooLate

Seen = tuple[Job, ProviderJob | Exception | None]
"""A job and what was seen of it; None = the provider does not know it."""


def statuses(round_: Round, provider: Provider, several: Several) -> Iterator[Seen]:
    """What is seen of each job; those that could not be asked about any more are left out."""
    found = dict[JobId, ProviderJob]()
    if round_.by_pages:
        found = _from_pages(round_, provider, several)
        yield from ((job, found[job.id]) for job in round_.jobs if job.id in found)
    missing = (job for job in round_.jobs if job.id not in found)
    yield from several.each(missing, partial(_alone, provider), requests=1)


def _alone(provider: Provider, job: Job) -> ProviderJob | None:
    assert job.provider_job_id is not None
    return provider.job(job.provider_job_id)


def _from_pages(round_: Round, provider: Provider, several: Several) -> dict[JobId, ProviderJob]:
    wanted = {job.provider_job_id: job.id for job in round_.jobs}
    found = dict[JobId, ProviderJob]()
    pages, most = provider.newest_jobs(), min(len(wanted) // 2, round_.pages)
    try:
        while len(found) < len(wanted) and several.meter.asked < most and several.may_ask(1):
            page = next(pages, None)
            if page is None:
                break
            several.note_answer()
            # What a model is called may be told to who asks for its job alone.
            found |= {wanted[one.id]: one for one in page if one.id in wanted and not isinstance(one.outcome, Unnamed)}
    except Rejected as error:
        several.is_everybodys(error)  # a provider that does not list is asked for each
    except (ProviderError, TooLate) as error:
        if not several.meter.closed and isinstance(error, ProviderError):
            several.trouble = error
    return found
