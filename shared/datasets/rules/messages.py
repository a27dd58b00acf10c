"""The rules for one message of a conversation, whatever stands before or after it, and for the list that it stands in.

`MESSAGE_RULES` hold in every shape; those that hold in some shapes only are handed in.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from shared.datasets.findings import Finding, found, pointer
from shared.datasets.rules.calls import check_call, check_called
from shared.datasets.rules.content import check_content
from shared.datasets.rules.functions import is_name

Message = dict[str, Any]
MessageRule = Callable[[Message, str], Iterator[Finding]]

_PLAIN = {"role", "content", "name"}
KEYS_OF_ROLE = {
    "system": _PLAIN,
    "developer": _PLAIN,
    "user": _PLAIN,
    "assistant": _PLAIN | {"weight", "refusal", "tool_calls", "function_call"},
    "tool": {"role", "content", "tool_call_id"},
    "function": {"role", "content", "name"},
}
INSTEAD_OF_CONTENT = ("refusal", "tool_calls", "function_call")
SAYING = ("content", *INSTEAD_OF_CONTENT)

# These keys have rules of their own on roles that do not take them.
_SPECIAL = {("tool", "name")} | {(role, "weight") for role in KEYS_OF_ROLE if role != "assistant"}


def has_known_role(message: object) -> bool:
    return isinstance(message, dict) and isinstance(message.get("role"), str) and message["role"] in KEYS_OF_ROLE


def check_messages(holder: dict[str, Any], where: str, further: Sequence[MessageRule]) -> Iterator[Finding]:
    """The "messages" of whatever holds them, each by every rule and by the further ones."""
    if "messages" not in holder:
        yield found("missing_messages", where, 'there is no key "messages"')
    elif not isinstance(holder["messages"], list):
        yield found("messages_not_a_list", where + "/messages", '"messages" must be a list', holder["messages"])
    elif not holder["messages"]:
        yield found("messages_empty", where + "/messages", "the list is empty")
    else:
        for index, message in enumerate(holder["messages"]):
            yield from check_message(message, where + pointer("messages", index), further)


def check_message(message: object, where: str, further: Sequence[MessageRule]) -> Iterator[Finding]:
    """One message; the rules of a role only where the role is known."""
    if not isinstance(message, dict):
        yield found("message_not_an_object", where, "a message must be an object", message)
    elif "role" not in message:
        yield found("missing_role", where, "the message has no role")
    elif not has_known_role(message):
        yield found("unknown_role", where + "/role", "this role does not exist", message["role"])
    else:
        for rule in (*MESSAGE_RULES, *further):
            yield from rule(message, where)


def developer_role(message: Message, where: str) -> Iterator[Finding]:
    """Only models that reason are known to be trained with developer messages."""
    if message["role"] == "developer":
        yield found("developer_role", where + "/role", "not every model is trained with developer messages")


def weight_without_effect(message: Message, where: str) -> Iterator[Finding]:
    """Where answers are compared or graded, the weight of a message changes nothing."""
    if message["role"] == "assistant" and _is_weight(message.get("weight")):
        yield found("weight_without_effect", where + "/weight", "only the answers of chats are weighed")


def _unknown_keys(message: Message, where: str) -> Iterator[Finding]:
    role = message["role"]
    for key in message:
        if key not in KEYS_OF_ROLE[role] and (role, key) not in _SPECIAL:
            yield found("unknown_message_key", where + pointer(key), f'{role} messages have no key "{key}"', key)


def _nulls(message: Message, where: str) -> Iterator[Finding]:
    if message["role"] != "assistant" or not _says_something(message):
        return
    for key in SAYING:
        if key in message and message[key] is None:
            yield found("null_value", where + pointer(key), f'"{key}" is null')


def _content(message: Message, where: str) -> Iterator[Finding]:
    content = message.get("content")
    if content is not None:
        if isinstance(content, str) and not content.strip() and _does_something(message):
            return
        yield from check_content(message["role"], content, where + "/content")
    elif message["role"] == "function" and "content" in message:
        yield found("empty_content", where + "/content", "null is taken: the function gave nothing back")
    elif message["role"] != "assistant" or not _says_something(message):
        yield found("missing_content", where, f"the {message['role']} message has no content")


def _says_something(message: Message) -> bool:
    return any(message.get(key) is not None for key in SAYING)


def _does_something(message: Message) -> bool:
    """Whether an assistant may have nothing to say, since it calls a tool or refuses."""
    return message["role"] == "assistant" and any(message.get(key) is not None for key in INSTEAD_OF_CONTENT)


def _refusal(message: Message, where: str) -> Iterator[Finding]:
    refusal = message.get("refusal")
    if message["role"] == "assistant" and refusal is not None and not isinstance(refusal, str):
        yield found("invalid_refusal", where + "/refusal", "a refusal must be a text", refusal)


def _weight(message: Message, where: str) -> Iterator[Finding]:
    if "weight" not in message:
        return
    weight = message["weight"]
    if message["role"] != "assistant":
        yield found(
            "weight_not_on_assistant", where + "/weight", f"a {message['role']} message is never learnt", weight
        )
    elif not _is_weight(weight):
        yield found("invalid_weight", where + "/weight", "a weight is the whole number 0 or 1", weight)


def _is_weight(weight: object) -> bool:
    # Not isinstance: true and 1.0 equal 1, and providers refuse both.
    return type(weight) is int and weight in (0, 1)


def _name(message: Message, where: str) -> Iterator[Finding]:
    if message["role"] == "tool":
        if "name" in message:
            yield found("name_in_tool_message", where + "/name", "tool messages have no name", message["name"])
    elif ("name" in message or message["role"] == "function") and not is_name(message.get("name")):
        yield found("invalid_name", where + "/name", "this is not a name", message.get("name"))


def _tool_call_id(message: Message, where: str) -> Iterator[Finding]:
    answered = message.get("tool_call_id")
    if message["role"] == "tool" and (not isinstance(answered, str) or not answered):
        yield found("missing_tool_call_id", where + "/tool_call_id", "which call is answered is not said", answered)


def _tool_calls(message: Message, where: str) -> Iterator[Finding]:
    calls = message.get("tool_calls")
    if message["role"] != "assistant" or calls is None:
        return
    if not isinstance(calls, list) or not calls:
        yield found("invalid_tool_calls", where + "/tool_calls", "a list of at least one call is needed", calls)
        return
    for index, call in enumerate(calls):
        yield from check_call(call, where + pointer("tool_calls", index))


def _function_call(message: Message, where: str) -> Iterator[Finding]:
    if message["role"] == "assistant" and message.get("function_call") is not None:
        yield from check_called(message["function_call"], where + "/function_call")


MESSAGE_RULES: tuple[MessageRule, ...] = (
    _unknown_keys,
    _nulls,
    _content,
    _refusal,
    _weight,
    _name,
    _tool_call_id,
    _tool_calls,
    _function_call,
)
