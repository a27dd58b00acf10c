"""Which tool message answers which call, where their ids are wrong; and ids that say so.

A call and its answers form a group: an assistant message and the tool messages right behind it. An answer whose id is right
keeps it; the others answer, in their order, the calls that are left.
"""

from collections.abc import Iterator
from typing import Any

from shared.datasets.remedies import inside

Calls = list[dict[str, Any]]


def renumbered(messages: list[Any]) -> list[Any]:
    """The messages with ids mended; a group that has more answers than calls is left as it is."""
    fresh = _fresh_ids(messages)
    mended: list[Any] = []
    index = 0
    while index < len(messages):
        end = index + 1
        while end < len(messages) and inside.role_of(messages[end]) == "tool":
            end += 1
        mended += _mend_group(messages[index], messages[index + 1 : end], fresh)
        index = end
    return inside.unless_same(messages, mended)


def _mend_group(caller: Any, answers: list[Any], fresh: Iterator[str]) -> list[Any]:
    calls = inside.calls_of(caller)
    if not calls or len(answers) > len(calls) or not all(isinstance(call, dict) for call in calls):
        return [caller, *answers]
    old = [call.get("id") for call in calls]
    new = _distinct(old, fresh)
    mended = [
        call if call.get("id") is one else {"id": one, **inside.without(call, "id")} for call, one in _pairs(calls, new)
    ]
    caller = inside.with_value(caller, "tool_calls", inside.unless_same(calls, mended))
    return [caller, *_mend_answers(answers, old, new)]


def _pairs(calls: Calls, ids: list[str]) -> Iterator[tuple[dict[str, Any], str]]:
    return zip(calls, ids, strict=True)


def _distinct(ids: list[Any], fresh: Iterator[str]) -> list[str]:
    taken: set[str] = set()
    distinct: list[str] = []
    for one in ids:
        is_good = isinstance(one, str) and one and one not in taken
        distinct.append(one if is_good else next(fresh))
        taken.add(distinct[-1])
    return distinct


def _mend_answers(answers: list[Any], old: list[Any], new: list[str]) -> list[Any]:
    left = dict(enumerate(zip(old, new, strict=True)))
    answered: dict[int, str] = {}
    for place, answer in enumerate(answers):
        said = answer.get("tool_call_id")
        matching = next(
            (call for call, (was, _) in left.items() if isinstance(said, str) and said and was == said), None
        )
        if matching is not None:
            answered[place] = left.pop(matching)[1]
    remaining = iter([one for _, one in left.values()])
    return [
        inside.with_value(answer, "tool_call_id", _same_or(answer, answered.get(place) or next(remaining)))
        for place, answer in enumerate(answers)
    ]


def _same_or(answer: dict[str, Any], wanted: str) -> str:
    """The id that is there, if it is the wanted one: the same object tells that nothing was done."""
    said = answer.get("tool_call_id")
    return said if isinstance(said, str) and said == wanted else wanted


def _fresh_ids(messages: list[Any]) -> Iterator[str]:
    """`call_1`, `call_2`, … without those that the conversation uses."""
    calls = [call for message in messages for call in inside.calls_of(message) if isinstance(call, dict)]
    used = {call.get("id") for call in calls if isinstance(call.get("id"), str)}
    number = 0
    while True:
        number += 1
        if f"call_{number}" not in used:
            yield f"call_{number}"
