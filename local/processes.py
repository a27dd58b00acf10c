"""Starts, watches and stops programs, each behind a keeper and with a log file of its own. Knows no program by name."""

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from signal import SIGKILL, SIGTERM, Signals

from local.data_folder import DataFolder

PROJECT = Path(__file__).resolve().parent.parent
KEEPER = Path(__file__).with_name("keeper.py")
TAIL_LINES = 15


@dataclass(frozen=True)
class Program:
    """What to run. `ready` is asked again and again until it says yes; programs without it are ready once they run."""

    name: str
    argv: Sequence[str]
    env: Mapping[str, str] = field(default_factory=dict)
    ready: Callable[[], bool] = lambda: True
    user: str | None = None
    stop_signal: Signals = SIGTERM
    stop_seconds: float = 10.0


class ProgramFailed(Exception):
    """A program ended by itself, or did not become ready. Says where its log is, and how that ends."""

    def __init__(self, name: str, what: str, log: Path) -> None:
        tail = "\n".join(f"    {line}" for line in last_lines(log))
        super().__init__(f"{name} {what}; its log is {log}" + (f" and ends with:\n{tail}" if tail else ""))
        self.name, self.log = name, log


def last_lines(log: Path) -> list[str]:
    return log.read_text(errors="replace").splitlines()[-TAIL_LINES:] if log.exists() else []


class Process:
    """A program that runs, and may be killed and started again. `pid` is the program's own, not its keeper's."""

    def __init__(self, program: Program, folder: DataFolder) -> None:
        self.program = program
        self.log = folder.logs / f"{program.name}.log"
        self._folder = folder
        self.start()

    def start(self) -> None:
        """Raises ProgramFailed when it could not even be tried."""
        self._keeper = _start_keeper(self.program, self._folder, self.log)
        assert self._keeper.stdout is not None
        with self._keeper.stdout as announcement:
            pid = announcement.readline()
        if not pid:
            self.close()
            raise ProgramFailed(self.program.name, "could not be started", self.log)
        self.pid = int(pid)

    @property
    def exit_status(self) -> int | None:
        return self._keeper.poll()

    def check(self) -> None:
        """Raises ProgramFailed once the program is gone."""
        if self.exit_status is not None:
            raise ProgramFailed(self.program.name, f"ended with status {self.exit_status}", self.log)

    def send(self, signal: Signals) -> None:
        """SIGKILL reaches the program with everything below it; any other signal reaches the program only."""
        assert self._keeper.stdin is not None
        if not self._keeper.stdin.closed:
            with contextlib.suppress(BrokenPipeError):
                self._keeper.stdin.write(bytes([signal]))

    def wait(self, seconds: float | None = None) -> int:
        """Its exit status, 128 + n when signal n ended it. Raises subprocess.TimeoutExpired."""
        return self._keeper.wait(seconds)

    def kill(self) -> None:
        self.send(SIGKILL)
        self.close()

    def ask_to_stop(self) -> None:
        self.send(self.program.stop_signal)

    def stop(self) -> None:
        """Asks, waits, and kills what does not listen."""
        self.ask_to_stop()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.wait(self.program.stop_seconds)
        self.kill()

    def close(self) -> None:
        """Drops the leash and waits for the keeper, after which nothing of the program is left."""
        assert self._keeper.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self._keeper.stdin.close()
        if self.wait() < 0:
            # Somebody killed the keeper itself. Its program died with it; the program's children may be left.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, SIGKILL)


def _start_keeper(program: Program, folder: DataFolder, log: Path) -> subprocess.Popen[bytes]:
    user = [] if program.user is None else ["--user", program.user]
    keeper = [sys.executable, "-I", "-S", str(KEEPER), *user, "--farewell", str(int(program.stop_signal))]
    with log.open("ab") as log_file:
        return subprocess.Popen(
            [*keeper, "--", *program.argv],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log_file,
            bufsize=0,
            env=dict(program.env),
            cwd=PROJECT,
            pass_fds=(folder.lock,),
            # Ctrl-C in the terminal is for the supervisor alone, which then stops everything in order.
            start_new_session=True,
        )


def wait_until_ready(processes: Sequence[Process], *, seconds: float = 60.0) -> None:
    """Waits for all of them together; raises ProgramFailed as soon as one of them ends, or when time is up."""
    deadline = time.monotonic() + seconds
    waiting = list(processes)
    while waiting := [process for process in waiting if not process.program.ready()]:
        for process in processes:
            process.check()
        if time.monotonic() > deadline:
            raise ProgramFailed(waiting[0].program.name, f"was not ready within {seconds:.0f} s", waiting[0].log)
        time.sleep(0.02)


def run(program: Program, folder: DataFolder, *, seconds: float = 120.0) -> Path:
    """Runs a program to its end and gives its log; raises ProgramFailed unless it ended well."""
    process = Process(program, folder)
    try:
        status = process.wait(seconds)
    except subprocess.TimeoutExpired:
        raise ProgramFailed(program.name, f"did not end within {seconds:.0f} s", process.log) from None
    finally:
        process.kill()
    if status != 0:
        raise ProgramFailed(program.name, f"ended with status {status}", process.log)
    return process.log
