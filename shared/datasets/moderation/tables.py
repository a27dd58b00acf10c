"""What is stored of moderations: which dataset is shown to which connection, how far that is, and what it found."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from shared.datasets.moderation.portions import Position
from shared.datasets.moderation.sampling import Sample
from shared.db import Claimable, Row, guard_status, now, status_column
from shared.ids import ConnectionId, DatasetId, KeyId, ModerationId, TeamId
from shared.lifecycles import MODERATION, ModerationStatus


class Moderation(Claimable, Row):
    """One going-through of one dataset's well-formed examples, in their order."""

    __tablename__ = "moderations"
    id: Mapped[ModerationId] = mapped_column(primary_key=True)
    team_id: Mapped[TeamId] = mapped_column(ForeignKey("teams.id"), index=True)
    dataset_id: Mapped[DatasetId] = mapped_column(ForeignKey("datasets.id"), index=True)
    connection_id: Mapped[ConnectionId] = mapped_column(ForeignKey("connections.id"))
    sample: Mapped[int | None]
    """At most so many examples are shown; None = all of them."""
    status: Mapped[ModerationStatus] = status_column(ModerationStatus)
    reason_code: Mapped[str | None]
    reason: Mapped[str | None]
    n_examples: Mapped[int]
    """How many well-formed examples the dataset has."""
    line: Mapped[int] = mapped_column(default=0)
    offset: Mapped[int] = mapped_column(BigInteger, default=0)
    n_passed: Mapped[int] = mapped_column(default=0)
    """Like line and offset, how far it is: so many well-formed examples are done with, shown or not."""
    n_asked: Mapped[int] = mapped_column(default=0)
    n_cut: Mapped[int] = mapped_column(default=0)
    """Of those that were shown, how many were too long to be shown whole."""
    n_flagged: Mapped[int] = mapped_column(default=0)
    categories: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Category → how many examples it was objected to in."""
    attempts: Mapped[int] = mapped_column(default=0)
    """Rounds that were begun since one brought an answer."""
    created_by: Mapped[KeyId]
    created_at: Mapped[datetime] = mapped_column(server_default=now())
    finished_at: Mapped[datetime | None]

    _moves = guard_status(MODERATION)

    @property
    def n_expected(self) -> int:
        """How many examples will have been shown at its end."""
        return self.chosen.size

    @property
    def chosen(self) -> Sample:
        """Which examples are shown."""
        return Sample(self.n_examples if self.sample is None else self.sample, self.n_examples)

    @property
    def position(self) -> Position:
        """How far it is."""
        return Position(self.line, self.offset, self.n_passed)
