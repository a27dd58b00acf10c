"""What is read of serving: aliases, what became of them, and every name that a team can ask."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.connections.tables import Connection
from shared.db import today
from shared.errors import NotFound, PriceUnknown
from shared.ids import ModelId, TeamId
from shared.registry.queries import usable_models
from shared.registry.targets import base_models
from shared.serving.tables import Alias, AliasChange
from shared.spend.prices import Tier
from shared.spend.pricing import price_on
from shared.spend.tables import Unit


@dataclass(frozen=True, slots=True)
class Served:
    """A name that can be asked, and whose it is: the provider's, or the team's."""

    name: str
    owner: str
    since: datetime


def find_alias(db: Session, team_id: TeamId, name: str, *, for_update: bool = False) -> Alias | None:
    return db.get(Alias, (team_id, name), with_for_update=for_update or None, populate_existing=for_update)


def get_alias(db: Session, team_id: TeamId, name: str) -> Alias:
    """Raises NotFound."""
    alias = find_alias(db, team_id, name)
    if alias is None:
        raise NotFound("alias")
    return alias


def list_aliases(db: Session, team_id: TeamId) -> Sequence[Alias]:
    """A team's aliases by name; there are few."""
    return db.scalars(select(Alias).where(Alias.team_id == team_id).order_by(Alias.name)).all()


def aliases_of(db: Session, team_id: TeamId) -> dict[str, ModelId]:
    """What each of a team's aliases means now."""
    return {alias.name: alias.model_id for alias in list_aliases(db, team_id)}


def aliases_to(db: Session, model_id: ModelId) -> list[str]:
    """The aliases that mean a model."""
    return list(db.scalars(select(Alias.name).where(Alias.model_id == model_id).order_by(Alias.name)))


def history(db: Session, team_id: TeamId, name: str, *, after: int | None, limit: int) -> Sequence[AliasChange]:
    """What an alias meant, the newest change first. It outlives the alias. Raises NotFound when there never was one."""
    query = select(AliasChange).where(AliasChange.team_id == team_id, AliasChange.name == name)
    page = query.where(AliasChange.id < after) if after is not None else query
    changes = db.scalars(page.order_by(AliasChange.id.desc()).limit(limit)).all()
    if not changes and after is None:
        raise NotFound("alias")
    return changes


def served(db: Session, team_id: TeamId) -> list[Served]:
    """Every name that the team can ask: its aliases, its tuned models, and the base models whose price is known."""
    day = today(db)
    models = usable_models(db, team_id)
    usable = {model.id for model in models}
    aliases = [
        Served(alias.name, team_id, alias.updated_at) for alias in list_aliases(db, team_id) if alias.model_id in usable
    ]
    tuned = [Served(model.provider_model, team_id, model.created_at) for model in models]
    base = [
        Served(name, connection.provider, connection.created_at)
        for name, connection in base_models(db, team_id)
        if _is_priced(name, connection, day)
    ]
    return [*aliases, *tuned, *base]


def get_served(db: Session, team_id: TeamId, name: str) -> Served:
    """Raises NotFound."""
    for one in served(db, team_id):
        if one.name == name:
            return one
    raise NotFound("model")


def _is_priced(name: str, connection: Connection, day: date) -> bool:
    try:
        price_on(connection, name, Tier.BASE, Unit.INPUT, day)
    except PriceUnknown:
        return False
    return True
