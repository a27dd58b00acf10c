"""Chats in the manner of Anthropic, LMFlow and TRL: `messages` with departures from what providers of fine-tuning take.

The system message may stand beside the messages, content may come in Anthropic's blocks, and arguments of tool calls may be
objects. A message that departs in nothing stays as it is.
"""

from shared.datasets.findings import found, pointer
from shared.datasets.shaping.shaped import Example, Findings, Message, Row
from shared.datasets.shaping.styles.blocks import is_block, messages_of_blocks, system_text
from shared.datasets.shaping.texts import is_empty, json_text
from shared.datasets.shaping.tools import tools_of


def chat(row: Row, findings: Findings) -> Example:
    return _with_tools(_system(row, findings) + carried(row.get("messages"), "/messages", findings), row, findings)


def pair(row: Row, findings: Findings) -> Example:
    """`prompt` and `completion` as lists of messages."""
    asked, answered = (carried(row.get(key), pointer(key), findings) for key in ("prompt", "completion"))
    return _with_tools(asked + answered, row, findings)


def preference(row: Row, findings: Findings) -> Example:
    """`chosen` and `rejected` as messages: what was asked is `prompt`, `messages`, or what the two have in common."""
    chosen, rejected = (_listed(row.get(key), pointer(key), findings) for key in ("chosen", "rejected"))
    asked = _asked(row, findings)
    common = _common(chosen, rejected)
    if common:
        # Whole conversations hold what was asked, whatever stands beside them.
        asked, chosen, rejected = chosen[:common], chosen[common:], rejected[common:]
    return {
        "input": _with_tools(_system(row, findings) + asked, row, findings),
        "preferred_output": chosen,
        "non_preferred_output": rejected,
    }


def carried(messages: object, where: str, findings: Findings) -> list[Message]:
    if not isinstance(messages, list):
        findings.append(found("not_a_list_of_turns", where, "this is no list of messages", messages))
        return []
    made: list[Message] = []
    for index, message in enumerate(messages):
        made += _message(message, where + pointer(index), findings)
    return made


def _message(message: object, where: str, findings: Findings) -> list[Message]:
    if not isinstance(message, dict):
        findings.append(found("not_a_list_of_turns", where, "a message must be an object", message))
        return []
    content = message.get("content")
    match content:
        case list() if any(is_block(part) for part in content):
            return messages_of_blocks(message, where, findings)
        case [{"type": "text", "text": str(text)}]:
            message = message | {"content": text}
    return [_with_texts_as_arguments(message)]


def _with_texts_as_arguments(message: Message) -> Message:
    calls = message.get("tool_calls")
    kept = {key: value for key, value in message.items() if value is not None}
    if not isinstance(calls, list):
        return kept
    return kept | {"tool_calls": [_call(call, number) for number, call in enumerate(calls, start=1)]}


def _call(call: object, number: int) -> object:
    function = call.get("function") if isinstance(call, dict) else None
    if not isinstance(call, dict) or not isinstance(function, dict):
        return call
    arguments = function.get("arguments")
    text = json_text(arguments) if isinstance(arguments, dict) else arguments
    return {"id": f"call_{number}", "type": "function"} | call | {"function": function | {"arguments": text}}


def _system(row: Row, findings: Findings) -> list[Message]:
    system = row.get("system")
    return [] if is_empty(system) else [{"role": "system", "content": system_text(system, "/system", findings)}]


def _with_tools(messages: list[Message], row: Row, findings: Findings) -> Example:
    tools = tools_of(row.get("tools"), "/tools", findings)
    others = {key: row[key] for key in ("parallel_tool_calls", "functions") if row.get(key) is not None}
    return {"messages": messages, **({"tools": tools} if tools else {}), **others}


def _listed(value: object, where: str, findings: Findings) -> list[Message]:
    if isinstance(value, str):
        return [{"role": "assistant", "content": value}]
    return carried([value] if isinstance(value, dict) else value, where, findings)


def _asked(row: Row, findings: Findings) -> list[Message]:
    key = next((key for key in ("messages", "prompt") if row.get(key)), None)
    if key is None:
        return []
    if isinstance(row[key], str):
        return [{"role": "user", "content": row[key]}]
    return carried(row[key], pointer(key), findings)


def _common(chosen: list[Message], rejected: list[Message]) -> int:
    """How many messages both begin with; the last of each is its own in any case."""
    most = min(len(chosen), len(rejected)) - 1
    return next((index for index in range(most) if chosen[index] != rejected[index]), max(most, 0))
