"""The scene for measurements of polling: thousands of running jobs over many accounts of the sandbox, and a row here for each."""

import tempfile
import time
import uuid
from collections.abc import Collection, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from shared.settings import Settings
from tests.sandbox.server import Running, running
from tests.support.api import api_on, settings_for
from tests.support.crowd import adopted
from tests.support.database import Database, database_server
from tests.support.laboratory import Laboratory, laboratory_on
from tests.support.office import Office

SETTING_UP_SECONDS, SETTING_UP_SECONDS_EACH = 30.0, 0.02
"""Until the jobs begin, after which everything must be in place."""
STATUSES = ("queued", "running", "succeeded")
"""What each job comes to, in this order."""


@dataclass(frozen=True)
class Watched:
    """A job at the sandbox. `moments`: when it comes to each of `STATUSES`, in seconds since 1970."""

    job_id: str
    provider_job_id: str
    account: str
    moments: tuple[float, ...]


@dataclass(frozen=True)
class Scene:
    database: Database
    settings: Settings
    sandbox: Running
    jobs: Sequence[Watched]
    begins_at: float
    """On the machine's clock."""

    @property
    def accounts(self) -> list[str]:
        return sorted({job.account for job in self.jobs})

    def silence(self, account: str) -> None:
        """Whatever is asked of this account from now on is not answered."""
        wanted = {"account": account, "operation": "*", "kind": "delay", "times": 10**6}
        self.sandbox.post("/faults", wanted | {"parameters": {"seconds": 600}})

    def without(self, accounts: Collection[str]) -> "Scene":
        """The same, looking at the jobs of the other accounts only."""
        return replace(self, jobs=[job for job in self.jobs if job.account not in accounts])

    def asked(self) -> dict[str, int]:
        """Requests of each account until now."""
        return {account: self.sandbox.get("/requests", account=account)["total"] for account in self.accounts}


@contextmanager
def scene(n_jobs: int, n_accounts: int, lasting_seconds: tuple[float, float]) -> Iterator[Scene]:
    """All jobs begin together, once all are there, and end one after another between these two durations, in every account at the
    same pace.
    """
    with ExitStack() as stack:
        server = stack.enter_context(database_server(None))
        database = stack.enter_context(server.fresh())
        sandbox = stack.enter_context(running("--speed", "100"))
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        settings = settings_for(
            database, "redis://127.0.0.1:1/0", folder
        )  # nobody rings: the workers look by themselves
        api = stack.enter_context(api_on(database, settings))
        lab = stack.enter_context(laboratory_on(api, sandbox, "sk-sandbox-none"))
        first, last = lasting_seconds
        each = n_jobs // n_accounts
        lasting = [first + (last - first) * number / each for number in range(each)]
        originals = [_original(lab, f"sk-sandbox-{uuid.uuid4().hex}") for _ in range(n_accounts)]
        begins_at = time.time() + SETTING_UP_SECONDS + n_jobs * SETTING_UP_SECONDS_EACH
        jobs = [job for original in originals for job in _copies(lab, original, begins_at, lasting)]
        # Nobody watches these.
        api.sql("UPDATE jobs SET watched_at = NULL")
        yield Scene(database, settings, sandbox, jobs, begins_at)


def _original(lab: Laboratory, account: str) -> tuple[str, str, str]:
    """A job that was ordered as any is: the account, its id here, and there."""
    office = Office(lab, lab.member)
    connection = lab.connection(account[-12:], account)
    job_id = office.submit(office.dataset(name=account[-12:]), connection_id=connection)
    while not (original := office.job(job_id)["provider_job_id"]):
        office.pass_time(2)
        office.drain()
    return account, job_id, original


def _copies(
    lab: Laboratory, original: tuple[str, str, str], begins_at: float, lasting: Sequence[float]
) -> list[Watched]:
    account, job_id, there = original
    # The sandbox's clock runs ahead of ours by what was let pass.
    shift = lab.sandbox.get("")["now"] - time.time()
    wanted = {"lasting_seconds": list(lasting), "begins_in_seconds": begins_at - time.time()}
    made = lab.sandbox.post(f"/jobs/{there}/copies", wanted)["jobs"]
    ours = adopted(lab.context.database, job_id, [one["id"] for one in made])
    return [
        Watched(job, one["id"], account, tuple(one["moments"][status] - shift for status in STATUSES))
        for job, one in zip(ours, made, strict=True)
    ]
