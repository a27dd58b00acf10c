"""Remedies for one message, whatever stands before or after it: its role, weight, name, and values that say nothing."""

import re
from dataclasses import dataclass
from typing import Any

from typing_extensions import override

from shared.datasets.remedies import inside
from shared.datasets.remedies.exchanges import ExchangeMending
from shared.datasets.remedies.inside import Message, Place
from shared.datasets.remedies.mending import MessageMending
from shared.datasets.remedies.remedy import CONVERSATIONS, Remedy
from shared.datasets.rules.functions import is_name
from shared.datasets.shapes import Shape

ROLES = {
    **dict.fromkeys(("system", "系统"), "system"),
    "developer": "developer",
    **dict.fromkeys(("user", "human", "用户"), "user"),
    **dict.fromkeys(("assistant", "gpt", "chatgpt", "bot", "chatbot", "model", "ai", "助手", "助理"), "assistant"),
    **dict.fromkeys(("tool", "observation", "工具"), "tool"),
    "function": "function",
}
WEIGHTS = {0: 0, 1: 1, "0": 0, "1": 1, "0.0": 0, "1.0": 1}
LONGEST_NAME = 64

_NOT_IN_A_NAME = re.compile(r"[^A-Za-z0-9_-]+")


@dataclass
class FixRoles(MessageMending):
    """Other words for a role. Where developer messages are the custom (reinforcement) they stay."""

    developer_to_system: bool = True

    @override
    def mend_message(self, message: Message) -> Message:
        role = inside.role_of(message)
        fixed = ROLES.get(role.strip().lower(), role)
        if fixed == "developer" and self.developer_to_system and self.shape is not Shape.REINFORCEMENT:
            fixed = "system"
        return message if fixed == role else inside.with_value(message, "role", fixed)


@dataclass
class FixWeights(MessageMending):
    @override
    def mend_message(self, message: Message) -> Message:
        weight = message.get("weight")
        if type(weight) is int or not isinstance(weight, bool | float | str):
            return message
        fixed = WEIGHTS.get(weight.strip() if isinstance(weight, str) else weight)
        return message if fixed is None else inside.with_value(message, "weight", fixed)


@dataclass
class RemoveWeightFromOthers(MessageMending):
    @override
    def mend_message(self, message: Message) -> Message:
        role = inside.role_of(message)
        return inside.without(message, "weight") if role in ROLES and role != "assistant" else message


@dataclass
class RemoveNulls(MessageMending):
    """A null stays where it is all that a message says: leaving it out would hide that the text is missing."""

    @override
    def mend_message(self, message: Message) -> Message:
        nulls = {key for key, value in message.items() if value is None}
        if inside.role_of(message) != "assistant" or all(message.get(key) is None for key in inside.SAYING):
            nulls -= {"content"}
        return inside.without(message, *nulls)


@dataclass
class DropNameInTool(MessageMending):
    @override
    def mend_message(self, message: Message) -> Message:
        return inside.without(message, "name") if inside.role_of(message) == "tool" else message


@dataclass
class FixNames(MessageMending):
    """The names of speakers. Names of functions stay: whoever uses the model would have to change them too."""

    @override
    def mend_message(self, message: Message) -> Message:
        if "name" not in message or inside.role_of(message) in ("tool", "function") or is_name(message["name"]):
            return message
        name = message["name"]
        fixed = _NOT_IN_A_NAME.sub("_", name).strip("_")[:LONGEST_NAME] if isinstance(name, str) else ""
        return inside.with_value(message, "name", fixed) if fixed else inside.without(message, "name")


@dataclass
class DropEmptyMessages(ExchangeMending):
    """Messages that say nothing, with the exchange that lacks its question or answer without them.

    A tool may have nothing to say, and an answer to be compared must be there.
    """

    @override
    def mend_list(self, messages: list[Any], place: Place) -> list[Any]:
        return messages if place is Place.OUTPUT else super().mend_list(messages, place)

    @override
    def mend_exchange(self, messages: list[Any], *, is_last: bool) -> list[Any]:
        return [message for message in messages if not inside.says_nothing(message)]


REMEDIES = (
    Remedy(
        "fix_roles",
        "Use the roles that providers know",
        ("unknown_role", "developer_role"),
        FixRoles,
        CONVERSATIONS,
    ),
    Remedy("fix_weights", "Write weights as 0 or 1", ("invalid_weight",), FixWeights, CONVERSATIONS),
    Remedy(
        "remove_weight_from_others",
        "Remove weights from messages that are never learnt",
        ("weight_not_on_assistant",),
        RemoveWeightFromOthers,
        CONVERSATIONS,
    ),
    Remedy(
        "remove_nulls",
        "Leave out keys that hold null",
        ("null_value", "invalid_weight", "invalid_name"),
        RemoveNulls,
        CONVERSATIONS,
    ),
    Remedy(
        "drop_name_in_tool",
        "Remove names from tool messages",
        ("name_in_tool_message",),
        DropNameInTool,
        CONVERSATIONS,
    ),
    Remedy("fix_names", "Use the characters that names may have", ("invalid_name",), FixNames, CONVERSATIONS),
    Remedy(
        "drop_empty_messages",
        "Leave out messages that say nothing",
        ("empty_content", "missing_content", "invalid_content"),
        DropEmptyMessages,
        CONVERSATIONS,
    ),
)
