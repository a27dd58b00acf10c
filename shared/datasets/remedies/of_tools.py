"""Remedies for tool calls and their answers: arguments, ids, and calls to which the answer is missing.

What a tool answered cannot be guessed, nor what a tool that is not declared would take: for these there is no remedy.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from typing_extensions import override

from shared.datasets.remedies import inside
from shared.datasets.remedies.exchanges import ExchangeMending
from shared.datasets.remedies.inside import Message, Place
from shared.datasets.remedies.mending import ListMending, MessageMending
from shared.datasets.remedies.remedy import CONVERSATIONS, Remedy
from shared.datasets.remedies.tool_ids import renumbered


class ArgumentsMending(MessageMending):
    """Works on the arguments of every call, in the new form and in the old."""

    @override
    def mend_message(self, message: Message) -> Message:
        return change_arguments(message, self.mend_arguments)

    def mend_arguments(self, arguments: Any) -> Any:
        raise NotImplementedError


@dataclass
class ArgumentsToText(ArgumentsMending):
    @override
    def mend_arguments(self, arguments: Any) -> Any:
        if arguments is None:
            return "{}"
        return _text(arguments) if isinstance(arguments, dict) else arguments


@dataclass
class MendArguments(ArgumentsMending):
    @override
    def mend_arguments(self, arguments: Any) -> Any:
        if not isinstance(arguments, str) or _is_json(arguments) or self.lent.mend is None:
            return arguments
        if not arguments.strip():
            return "{}"
        mended = self.lent.mend(arguments)
        return arguments if mended is None or not isinstance(mended.value, dict) else _text(mended.value)


@dataclass
class RenumberToolIds(ListMending):
    """Ids that are missing, twice there, or answer no call, where the order of calls and answers tells what is meant."""

    @override
    def mend_list(self, messages: list[Any], place: Place) -> list[Any]:
        return renumbered(messages)


@dataclass
class DropUnansweredCalls(ExchangeMending):
    """Calls to which the conversation has no answer, and answers to which it has no call. The last message may call.

    An exchange that has no answer without them goes with them.
    """

    @override
    def mend_exchange(self, messages: list[Any], *, is_last: bool) -> list[Any]:
        kept: list[Any] = []
        index = 0
        while index < len(messages):
            end = _end_of_group(messages, index)
            kept += _sound_group(messages[index], messages[index + 1 : end], is_last=is_last and end == len(messages))
            index = end
        return kept


def _end_of_group(messages: list[Any], index: int) -> int:
    """Behind the tool messages that follow this message."""
    end = index + 1
    while end < len(messages) and inside.role_of(messages[end]) == "tool":
        end += 1
    return end


def _sound_group(caller: Any, answers: list[Any], *, is_last: bool) -> list[Any]:
    """The message with the calls that were answered, and the answers to its calls, one each."""
    if inside.role_of(caller) == "tool":
        return []
    calls = inside.calls_of(caller)
    open_ids = {_text_id(call, "id") for call in calls} - {""}
    kept: list[Any] = []
    for answer in answers:
        if _text_id(answer, "tool_call_id") in open_ids:
            open_ids.remove(_text_id(answer, "tool_call_id"))
            kept.append(answer)
    # At the end a call is the answer to learn.
    if is_last or not open_ids:
        return [caller, *kept]
    caller = _with_calls(caller, [call for call in calls if _text_id(call, "id") not in open_ids])
    return kept if caller is None else [caller, *kept]


def _with_calls(message: Message, calls: list[Any]) -> Message | None:
    if calls:
        return inside.with_value(message, "tool_calls", calls)
    rest = inside.without(message, "tool_calls")
    return rest if rest.get("content") or rest.get("refusal") else None


def _text_id(holder: object, key: str) -> str:
    found = holder.get(key) if isinstance(holder, dict) else None
    return found if isinstance(found, str) else ""


def change_arguments(message: Message, change: Callable[[Any], Any]) -> Message:
    """The message with the arguments of all its calls changed; a call without any has the arguments None."""
    calls = inside.calls_of(message)
    if calls:
        mended = inside.unless_same(calls, [_change_call(call, change) for call in calls])
        message = inside.with_value(message, "tool_calls", mended)
    if isinstance(message.get("function_call"), dict):
        called = _change_called(message["function_call"], change)
        message = inside.with_value(message, "function_call", called)
    return message


def _change_call(call: Any, change: Callable[[Any], Any]) -> Any:
    if not isinstance(call, dict) or not isinstance(call.get("function"), dict):
        return call
    return inside.with_value(call, "function", _change_called(call["function"], change))


def _change_called(function: Message, change: Callable[[Any], Any]) -> Message:
    arguments = function.get("arguments")
    changed = change(arguments)
    return function if changed is arguments else inside.with_value(function, "arguments", changed)


def _is_json(text: str) -> bool:
    try:
        json.loads(text, parse_int=str)
    except (ValueError, RecursionError):
        return False
    return True


def _text(arguments: object) -> str:
    return json.dumps(arguments, ensure_ascii=False)


REMEDIES = (
    Remedy(
        "arguments_to_text",
        "Write the arguments of calls as texts",
        ("arguments_not_text",),
        ArgumentsToText,
        CONVERSATIONS,
    ),
    Remedy(
        "mend_arguments",
        "Mend arguments that are not JSON",
        ("arguments_not_json",),
        MendArguments,
        CONVERSATIONS,
        needs="mend",
    ),
    Remedy(
        "renumber_tool_ids",
        "Give each tool call an id of its own",
        ("duplicate_tool_call_id", "missing_tool_call_id", "invalid_tool_call", "unknown_tool_call_id"),
        RenumberToolIds,
        CONVERSATIONS,
    ),
    Remedy(
        "drop_unanswered_calls",
        "Leave out calls without an answer, and answers without a call",
        ("unanswered_tool_call", "unknown_tool_call_id"),
        DropUnansweredCalls,
        CONVERSATIONS,
    ),
)
