"""Lists of messages as TRL, axolotl and Anthropic's interface read them."""

from typing import Any

from shared.datasets.findings import pointer
from shared.datasets.shaping.exports.chats import (
    arguments_of,
    asked_in,
    content_of,
    messages_in,
    note_left_out,
    note_left_out_beside,
    only_answer,
    system_and_rest,
)
from shared.datasets.shaping.exports.modern import modern
from shared.datasets.shaping.exports.parts import anthropic_part, open_part
from shared.datasets.shaping.shaped import Example, Findings, Message, Row, Unsayable

NOT_OPEN = ("weight", "name", "refusal")
OPEN_ROLES = {"developer": "system"}
"""What templates of open models do not know, and what they call it."""


def trl_chat(example: Example, findings: Findings) -> Row:
    """`messages` and `tools`; arguments of calls are objects, as chat templates expect them."""
    example = modern(example)
    messages = messages_in(example)
    note_left_out(messages, findings)
    note_left_out_beside(example, findings)
    return {"messages": _plain(messages), **_tools(example)}


def trl_preference(example: Example, findings: Findings) -> Row:
    """`prompt`, `chosen` and `rejected` as lists of messages."""
    asked = asked_in(example)
    chosen, rejected = only_answer(example, "preferred_output"), only_answer(example, "non_preferred_output")
    note_left_out([*messages_in(asked), chosen, rejected], findings)
    note_left_out_beside(asked, findings)
    return {
        "prompt": _plain(messages_in(asked)),
        "chosen": _plain([chosen]),
        "rejected": _plain([rejected]),
        **_tools(asked),
    }


def trl_prompts(example: Example, findings: Findings) -> Row:
    """What is asked, and beside it whatever reward functions read."""
    messages = messages_in(example)
    note_left_out(messages, findings)
    rest = {key: value for key, value in example.items() if key not in ("messages", "tools")}
    if "prompt" in rest:
        raise Unsayable("/prompt", "a key of this name would be taken for the prompt")
    return {"prompt": _plain(messages), **_tools(example), **rest}


def axolotl_chat(example: Example, findings: Findings) -> Row:
    """As TRL's, with `train` on each answer that has a weight."""
    example = modern(example)
    messages = messages_in(example)
    note_left_out([_without(message, "weight") for message in messages], findings)
    note_left_out_beside(example, findings)
    plain = _plain(messages)
    for message, made in zip(messages, plain, strict=True):
        if "weight" in message:
            made["train"] = message["weight"] != 0
    return {"messages": plain, **_tools(example)}


def axolotl_preference(example: Example, findings: Findings) -> Row:
    """`messages` that were asked, `chosen` and `rejected` as one message each."""
    row = trl_preference(example, findings)
    return {"messages": row.pop("prompt"), **row, "chosen": row["chosen"][0], "rejected": row["rejected"][0]}


def anthropic_chat(example: Example, findings: Findings) -> Row:
    """The system message beside the others; calls and their answers as blocks of content."""
    example = modern(example)
    messages = messages_in(example)
    note_left_out(messages, findings)
    note_left_out_beside(example, findings)
    system, rest = system_and_rest(messages)
    said: list[Message] = []
    for index, message in enumerate(rest):
        made = _anthropic_message(message, pointer("messages", index))
        if message["role"] == "tool" and said and _answers_tools(said[-1]):
            said[-1]["content"] += made["content"]
        else:
            said.append(made)
    tools = [_anthropic_tool(tool["function"]) for tool in example.get("tools") or ()]
    return {"messages": said} | ({"system": system} if system else {}) | ({"tools": tools} if tools else {})


def _plain(messages: list[Message]) -> list[Message]:
    return [_with_objects(message, pointer("messages", index)) for index, message in enumerate(messages)]


def _with_objects(message: Message, where: str) -> Message:
    plain = {key: value for key, value in message.items() if key not in NOT_OPEN and value is not None}
    plain["role"] = OPEN_ROLES.get(message["role"], message["role"])
    content = content_of(message)
    if content is not None:
        plain["content"] = [open_part(part) for part in content] if isinstance(content, list) else content
    if not message.get("tool_calls"):
        return plain
    return plain | {
        "tool_calls": [
            call | {"function": call["function"] | {"arguments": arguments_of(call, where)}}
            for call in message["tool_calls"]
        ]
    }


def _tools(example: Example) -> Row:
    return {"tools": example["tools"]} if example.get("tools") else {}


def _without(message: Message, key: str) -> Message:
    return {known: value for known, value in message.items() if known != key}


def _answers_tools(message: Message) -> bool:
    content = message["content"]
    return message["role"] == "user" and isinstance(content, list) and content[-1].get("type") == "tool_result"


def _anthropic_message(message: Message, where: str) -> Message:
    content = content_of(message)
    if message["role"] == "tool":
        answer = {"type": "tool_result", "tool_use_id": message.get("tool_call_id"), "content": content}
        return {"role": "user", "content": [answer]}
    if not message.get("tool_calls") and isinstance(content, str):
        return {"role": message["role"], "content": content}
    blocks = [{"type": "text", "text": content}] if isinstance(content, str) and content else []
    blocks += [anthropic_part(part) for part in content] if isinstance(content, list) else []
    blocks += [_tool_use(call, where) for call in message.get("tool_calls") or ()]
    return {"role": message["role"], "content": blocks}


def _tool_use(call: dict[str, Any], where: str) -> dict[str, Any]:
    name, arguments = call["function"].get("name"), arguments_of(call, where)
    return {"type": "tool_use", "id": call.get("id"), "name": name, "input": arguments}


def _anthropic_tool(function: dict[str, Any]) -> dict[str, Any]:
    return {("input_schema" if key == "parameters" else key): value for key, value in function.items()}
