"""Remedies for the course of a conversation: who speaks when, where it ends, and how much of it fits a limit."""

from bisect import bisect_left
from dataclasses import dataclass
from typing import Any, ClassVar

from typing_extensions import override

from shared.datasets.remedies import inside
from shared.datasets.remedies.inside import Message, Place, Row
from shared.datasets.remedies.mending import LengthMending, ListMending, Mending
from shared.datasets.remedies.remedy import CONVERSATIONS, Remedy
from shared.datasets.rules.messages import KEYS_OF_ROLE
from shared.datasets.shapes import Shape

SYSTEMS = ("system", "developer")
MERGEABLE = ("system", "developer", "user", "assistant")


@dataclass
class MergeConsecutiveRoles(ListMending):
    """Two messages of one speaker become one, unless they call tools or differ in more than what they say."""

    between: str = "\n\n"

    @override
    def mend_list(self, messages: list[Any], place: Place) -> list[Any]:
        merged: list[Any] = []
        for message in messages:
            if merged and _may_merge(merged[-1], message):
                merged[-1] = {**merged[-1], "content": merged[-1]["content"] + self.between + message["content"]}
            else:
                merged.append(message)
        return inside.unless_same(messages, merged)


def _may_merge(one: object, other: object) -> bool:
    if not isinstance(one, dict) or not isinstance(other, dict) or inside.role_of(one) not in MERGEABLE:
        return False
    are_texts = isinstance(one.get("content"), str) and isinstance(other.get("content"), str)
    return are_texts and _beside_the_content(one) == _beside_the_content(other)


def _beside_the_content(message: Message) -> dict[str, str]:
    # As texts: a weight of true is not a weight of 1.
    return {key: repr(value) for key, value in message.items() if key != "content"}


@dataclass
class MoveSystemFirst(ListMending):
    @override
    def mend_list(self, messages: list[Any], place: Place) -> list[Any]:
        first = [message for message in messages if inside.role_of(message) in SYSTEMS]
        rest = [message for message in messages if inside.role_of(message) not in SYSTEMS]
        return inside.unless_same(messages, first + rest)


@dataclass
class DropTrailingTurns(ListMending):
    """What follows the last answer teaches nothing. Where the model shall answer next, the last turn is not its own."""

    @override
    def mend_list(self, messages: list[Any], place: Place) -> list[Any]:
        roles = [inside.role_of(message) for message in messages]
        if "" in roles or "assistant" not in roles:
            return messages
        end = len(roles)
        if place is Place.CONVERSATION:
            end -= roles[::-1].index("assistant")
        while place is Place.INPUT and roles[end - 1 : end] == ["assistant"]:
            end -= 1
        return messages if end in (0, len(roles)) else messages[:end]


@dataclass
class DropExamplesWithoutAnswer(Mending):
    minds_form_only: ClassVar[bool] = True

    @override
    def mend_row(self, row: Row) -> Row | None:
        answered = [any(inside.role_of(message) == "assistant" for message in said) for said in self._answers(row)]
        return row if all(answered) else None

    def _answers(self, row: Row) -> list[list[Any]]:
        if self.shape is Shape.PREFERENCE:
            said = [row[key] for key in inside.OUTPUTS if isinstance(row.get(key), list)]
        else:
            said = list(inside.lists_in(row, self.shape))
        # A role that is not known may have been meant to be the assistant's.
        return [messages for messages in said if all(inside.role_of(message) in KEYS_OF_ROLE for message in messages)]


@dataclass
class DropEmptyAnswers(Mending):
    """Examples whose answer says nothing: the last message of a chat, or either output."""

    minds_form_only: ClassVar[bool] = True

    @override
    def mend_row(self, row: Row) -> Row | None:
        said = [messages[-1:] for messages in self._ends(row)]
        return None if any(inside.says_nothing(message) for messages in said for message in messages) else row

    def _ends(self, row: Row) -> list[list[Any]]:
        if self.shape is Shape.PREFERENCE:
            return [row[key] for key in inside.OUTPUTS if isinstance(row.get(key), list)]
        return list(inside.lists_in(row, self.shape))


