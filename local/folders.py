"""Folders and files of the servers on one machine: who owns them and who may look inside."""

import os
import pwd
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from local.binaries import NotOnThisMachine, service_user, within_reach

# The longest path of a socket that Linux takes is 107 bytes, and Postgres adds its own name to the folder's.
LONGEST_SOCKET_FOLDER = 80


def open_data_folder(folder: Path) -> Path:
    """The folder that holds everything. Made here, root's lets others pass but not look, since a server must pass.

    One that exists keeps its permissions: they are its owner's.
    """
    user = service_user()
    nearest = next(step for step in (folder, *folder.parents) if step.exists())
    if user is not None and not within_reach(nearest.resolve(), user):
        raise NotOnThisMachine(
            f"Postgres cannot run as root and runs as {user}, which cannot reach {folder}; "
            "choose a data folder that is not below a closed one, such as DATA=/var/lib/tunewright"
        )
    if not folder.exists():
        folder.mkdir(parents=True)
        folder.chmod(0o700 if user is None else 0o711)
    return folder


def private_folder(folder: Path) -> Path:
    """A folder for one server's eyes only."""
    folder.mkdir(parents=True, exist_ok=True)
    give_to_server(folder)
    folder.chmod(0o700)
    return folder


def private_file(path: Path, content: str) -> Path:
    """A file that nobody else may read, from its first moment on."""
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(content)
    return path


def give_to_server(path: Path) -> None:
    user = service_user()
    if user is not None:
        entry = pwd.getpwnam(user)
        os.chown(path, entry.pw_uid, entry.pw_gid)


@contextmanager
def socket_folder(wanted: Path) -> Iterator[Path]:
    """The wanted folder, or a temporary one when its path is too long for a socket."""
    if len(os.fsencode(wanted.resolve())) <= LONGEST_SOCKET_FOLDER:
        yield private_folder(wanted.resolve())
        return
    made = Path(tempfile.mkdtemp(prefix="tunewright-"))
    try:
        yield private_folder(made)
    finally:
        shutil.rmtree(made, ignore_errors=True)


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """A folder that is gone afterwards."""
    folder = new_folder()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def new_folder() -> Path:
    """A temporary folder which somebody else has to remove."""
    folder = Path(tempfile.mkdtemp(prefix="tunewright-"))
    folder.chmod(0o700 if service_user() is None else 0o711)
    return folder
