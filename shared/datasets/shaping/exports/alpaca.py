"""Alpaca as LLaMA-Factory and axolotl read it: one question and answer, with what was said before as pairs.

`input` stays empty: it is joined to the instruction anyway.
"""

from shared.datasets.shaping.exports.chats import (
    asked_in,
    messages_in,
    note_left_out,
    note_left_out_beside,
    only_answer,
    pairs,
    text,
)
from shared.datasets.shaping.shaped import Example, Findings, Message, Row, Unsayable


def chat(example: Example, findings: Findings) -> Row:
    messages = _texts_only(example, findings)
    system, said = pairs(messages)
    *history, (asked, answered) = said
    return {
        "instruction": asked,
        "input": "",
        "output": answered,
        "system": system,
        "history": list(map(list, history)),
    }


def single(example: Example, findings: Findings) -> Row:
    """Without a system message and without a history, of which the plainest readers know nothing."""
    row = chat(example, findings)
    if row["system"] or row["history"]:
        raise Unsayable("/messages", "one question with its answer is all that can be said here")
    return {key: row[key] for key in ("instruction", "input", "output")}


def preference(example: Example, findings: Findings) -> Row:
    chosen, rejected = (only_answer(example, key) for key in ("preferred_output", "non_preferred_output"))
    asked = asked_in(example)
    row = chat({**asked, "messages": [*messages_in(asked), chosen]}, findings)
    answers = {"chosen": row.pop("output"), "rejected": text(rejected, "/non_preferred_output/0")}
    return row | answers


def _texts_only(example: Example, findings: Findings) -> list[Message]:
    if example.get("tools") or example.get("functions"):
        raise Unsayable("/tools", "tools have no place here")
    messages = messages_in(example)
    note_left_out(messages, findings)
    note_left_out_beside(example, findings)
    return messages
