"""The database's own errors, sorted by what they mean to somebody who asked: "not now", or "somebody was faster"."""

from sqlalchemy.exc import IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolExhausted

UNAVAILABLE = (OperationalError, InterfaceError, PoolExhausted)
"""Postgres is away, was restarted, or all connections are taken: nothing was kept, and asking again may help."""

Duplicate = IntegrityError
"""Perhaps two did the same at the same moment; `is_duplicate` tells."""

_UNIQUE_VIOLATION = "23505"


def is_duplicate(error: IntegrityError) -> bool:
    """Whether a unique constraint was hit, and not another promise of the schema broken."""
    return getattr(error.orig, "sqlstate", None) == _UNIQUE_VIOLATION
