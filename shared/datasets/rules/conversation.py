"""The rules for messages taken together: who speaks when, what is learnt, which call is answered, what may be called.

`CONVERSATION_RULES` hold wherever there are messages; the rules for how a conversation ends differ between the shapes, and are
handed in.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise
from typing import Any

from shared.datasets.findings import Finding, found, pointer
from shared.datasets.rules.arguments import departures
from shared.datasets.rules.calls import called_in, calls_in, read_arguments
from shared.datasets.rules.functions import declared
from shared.datasets.rules.messages import Message, has_known_role

MOST_CALLS_COMPARED = 200
"""Arguments are compared with the declared parameters in so many calls of an example, which bounds the work."""


@dataclass(frozen=True, slots=True)
class Conversation:
    """Messages with what was declared for them."""

    holder: dict[str, Any]  # has "tools", "functions", "parallel_tool_calls"
    messages: list[Message]
    where: str  # pointer to the list of messages

    @classmethod
    def of(cls, holder: dict[str, Any], where: str) -> "Conversation":
        """The messages that a row or an input holds; none if what stands there is not a list."""
        messages = holder.get("messages")
        return cls(holder, messages if isinstance(messages, list) else [], where + "/messages")

    def placed(self) -> Iterator[tuple[str, Message]]:
        """Each message with where it stands."""
        for index, message in enumerate(self.messages):
            yield self.where + pointer(index), message


ConversationRule = Callable[[Conversation], Iterator[Finding]]


def check_conversation(conversation: Conversation, further: Sequence[ConversationRule]) -> Iterator[Finding]:
    """Says nothing where the role of some message cannot be made out: what follows from it is not known."""
    if conversation.messages and all(has_known_role(message) for message in conversation.messages):
        for rule in (*CONVERSATION_RULES, *further):
            yield from rule(conversation)


def has_an_answer(conversation: Conversation) -> Iterator[Finding]:
    """Something of the assistant's must be there to learn from."""
    if not any(message["role"] == "assistant" for message in conversation.messages):
        yield found("no_assistant_message", conversation.where, "no message has the role assistant")


def ends_with_an_answer(conversation: Conversation) -> Iterator[Finding]:
    """What the assistant said earlier is no end."""
    roles = [message["role"] for message in conversation.messages]
    if "assistant" in roles and roles[-1] != "assistant":
        where = conversation.where + pointer(len(roles) - 1)
        yield found("last_message_not_assistant", where, f"the last message has the role {roles[-1]}")


def something_is_learnt(conversation: Conversation) -> Iterator[Finding]:
    """Not every answer may have weight 0."""
    weights = [message.get("weight", 1) for message in conversation.messages if message["role"] == "assistant"]
    if weights and all(type(weight) is int and weight == 0 for weight in weights):
        yield found("nothing_trained", conversation.where, "every assistant message has weight 0")


def _the_user_speaks(conversation: Conversation) -> Iterator[Finding]:
    if not any(message["role"] == "user" for message in conversation.messages):
        yield found("no_user_message", conversation.where, "no message has the role user")


def _roles_alternate(conversation: Conversation) -> Iterator[Finding]:
    for (_, before), (where, message) in pairwise(conversation.placed()):
        # Several calls have several answers, so tools may speak one after another.
        if message["role"] == before["role"] and message["role"] not in ("tool", "function"):
            yield found("roles_not_alternating", where + "/role", f"the message before is the {message['role']}'s too")


def _system_comes_first(conversation: Conversation) -> Iterator[Finding]:
    for where, message in islice(conversation.placed(), 1, None):
        if message["role"] == "system":
            yield found("system_not_first", where + "/role", "there are messages before this one")


def _calls_are_answered(conversation: Conversation) -> Iterator[Finding]:
    open_calls: dict[str, str] = {}  # id of the call: where it stands
    for where, message in conversation.placed():
        if message["role"] == "tool":
            yield from _answer(message, where, open_calls)
            continue
        for call_id, call_where in open_calls.items():
            yield found("unanswered_tool_call", call_where, f'nothing answers the call "{call_id}"', call_id)
        open_calls = {}
        for call_where, call in calls_in(message, where):
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


def _functions_were_called(conversation: Conversation) -> Iterator[Finding]:
    """In the old form: the message before must call the function by its name."""
    asked = None
    for where, message in conversation.placed():
        if message["role"] == "function" and message.get("name") != asked:
            yield found(
                "unasked_function", where, "the message before does not call this function", message.get("name")
            )
        call = message.get("function_call") if message["role"] == "assistant" else None
        asked = call.get("name") if isinstance(call, dict) else None


def _tools_are_declared(conversation: Conversation) -> Iterator[Finding]:
    known = declared(conversation.holder)
    for where, function in _called(conversation):
        if function["name"] not in known:
            name = function["name"]
            yield found("undeclared_tool", where + "/name", f'"{name}" is not declared', name)


def _arguments_fit(conversation: Conversation) -> Iterator[Finding]:
    known = declared(conversation.holder)
    for where, function in islice(_called(conversation), MOST_CALLS_COMPARED):
        text, parameters = function.get("arguments"), known.get(function["name"])
        if not isinstance(text, str) or not isinstance(parameters, dict):
            continue
        try:
            arguments = read_arguments(text)
        except (ValueError, RecursionError):
            continue  # a rule for the call itself says so
        for departure in departures(arguments, parameters) if isinstance(arguments, dict) else ():
            yield found("arguments_do_not_fit", where + "/arguments", departure, text)


def _parallel_calls_are_allowed(conversation: Conversation) -> Iterator[Finding]:
    if conversation.holder.get("parallel_tool_calls") is not False:
        return
    for where, message in conversation.placed():
        calls = sum(1 for _ in calls_in(message, where))
        if calls > 1:
            yield found("parallel_calls_not_allowed", where + "/tool_calls", f"{calls} calls at once")


def _called(conversation: Conversation) -> Iterator[tuple[str, dict[str, Any]]]:
    for where, message in conversation.placed():
        yield from called_in(message, where)


CALL_RULES: tuple[ConversationRule, ...] = (
    _calls_are_answered,
    _tools_are_declared,
    _arguments_fit,
    _parallel_calls_are_allowed,
)
"""Those for messages that are no whole conversation, too."""

COURSE_RULES: tuple[ConversationRule, ...] = (
    _the_user_speaks,
    _roles_alternate,
    _system_comes_first,
    _functions_were_called,
)

CONVERSATION_RULES = (*COURSE_RULES, *CALL_RULES)
