"""Starts programs in batches, notices when one of them dies, and stops them in the opposite order."""

import time
from collections.abc import Sequence

from local.data_folder import DataFolder
from local.processes import Process, Program, wait_until_ready


class Supervisor:
    """Holds every process of a stack by its name."""

    def __init__(self, folder: DataFolder) -> None:
        self._folder = folder
        self._processes: dict[str, Process] = {}
        self._batches: list[list[Process]] = []

    def adopt(self, process: Process) -> None:
        """Watches a process that somebody else stops."""
        self._processes[process.program.name] = process

    def start(self, programs: Sequence[Program]) -> None:
        """Starts them together and does not wait. They will be stopped together too, before whatever was started earlier."""
        batch: list[Process] = []
        self._batches.append(batch)
        for program in programs:
            process = Process(program, self._folder)
            batch.append(process)
            self.adopt(process)

    def wait_until_ready(self) -> None:
        """Raises ProgramFailed when one of them ends first."""
        wait_until_ready(list(self._processes.values()))

    def __getitem__(self, name: str) -> Process:
        return self._processes[name]

    @property
    def pids(self) -> dict[str, int]:
        return {name: process.pid for name, process in self._processes.items()}

    def restart(self, name: str) -> None:
        """Kills with everything below it, as a crash would, starts it again and waits until it is ready."""
        process = self._processes[name]
        process.kill()
        process.start()
        wait_until_ready([process])

    def check(self) -> None:
        """Raises ProgramFailed for a program that is gone."""
        for process in self._processes.values():
            process.check()

    def watch(self) -> None:
        """Returns never: either a program dies, which raises ProgramFailed, or somebody interrupts us."""
        while True:
            self.check()
            time.sleep(0.2)

    def stop(self) -> None:
        while self._batches:
            batch = self._batches.pop()
            for process in batch:
                process.ask_to_stop()
            for process in batch:
                process.stop()
                self._processes.pop(process.program.name)
