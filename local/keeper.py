"""Keeps one program on a leash, so that nothing of it outlives whoever started it, however that one ends.

Linux can kill a child with its parent, but not the child's own children, and the wish is forgotten when a process
changes its user. So this file runs as a small process between the supervisor and each program. It adopts whatever the
program leaves behind, and kills it all when the program ends or the supervisor is gone. It is run by path, by a bare
interpreter, and imports nothing of ours.

standard input   the leash: each byte is a signal for the program, and its end means that the supervisor is gone
standard output  one line, the program's process id
standard error   the program's log
"""

import argparse
import contextlib
import ctypes
import os
import pwd
import select
import signal
import sys
import time
from pathlib import Path
from typing import NoReturn

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
LEASH = 0
LOG = 2
HIGHEST_DESCRIPTOR = 1024
HEARD = (signal.SIGCHLD, signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
SECONDS_TO_LEAVE = 2.0
EXIT_NOT_STARTED = 127


def prctl(option: int, value: int) -> None:
    ctypes.CDLL(None, use_errno=True).prctl(option, ctypes.c_ulong(value), 0, 0, 0)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--user")
    parser.add_argument("--farewell", type=int, default=int(signal.SIGTERM))
    parser.add_argument("argv", nargs="+")
    arguments = parser.parse_args()

    prctl(PR_SET_CHILD_SUBREAPER, 1)
    child_ended = listen()
    program = start(arguments.argv, arguments.user)
    os.write(1, f"{program}\n".encode())
    os.close(1)
    status = hold(program, child_ended, signal.Signals(arguments.farewell))
    sweep()
    return status if status >= 0 else 128 - status


def listen() -> int:
    """Turns "a child ended" into something that can be waited for together with the leash; all other news is ignored."""
    reads, writes = os.pipe()
    os.set_blocking(reads, False)
    os.set_blocking(writes, False)
    for heard in HEARD:
        signal.signal(heard, lambda *_: None)
    signal.set_wakeup_fd(writes, warn_on_full_buffer=False)
    return reads


def start(argv: list[str], user: str | None) -> int:
    keeper = os.getpid()
    # A signal for the program that comes while it is still a copy of us must wait, or our handler would swallow it.
    signal.pthread_sigmask(signal.SIG_BLOCK, HEARD)
    program = os.fork()
    if program == 0:
        become(argv, user, keeper)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, HEARD)
    return program


def become(argv: list[str], user: str | None, keeper: int) -> NoReturn:
    try:
        os.setsid()
        os.dup2(os.open(os.devnull, os.O_RDONLY), LEASH)
        os.dup2(LOG, 1)
        # Whatever else the keeper holds, such as the claim to the data folder, is the keeper's alone.
        os.closerange(LOG + 1, HIGHEST_DESCRIPTOR)
        if user is not None:
            change_user(user)
        # After the change of user, which would forget it. It serves when the keeper itself is killed.
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        for heard in HEARD:
            signal.signal(heard, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, HEARD)
        if os.getppid() == keeper:
            os.execvp(argv[0], argv)
    except OSError as refusal:
        os.write(LOG, f"{argv[0]} could not be started: {refusal}\n".encode())
    os._exit(EXIT_NOT_STARTED)


def change_user(name: str) -> None:
    entry = pwd.getpwnam(name)
    os.chdir("/")
    os.initgroups(name, entry.pw_gid)
    os.setgid(entry.pw_gid)
    os.setuid(entry.pw_uid)


def hold(program: int, child_ended: int, farewell: signal.Signals) -> int:
    """Waits until the program ends, by itself or because the leash was dropped. The answer is its exit status."""
    deadline: float | None = None
    while (status := reap(program)) is None:
        wait = None if deadline is None else deadline - time.monotonic()
        if wait is not None and wait <= 0:
            return -signal.SIGKILL
        watched = [child_ended] if deadline is not None else [child_ended, LEASH]
        ready, _, _ = select.select(watched, [], [], wait)
        if child_ended in ready:
            os.read(child_ended, 512)
        if LEASH in ready and not obey(program):
            signal_one(program, farewell)
            deadline = time.monotonic() + SECONDS_TO_LEAVE
    return status


def reap(program: int) -> int | None:
    """Collects every child that ended; the program's exit status if it is among them."""
    with contextlib.suppress(ChildProcessError):
        while True:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == program:
                return os.waitstatus_to_exitcode(status)
            if pid == 0:
                return None
    return None


def obey(program: int) -> bool:
    """Passes on what came along the leash; false when it was dropped. SIGKILL is for the program and all below it."""
    wishes = os.read(LEASH, 64)
    for wish in wishes:
        if wish == signal.SIGKILL:
            for child in children():
                signal_one(child, signal.SIGKILL)
        else:
            signal_one(program, signal.Signals(wish))
    return bool(wishes)


def sweep() -> None:
    """Kills all that is left. What a killed child leaves behind becomes ours, so this ends with the last of them."""
    with contextlib.suppress(ChildProcessError):
        while True:
            for child in children():
                signal_one(child, signal.SIGKILL)
            os.wait()


def children() -> list[int]:
    me = str(os.getpid())
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                # The command's name stands in brackets and may hold anything; the parent is the second word after it.
                after_name = (entry / "stat").read_text(errors="replace").rpartition(")")[2].split()
                if after_name[1] == me:
                    found.append(int(entry.name))
    return found


def signal_one(pid: int, what: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(pid, what)


if __name__ == "__main__":
    sys.exit(main())
