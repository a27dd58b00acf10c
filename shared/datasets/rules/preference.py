"""Every rule for one row of a preference dataset: a conversation (`input`), and two answers to it of which one is better.

Its messages obey the rules of every conversation; here is what preferences add. The answers are in `outputs`.
"""

from collections.abc import Callable, Iterator
from typing import Any

from shared.datasets.findings import Finding, found, found_extra_keys, pointer
from shared.datasets.rules.conversation import Conversation, check_conversation
from shared.datasets.rules.functions import check_tools, parallel_tool_calls
from shared.datasets.rules.images import placed_images
from shared.datasets.rules.messages import check_messages, developer_role
from shared.datasets.rules.outputs import check_outputs, known_keys, outputs_differ

Row = dict[str, Any]

INPUT_KEYS = ("messages", "tools", "parallel_tool_calls")


def check_preference(row: Row) -> Iterator[Finding]:
    """Everything wrong with a row that is meant to be a preference."""
    for rule in PREFERENCE_RULES:
        yield from rule(row)


def _unknown_keys(row: Row) -> Iterator[Finding]:
    yield from found_extra_keys("unknown_key", row, {"input", *known_keys(row)}, "")


def _input(row: Row) -> Iterator[Finding]:
    if "input" not in row:
        yield found("missing_input", "", 'the row has no key "input"')
    elif not isinstance(row["input"], dict):
        yield found("input_not_an_object", "/input", '"input" must be an object with messages', row["input"])
    else:
        for rule in INPUT_RULES:
            yield from rule(row["input"])


def _unknown_input_keys(asked: Row) -> Iterator[Finding]:
    yield from found_extra_keys("unknown_key", asked, INPUT_KEYS, "/input")


def _input_tools(asked: Row) -> Iterator[Finding]:
    if asked.get("tools") == []:
        yield found("empty_tools", "/input/tools", "no tool is declared")
    else:
        yield from check_tools(asked, "/input")


def _input_parallel_calls(asked: Row) -> Iterator[Finding]:
    yield from parallel_tool_calls(asked, "/input")


def _input_messages(asked: Row) -> Iterator[Finding]:
    yield from check_messages(asked, "/input", (developer_role,))


def _input_conversation(asked: Row) -> Iterator[Finding]:
    yield from check_conversation(Conversation.of(asked, "/input"), (_asks_something,))


def _asks_something(conversation: Conversation) -> Iterator[Finding]:
    if conversation.messages[-1]["role"] == "assistant":
        where = conversation.where + pointer(len(conversation.messages) - 1)
        yield found("input_ends_with_assistant", where, "the last message of the input has the role assistant")


def _no_images(asked: Row) -> Iterator[Finding]:
    """Those in outputs are found as images that are not the user's."""
    for where, _ in placed_images(asked.get("messages"), "/input/messages"):
        yield found("image_in_preference", where, "preferences are about text only")


INPUT_RULES: tuple[Callable[[Row], Iterator[Finding]], ...] = (
    _unknown_input_keys,
    _input_tools,
    _input_parallel_calls,
    _input_messages,
    _input_conversation,
    _no_images,
)

PREFERENCE_RULES: tuple[Callable[[Row], Iterator[Finding]], ...] = (
    _unknown_keys,
    _input,
    check_outputs,
    outputs_differ,
)
