"""Runs the migrations and keeps what they say only once: the first admin key."""

import re
from dataclasses import dataclass, replace

from local import commands, environment, installation
from local.addresses import DatabaseUrls
from local.data_folder import DataFolder
from local.installation import Installation
from local.processes import Program, run

ADMIN_KEY = re.compile(r"^admin key: (tw_\S+)$", re.MULTILINE)


@dataclass(frozen=True)
class Migrated:
    admin_key: str | None
    is_unseen: bool
    """Made here, in this run or in one that ended before it could show it."""


def migrate(folder: DataFolder, databases: DatabaseUrls, known: Installation, bootstrap_key: str | None) -> Migrated:
    """Raises ProgramFailed. Until they have run the roles of the API and the worker have no passwords."""
    own = {
        "DATABASE_URL": databases.owner,
        "TUNEWRIGHT_APP_PASSWORD": known.app_password,
        "TUNEWRIGHT_WORKER_PASSWORD": known.worker_password,
    }
    if bootstrap_key and known.admin_key is None:
        own["TUNEWRIGHT_BOOTSTRAP_KEY"] = bootstrap_key
    argv = commands.with_this_python(commands.MIGRATIONS)
    log = run(Program("migrations", argv, env=environment.for_service(own)), folder)
    said = log.read_text()
    made = ADMIN_KEY.search(said)
    admin_key = made[1] if made else known.admin_key or bootstrap_key
    is_unseen = made is not None or known.admin_key_is_unseen
    installation.keep(folder, replace(known, admin_key=admin_key, admin_key_is_unseen=is_unseen))
    log.write_text(ADMIN_KEY.sub("admin key: (kept in installation.json)", said))
    return Migrated(admin_key, is_unseen)
