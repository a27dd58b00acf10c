"""What polling is without thinking: each job is asked for by itself every five seconds, as a task for each job would do it."""

import threading
import time
from collections.abc import MutableMapping
from contextlib import suppress

import httpx2

from bench.crowded import Scene, Watched

EVERY_SECONDS = 5.0
LOOPS = 16


def start(made: Scene, known: MutableMapping[str, str], over: threading.Event) -> list[threading.Thread]:
    """Begin to ask, from several threads, until told to stop. What is read of each job is put into `known`."""
    loops = [
        threading.Thread(target=_loop, args=(made.sandbox.url, made.jobs[place::LOOPS], known, over), daemon=True)
        for place in range(LOOPS)
    ]
    for loop in loops:
        loop.start()
    return loops


def _loop(url: str, jobs: list[Watched], known: MutableMapping[str, str], over: threading.Event) -> None:
    with httpx2.Client(base_url=url, timeout=60, trust_env=False) as http:
        while not over.is_set():
            begun = time.monotonic()
            for job in jobs:
                if over.is_set():
                    return
                if known.get(job.job_id) != "succeeded":
                    with suppress(httpx2.TransportError):
                        known[job.job_id] = _ask(http, job)
            over.wait(max(0.0, begun + EVERY_SECONDS - time.monotonic()))


def _ask(http: httpx2.Client, job: Watched) -> str:
    headers = {"Authorization": f"Bearer {job.account}"}
    return str(http.get(f"/v1/fine_tuning/jobs/{job.provider_job_id}", headers=headers).json()["status"])
