"""What the plain client cannot ask: a file sent in, a job's events as they happen, and waiting for something to end."""

import json
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import httpx2

from local.demonstration.checking import StepFailed
from local.wire import Answer, Client, Refused

# A sign of life comes every 15 s when nothing else does.
SILENCE_SECONDS = 20.0
LOOK_SECONDS = 0.2


def upload(client: Client, path: Path, name: str) -> dict[str, Any]:
    """Send a file in, piece by piece, as the next version of a dataset."""
    with _open(client) as http, path.open("rb") as file:
        response = http.post("/v1/datasets", data={"name": name}, files={"file": (path.name, file)})
    return _body(response, "POST /v1/datasets")


def events(client: Client, job_id: str, *, seconds: float) -> Iterator[dict[str, Any]]:
    """Everything that happens to a job, as it happens, until it ends. Raises StepFailed when it takes too long."""
    deadline = time.monotonic() + seconds
    headers = {"Accept": "text/event-stream"}
    with _open(client) as http, http.stream("GET", f"/v1/jobs/{job_id}/events", headers=headers) as response:
        if response.status_code != 200:
            response.read()
            _body(response, f"GET /v1/jobs/{job_id}/events")
        for line in response.iter_lines():
            if time.monotonic() > deadline:
                raise StepFailed(f"{job_id} did not end within {seconds:.0f} s")
            if line.startswith("data: "):
                yield json.loads(line.removeprefix("data: "))


def settled(client: Client, path: str, pending: Sequence[str], *, seconds: float) -> dict[str, Any]:
    """What stands at a path once its status is none of the pending ones. Raises StepFailed when it takes too long."""
    deadline = time.monotonic() + seconds
    while True:
        found: dict[str, Any] = client.must("GET", path)
        if found["status"] not in pending:
            return found
        if time.monotonic() > deadline:
            raise StepFailed(f"{path} is still {found['status']} after {seconds:.0f} s")
        time.sleep(LOOK_SECONDS)


def _open(client: Client) -> httpx2.Client:
    # Nothing of the environment, no proxy above all, may come between us and the service.
    headers = {"Authorization": f"Bearer {client.key}"}
    return httpx2.Client(base_url=client.url, headers=headers, timeout=SILENCE_SECONDS, trust_env=False)


def _body(response: httpx2.Response, request: str) -> dict[str, Any]:
    body: dict[str, Any] = response.json()
    if response.status_code >= 300:
        raise Refused(request, Answer(response.status_code, body))
    return body
