"""How a program in the foreground is told to go: Ctrl-C, a signal, or the end of the `make` that started it."""

import ctypes
import os
import signal
import sys
from types import FrameType

PR_SET_PDEATHSIG = 1


def leave_tidily_on_signals() -> None:
    """SIGTERM and SIGHUP unwind the stack as Ctrl-C does, so that everything is stopped in order.

    SIGINT too, since a shell that starts us in its background makes us deaf to it.
    """
    for wish in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(wish, _interrupt)


def leave_with_parent() -> None:
    """For those started by make: without this, killing make would leave us behind."""
    parent = os.getppid()
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, ctypes.c_ulong(signal.SIGTERM), 0, 0, 0)
    if os.getppid() != parent:
        sys.exit(1)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
