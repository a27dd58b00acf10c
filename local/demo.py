"""`python -m local.demo`: the whole road on this machine in a minute, shown and checked; then everything is gone again.

A fresh service in a temporary folder, driven through its public HTTP API only. Exits 0 when everything was as it should be.
"""

import argparse
import os
import sys
import time
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from local import data_folder, environment, stack
from local.binaries import NotOnThisMachine
from local.data_folder import DataFolder
from local.demonstration import scenes
from local.demonstration.checking import UnusableFile
from local.demonstration.showing import open_console
from local.demonstration.stage import SceneFailed, Stage
from local.leaving import leave_tidily_on_signals
from local.processes import ProgramFailed
from local.stack import Plan
from local.wire import Client

# A job of some hundred steps takes about six seconds at this speed.
SPEED = 900.0
# Looked at more often than in earnest, for bars that move.
SETTINGS = {"TUNEWRIGHT_POLL_SECONDS": "0.4", "TUNEWRIGHT_SWEEP_SECONDS": "0.4"}
FAILURES = (SceneFailed, ProgramFailed, NotOnThisMachine)


def main() -> int:
    leave_tidily_on_signals()
    # Our own client of the official SDK reads them too.
    environment.forget_providers(os.environ)
    console, asked = open_console(), _asked()
    begun = time.monotonic()
    try:
        with data_folder.leaving_logs() as folder:
            ended_well = _perform(console, folder, asked)
    except KeyboardInterrupt:
        console.print("\nstopped")
        return 1
    except FAILURES as failure:
        notes = getattr(failure, "__notes__", [])
        console.print(f"\n[bold red]The demo ended early.[/] {escape(str(failure))}", *notes, sep="\n")
        return 1
    if ended_well:
        took = f"All nine scenes in {time.monotonic() - begun:.0f} s."
        console.print(f"\n[bold green]{took}[/] Everything is stopped again; `make up` keeps it running.")
    return 0 if ended_well else 1


def _asked() -> argparse.Namespace:
    """`file` and `closed`, either of them None."""
    parser = argparse.ArgumentParser(prog="python -m local.demo", description=__doc__)
    parser.add_argument("--file", type=Path, help="your own examples as chat JSONL")
    parser.add_argument(
        "--closed", choices=["openai"], help="a provider that takes no training, so that the others must do"
    )
    asked = parser.parse_args()
    path: Path | None = asked.file
    if path is not None and not (path.is_file() and os.access(path, os.R_OK)):
        parser.error(f"{path} is not a file that can be read")
    return asked


def _perform(console: Console, folder: DataFolder, asked: argparse.Namespace) -> bool:
    """Whether all scenes were played; not when the user's file cannot be used, of which the logs know nothing."""
    plan = Plan(sandbox_speed=SPEED, settings=SETTINGS)
    console.print("Starting Postgres, Valkey, the sandbox, the API, a worker and beat …", style="dim")
    with stack.running(folder, plan) as service:
        console.print(f"The service answers at {service.url}; its reference is at {service.url}/docs.")
        admin = Client(service.url, service.admin_key)
        check = service.supervisor.check
        stage = Stage(console, service.url, str(service.sandbox_url), admin, check, asked.file, asked.closed)
        try:
            scenes.play(stage)
        except UnusableFile as refusal:
            console.print(f"\n[bold red]Your file cannot be used.[/] {escape(str(refusal))}")
            return False
    return True


if __name__ == "__main__":
    sys.exit(main())
