"""The compatible dialect on the wire: what it refuses, lacks and lists otherwise than OpenAI."""

import json
import uuid
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from tests.sandbox.server import Running

LLAMA = "meta-llama/Meta-Llama-3.1-8B-Instruct"
ROW = {"messages": [{"role": "user", "content": "hello"}, {"role": "assistant", "content": "hi"}]}


@pytest.fixture
def door(provider: Running) -> Iterator[httpx2.Client]:
    key = f"ow-sandbox-{uuid.uuid4().hex}"
    url = f"{provider.url}/compatible/v1"
    with httpx2.Client(base_url=url, headers={"Authorization": f"Bearer {key}"}, trust_env=False) as client:
        yield client


def ordered(door: httpx2.Client, **more: Any) -> httpx2.Response:
    content = "".join(json.dumps(ROW) + "\n" for _ in range(12)).encode()
    sent = door.post("/files", data={"purpose": "fine-tune"}, files={"file": ("t.jsonl", content)}).json()
    return door.post("/fine_tuning/jobs", json={"model": LLAMA, "training_file": sent["id"]} | more)


def test_what_is_invalid_is_told_as_detail(door: httpx2.Client) -> None:
    for wrong in ({"learning_rate_multiplier": 2.0}, {"learning_rate": 7}, {"lora": 1}, {"packing": "yes"}):
        refused = ordered(door, hyperparameters=wrong)
        assert refused.status_code == 422, wrong
        (detail,) = refused.json()["detail"]
        assert detail["loc"][:2] == ["body", "hyperparameters"]
    assert door.get("/fine_tuning/jobs/ftjob-none").json() == {"detail": "Could not find fine tune: ftjob-none"}
    assert door.get("/nowhere").json() == {"detail": "Not Found"}


def test_a_job_has_neither_metadata_nor_a_models_name(door: httpx2.Client) -> None:
    job = ordered(door, metadata={"tunewright": "x"}, hyperparameters={"lora": True, "lora_r": 16}).json()
    assert not {"metadata", "fine_tuned_model", "method"} & job.keys()
    chosen = {name: job["hyperparameters"][name] for name in ("n_epochs", "batch_size", "lora", "lora_r", "lora_alpha")}
    assert chosen == {"n_epochs": 3, "batch_size": 8, "lora": True, "lora_r": 16, "lora_alpha": 8}
    assert job["total_steps"] == 6
    assert door.get("/fine_tuning/jobs", params={"metadata[tunewright]": "y", "limit": 1}).json()["data"] != []


def test_its_jobs_are_listed_without_pages(door: httpx2.Client) -> None:
    made = [ordered(door).json()["id"] for _ in range(3)]
    listed = door.get("/fine_tuning/jobs", params={"limit": 1}).json()
    assert ([one["id"] for one in listed["data"]], listed["has_more"]) == (made[::-1], False)


def test_only_a_checkpoint_that_is_there_becomes_a_model(door: httpx2.Client) -> None:
    models = f"{str(door.base_url).removesuffix('v1/')}v0/models"
    for source in ("ftjob-none:ftckpt_none", ordered(door).json()["id"], ""):
        refused = door.post(models, json={"name": "x", "base_model": LLAMA, "source": source})
        assert refused.status_code == 422, source


def test_another_providers_key_opens_nothing(door: httpx2.Client) -> None:
    refused = door.get("/models", headers={"Authorization": "Bearer sk-sandbox-1"})
    assert refused.status_code == 401
    assert isinstance(refused.json()["detail"], str)
