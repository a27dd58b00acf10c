"""Pages of things: cut by cursor and limit, with or without the keys that say where a page begins and ends."""

from collections.abc import Mapping, Sequence
from typing import Protocol, TypeVar

from sandbox.refusals import invalid
from sandbox.wire import Json


class Identified(Protocol):
    @property
    def id(self) -> str: ...


Item = TypeVar("Item", bound=Identified)


def page(items: Sequence[Item], query: Mapping[str, str], *, default: int, highest: int) -> tuple[list[Item], bool]:
    """The items after `after`, at most `limit` of them, and whether more follow."""
    limit = _limit(query.get("limit"), default, highest)
    start = 0
    after = query.get("after")
    if after:
        start = next((at for at, item in enumerate(items, start=1) if item.id == after), -1)
        if start < 0:
            raise invalid(f"Invalid 'after': no item with id '{after}'.", "after")
    return list(items[start : start + limit]), len(items) > start + limit


def body(data: list[Json], *, has_more: bool) -> Json:
    return {"object": "list", "data": data, "has_more": has_more}


def body_with_ends(data: list[Json], *, has_more: bool) -> Json:
    ends = {"first_id": data[0]["id"] if data else None, "last_id": data[-1]["id"] if data else None}
    return {"object": "list", "data": data, **ends, "has_more": has_more}


def _limit(given: str | None, default: int, highest: int) -> int:
    if given is None:
        return default
    if not (given.isascii() and given.isdigit()) or not 1 <= int(given) <= highest:
        raise invalid(f"Invalid 'limit': must be an integer from 1 to {highest}.", "limit", "invalid_value")
    return int(given)
