"""The rules for the two answers of a preference example. Each is a list of one message of the assistant.

Azure also takes calls of tools and their answers in it, if the assistant has the last word.
"""

from collections.abc import Callable, Iterator
from typing import Any

from shared.datasets.findings import Finding, found, pointer
from shared.datasets.rules.conversation import CALL_RULES, Conversation, ends_with_an_answer
from shared.datasets.rules.messages import check_message, has_known_role, weight_without_effect

Row = dict[str, Any]

# Each key with the name it had before.
OUTPUTS = {"preferred_output": "preferred_completion", "non_preferred_output": "non_preferred_completion"}

SILENT = ("weight", "name")


def known_keys(row: Row) -> set[str]:
    """The keys of a row's two outputs, by whichever name they are there."""
    return {_key_in(row, key, old) for key, old in OUTPUTS.items()}


def placed_outputs(row: Row) -> list[tuple[str, object]]:
    """The outputs that are there, each with where it stands."""
    return [(pointer(key), row[key]) for key in sorted(known_keys(row)) if key in row]


def check_outputs(row: Row) -> Iterator[Finding]:
    """Both outputs, each by itself."""
    for key, old in OUTPUTS.items():
        if key not in row and old not in row:
            yield found(f"missing_{key}", "", f'the row has no key "{key}"')
        elif key not in row:
            yield found("old_output_name", pointer(old), f'"{key}" was called so')
    for where, output in placed_outputs(row):
        if not isinstance(output, list):
            yield found("output_not_a_list", where, "an output must be a list of one message", output)
        elif not output:
            yield found("output_empty", where, "the list is empty")
        else:
            for rule in OUTPUT_RULES:
                yield from rule(row, output, where)


def outputs_differ(row: Row) -> Iterator[Finding]:
    """From two equal answers there is nothing to learn."""
    said = [_said(output) for _, output in placed_outputs(row) if isinstance(output, list) and output]
    if len(said) == len(OUTPUTS) and said[0] == said[1]:
        yield found("identical_outputs", "", "both outputs say the same")


def _key_in(row: Row, key: str, old: str) -> str:
    return old if old in row and key not in row else key


def _messages(_: Row, output: list[Any], where: str) -> Iterator[Finding]:
    for index, message in enumerate(output):
        yield from check_message(message, where + pointer(index), (weight_without_effect,))


def _roles(_: Row, output: list[Any], where: str) -> Iterator[Finding]:
    taken = ("assistant", "tool") if len(output) > 1 else ("assistant",)
    for index, message in enumerate(output):
        if has_known_role(message) and message["role"] not in taken:
            place = where + pointer(index, "role")
            yield found("output_not_from_assistant", place, f"the message is the {message['role']}'s", message["role"])


def _single(_: Row, output: list[Any], where: str) -> Iterator[Finding]:
    if len(output) > 1 and _is_of_assistant_and_tools(output):
        yield found("output_of_several_messages", where, f"the output has {len(output)} messages")


def _calls(row: Row, output: list[Any], where: str) -> Iterator[Finding]:
    if not _is_of_assistant_and_tools(output):
        return
    asked = row.get("input")
    answer = Conversation(asked if isinstance(asked, dict) else {}, output, where)
    for rule in (*CALL_RULES, ends_with_an_answer):
        yield from rule(answer)


def _is_of_assistant_and_tools(output: list[Any]) -> bool:
    roles = [message["role"] for message in output if has_known_role(message)]
    return len(roles) == len(output) and "assistant" in roles and set(roles) <= {"assistant", "tool"}


def _said(output: list[Any]) -> list[object]:
    return [
        {key: _as_text(value) for key, value in message.items() if key not in SILENT and value is not None}
        if isinstance(message, dict)
        else message
        for message in output
    ]


def _as_text(content: object) -> object:
    """Parts that are all texts say the same as one text."""
    parts = content if isinstance(content, list) else []
    texts = [part.get("text") for part in parts if isinstance(part, dict) and part.get("type") == "text"]
    said = [text for text in texts if isinstance(text, str)]
    return "".join(said) if said and len(said) == len(parts) else content


OUTPUT_RULES: tuple[Callable[[Row, list[Any], str], Iterator[Finding]], ...] = (
    _messages,
    _roles,
    _single,
    _calls,
)
