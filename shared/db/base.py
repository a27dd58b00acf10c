"""What every table shares: how ids, money, moments and statuses are stored. Knows no table by name."""

from collections.abc import Callable
from datetime import date, datetime
from enum import StrEnum
from typing import Any, ClassVar, TypeVar

from sqlalchemy import BigInteger, ColumnElement, Date, DateTime, Dialect, Enum, MetaData, Text, func, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Session, mapped_column, validates
from sqlalchemy.orm.properties import MappedColumn
from sqlalchemy.types import TypeDecorator
from typing_extensions import override

from shared import ids
from shared.errors import IllegalTransition
from shared.lifecycles import Lifecycle
from shared.money import Usd

E = TypeVar("E", bound=StrEnum)


class UsdColumn(TypeDecorator[Usd]):
    """`Usd` as nano-dollars in a BIGINT."""

    impl = BigInteger
    cache_ok = True

    @override
    def process_bind_param(self, value: Usd | None, dialect: Dialect) -> int | None:
        return None if value is None else value.nanos

    @override
    def process_result_value(self, value: int | None, dialect: Dialect) -> Usd | None:
        # SUM() over BIGINT is NUMERIC in Postgres, hence int().
        return None if value is None else Usd(int(value))


class Row(DeclarativeBase):
    """The parent of all mapped classes."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar = {
        str: Text,
        Usd: UsdColumn,
        datetime: DateTime(timezone=True),
        date: Date,
        dict[str, Any]: JSONB(none_as_null=True),
        list[Any]: JSONB(none_as_null=True),
        **{getattr(ids, kind): Text for kind in ids.PREFIXES},
    }


def text_enum(kind: type[E]) -> Enum:
    """An enum kept as text with a CHECK: new members need no `ALTER TYPE`."""
    return _kept_as_text(kind, is_checked=True)


def open_enum(kind: type[E]) -> Enum:
    """The same without a CHECK, for what may get new members: the code says which there are, and needs no migration for it."""
    return _kept_as_text(kind, is_checked=False)


def _kept_as_text(kind: type[E], *, is_checked: bool) -> Enum:
    return Enum(
        kind,
        native_enum=False,
        create_constraint=is_checked,
        length=None,
        name=kind.__name__.lower(),
        values_callable=lambda members: [member.value for member in members],
    )


def status_column(kind: type[E]) -> MappedColumn[E]:
    """A status. Only `guard_status` lets it move."""
    return mapped_column(text_enum(kind), index=True)


def guard_status(lifecycle: Lifecycle[E]) -> Callable[..., E]:
    """A validator for a mapped class: its status moves along the lifecycle's edges or raises IllegalTransition.

    Repeating the present status is no move. The one writer of a status is the noun's `actions`.
    """

    def only_along_an_edge(self: Any, _: str, new: E) -> E:
        old: E | None = self.status
        if old is not new and not lifecycle.allows(old, new):
            raise IllegalTransition(lifecycle.thing, old, new)
        return new

    return validates("status")(only_along_an_edge)


def now() -> ColumnElement[datetime]:
    """Postgres's clock, which alone decides what is due; tests shift it for every process at once."""
    return func.tw_now(type_=DateTime(timezone=True))


def today(db: Session) -> date:
    """Postgres's day; every connection of ours speaks UTC."""
    return db.scalars(select(now())).one().date()