@dataclass
class DropWeightless(Mending):
    """Examples in which every answer has weight 0: they are billed, and nothing is learnt from them."""

    minds_form_only: ClassVar[bool] = True

    @override
    def mend_row(self, row: Row) -> Row | None:
        said = [message for messages in inside.lists_in(row, self.shape) for message in messages]
        weights = [message.get("weight", 1) for message in said if inside.role_of(message) == "assistant"]
        is_weightless = weights and all(type(weight) is int and weight == 0 for weight in weights)
        return None if is_weightless else row


@dataclass
class DropUndecidedPreferences(Mending):
    """Examples whose two outputs are the same: there is nothing to prefer."""

    minds_form_only: ClassVar[bool] = True

    @override
    def mend_row(self, row: Row) -> Row | None:
        preferred, other = (row.get(key) for key in inside.OUTPUTS)
        return None if preferred is not None and repr(preferred) == repr(other) else row


@dataclass
class TrimToLimit(LengthMending):
    """Leaves out the oldest exchanges until the example fits; system messages and the last exchange always stay.

    An exchange is a message of the user with all that follows it up to the next, so that no tool call loses its answer.
    What does not fit even so is left as it is: see `drop_over_long`. So are faulty examples: their tokens cannot be counted.
    """

    @override
    def mend_row(self, row: Row) -> Row | None:
        holder = row.get("input") if self.shape is Shape.PREFERENCE else row
        messages = holder.get("messages") if isinstance(holder, dict) else None
        if not isinstance(messages, list) or not self.is_over(row):
            return row
        starts = [at for at, message in enumerate(messages) if inside.role_of(message) == "user"][1:]
        # The fewer exchanges stay, the fewer tokens there are.
        shorter = [_from(messages, start) for start in starts]
        fitting = bisect_left(shorter, True, key=lambda kept: not self.is_over(self._with(row, kept)))
        return row if fitting == len(shorter) else self._with(row, shorter[fitting])

    def _with(self, row: Row, messages: list[Any]) -> Row:
        if self.shape is Shape.PREFERENCE:
            return inside.with_value(row, "input", inside.with_value(row["input"], "messages", messages))
        return inside.with_value(row, "messages", messages)


def _from(messages: list[Any], start: int) -> list[Any]:
    return [message for message in messages[:start] if inside.role_of(message) in SYSTEMS] + messages[start:]


CHAT = (Shape.CHAT,)
ENDS = (
    Remedy(
        "drop_trailing_turns",
        "Leave out what follows the last answer",
        ("last_message_not_assistant", "last_message_not_user", "input_ends_with_assistant"),
        DropTrailingTurns,
        CONVERSATIONS,
    ),
    Remedy(
        "drop_examples_without_answer",
        "Leave out examples without an answer",
        ("no_assistant_message", "messages_empty", "output_empty", "output_not_from_assistant"),
        DropExamplesWithoutAnswer,
        (Shape.CHAT, Shape.PREFERENCE),
    ),
    Remedy(
        "drop_empty_answers",
        "Leave out examples whose answer is empty",
        ("empty_content", "blank_answer"),
        DropEmptyAnswers,
        (Shape.CHAT, Shape.PREFERENCE),
    ),
    Remedy("drop_weightless", "Leave out examples that teach nothing", ("nothing_trained",), DropWeightless, CHAT),
    Remedy(
        "drop_undecided_preferences",
        "Leave out examples whose two outputs are the same",
        ("identical_outputs",),
        DropUndecidedPreferences,
        (Shape.PREFERENCE,),
    ),
)
ORDER = (
    Remedy(
        "move_system_first",
        "Move system messages to the beginning",
        ("system_not_first",),
        MoveSystemFirst,
        CONVERSATIONS,
        recommended=False,
    ),
    Remedy(
        "merge_consecutive_roles",
        "Join messages of one speaker that follow each other",
        ("roles_not_alternating",),
        MergeConsecutiveRoles,
        CONVERSATIONS,
        recommended=False,
    ),
)
LENGTH = (
    Remedy(
        "trim_to_limit",
        "Leave out the oldest exchanges of conversations that are too long",
        ("example_too_long", "example_too_long_for_some"),
        TrimToLimit,
        CONVERSATIONS,
        recommended=False,
        needs="count_tokens",
        asks_for="most_tokens",
    ),
)
