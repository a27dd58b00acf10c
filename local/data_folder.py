"""The one folder that holds everything of one running service, and the claim that only one may hold at a time."""

import fcntl
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from local.folders import new_folder, open_data_folder, temporary_folder

# Longer than what a keeper grants its program once its supervisor is gone.
SECONDS_FOR_LEFTOVERS = 10.0


class FolderTaken(Exception):
    """Another supervisor works in this folder."""


@dataclass(frozen=True)
class DataFolder:
    """A claimed data folder. Every keeper inherits `lock`: the claim ends when nothing that worked in here is left."""

    path: Path
    lock: int

    @property
    def logs(self) -> Path:
        return self.path / "logs"


@contextmanager
def claimed(path: Path) -> Iterator[DataFolder]:
    """The kernel drops the claim of whoever dies, so there are no stale ones to clear away."""
    folder = open_data_folder(path.absolute())
    lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _claim(lock, folder)
        _private(folder / "logs")
        yield DataFolder(folder, lock)
    finally:
        os.close(lock)


@contextmanager
def temporary() -> Iterator[DataFolder]:
    """A data folder that is gone afterwards."""
    with temporary_folder() as path, claimed(path) as folder:
        yield folder


@contextmanager
def leaving_logs() -> Iterator[DataFolder]:
    """A data folder that is gone afterwards, but for its logs when something went wrong: a note on the error says where."""
    path = new_folder()
    with ExitStack() as exits:
        exits.callback(shutil.rmtree, path, ignore_errors=True)
        try:
            with claimed(path) as folder:
                yield folder
        except Exception as error:
            exits.pop_all()
            _remove_all_but(path / "logs")
            error.add_note(f"The logs are in {path / 'logs'}")
            raise


def _claim(lock: int, folder: Path) -> None:
    deadline = time.monotonic() + SECONDS_FOR_LEFTOVERS
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(lock, 20, 0).decode().strip()
            if _is_alive(holder) or time.monotonic() > deadline:
                raise FolderTaken(
                    f"{folder} is in use by process {holder or 'unknown'}; stop that one, or choose another DATA="
                ) from None
            time.sleep(0.1)
        else:
            os.ftruncate(lock, 0)
            os.pwrite(lock, f"{os.getpid()}\n".encode(), 0)
            return


def _is_alive(pid: str) -> bool:
    """Whether it still works: one that was killed but not yet buried by its parent does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def _remove_all_but(kept: Path) -> None:
    for path in kept.parent.iterdir():
        if path.is_dir() and path != kept:
            shutil.rmtree(path, ignore_errors=True)
        elif path != kept:
            path.unlink(missing_ok=True)


def _private(folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    folder.chmod(0o700)
