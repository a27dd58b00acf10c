"""Every rule for one row of a reinforcement dataset: a conversation that waits for an answer, and what the answer is graded by.

Whatever stands beside the messages and tools is for the grader; which of it the grader needs is in `graders`.
"""

from collections.abc import Callable, Iterator
from typing import Any

from shared.datasets.findings import Finding, found, pointer
from shared.datasets.rules.conversation import Conversation, check_conversation
from shared.datasets.rules.functions import check_tools
from shared.datasets.rules.graders import RESERVED_KEYS
from shared.datasets.rules.images import image_count, images_are_inline
from shared.datasets.rules.messages import check_messages, weight_without_effect

Row = dict[str, Any]


def check_reinforcement(row: Row) -> Iterator[Finding]:
    """Everything wrong with a row that is meant to be answered and graded."""
    for rule in REINFORCEMENT_RULES:
        yield from rule(row)


def _messages(row: Row) -> Iterator[Finding]:
    yield from check_messages(row, "", (weight_without_effect,))


def _conversation(row: Row) -> Iterator[Finding]:
    yield from check_conversation(Conversation.of(row, ""), (_waits_for_an_answer,))


def _waits_for_an_answer(conversation: Conversation) -> Iterator[Finding]:
    last = conversation.messages[-1]["role"]
    if last != "user":
        where = conversation.where + pointer(len(conversation.messages) - 1)
        yield found("last_message_not_user", where, f"the last message has the role {last}")


def _something_to_grade_by(row: Row) -> Iterator[Finding]:
    if not row.keys() - RESERVED_KEYS:
        yield found("no_reference", "", "there is no key beside the messages and tools")


REINFORCEMENT_RULES: tuple[Callable[[Row], Iterator[Finding]], ...] = (
    check_tools,
    _messages,
    _conversation,
    image_count,
    images_are_inline,
    _something_to_grade_by,
)
