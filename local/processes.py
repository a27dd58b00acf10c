"""Starts, watches and stops programs, each behind a keeper and with a log file of its own. Knows no program by name."""

import contextlib
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from signal import SIGKILL, SIGTERM, Signals

PROJECT = Path(__file__).resolve().parent.parent
KEEPER = Path(__file__).with_name("keeper.py")
TAIL_LINES = 15


def always() -> bool:
    """What is ready as soon as it runs."""
    return True


@dataclass(frozen=True)
class Program:
    name: str
    argv: Sequence[str]
    env: Mapping[str, str] = field(default_factory=dict)
    ready: Callable[[], bool] = always
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
    """One running program. `pid` is the program's own, not its keeper's."""

    def __init__(self, program: Program, logs: Path) -> None:
        self.program = program
        self.log = logs / f"{program.name}.log"
        self._keeper = _start_keeper(program, self.log)

    @cached_property
    def pid(self) -> int:
        """Raises ProgramFailed when the program could not even be forked."""
        assert self._keeper.stdout is not None
        announced = self._keeper.stdout.readline()
        if not announced:
            raise ProgramFailed(self.program.name, "could not be started", self.log)
        return int(announced)

    @property
    def exit_status(self) -> int | None:
        return self._keeper.poll()

    def check(self) -> None:
        """Raises ProgramFailed once the program is gone."""
        if self.exit_status is not None:
            raise ProgramFailed(self.program.name, f"ended with status {self.exit_status}", self.log)

    def wait_until_ready(self, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while not self.program.ready():
            self.check()
            if time.monotonic() > deadline:
                raise ProgramFailed(self.program.name, f"was not ready within {seconds:.0f} s", self.log)
            time.sleep(0.02)

    def send(self, signal: Signals) -> None:
        """SIGKILL reaches the program with everything below it; any other signal reaches the program only."""
        assert self._keeper.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self._keeper.stdin.write(bytes([signal]))

    def wait(self, seconds: float | None = None) -> int:
        return self._keeper.wait(seconds)

    def kill(self) -> None:
        self.send(SIGKILL)
        self.close()

    def stop(self) -> None:
        """Asks, waits, and kills what does not listen."""
        self.send(self.program.stop_signal)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.wait(self.program.stop_seconds)
        self.kill()

    def close(self) -> None:
        """Drops the leash and waits for the keeper, after which nothing of the program is left."""
        for stream in (self._keeper.stdin, self._keeper.stdout):
            assert stream is not None
            with contextlib.suppress(BrokenPipeError):
                stream.close()
        self.wait()


def _start_keeper(program: Program, log: Path) -> subprocess.Popen[bytes]:
    user = [] if program.user is None else ["--user", program.user]
    keeper = [sys.executable, "-I", "-S", str(KEEPER), *user, "--farewell", str(int(program.stop_signal))]
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as log_file:
        return subprocess.Popen(
            [*keeper, "--", *program.argv],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log_file,
            bufsize=0,
            env=dict(program.env),
            cwd=PROJECT,
            # Ctrl-C in the terminal is for the supervisor alone, which then stops everything in order.
            start_new_session=True,
        )


def run(program: Program, logs: Path, *, seconds: float = 120.0) -> Path:
    """Runs a program to its end and gives its log; raises ProgramFailed unless it ended well."""
    process = Process(program, logs)
    try:
        status = process.wait(seconds)
    except subprocess.TimeoutExpired:
        raise ProgramFailed(program.name, f"did not end within {seconds:.0f} s", process.log) from None
    finally:
        process.kill()
    if status != 0:
        raise ProgramFailed(program.name, f"ended with status {status}", process.log)
    return process.log
