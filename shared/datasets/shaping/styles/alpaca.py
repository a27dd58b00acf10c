"""Alpaca: `instruction`, `input`, `output`, perhaps `system` and a `history` of pairs; or `chosen` and `rejected` as texts.

Dolly's `context` and `response` are read as `input` and `output`.
"""

from shared.datasets.findings import found, pointer
from shared.datasets.shaping.shaped import Example, Findings, Message, Row
from shared.datasets.shaping.texts import is_empty, text_of

ASKING = ("instruction", "prompt", "question", "query")
GIVEN = ("input", "context")
ANSWERING = ("output", "response")


def chat(row: Row, findings: Findings) -> Example:
    return {"messages": [*_asked(row, findings), _answer(row, ANSWERING, findings)]}


def preference(row: Row, findings: Findings) -> Example:
    return {
        "input": {"messages": _asked(row, findings)},
        "preferred_output": [_answer(row, ("chosen",), findings)],
        "non_preferred_output": [_answer(row, ("rejected",), findings)],
    }


def _asked(row: Row, findings: Findings) -> list[Message]:
    asking = next((key for key in ASKING if key in row), "input" if "input" in row else ASKING[0])
    given = next((key for key in GIVEN if key in row and key != asking), None)
    said = [_text(row, key, findings) for key in (asking, given) if key and not is_empty(row.get(key))]
    if not said:
        findings.append(found("empty_cell", pointer(asking), "nothing is asked here"))
    system = _text(row, "system", findings) if not is_empty(row.get("system")) else ""
    messages: list[Message] = [{"role": "system", "content": system}] if system else []
    return [*messages, *_history(row.get("history"), findings), {"role": "user", "content": "\n".join(said)}]


def _history(history: object, findings: Findings) -> list[Message]:
    if is_empty(history):
        return []
    if not isinstance(history, list):
        findings.append(found("not_a_list_of_turns", "/history", "this is no list of pairs", history))
        return []
    messages: list[Message] = []
    for index, pair in enumerate(history):
        if isinstance(pair, list) and len(pair) == 2 and all(isinstance(text, str) for text in pair):
            messages += [{"role": "user", "content": pair[0]}, {"role": "assistant", "content": pair[1]}]
        else:
            where = pointer("history", index)
            findings.append(found("not_a_list_of_turns", where, "a pair is what was asked and what was answered", pair))
    return messages


def _answer(row: Row, keys: tuple[str, ...], findings: Findings) -> Message:
    key = next((key for key in keys if key in row), keys[0])
    if is_empty(row.get(key)):
        findings.append(found("empty_cell", pointer(key), "there is no answer here"))
    return {"role": "assistant", "content": _text(row, key, findings)}


def _text(row: Row, key: str, findings: Findings) -> str:
    value = row.get(key)
    if isinstance(value, list | dict):
        findings.append(found("not_a_text", pointer(key), f'"{key}" must be a text', value))
    return text_of(value)
