"""What happens at a provider past this service: somebody uploads a file there and orders jobs by himself."""

import io
from typing import Any

import httpx2

from shared.providers import open_provider
from shared.providers.base import ProviderJob, TrainingOrder
from tests.support.workshop import EXAMPLES, LLAMA, MODEL, Workshop


def content() -> bytes:
    return b"".join(EXAMPLES.read_bytes().splitlines(keepends=True)[:12])


def ordered_past(workshop: Workshop, *, name: str = "mine.jsonl", **more: Any) -> ProviderJob:
    """A job that nobody ordered through the service."""
    provider = open_provider(workshop.provider, workshop.access)
    model = str(LLAMA["model"]) if workshop.provider == "compatible" else MODEL
    file = provider.upload(name, io.BytesIO(content()))
    while not file.ready:
        workshop.sandbox.advance(0.05)
        file = provider.file(file.id) or file
    order: dict[str, Any] = {
        "model": model,
        "method": "supervised",
        "training_file_id": file.id,
        "hyperparameters": {"n_epochs": 2},
    }
    job = provider.create_job(TrainingOrder(**order | {"seed": 7, "suffix": "past"} | more))
    provider.close()
    return job


def trained_past(workshop: Workshop, **more: Any) -> ProviderJob:
    """The same, when it is over."""
    job = ordered_past(workshop, **more)
    provider = open_provider(workshop.provider, workshop.access)
    while (seen := provider.job(job.id)) is not None and seen.facts.finished_at is None:
        workshop.sandbox.advance(0.05)
    provider.close()
    assert seen is not None
    return seen


def delete_job(workshop: Workshop, provider_job_id: str) -> None:
    """Azure: the job is shown no more, and its model stays."""
    path = f"{workshop.access.base_url}/openai/fine_tuning/jobs/{provider_job_id}"
    version = {"api-version": workshop.access.api_version or ""}
    gone = httpx2.delete(path, params=version, headers={"api-key": workshop.access.credential})
    assert gone.status_code == 204, gone.text
