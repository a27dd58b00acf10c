"""Exchanges of a conversation: what the user says, with all that follows it up to what the user says next.

A message that is left out can leave an exchange without its question or its answer. Then the exchange goes as a whole, so
that no remedy makes users speak twice in a row, or answers stand where nothing was asked.
"""

from typing import Any

from typing_extensions import override

from shared.datasets.remedies import inside
from shared.datasets.remedies.inside import Place, Row
from shared.datasets.remedies.mending import ListMending

SYSTEMS = ("system", "developer")
UNANSWERED = ("user", "tool", "function")
"""Roles with which an exchange does not end."""

Messages = list[Any]


class ExchangeMending(ListMending):
    """Leaves messages out of exchanges; an example in which nothing is left to learn or to answer goes."""

    @override
    def mend_row(self, row: Row) -> Row | None:
        mended = super().mend_row(row)
        if mended is None or mended is row:
            return mended
        pairs = zip(inside.lists_in(row, self.shape), inside.lists_in(mended, self.shape), strict=True)
        return None if any(before and not after for before, after in pairs) else mended

    @override
    def mend_list(self, messages: Messages, place: Place) -> Messages:
        """Empty if nothing is left to learn or to answer."""
        head, *exchanges = _exchanges(messages)
        kept = self.mend_exchange(head, is_last=not exchanges)
        for number, exchange in enumerate(exchanges, start=1):
            is_last = number == len(exchanges)
            mended = inside.unless_same(exchange, self.mend_exchange(exchange, is_last=is_last))
            asks = is_last and place is Place.INPUT
            if mended is exchange or (_has_user(mended) if asks else _is_whole(mended)):
                kept = kept + mended
            elif asks:
                return []
            else:
                kept = kept + [message for message in mended if inside.role_of(message) in SYSTEMS]
        has_lost_all = place is Place.CONVERSATION and _has_answer(messages) and not _has_answer(kept)
        return [] if has_lost_all else inside.unless_same(messages, kept)

    def mend_exchange(self, messages: Messages, *, is_last: bool) -> Messages:
        """What stays of an exchange, or of what stands before the first."""
        raise NotImplementedError


def _exchanges(messages: Messages) -> list[Messages]:
    """What stands before the user's first message, and each exchange. Messages of the user in a row begin one together."""
    parts: list[Messages] = [[]]
    before = ""
    for message in messages:
        role = inside.role_of(message)
        if role == "user" and before != "user":
            parts.append([])
        parts[-1].append(message)
        before = role
    return parts


def _is_whole(exchange: Messages) -> bool:
    said = [inside.role_of(message) for message in exchange if inside.role_of(message) not in SYSTEMS]
    return bool(said) and said[0] == "user" and said[-1] not in UNANSWERED


def _has_user(exchange: Messages) -> bool:
    return "user" in map(inside.role_of, exchange)


def _has_answer(messages: Messages) -> bool:
    return "assistant" in map(inside.role_of, messages)
