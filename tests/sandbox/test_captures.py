"""What was observed at the real providers, replayed: statuses, event texts and order, checkpoints, bills."""

import json
import re
from pathlib import Path
from typing import Any

import openai
import pytest

from tests.sandbox.conftest import AzureAccount, OpenAIAccount
from tests.sandbox.data import measured
from tests.sandbox.server import Running
from tests.sandbox.steps import messages, upload

_FIXTURES = Path(__file__).parent / "fixtures"
# Short enough to see every status on the way to the training, long within it.
_FIRST_STRIDE_SECONDS, _STRIDE_SECONDS = 35, 600


def capture(name: str) -> dict[str, Any]:
    return dict(json.loads((_FIXTURES / f"{name}.json").read_text()))


def training_file(seen: dict[str, Any]) -> bytes:
    """As many examples as were seen, with their sum of tokens and their longest."""
    longest, count = seen["longest_example_tokens"], seen["examples"]
    share, left_over = divmod(seen["tokens_per_epoch"] - longest, count - 1)
    rest = [share + 1] * left_over + [share] * (count - 1 - left_over)
    assert max([longest, *rest]) == longest
    return measured([longest, *rest])


def play(server: Running, client: openai.OpenAI, job_id: str) -> tuple[Any, list[str]]:
    """Move the clock until the job has ended; the job and the statuses it went through."""
    seen: list[str] = []
    while seen[-1:] != ["succeeded"]:
        job = client.fine_tuning.jobs.retrieve(job_id)
        seen += [job.status] if seen[-1:] != [job.status] else []
        stride = _STRIDE_SECONDS if job.status == "running" else _FIRST_STRIDE_SECONDS
        server.post("/clock", {"advance_seconds": stride})
    return client.fine_tuning.jobs.retrieve(job_id), seen


def matches(pattern: str, text: str) -> bool:
    return pattern == text or re.fullmatch(pattern, text) is not None


def assert_match(patterns: list[str], texts: list[str]) -> None:
    assert [pattern for pattern, text in zip(patterns, texts, strict=True) if not matches(pattern, text)] == []


@pytest.mark.parametrize("name", ["azure_40_examples", "azure_10_examples"])
def test_an_azure_job_goes_as_it_was_seen_to_go(slow_sandbox: Running, slow_resource: AzureAccount, name: str) -> None:
    seen, client = capture(name), slow_resource.client
    file_id = client.files.create(file=("train.jsonl", training_file(seen)), purpose="fine-tune").id
    slow_sandbox.post("/clock", {"advance_seconds": 60})
    first = client.fine_tuning.jobs.create(model=seen["model"], training_file=file_id)
    assert {key: first.to_dict()[key] for key in seen["first"]} == seen["first"]

    job, statuses = play(slow_sandbox, client, first.id)

    assert statuses == seen["statuses"]
    assert job.hyperparameters.to_dict() == seen["resolved"]
    assert job.trained_tokens == seen["trained_tokens"]
    texts = messages(client, job.id)
    kept = [text for text in texts if not text.startswith(("Step", "Preprocessing"))]
    assert_match([*seen["head"], *seen["tail"]], kept)
    events = client.fine_tuning.jobs.list_events(job.id, limit=100).data[::-1]
    steps = [event for event in events if event.type == "metrics"]
    assert [json.loads(event.to_json())["data"]["step"] for event in steps] == seen["metric_steps"]
    assert all(matches(seen["metric_text"], event.message) for event in steps)
    assert all("total_steps" not in str(event.data) for event in steps)
    made = client.fine_tuning.jobs.checkpoints.list(job.id).data
    assert [each.fine_tuned_model_checkpoint for each in made] == [
        f"{job.fine_tuned_model}{end}" for end in seen["checkpoint_endings"]
    ]
    assert [each.metrics.step for each in made] == seen["checkpoint_steps"]


@pytest.mark.parametrize("name", ["openai_10_examples", "openai_101_examples"])
def test_an_openai_job_goes_as_it_was_seen_to_go(slow_sandbox: Running, slow_account: OpenAIAccount, name: str) -> None:
    seen, client = capture(name), slow_account.client
    file_id = upload(client, training_file(seen))
    validation = upload(client, measured([40] * 5)) if seen["with_validation"] else None
    first = client.fine_tuning.jobs.create(model=seen["model"], training_file=file_id, validation_file=validation)

    job, statuses = play(slow_sandbox, client, first.id)

    assert statuses == seen["statuses"]
    assert job.hyperparameters.to_dict() == seen["resolved"]
    assert job.trained_tokens == seen["trained_tokens"]
    texts = messages(client, job.id)
    assert_match(seen["head"], texts[: len(seen["head"])])
    for pattern in [*seen.get("somewhere", []), *seen["tail"]]:
        assert sum(matches(pattern, text) for text in texts) == 1, pattern
    assert matches(seen["tail"][-1], texts[-1])
    assert sum(text.startswith("Step ") for text in texts) == seen["steps"]
    made = client.fine_tuning.jobs.checkpoints.list(job.id).data
    assert [each.step_number for each in made] == seen["checkpoint_steps"]
