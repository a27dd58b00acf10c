"""`python -m local.up`: the whole service on this machine, kept running until it is told to stop."""

import argparse
import os
import sys
from dataclasses import replace
from pathlib import Path

from local import account, connections, data_folder, installation, stack
from local.account import Account, NoAccount
from local.addresses import PortTaken
from local.binaries import NotOnThisMachine
from local.data_folder import FolderTaken
from local.leaving import leave_tidily_on_signals, leave_with_parent
from local.processes import PROJECT, ProgramFailed
from local.stack import Plan, Stack
from local.wire import Client, Refused

DEFAULT_PORT = 8000
REFUSALS = (NoAccount, PortTaken, NotOnThisMachine, FolderTaken, ProgramFailed, Refused, PermissionError)


def main() -> int:
    options = _options()
    if options.with_parent:
        leave_with_parent()
    leave_tidily_on_signals()
    try:
        real = account.confirm(account.found_in(os.environ)) if options.real else None
        with data_folder.claimed(options.data) as folder:
            account.check_wanted(folder, is_real=options.real)
            with stack.running(folder, _plan(options)) as service:
                _introduce(service, real)
                service.supervisor.watch()
    except KeyboardInterrupt:
        print("\nstopped", flush=True)
        return 0
    except REFUSALS as refusal:
        print(f"\n{refusal}", file=sys.stderr, flush=True)
    return 1


def default_data_folder() -> Path:
    """Root's cannot lie in the project, which may be below a folder that is closed to the user Postgres runs as."""
    return Path("/var/lib/tunewright") if os.geteuid() == 0 else PROJECT / ".data"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m local.up", description=__doc__)
    parser.add_argument("--port", type=int, default=DEFAULT_PORT)
    parser.add_argument("--data", type=Path, default=default_data_folder(), help="everything that is kept between runs")
    parser.add_argument("--workers", type=int, default=1, help="for each queue")
    parser.add_argument("--speed", type=float, default=Plan.sandbox_speed, help="of the sandbox's clock")
    parser.add_argument("--real", action="store_true", help="use the account that the environment names")
    parser.add_argument("--with-parent", action="store_true", help="stop when the program that started this one ends")
    return parser.parse_args()


def _plan(options: argparse.Namespace) -> Plan:
    return Plan(
        port=options.port,
        workers=options.workers,
        sandbox_speed=options.speed,
        database_url=os.environ.get("DATABASE_URL"),
        redis_url=os.environ.get("REDIS_URL"),
        bootstrap_key=os.environ.get("TUNEWRIGHT_BOOTSTRAP_KEY"),
    )


def _introduce(service: Stack, real: Account | None) -> None:
    for line in (
        f"API        {service.url}/v1",
        f"OpenAI     {service.url}/openai/v1",
        f"reference  {service.url}/docs",
        f"sandbox    {service.sandbox_url}",
        f"logs       {service.folder.logs}",
    ):
        print(line)
    if service.admin_key_is_unseen:
        print(f"admin key  {service.admin_key}   (shown this once)", flush=True)
        installation.keep(service.folder, replace(installation.recall(service.folder), admin_key_is_unseen=False))
    _connect(service, real)
    print(f"ready {service.url}", flush=True)


def _connect(service: Stack, real: Account | None) -> None:
    client = Client(service.url, service.admin_key)
    if client.ask("GET", "/v1/me").status == 401:
        if real is not None:
            raise NoAccount("The first admin key does not open this service any more, so no spending cap can be set")
        print("The connections were left alone: the first admin key does not open this service any more")
        return
    if real is not None:
        account.connect(client, real, service.folder)
    for connection in connections.to_sandbox(str(service.sandbox_url)):
        connections.ensure(client, connection)


if __name__ == "__main__":
    sys.exit(main())
