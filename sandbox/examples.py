"""A stored training file, read the way the providers read it: examples to train on, or the reason why the job fails.

The sentences follow the providers' own; example and message numbers count from one.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sandbox import tokens
from sandbox.wire import Dialect, Json

MIN_EXAMPLES = 10
_ROLES = ("system", "user", "assistant", "tool", "function", "developer")
_CHAT_KEYS = {"messages", "tools", "parallel_tool_calls", "functions"}
_PREFERENCE_KEYS = ("input", "preferred_output", "non_preferred_output")


@dataclass(frozen=True, slots=True)
class Example:
    """What was asked, what is to be answered, and what an epoch over it costs in tokens."""

    prompt: str
    answer: str
    tool_calls: tuple[Json, ...]
    tokens: int


@dataclass(eq=False)
class Fault(Exception):
    """Why a job fails at validation. `{file}` in the message stands for the file's id: equal contents are read once."""

    code: str
    message: str

    def about(self, param: str, file_id: str) -> Json:
        code = self.code.replace("training", "validation") if param == "validation_file" else self.code
        message = (
            self.message.replace("training file", "validation file") if param == "validation_file" else self.message
        )
        return {"code": code, "message": message.replace("{file}", file_id), "param": param}


@dataclass(frozen=True, slots=True)
class Reading:
    """How a file is to be read: the method that trains on it, who reads, and the model's encoding and limit."""

    method: str
    dialect: Dialect
    encoding: str
    max_example_tokens: int
    item_keys: tuple[str, ...] = ()
    """What the grader reads of each example; the first of it is taken for the answer that it wants."""


def read(content: bytes, reading: Reading) -> list[Example]:
    """The file's examples in order; raises Fault for the first thing that is wrong."""
    rows = list(_rows(content))
    _check_format(rows, reading.method)
    check = _CHECKS[reading.method]
    for number, row in enumerate(rows, start=1):
        check(row, number, reading.dialect)
        for key in reading.item_keys:
            if key not in row:
                raise _format_error(f"Example {number} is missing key '{key}', which the grader refers to.")
    if len(rows) < MIN_EXAMPLES:
        text = f"Training file has {len(rows)} example(s), but must have at least {MIN_EXAMPLES} examples"
        raise Fault("invalid_n_examples", text)
    return [_example(row, reading) for row in rows]


def first_bad_line(content: bytes) -> tuple[int, str] | None:
    """The line that makes a file unreadable as JSONL, with the parser's words; None when every line is an object."""
    for number, line in enumerate(_lines(content), start=1):
        try:
            row = json.loads(line)
            if b"\\u" in line:
                json.dumps(row, ensure_ascii=False).encode()  # a lone surrogate is not text
        except (ValueError, RecursionError) as error:
            return number, f"line contains invalid json: {error}"
        if not isinstance(row, dict):
            return number, "line is not a json object"
    return None


def has_bom(content: bytes) -> bool:
    return content.startswith(b"\xef\xbb\xbf")


def _lines(content: bytes) -> list[bytes]:
    return content.removeprefix(b"\xef\xbb\xbf").rstrip(b"\r\n").split(b"\n")


def _rows(content: bytes) -> Iterator[Json]:
    for line in _lines(content):
        yield json.loads(line)


def _check_format(rows: list[Json], method: str) -> None:
    is_chat = "messages" in rows[0]
    if method == "dpo" and is_chat:
        text = (
            "The job failed due to an invalid training file. Input file {file} is in the fine-tune-chat format, "
            "but the specified fine-tuning job is not using 'supervised' as the training method (provided method=dpo)."
        )
        raise Fault("invalid_training_file", text)
    if method == "supervised" and not is_chat and not any("messages" in row for row in rows):
        text = "Unexpected file format, expected either prompt/completion pairs or chat messages."
        raise Fault("invalid_training_file", text)


def _format_error(text: str) -> Fault:
    return Fault(
        "invalid_file_format",
        f"The job failed due to a file format error in the training file. Invalid file format. {text}",
    )


def _message_error(example: int, message: int, text: str) -> Fault:
    return Fault(
        "invalid_training_file",
        "The job failed due to an invalid training file. "
        f"Invalid file format. Example {example}, message {message} {text}",
    )


def _check_chat(row: Json, number: int, dialect: Dialect) -> None:
    if "messages" not in row:
        raise _format_error(f"Example {number} is missing key 'messages'")
    for key in row:
        if key not in _CHAT_KEYS:
            raise _format_error(f'Example {number} contains an extra "{key}".')
    _check_messages(row["messages"], number, dialect)
    if row["messages"][-1]["role"] != "assistant":
        raise _format_error(f"Example {number}: the last message must be from the assistant")
    trained = [
        message for message in row["messages"] if message["role"] == "assistant" and message.get("weight", 1) == 1
    ]
    if not trained:
        raise _format_error(f"Example {number} has no assistant message to train on")


