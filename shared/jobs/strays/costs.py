"""What strays will have cost, as far as prices are known. Nobody here is charged for them."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from shared.connections.tables import Connection
from shared.jobs.found import estimated_cost
from shared.jobs.strays.tables import Stray
from shared.money import Usd


def estimated(db: Session, connection: Connection, strays: Sequence[Stray]) -> list[Usd | None]:
    """For each, its tokens at today's price; None = not known."""
    return [estimated_cost(db, connection, stray.model, stray.trained_tokens) for stray in strays]
