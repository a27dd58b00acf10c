"""What the tests of the local stack share."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from local.folders import temporary_folder
from local.processes import PROJECT

Household = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def folder() -> Iterator[Path]:
    """Where a data folder may be made by whoever runs the test, root included."""
    with temporary_folder() as path:
        yield path / "data"


@pytest.fixture
def household(folder: Path) -> Iterator[Household]:
    """Starts supervisors with their programs; `ready` says that it is up and where its web server is."""
    with ExitStack() as exits:

        def start(*prefix: str, at: Path = folder) -> subprocess.Popen[str]:
            argv = [*prefix, sys.executable, "-m", "tests.local.household", str(at)]
            process = exits.enter_context(
                subprocess.Popen(argv, cwd=PROJECT, env=dict(os.environ), stdout=-1, stderr=-1, text=True)
            )
            exits.callback(process.kill)
            return process

        yield start
