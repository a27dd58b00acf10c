"""Lists in pages: `?limit=1..200&cursor=`, answered with `next_cursor`. A cursor is the id of the last thing shown, wrapped
so that nobody builds one by hand; what is unwrapped is checked before it is used.
"""

import base64
import binascii
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Generic, Protocol, TypeVar

from fastapi import Query

from api.schemas.base import Schema
from shared.errors import FieldError, InvalidRequest

MAX_LIMIT = 200
_POSITION = re.compile(r"[a-z0-9_]{1,64}")
_MAX_NUMBER = 2**63 - 1


class HasId(Protocol):
    """Something that lists are made of, sorted by id."""

    @property
    def id(self) -> Any: ...


T = TypeVar("T", bound=Schema)


class Listing(Schema, Generic[T]):
    """One page. `next_cursor` null: this was the last."""

    data: list[T]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of a list is asked for. A query is asked for `fetch` rows after `after`: one more than is shown tells
    whether there is a next page.
    """

    limit: int
    after: str | None

    @property
    def fetch(self) -> int:
        return self.limit + 1

    @property
    def after_number(self) -> int | None:
        """`after`, for lists whose ids are numbers. Raises InvalidRequest for another list's cursor."""
        if self.after is None:
            return None
        if not self.after.isdigit() or int(self.after) > _MAX_NUMBER:
            raise _foreign_cursor()
        return int(self.after)

    def of(self, schema: type[T], rows: Sequence[HasId]) -> Listing[T]:
        """The page, rendered from `fetch` rows."""
        shown = rows[: self.limit]
        following = _wrap(str(shown[-1].id)) if len(rows) > self.limit else None
        # Made for this very schema, since an answer may be one of two listings, told apart by their types.
        listing: Any = Listing.__class_getitem__(schema)
        made: Listing[T] = listing(data=[schema.model_validate(row) for row in shown], next_cursor=following)
        return made


def page(
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT, description="How many to show.")] = 50,
    cursor: Annotated[str | None, Query(max_length=200, description="`next_cursor` of the page before.")] = None,
) -> Page:
    """The page that a request's query names. Raises InvalidRequest."""
    return Page(limit, None if cursor is None else _unwrap(cursor))


def _wrap(position: str) -> str:
    return base64.urlsafe_b64encode(position.encode()).decode().rstrip("=")


def _unwrap(cursor: str) -> str:
    try:
        position = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode("ascii")
    except (binascii.Error, ValueError) as error:
        raise _foreign_cursor() from error
    if not _POSITION.fullmatch(position):
        raise _foreign_cursor()
    return position


def _foreign_cursor() -> InvalidRequest:
    fault = FieldError("query/cursor", "is not a cursor of this list")
    return InvalidRequest("Take the cursor from `next_cursor` of the page before, unchanged.", [fault])
