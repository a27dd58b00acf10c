"""What was accepted is still there after a kill; and the clock lets models close without ever being a time bomb."""

import signal
from datetime import date
from pathlib import Path

import openai
import pytest

from tests.sandbox.conftest import azure_account, openai_account
from tests.sandbox.data import small
from tests.sandbox.server import running
from tests.sandbox.steps import upload, watch


def test_jobs_files_and_chats_outlive_a_kill(tmp_path: Path) -> None:
    with running("--speed", "6000", "--data", str(tmp_path)) as first, openai_account(first) as account:
        file_id = upload(account.client, small())
        job = account.client.fine_tuning.jobs.create(model="gpt-4.1", training_file=file_id)
        account.client.chat.completions.create(model="gpt-4.1", messages=[{"role": "user", "content": "Hi"}])
        owed = first.ledger(account.name)["chats"]
        first.process.send_signal(signal.SIGKILL)
        first.process.wait(10)
    with running("--data", str(tmp_path)) as second:
        client = openai.OpenAI(base_url=f"{second.url}/v1", api_key=account.name, max_retries=0)
        with client:
            assert client.files.content(file_id).content == small()
            assert watch(client, job.id)[0].status == "succeeded"
        assert second.ledger(account.name)["tags"] == {"train.jsonl": 1}
        assert second.ledger(account.name)["chats"] == owed


def test_without_a_folder_everything_is_forgotten() -> None:
    with running() as first, openai_account(first) as account:
        upload(account.client, small())
        assert first.get("/requests")["total"] > 0
    with running() as second:
        headers = {"authorization": f"Bearer {account.name}"}
        assert second.http.get("/v1/files", headers=headers).json()["data"] == []


@pytest.mark.parametrize("today", ["2026-11-20", "2031-05-01"])
def test_models_close_by_the_sandboxs_own_clock(today: str) -> None:
    with running("--today", today) as server, openai_account(server) as account, azure_account(server) as resource:
        assert server.get("")["today"] == date.fromisoformat(today).isoformat()
        file_id = upload(account.client, small())
        account.client.fine_tuning.jobs.create(model="gpt-4.1", training_file=file_id)
        server.post("/clock", {"advance_seconds": 48 * 86_400})
        with pytest.raises(openai.PermissionDeniedError):
            account.client.fine_tuning.jobs.create(model="gpt-4.1", training_file=file_id)
        assert account.client.models.retrieve("gpt-4.1").id
        server.post("/clock", {"advance_seconds": 10 * 86_400})
        with pytest.raises(openai.NotFoundError):
            account.client.models.retrieve("gpt-4.1")
        assert resource.client.models.retrieve("gpt-4.1-2025-04-14").id
