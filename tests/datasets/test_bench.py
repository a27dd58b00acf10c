"""What is measured is the same work: the rival and ours find the same examples and the same tokens in a generated file."""

import json
from pathlib import Path

import pytest

from bench import chats, notebook
from bench.one_run import ours
from shared.datasets.tokens import Encoding


@pytest.mark.parametrize("encoding", list(Encoding))
def test_the_notebook_and_we_count_the_same_tokens(encoding: Encoding, tmp_path: Path) -> None:
    path = tmp_path / "chats.jsonl"
    examples = chats.write(path, 200_000)
    rival, found = notebook.run(path, encoding), ours(path, encoding)
    assert (rival["examples"], rival["tokens"]) == (examples, found["tokens"])
    assert found["examples"] == examples
    assert found["codes"].keys() <= {"no_system_message"}


def test_no_two_generated_texts_are_equal_and_the_same_seed_gives_the_same_file(tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("a", "b", "c")]
    for file, seed in zip(files, (1, 1, 2), strict=True):
        chats.write(file, 100_000, seed=seed, with_tools=True)
    assert files[0].read_bytes() == files[1].read_bytes() != files[2].read_bytes()
    rows = [json.loads(line) for line in files[0].read_bytes().splitlines()]
    said = [message.get("content") for row in rows for message in row["messages"] if message["role"] != "system"]
    texts = [text for text in said if text]
    assert len(set(texts)) == len(texts) > 100
    assert any("tools" in row for row in rows)
