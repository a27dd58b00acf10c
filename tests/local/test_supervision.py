"""Nothing that we start outlives us, whatever happens to us; and nothing that we start dies unnoticed."""

import os
import signal
import subprocess
import time
from pathlib import Path

import psycopg
import pytest

from local.postgres import SUPERUSER, server_url
from local.wire import status_of
from tests.local.conftest import Household
from tests.local.household import PASSWORD
from tests.support.descendants import below, command_of, parent_of, survivors

pytestmark = pytest.mark.slow
# Two keepers' graces: they let a server end tidily before they kill it.
SOON = 6.0


def wait_until_ready(process: "subprocess.Popen[str]") -> tuple[str, int]:
    """The web server's address and its process id."""
    assert process.stdout is not None
    words = process.stdout.readline().split()
    assert words, process.communicate()[1]
    assert words[0] == "ready"
    wait_until_whole(process.pid)
    return words[1], int(words[2])


def wait_until_whole(supervisor: int) -> None:
    """The family is whole once its three sleepers sleep."""
    deadline = time.monotonic() + 10
    while sum(command_of(pid).startswith("sleep") for pid, _ in below(supervisor)) < 3:
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_nothing_is_left_when_the_supervisor_is_gone(household: Household, how: signal.Signals) -> None:
    supervisor = household()
    wait_until_ready(supervisor)
    processes = below(supervisor.pid)
    # Four keepers, the web server, Valkey, Postgres with its own children, and a family of five.
    assert len(processes) >= 14

    supervisor.send_signal(how)

    assert supervisor.wait(timeout=20) == (-signal.SIGKILL if how is signal.SIGKILL else 0)
    assert not survivors(processes, seconds=SOON)


def test_no_program_is_left_when_supervisor_and_keepers_are_killed_together(household: Household) -> None:
    supervisor = household()
    _, web = wait_until_ready(supervisor)
    processes = below(supervisor.pid)
    keepers = {pid for pid, _ in processes if parent_of(pid) == supervisor.pid}
    programs = {process for process in processes if parent_of(process[0]) in keepers}

    for pid in (supervisor.pid, *keepers):
        os.kill(pid, signal.SIGKILL)

    assert web in {pid for pid, _ in programs}
    assert not survivors(programs, seconds=SOON)
    # What a program had started itself is beyond anyone's reach then, and here it is ours to clear away.
    for pid, _ in survivors(processes, seconds=0):
        os.kill(pid, signal.SIGKILL)


def test_a_killed_keeper_takes_its_program_along_and_stops_everything(household: Household) -> None:
    supervisor = household()
    _, web = wait_until_ready(supervisor)
    processes = below(supervisor.pid)

    os.kill(parent_of(web), signal.SIGKILL)

    assert supervisor.wait(timeout=20) == 1
    assert not survivors(processes, seconds=SOON)


def test_after_a_crash_the_folder_opens_again_and_the_data_is_there(household: Household, folder: Path) -> None:
    url = server_url(folder / "sockets", "postgres", SUPERUSER, PASSWORD)
    first = household()
    wait_until_ready(first)
    with psycopg.connect(url) as db:
        db.execute("CREATE TABLE kept ()")
    first.kill()

    second = household()
    wait_until_ready(second)
    with psycopg.connect(url) as db:
        assert db.execute("SELECT FROM kept").fetchall() == []


def test_a_second_supervisor_in_the_same_folder_is_refused_and_harms_nothing(household: Household) -> None:
    first = household()
    address, _ = wait_until_ready(first)

    second = household()
    said = second.communicate(timeout=20)[1]

    assert second.returncode == 1
    assert f"is in use by process {first.pid}" in said
    assert status_of(address) == 200


def test_two_supervisors_work_side_by_side_in_two_folders(household: Household, folder: Path) -> None:
    addresses = {wait_until_ready(household(at=folder / name))[0] for name in ("one", "two")}
    assert [status_of(address) for address in addresses] == [200, 200]


def test_when_a_program_dies_everything_stops_and_its_log_is_named(household: Household, folder: Path) -> None:
    supervisor = household()
    _, web = wait_until_ready(supervisor)
    processes = below(supervisor.pid)

    os.kill(web, signal.SIGKILL)
    said = supervisor.communicate(timeout=20)[1]

    assert supervisor.returncode == 1
    assert f"web ended with status 137; its log is {folder}/logs/web.log" in said
    assert not survivors(processes, seconds=SOON)
