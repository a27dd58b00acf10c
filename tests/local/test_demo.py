"""`make demo`: the whole road with every real process, and what it says of a file that cannot be used."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from local.processes import PROJECT

MISLEADING = {
    "OPENAI_API_KEY": "sk-not-for-the-demo",
    "OPENAI_BASE_URL": "http://127.0.0.1:9/v1",
    "AZURE_OPENAI_API_KEY": "not-for-the-demo",
    "HTTPS_PROXY": "http://127.0.0.1:9",
    "HTTP_PROXY": "http://127.0.0.1:9",
}


def demo(logs: Path, *options: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    """A demo that runs to its end, whose temporary folders lie where the test can look."""
    argv = [sys.executable, "-m", "local.demo", *options]
    env = {**os.environ, "TMPDIR": str(logs), "PYTHONIOENCODING": "utf-8", **variables}
    return subprocess.run(argv, cwd=PROJECT, env=env, capture_output=True, text=True, timeout=170, check=False)


@pytest.fixture
def logs(folder: Path) -> Path:
    folder.mkdir(mode=0o711)
    return folder


@pytest.mark.slow
def test_all_scenes_are_played_whatever_provider_the_environment_names(logs: Path) -> None:
    ended = demo(logs, **MISLEADING)
    said = " ".join(ended.stdout.split())
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert [int(number) for number in re.findall(r"^(\d)  ", ended.stdout, re.MULTILINE)] == list(range(1, 10))
    for fact in (
        "rejected: 16 faults",
        "ready: 144 examples",
        "422 price_unknown",
        "100 % succeeded",
        "exact match 55.2% 100.0%",
        "→ shipping",
        "402 budget_exceeded, needed $0.1",
        ", left $0.01 ",
        "spent $0.00, held $0.00, no job",
        "All nine scenes",
    ):
        assert fact in said, ended.stdout
    assert list(logs.iterdir()) == []


@pytest.mark.slow
def test_a_file_that_cannot_be_trained_on_is_refused_with_what_to_mend(logs: Path) -> None:
    ended = demo(logs, "--file", str(PROJECT / "examples" / "support_triage_faulty.jsonl"))
    said = " ".join(ended.stdout.split())
    assert ended.returncode == 1, ended.stdout + ended.stderr
    assert "Your file cannot be used." in said
    assert "Add the role: system, user, assistant or tool." in said
    assert "What it would cost" not in said
    assert list(logs.iterdir()) == []


def test_a_file_that_is_not_there_is_told_before_anything_is_started(logs: Path) -> None:
    ended = demo(logs, "--file", str(logs / "nothing.jsonl"))
    assert ended.returncode == 2
    assert "nothing.jsonl is not a file that can be read" in ended.stderr
    assert ended.stdout == ""


@pytest.mark.slow
def test_a_service_that_cannot_start_is_told_with_its_logs(logs: Path) -> None:
    ended = demo(logs, TUNEWRIGHT_LOG_LEVEL="NOT A LEVEL")
    assert ended.returncode == 1, ended.stdout
    where = re.search(r"The logs are in (\S+)", ended.stdout.replace("\n", ""))
    assert "The demo ended early." in ended.stdout
    assert where, ended.stdout
    assert list(Path(where[1]).glob("*.log"))
