"""Whether the process lives, and whether it can do its work. For supervisors and load balancers; needs no key."""

from pathlib import Path
from typing import Literal

from fastapi import APIRouter

from api.dependencies import TheDatabase
from api.problems import only
from api.schemas.base import Schema, example
from shared.db import applied_revision, role_past_the_walls
from shared.errors import InternalError, ServiceBusy

router = APIRouter(tags=["health"])

_MIGRATIONS = Path(__file__).resolve().parents[1] / "migrations" / "versions"
_NEEDED = max(path.stem for path in _MIGRATIONS.glob("[0-9]*.py"))


class Alive(Schema):
    model_config = example({"status": "alive"})
    status: Literal["alive"] = "alive"


class Ready(Schema):
    model_config = example({"status": "ready"})
    status: Literal["ready"] = "ready"


@router.get("/livez", summary="Whether the process lives", responses=only(InternalError))
async def is_alive() -> Alive:
    """Answers as long as the process can answer at all; asks nobody."""
    return Alive()


@router.get("/readyz", summary="Whether requests can be served", responses=only(ServiceBusy, InternalError))
def is_ready(database: TheDatabase) -> Ready:
    """Postgres answers, keeps teams apart, and its schema is at least as new as this release needs; else 503."""
    with database.reading() as db:
        applied, role = applied_revision(db), role_past_the_walls(db)
    if role is not None:
        raise ServiceBusy("The database role sees every team's rows. Log in as tw_app.", role=role)
    if applied < _NEEDED:
        raise ServiceBusy("The database must be migrated first.", needed=_NEEDED, applied=applied)
    return Ready()
