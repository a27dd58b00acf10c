"""Transactions. `Database.transaction` is the only commit in the code base; nothing below an edge ends a transaction.

Every transaction says on whose behalf it runs (`Scope`), which Postgres's row-level security enforces for role `tw_app`.
Bells that were rung inside are passed on after the commit, and only from here: SQLAlchemy's `after_commit` also fires when
a savepoint is released.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import create_engine, make_url, text
from sqlalchemy.orm import Session as Session
from sqlalchemy.orm import sessionmaker

from shared.ids import TeamId

Doorbell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Scope:
    """On whose behalf a transaction reads and writes: one team, or (also) the whole organisation."""

    team_id: TeamId | None = None
    organisation: bool = False


EVERYTHING = Scope(organisation=True)
"""The scope of an admin and of the service itself."""


class Database:
    """One process's way to Postgres: a pool and the doorbell that is rung after commits.

    `idle_seconds`: a transaction in which nothing is asked for so long is ended by Postgres, with all its locks. None = never.
    """

    def __init__(self, url: str, *, pool_size: int, doorbell: Doorbell, idle_seconds: float | None = None) -> None:
        idle = "" if idle_seconds is None else f" -c idle_in_transaction_session_timeout={idle_seconds:g}s"
        self.engine = create_engine(
            make_url(url).set(drivername="postgresql+psycopg"),
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=3,  # a request that waits longer is told 503 instead of piling up
            pool_pre_ping=True,  # Postgres may have been restarted since the connection was last used
            hide_parameters=True,  # a traceback is logged, and what was to be stored is nobody's business there
            # A day is a day in UTC, wherever the server stands.
            connect_args={"connect_timeout": 5, "prepare_threshold": None, "options": f"-c TimeZone=UTC{idle}"},
        )
        self._sessions = sessionmaker(self.engine, expire_on_commit=False)
        self._doorbell = doorbell

    @contextmanager
    def transaction(self, scope: Scope = EVERYTHING) -> Iterator[Session]:
        """A unit of work: all of it is kept, or none."""
        with self._sessions() as db:
            _speak_for(db, scope)
            yield db
            db.commit()
            bells: list[str] = db.info.get("bells", [])
        for bell in dict.fromkeys(bells):
            self._doorbell(bell)

    @contextmanager
    def reading(self, scope: Scope = EVERYTHING) -> Iterator[Session]:
        """A look at the data as it was at one moment, however many questions are asked. Postgres refuses writes in it."""
        with self._sessions() as db:
            db.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
            _speak_for(db, scope)
            yield db

    def dispose(self) -> None:
        """Close the pool (a forked child must pass through here before its first query)."""
        self.engine.dispose(close=False)


def _speak_for(db: Session, scope: Scope) -> None:
    db.execute(
        text("SELECT set_config('app.team', :team, true), set_config('app.organisation', :organisation, true)"),
        {"team": scope.team_id or "", "organisation": "on" if scope.organisation else ""},
    )


def ring(db: Session, bell: str) -> None:
    """Ask for a bell to be rung once this transaction is committed."""
    db.info.setdefault("bells", []).append(bell)


def applied_revision(db: Session) -> str:
    """The name of the newest migration that this database has had (they begin with a number and so sort)."""
    return str(db.execute(text("SELECT version_num FROM alembic_version")).scalar_one())
