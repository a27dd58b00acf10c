"""How soon what happens to thousands of jobs is known here, and what asking costs: `python -m bench.polling --jobs 10000`.

Jobs run in many accounts of a sandbox and end one after another. Our worker's own tasks look after them in a few processes, without
Celery; a naive loop asks for each job by itself every five seconds, and writes nothing down, which is generous to it. Every change
of status at the sandbox is compared with the moment at which it stood in Postgres (ours) or was read (naive).
"""

import argparse
import multiprocessing
import statistics
import threading
import time
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import psycopg

from bench import naive
from bench.crowded import STATUSES, Scene, scene
from shared import log
from shared.settings import Settings
from tests.support.database import Database
from tests.support.worker import context_on
from worker import sweeps
from worker.task import run

WORKERS = 3
SAMPLE_SECONDS = 1.0
HEAD = ("who", "changes", "seen", "p50 s", "p99 s", "longest s", "requests a minute and connection: most", "mean")


@dataclass
class Measured:
    """`lags`: seconds from each change to its being known. `asked`: at each sample, the requests of each account until then."""

    who: str
    n_changes: int
    lags: list[float] = field(default_factory=list)
    asked: list[tuple[float, dict[str, int]]] = field(default_factory=list)

    def busiest(self) -> int:
        """The most requests that one account got in any 60 seconds."""
        return max(
            then[account] - now[account]
            for place, (at, now) in enumerate(self.asked)
            for account in now
            for _, then in [self.asked[max(place, self._at(at + 60) - 1)]]
        )

    def mean(self) -> float:
        (began, first), (ended, last) = self.asked[0], self.asked[-1]
        return 60 * sum(last[account] - first[account] for account in last) / len(last) / (ended - began)

    def row(self) -> str:
        cuts = statistics.quantiles(self.lags, n=100) if len(self.lags) > 1 else [float("nan")] * 99
        cells = [
            self.who,
            f"{self.n_changes:,}",
            f"{len(self.lags):,}",
            *(f"{seconds:.1f}" for seconds in (cuts[49], cuts[98], max(self.lags, default=float("nan")))),
            str(self.busiest()),
            f"{self.mean():.0f}",
        ]
        return f"| {' | '.join(cells)} |"

    def _at(self, moment: float) -> int:
        return bisect_left(self.asked, moment, key=lambda sample: sample[0])


def ours(asked: argparse.Namespace) -> Measured:
    with scene(asked.jobs, asked.connections, (60.0, 60.0 + 60 * asked.minutes)) as made:
        over = multiprocessing.get_context("spawn").Event()
        workers = [
            multiprocessing.get_context("spawn").Process(target=_work, args=(made.database, made.settings, over))
            for _ in range(WORKERS)
        ]
        for worker in workers:
            worker.start()
        silent = made.accounts[: asked.silent]
        for account in silent:
            made.silence(account)
        who = f"ours, {len(silent)} of {asked.connections} connections silent" if silent else "ours"
        try:
            return _observe(made.without(silent), who, _from_postgres(made), asked)
        finally:
            over.set()
            for worker in workers:
                worker.join()


def rival(asked: argparse.Namespace) -> Measured:
    with scene(asked.jobs, asked.connections, (60.0, 60.0 + 60 * asked.minutes)) as made:
        over = threading.Event()
        known = dict[str, str]()
        loops = naive.start(made, known, over)
        try:
            return _observe(made, "naive", iter(lambda: list(known.copy().items()), None), asked)
        finally:
            over.set()
            for loop in loops:
                loop.join()


def _work(database: Database, settings: Settings, over: threading.Event) -> None:
    """A worker's life, without Celery: what is due is done, then it is looked again."""
    log.configure("ERROR", as_json=True)
    with context_on(database, settings) as context:
        while not over.is_set():
            due = sweeps.due(context.database)
            for task in due:
                run(task, context, seconds=5.0)
            time.sleep(0.5)


def _from_postgres(made: Scene) -> Iterator[list[tuple[str, str]]]:
    with psycopg.connect(made.database.owner_url, autocommit=True) as db:
        while True:
            # What has ended counts only when its end is written down.
            yield db.execute(
                "SELECT id, CASE WHEN status = 'running' AND provider_status = 'succeeded' THEN 'running' "
                "ELSE provider_status END FROM jobs WHERE provider_status IS NOT NULL"
            ).fetchall()


def _observe(made: Scene, who: str, looks: Iterator[list[tuple[str, str]]], asked: argparse.Namespace) -> Measured:
    """Look every second which changes are known by now, until all are or it has taken two minutes too long."""
    measured = Measured(who, len(STATUSES) * len(made.jobs))
    ranks = {status: rank for rank, status in enumerate(("validating_files", *STATUSES))}
    moments = {job.job_id: job.moments for job in made.jobs}
    known = dict.fromkeys(moments, 0)
    deadline = made.begins_at + 60 * asked.minutes + 180
    while len(measured.lags) < measured.n_changes and time.time() < deadline:
        begun = time.time()
        for job_id, status in next(looks):
            for rank in range(known.get(job_id, len(ranks)), ranks.get(status, 0)):
                measured.lags.append(max(0.0, time.time() - moments[job_id][rank]))
                known[job_id] = rank + 1
        measured.asked.append((time.time(), made.asked()))
        time.sleep(max(0.0, begun + SAMPLE_SECONDS - time.time()))
    return measured


def table(rows: Sequence[Measured]) -> Iterator[str]:
    yield f"| {' | '.join(HEAD)} |"
    yield "|---" * len(HEAD) + "|"
    for measured in rows:
        yield measured.row()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=10_000)
    parser.add_argument("--connections", type=int, default=20)
    parser.add_argument(
        "--minutes", type=float, default=20.0, help="over which the jobs end, beginning a minute after the start"
    )
    parser.add_argument(
        "--silent", type=int, default=0, help="connections that do not answer; ours only, and not counted"
    )
    parser.add_argument("--only", choices=("ours", "naive"))
    asked = parser.parse_args()
    log.configure("ERROR", as_json=True)
    runs = {"ours": ours, "naive": rival}
    print("\n".join(table([runs[who](asked) for who in runs if asked.only in (who, None)])))


if __name__ == "__main__":
    main()
