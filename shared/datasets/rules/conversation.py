"""The rules for the messages of a chat example taken together: who answers, what is learnt, which call is answered."""

from collections.abc import Callable, Iterator
from typing import Any

from shared.datasets.findings import Finding, found, pointer
from shared.datasets.rules.functions import declared_names
from shared.datasets.rules.messages import Message, has_known_role

Row = dict[str, Any]


def check_conversation(row: Row) -> Iterator[Finding]:
    """Says nothing of a row in which the role of some message cannot be made out: what follows from it is not known."""
    messages: list[Message] = row["messages"]
    if all(has_known_role(message) for message in messages):
        for rule in CONVERSATION_RULES:
            yield from rule(row, messages)


def _has_an_answer(_: Row, messages: list[Message]) -> Iterator[Finding]:
    if not any(message["role"] == "assistant" for message in messages):
        yield found("no_assistant_message", "/messages", "no message has the role assistant")


def _ends_with_an_answer(_: Row, messages: list[Message]) -> Iterator[Finding]:
    roles = [message["role"] for message in messages]
    if "assistant" in roles and roles[-1] != "assistant":
        where = pointer("messages", len(roles) - 1)
        yield found("last_message_not_assistant", where, f"the last message has the role {roles[-1]}")


def _something_is_learnt(_: Row, messages: list[Message]) -> Iterator[Finding]:
    weights = [message.get("weight", 1) for message in messages if message["role"] == "assistant"]
    if weights and all(type(weight) is int and weight == 0 for weight in weights):
        yield found("nothing_trained", "/messages", "every assistant message has weight 0")


def _calls_are_answered(_: Row, messages: list[Message]) -> Iterator[Finding]:
    open_calls: dict[str, str] = {}  # id of the call: where it stands
    for index, message in enumerate(messages):
        where = pointer("messages", index)
        if message["role"] == "tool":
            yield from _answer(message, where, open_calls)
            continue
        for call_id, call_where in open_calls.items():
            yield found("unanswered_tool_call", call_where, f'nothing answers the call "{call_id}"', call_id)
        open_calls = {}
        for call_where, call in _calls(message, where):
            if call["id"] in open_calls:
                yield found("duplicate_tool_call_id", call_where + "/id", "another call has the same id", call["id"])
            open_calls[call["id"]] = call_where


def _answer(message: Message, where: str, open_calls: dict[str, str]) -> Iterator[Finding]:
    answered = message.get("tool_call_id")
    if not isinstance(answered, str) or not answered:
        return
    if answered not in open_calls:
        yield found("unknown_tool_call_id", where + "/tool_call_id", "no open call has this id", answered)
    open_calls.pop(answered, None)


def _calls(message: Message, where: str) -> Iterator[tuple[str, dict[str, Any]]]:
    calls = message.get("tool_calls") if message["role"] == "assistant" else None
    for index, call in enumerate(calls if isinstance(calls, list) else ()):
        if isinstance(call, dict) and isinstance(call.get("id"), str):
            yield where + pointer("tool_calls", index), call


def _tools_are_declared(row: Row, messages: list[Message]) -> Iterator[Finding]:
    declared = declared_names(row)
    for index, message in enumerate(messages):
        where = pointer("messages", index)
        called = [(call_where + "/function", call.get("function")) for call_where, call in _calls(message, where)]
        if message["role"] == "assistant":
            called.append((where + "/function_call", message.get("function_call")))
        for called_where, function in called:
            name = function.get("name") if isinstance(function, dict) else None
            if isinstance(name, str) and name not in declared:
                yield found("undeclared_tool", called_where + "/name", f'"{name}" is not declared', name)


CONVERSATION_RULES: tuple[Callable[[Row, list[Message]], Iterator[Finding]], ...] = (
    _has_an_answer,
    _ends_with_an_answer,
    _something_is_learnt,
    _calls_are_answered,
    _tools_are_declared,
)
