"""Waiting for what other processes do: asked again and again, and never for ever."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def until(look: Callable[[], T], *, seconds: float = 60.0, every: float = 0.1) -> T:
    """The first answer that counts as true."""
    deadline = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < deadline, f"waited {seconds:.0f} s in vain; the last answer was {found!r}"
        time.sleep(every)
    return found
