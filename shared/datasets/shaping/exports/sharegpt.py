"""ShareGPT as LLaMA-Factory reads it: human and observation by turns with gpt and function_call.

`system` and `tools` are written in every row, empty where there are none: the trainer wants a column in all rows or in none.
"""

from collections.abc import Iterator
from typing import Any

from shared.datasets.findings import found, pointer
from shared.datasets.shaping.exports.chats import (
    arguments_of,
    asked_in,
    messages_in,
    note_left_out,
    note_left_out_beside,
    only_answer,
    system_and_rest,
    text,
)
from shared.datasets.shaping.exports.modern import modern
from shared.datasets.shaping.shaped import Example, Findings, Message, Row, Unsayable
from shared.datasets.shaping.texts import json_text

Turn = dict[str, str]

SPEAKERS = {"user": "human", "assistant": "gpt"}


def chat(example: Example, findings: Findings) -> Row:
    example = modern(example)
    messages = messages_in(example)
    note_left_out(messages, findings)
    note_left_out_beside(example, findings)
    system, rest = system_and_rest(messages)
    tools = example.get("tools")
    return {
        "conversations": list(_turns(rest, findings)),
        "system": system,
        "tools": json_text([tool["function"] for tool in tools]) if tools else "",
    }


def preference(example: Example, findings: Findings) -> Row:
    sides = {"chosen": "preferred_output", "rejected": "non_preferred_output"}
    answers = {side: _answer(only_answer(example, key), pointer(key), findings) for side, key in sides.items()}
    return chat(asked_in(example), findings) | answers


def _turns(messages: list[Message], findings: Findings) -> Iterator[Turn]:
    place = 0
    while place < len(messages):
        message, where = messages[place], pointer("messages", place)
        if message["role"] == "tool":
            raise Unsayable(where, "a tool answers where nothing was called")
        answers = _answers(messages, place + 1)
        if message.get("tool_calls"):
            yield _call(message, where, findings)
            if answers:
                yield _observation(message["tool_calls"], answers, where)
        else:
            yield _answer(message, where, findings)
        place += 1 + (len(answers) if message.get("tool_calls") else 0)


def _answers(messages: list[Message], place: int) -> list[Message]:
    """The answers of tools that stand from this place on, one after the other."""
    answers: list[Message] = []
    while place + len(answers) < len(messages) and messages[place + len(answers)]["role"] == "tool":
        answers.append(messages[place + len(answers)])
    return answers


def _answer(message: Message, where: str, findings: Findings) -> Turn:
    if message.get("tool_calls"):
        return _call(message, where, findings)
    if message["role"] not in SPEAKERS:
        raise Unsayable(where, f'"{message["role"]}" has no place among the turns')
    return {"from": SPEAKERS[message["role"]], "value": text(message, where)}


def _call(message: Message, where: str, findings: Findings) -> Turn:
    if message.get("content"):
        findings.append(
            found("left_out_of_export", where, "what is said beside a call is left out", message["content"])
        )
    calls = [_called(call, where) for call in message["tool_calls"]]
    return {"from": "function_call", "value": json_text(calls[0] if len(calls) == 1 else calls)}


def _called(call: Any, where: str) -> dict[str, Any]:
    arguments = arguments_of(call, where)
    return {"name": call["function"].get("name"), "arguments": arguments}


def _observation(calls: list[Any], answers: list[Message], where: str) -> Turn:
    """One answer as it is; several as a list of texts, in the order of the calls."""
    said = {answer.get("tool_call_id"): text(answer, where) for answer in answers}
    ids = [call.get("id") for call in calls]
    if len(answers) != len(calls) or said.keys() != set(ids):
        raise Unsayable(where, "the calls and their answers do not match")
    texts = [said[call_id] for call_id in ids]
    return {"from": "observation", "value": texts[0] if len(texts) == 1 else json_text(texts)}
