"""Every rule for one row of a supervised chat dataset. All that is wrong with a row is found, not the first of it.

The rules for a message, its content, the tools and the course of the conversation stand in files of their own; what
concerns the file as a whole is in `validation`.
"""

from collections.abc import Callable, Iterator
from typing import Any

from shared.datasets.findings import Finding, found, found_extra_keys, pointer
from shared.datasets.rules.content import images_in
from shared.datasets.rules.conversation import check_conversation
from shared.datasets.rules.functions import check_functions, check_tools
from shared.datasets.rules.messages import check_message

Row = dict[str, Any]

ROW_KEYS = ("messages", "tools", "parallel_tool_calls", "functions")
MOST_IMAGES_OPENAI = 10
MOST_IMAGES = 64

# Other formats by the keys that give them away; the first that fits is named.
OTHER_FORMATS = (
    ("preference_row", {"preferred_output"}),
    ("preference_row", {"non_preferred_output"}),
    ("completion_row", {"prompt", "completion"}),
    ("sharegpt_row", {"conversations"}),
    ("instruction_row", {"instruction", "output"}),
)


def check(row: Row) -> Iterator[Finding]:
    """Everything wrong with a row; nothing further about one that is of another format altogether."""
    other = _other_format(row)
    if other:
        yield other
        return
    for rule in ROW_RULES:
        yield from rule(row)


def _other_format(row: Row) -> Finding | None:
    for code, keys in OTHER_FORMATS:
        if keys <= row.keys() and "messages" not in row:
            named = " and ".join(f'"{key}"' for key in sorted(keys))
            return found(code, "", f"the keys {named} belong to another format")
    if row.keys() - set(ROW_KEYS) and _waits_for_an_answer(row.get("messages")):
        return found("reinforcement_row", "", "the last message is the user's, and there are keys for a grader")
    return None


def _waits_for_an_answer(messages: object) -> bool:
    if not isinstance(messages, list):
        return False
    roles = [message.get("role") for message in messages if isinstance(message, dict)]
    return "assistant" not in roles and roles[-1:] == ["user"]


def _unknown_keys(row: Row) -> Iterator[Finding]:
    yield from found_extra_keys("unknown_key", row, ROW_KEYS, "")


def _messages(row: Row) -> Iterator[Finding]:
    if "messages" not in row:
        yield found("missing_messages", "", 'the row has no key "messages"')
    elif not isinstance(row["messages"], list):
        yield found("messages_not_a_list", "/messages", '"messages" must be a list', row["messages"])
    elif not row["messages"]:
        yield found("messages_empty", "/messages", "the list is empty")
    else:
        for index, message in enumerate(row["messages"]):
            yield from check_message(message, pointer("messages", index))
        yield from check_conversation(row)


def _parallel_tool_calls(row: Row) -> Iterator[Finding]:
    parallel = row.get("parallel_tool_calls", True)
    if not isinstance(parallel, bool):
        yield found("invalid_parallel_tool_calls", "/parallel_tool_calls", "this is neither true nor false", parallel)


def _image_count(row: Row) -> Iterator[Finding]:
    images = images_in(row)
    if images > MOST_IMAGES:
        yield found("over_64_images", "/messages", f"the example has {images} images")
    elif images > MOST_IMAGES_OPENAI:
        yield found("over_10_images", "/messages", f"the example has {images} images")


ROW_RULES: tuple[Callable[[Row], Iterator[Finding]], ...] = (
    _unknown_keys,
    check_tools,
    check_functions,
    _parallel_tool_calls,
    _messages,
    _image_count,
)
