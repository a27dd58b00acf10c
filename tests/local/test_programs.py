"""What a program is told, what it must not know, and how it is started again."""

import json
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from local import data_folder, environment, installation
from local.data_folder import DataFolder
from local.processes import Process, Program, ProgramFailed, run
from local.supervisor import Supervisor

SLEEPER = (sys.executable, "-c", "import time; time.sleep(1000)")


@pytest.fixture
def claimed(folder: Path) -> Iterator[DataFolder]:
    with data_folder.claimed(folder) as claimed:
        yield claimed


def environment_of(program: Program, claimed: DataFolder) -> dict[str, str]:
    told: dict[str, str] = json.loads(run(program, claimed).read_text())
    return told


def shows_environment(env: dict[str, str]) -> Program:
    return Program("mirror", [sys.executable, "-c", "import json, os; print(json.dumps(dict(os.environ)))"], env=env)


def test_no_variable_of_a_provider_and_no_proxy_reaches_a_program(
    claimed: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs = ["OPENAI_API_KEY", "OPENAI_ORG_ID", "AZURE_OPENAI_API_KEY", "HTTPS_PROXY", "no_proxy", "UNHEARD_OF"]
    for name in theirs:
        monkeypatch.setenv(name, "x")
    told = environment_of(shows_environment(environment.for_service({"REDIS_URL": "r"})), claimed)
    assert not set(theirs) & set(told)
    assert told["REDIS_URL"] == "r"


def test_a_setting_reaches_a_program_and_the_installations_secrets_do_not(
    claimed: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TUNEWRIGHT_SWEEP_SECONDS", "1")
    monkeypatch.setenv("TUNEWRIGHT_BOOTSTRAP_KEY", "tw_x")
    monkeypatch.setenv("DATABASE_URL", "postgresql://owner@elsewhere/x")
    told = environment_of(shows_environment(environment.for_service({})), claimed)
    assert told["TUNEWRIGHT_SWEEP_SECONDS"] == "1"
    assert not {"TUNEWRIGHT_BOOTSTRAP_KEY", "DATABASE_URL"} & set(told)


def test_a_program_holds_nothing_open_but_its_log(claimed: DataFolder) -> None:
    look = "import os; print(sorted(os.readlink(f'/proc/self/fd/{fd}') for fd in os.listdir('/proc/self/fd') if int(fd) < 3))"
    held = run(Program("look", [sys.executable, "-c", look]), claimed).read_text()
    assert held.strip() == str(sorted(["/dev/null", *[str(claimed.logs / "look.log")] * 2]))
    counted = "import os; print(len(os.listdir('/proc/self/fd')))"
    # The fourth is the listing itself.
    assert run(Program("count", [sys.executable, "-c", counted]), claimed).read_text().strip() == "4"


def test_a_program_that_ends_badly_is_named_with_the_end_of_its_log(claimed: DataFolder) -> None:
    with pytest.raises(ProgramFailed) as failed:
        run(Program("unlucky", [sys.executable, "-c", "raise SystemExit('no luck')"]), claimed)
    assert "unlucky ended with status 1" in str(failed.value)
    assert str(claimed.logs / "unlucky.log") in str(failed.value)
    assert "no luck" in str(failed.value)


def test_a_program_that_does_not_exist_is_named_too(claimed: DataFolder) -> None:
    with pytest.raises(ProgramFailed, match="no/such/program could not be started"):
        run(Program("missing", ["/no/such/program"]), claimed)


def test_one_program_is_killed_and_started_again_while_the_others_run(claimed: DataFolder) -> None:
    supervisor = Supervisor(claimed)
    supervisor.start([Program("one", SLEEPER), Program("two", SLEEPER)])
    try:
        before = supervisor.pids
        supervisor.restart("one")
        after = supervisor.pids
        supervisor.check()
    finally:
        supervisor.stop()
    assert after["one"] != before["one"]
    assert after["two"] == before["two"]
    assert not any(Path(f"/proc/{pid}").exists() for pid in (*before.values(), *after.values()))


def test_a_program_that_is_stopped_the_moment_it_starts_stops_at_once(claimed: DataFolder) -> None:
    for number in range(10):
        process = Process(Program(f"brief-{number}", SLEEPER), claimed)
        started = time.monotonic()
        process.stop()
        assert time.monotonic() - started < process.program.stop_seconds / 2


def test_an_installation_is_remembered_and_closed_to_others(claimed: DataFolder) -> None:
    first = installation.recall(claimed)
    assert installation.recall(claimed) == first
    assert (claimed.path / "installation.json").stat().st_mode & 0o777 == 0o600
    assert (claimed.path / "installation.json").stat().st_uid == os.geteuid()
