"""What tests do again and again with a provider: send a file, wait for it, watch a job."""

import time
from collections.abc import Callable

import openai
from openai.types.fine_tuning import FineTuningJob

TERMINAL = {"succeeded", "failed", "cancelled"}
_PATIENCE_SECONDS = 20.0


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)


def upload(client: openai.OpenAI, content: bytes, name: str = "train.jsonl") -> str:
    """Send a training file and return its id once it may be used."""
    file_id = client.files.create(file=(name, content), purpose="fine-tune").id
    # Azure says `pending` first, which the SDK's types do not know.
    until(lambda: str(client.files.retrieve(file_id).status) != "pending")
    return file_id


def watch(client: openai.OpenAI, job_id: str) -> tuple[FineTuningJob, list[str]]:
    """The job at its end, and the statuses it went through as a caller sees them."""
    seen: list[str] = []

    def ended() -> bool:
        status = client.fine_tuning.jobs.retrieve(job_id).status
        if seen[-1:] != [status]:
            seen.append(status)
        return status in TERMINAL

    until(ended)
    return client.fine_tuning.jobs.retrieve(job_id), seen


def messages(client: openai.OpenAI, job_id: str) -> list[str]:
    """The texts of a job's events, oldest first."""
    return [event.message for event in client.fine_tuning.jobs.list_events(job_id, limit=1000).data][::-1]
