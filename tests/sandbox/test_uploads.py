"""Files in parts, as OpenAI's own SDK sends them, and what is refused of them."""

import hashlib

import openai
import pytest

from tests.sandbox.conftest import OpenAIAccount
from tests.sandbox.data import small

PART_BYTES = 700


def test_a_file_that_came_in_parts_is_one_like_any_other(account: OpenAIAccount) -> None:
    client, content = account.client, small(20)
    made = client.uploads.upload_file_chunked(
        file=content,
        filename="train.jsonl",
        bytes=len(content),
        mime_type="text/jsonl",
        purpose="fine-tune",
        part_size=PART_BYTES,
    )
    assert (made.status, made.bytes) == ("completed", len(content))
    assert made.file is not None
    assert client.files.content(made.file.id).read() == content
    job = client.fine_tuning.jobs.create(model="gpt-4.1-mini-2025-04-14", training_file=made.file.id)
    assert job.training_file == made.file.id


def test_what_is_not_whole_or_is_over_becomes_no_file(account: OpenAIAccount) -> None:
    uploads, content = account.client.uploads, small(10)
    begun = uploads.create(filename="train.jsonl", bytes=len(content), mime_type="text/jsonl", purpose="fine-tune")
    first, second = (uploads.parts.create(begun.id, data=part).id for part in (content[:500], content[500:]))
    digest = hashlib.md5(content, usedforsecurity=False).hexdigest()
    for part_ids, md5 in (([first], digest), ([second, "part_of_nobody"], digest), ([first, second], "0" * 32)):
        with pytest.raises(openai.BadRequestError):
            uploads.complete(begun.id, part_ids=part_ids, md5=md5)
    assert uploads.cancel(begun.id).status == "cancelled"
    with pytest.raises(openai.BadRequestError):
        uploads.parts.create(begun.id, data=content[:500])
    with pytest.raises(openai.NotFoundError):
        uploads.cancel("upload_of_nobody")
    assert not account.client.files.list().data
