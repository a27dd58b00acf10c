"""A supervisor in a process of its own, for tests that kill it: Postgres, Valkey, a web server, and a stubborn family.

python -m tests.local.household FOLDER     says `ready`, the web server's address and its process id
"""

import os
import sys
from pathlib import Path

from local import data_folder, postgres, valkey
from local.addresses import free_port
from local.leaving import leave_tidily_on_signals
from local.processes import Program, ProgramFailed
from local.supervisor import Supervisor
from local.wire import status_of

PASSWORD = "known to the tests"
# Three generations that ignore every polite wish, the youngest in sessions of their own.
STUBBORN = "trap '' TERM INT HUP; setsid sh -c 'setsid sleep 1000 & sleep 1000' & sleep 1000 & wait"


def main(folder: Path) -> int:
    leave_tidily_on_signals()
    port = free_port()
    address = f"http://127.0.0.1:{port}/"
    web = [sys.executable, "-m", "http.server", "--bind", "127.0.0.1", str(port)]
    env = {"PATH": os.environ["PATH"]}
    try:
        with data_folder.claimed(folder) as claimed, postgres.running(claimed, PASSWORD), valkey.running(claimed):
            supervisor = Supervisor(claimed)
            try:
                supervisor.start(
                    [
                        Program("web", web, env=env, ready=lambda: status_of(address) is not None),
                        Program("family", ["sh", "-c", STUBBORN], env=env, stop_seconds=0.5),
                    ]
                )
                supervisor.wait_until_ready()
                sys.stdout.write(f"ready {address} {supervisor['web'].pid}\n")
                sys.stdout.flush()
                supervisor.watch()
            finally:
                supervisor.stop()
    except KeyboardInterrupt:
        return 0
    except (ProgramFailed, data_folder.FolderTaken) as refusal:
        sys.stderr.write(f"{refusal}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
