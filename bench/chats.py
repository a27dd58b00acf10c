"""A chat file to measure with: half English, the rest Chinese, code and mixtures, some of it escaped, with or without tools."""

import json
from pathlib import Path
from typing import Any

from bench.texts import Author

SYSTEMS = (
    "You are a helpful assistant of an online shop. Answer briefly and politely, and ask when something is not clear.",
    "你是一个客服助手。请用礼貌、简短的中文回答客户的问题。",
    "You review code. Explain what is wrong with it, and show a better version.",
)
ESCAPED = 0.3
"""The part of the lines whose Chinese and emoji are written as \\u escapes, as Python does if it is not told otherwise."""


def write(path: Path, size_bytes: int, *, seed: int = 7, with_tools: bool = False) -> int:
    """Returns the number of examples."""
    author = Author(seed)
    written = examples = 0
    with path.open("wb") as file:
        while written < size_bytes:
            row = _example(author, with_tools=with_tools and author.chance(0.1))
            line = json.dumps(row, ensure_ascii=author.chance(ESCAPED)).encode() + b"\n"
            written += file.write(line)
            examples += 1
    return examples


def _example(author: Author, *, with_tools: bool) -> dict[str, Any]:
    kind = 0 if author.chance(0.55) else 1 if author.chance(0.5) else 2
    messages = [{"role": "system", "content": SYSTEMS[kind]}] if author.chance(0.8) else []
    for _ in range(1 + author.chance(0.3)):
        messages.append({"role": "user", "content": _text(author, kind, 45)})
        messages.append({"role": "assistant", "content": _text(author, kind, 60)})
    return _with_call(author, messages) if with_tools else {"messages": messages}


def _text(author: Author, kind: int, usual: int) -> str:
    match kind:
        case 0:
            text = author.english(author.length(usual))
        case 1:
            text = author.chinese(author.length(usual))
        case _:
            text = author.english(author.length(usual // 2)) + "\n```\n" + author.code(author.length(2)) + "```"
    return text + author.emoji() if author.chance(0.1) else text


def _with_call(author: Author, messages: list[dict[str, Any]]) -> dict[str, Any]:
    function = {"name": "find_order", "arguments": json.dumps({"query": author.english(4)})}
    call = {"role": "assistant", "tool_calls": [{"id": "call_1", "type": "function", "function": function}]}
    answer = {"role": "tool", "tool_call_id": "call_1", "content": author.english(author.length(20))}
    parameters = {"type": "object", "properties": {"query": {"type": "string", "description": "What to look for."}}}
    declared = {"name": "find_order", "description": "Finds orders of a customer.", "parameters": parameters}
    messages[-1:-1] = [call, answer]
    return {"messages": messages, "tools": [{"type": "function", "function": declared}]}
