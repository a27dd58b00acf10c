"""The old form of tools (`functions`, `function_call`) said in the new one, which is all that other trainers know."""

from shared.datasets.shaping.shaped import Example, Message
from shared.datasets.shaping.tools import call


def modern(chat: Example) -> Example:
    """The chat itself when it has nothing of the old form."""
    functions, messages = chat.get("functions"), chat.get("messages")
    if not isinstance(functions, list) and not _has_old_call(messages):
        return chat
    rest = {key: value for key, value in chat.items() if key != "functions"}
    tools = [{"type": "function", "function": function} for function in functions or ()]
    return rest | {"messages": _messages(messages)} | ({"tools": tools} if tools else {})


def _has_old_call(messages: object) -> bool:
    return isinstance(messages, list) and any(
        isinstance(message, dict) and isinstance(message.get("function_call"), dict) for message in messages
    )


def _messages(messages: object) -> object:
    if not isinstance(messages, list):
        return messages
    said: list[object] = []
    calls = 0
    for message in messages:
        calls += isinstance(message, dict) and isinstance(message.get("function_call"), dict)
        said.append(_message(message, f"call_{calls}") if isinstance(message, dict) else message)
    return said


def _message(message: Message, call_id: str) -> Message:
    if message.get("role") == "function":
        return {"role": "tool", "tool_call_id": call_id, "content": message.get("content")}
    old = message.get("function_call")
    if not isinstance(old, dict):
        return message
    rest = {key: value for key, value in message.items() if key != "function_call"}
    return rest | {"tool_calls": [call(old.get("name"), old.get("arguments"), call_id)]}
