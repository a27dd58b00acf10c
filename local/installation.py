"""What one installation must remember between its runs: its master key, its passwords, and the first admin key.

Kept in one file of the data folder that only its owner may read. Whoever can read it can do everything anyway, since the
database lies beside it.
"""

import base64
import json
import os
import secrets
from dataclasses import asdict, dataclass, field
from pathlib import Path

from local.data_folder import DataFolder
from local.folders import private_file


def _password() -> str:
    return secrets.token_urlsafe(24)


def _master_key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


@dataclass(frozen=True)
class Installation:
    """Unknown until first used: the admin key is made by the migrations, the sandbox's port by the system."""

    secret_key: str = field(default_factory=_master_key)
    superuser_password: str = field(default_factory=_password)
    owner_password: str = field(default_factory=_password)
    app_password: str = field(default_factory=_password)
    worker_password: str = field(default_factory=_password)
    admin_key: str | None = None
    admin_key_is_unseen: bool = False
    """Whether the migrations made it and nobody has been shown it yet."""
    sandbox_port: int | None = None
    has_real_account: bool = False
    """Whether it was ever connected to an account that somebody pays for."""


def recall(folder: DataFolder) -> Installation:
    """What was kept; a new installation, kept at once, when there is none."""
    path = _path(folder)
    if path.exists():
        return Installation(**json.loads(path.read_text()))
    return keep(folder, Installation())


def keep(folder: DataFolder, installation: Installation) -> Installation:
    """Written beside its place and moved there: a crash leaves the old one or the new one, never half of it."""
    unfinished = private_file(folder.path / "installation.unfinished", json.dumps(asdict(installation), indent=2))
    with unfinished.open() as file:
        os.fsync(file.fileno())
    unfinished.rename(_path(folder))
    return installation


def _path(folder: DataFolder) -> Path:
    return folder.path / "installation.json"