def _check_preference(row: Json, number: int, dialect: Dialect) -> None:
    for key in _PREFERENCE_KEYS:
        if key not in row:
            raise _format_error(f"Example {number} is missing key '{key}'.")
    for key in row:
        if key not in _PREFERENCE_KEYS:
            raise _format_error(f'Example {number} contains an extra "{key}".')
    if not isinstance(row["input"], dict) or "messages" not in row["input"]:
        raise _format_error(f"Example {number} is missing key 'messages'")
    for messages in (row["input"]["messages"], row["preferred_output"], row["non_preferred_output"]):
        _check_messages(messages, number, dialect)


def _check_asked(row: Json, number: int, dialect: Dialect) -> None:
    if "messages" not in row:
        raise _format_error(f"Example {number} is missing key 'messages'")
    _check_messages(row["messages"], number, dialect)
    if row["messages"][-1]["role"] != "user":
        raise _format_error(f"Example {number}: the last message must be from the user")


_CHECKS = {"supervised": _check_chat, "dpo": _check_preference, "reinforcement": _check_asked}


def _check_messages(messages: Any, number: int, dialect: Dialect) -> None:
    if not isinstance(messages, list) or not messages:
        raise _format_error(f"Example {number} must have a list of messages that is not empty")
    for position, message in enumerate(messages, start=1):
        fault = message_fault(message, dialect)
        if fault is not None:
            raise _message_error(number, position, fault)


def message_fault(message: Any, dialect: Dialect) -> str | None:
    """What is wrong with one message, as the end of a sentence; None when nothing is."""
    if not isinstance(message, dict):
        return "Input should be a valid dictionary"
    if "role" not in message:
        return "Discriminator 'role' is missing in value"
    if message["role"] not in _ROLES:
        expected = ", ".join(f"'{role}'" for role in _ROLES)
        return f"Input tag '{message['role']}' found using 'role' does not match any of the expected tags: {expected}"
    return _weight_fault(message) or _tool_calls_fault(message) or _content_fault(message, dialect)


def _weight_fault(message: Json) -> str | None:
    if "weight" not in message:
        return None
    if message["role"] != "assistant":
        return "weight is only allowed for the assistant"
    weight = message["weight"]
    return None if type(weight) is int and weight in {0, 1} else "weight must be 0 or 1"


def _tool_calls_fault(message: Json) -> str | None:
    calls = message.get("tool_calls") or []
    is_list = isinstance(calls, list) and all(isinstance(call, dict) for call in calls)
    return None if is_list else "tool_calls must be a list of objects"


def _content_fault(message: Json, dialect: Dialect) -> str | None:
    content = message.get("content")
    speaks_otherwise = any(message.get(key) for key in ("tool_calls", "function_call", "refusal"))
    if "content" in message and content is None and dialect is Dialect.AZURE:
        return "content must not be null"
    if content is None:
        return None if message["role"] == "assistant" and speaks_otherwise else "content is missing"
    return None if isinstance(content, str | list) else "content must be a string or a list of parts"


def _example(row: Json, reading: Reading) -> Example:
    extra: list[Json] = []
    if reading.method == "supervised":
        *asked, answered = row["messages"]
        tools = row.get("tools")
    elif reading.method == "reinforcement":
        asked, answered = row["messages"], {"role": "assistant", "content": _wanted(row, reading.item_keys)}
        tools = row.get("tools")
    else:
        asked, answered = row["input"]["messages"], row["preferred_output"][-1]
        extra = [*row["preferred_output"], *row["non_preferred_output"]]
        tools = row["input"].get("tools")
    billed = [*asked, answered] if not extra else [*asked, *extra]
    return Example(
        prompt=last_question(asked),
        answer=tokens.text_of(answered.get("content")) or str(answered.get("refusal") or ""),
        tool_calls=tuple(answered.get("tool_calls") or ()),
        tokens=min(tokens.count_example(billed, tools, reading.encoding), reading.max_example_tokens),
    )


def _wanted(row: Json, keys: tuple[str, ...]) -> str:
    value = row[keys[0]] if keys else ""
    return value if isinstance(value, str) else json.dumps(value)


def last_question(messages: list[Any]) -> str:
    """What the answer answers: the last message that is not the assistant's or the system's."""
    asked = [message for message in messages if message.get("role") in {"user", "tool", "function"}]
    return tokens.text_of((asked or messages)[-1].get("content")) if messages else ""
