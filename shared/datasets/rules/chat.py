"""Every rule for one row of a supervised chat dataset. All that is wrong with a row is found, not the first of it.

The rules for a message, its content, the tools and the course of the conversation stand in files of their own.
"""

from collections.abc import Callable, Iterator
from typing import Any

from shared.datasets.findings import Finding, found_extra_keys
from shared.datasets.rules.conversation import (
    Conversation,
    check_conversation,
    ends_with_an_answer,
    has_an_answer,
    something_is_learnt,
)
from shared.datasets.rules.formats import CHAT_KEYS
from shared.datasets.rules.functions import check_functions, check_tools, parallel_tool_calls
from shared.datasets.rules.images import image_count, images_are_inline
from shared.datasets.rules.messages import check_messages, developer_role

Row = dict[str, Any]


def check_chat(row: Row) -> Iterator[Finding]:
    """Everything wrong with a row that is meant to be a chat."""
    for rule in ROW_RULES:
        yield from rule(row)


def _unknown_keys(row: Row) -> Iterator[Finding]:
    yield from found_extra_keys("unknown_key", row, CHAT_KEYS, "")


def _messages(row: Row) -> Iterator[Finding]:
    yield from check_messages(row, "", (developer_role,))


def _conversation(row: Row) -> Iterator[Finding]:
    yield from check_conversation(Conversation.of(row, ""), ANSWER_RULES)


ANSWER_RULES = (has_an_answer, ends_with_an_answer, something_is_learnt)

ROW_RULES: tuple[Callable[[Row], Iterator[Finding]], ...] = (
    _unknown_keys,
    check_tools,
    check_functions,
    parallel_tool_calls,
    _messages,
    _conversation,
    image_count,
    images_are_inline,
)
