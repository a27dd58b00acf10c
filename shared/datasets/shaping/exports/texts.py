"""Plain pairs and texts: completions as they are, and chats of one question and answer."""

from shared.datasets.shaping.exports.chats import (
    asked_in,
    messages_in,
    note_left_out,
    note_left_out_beside,
    only_answer,
    pairs,
)
from shared.datasets.shaping.shaped import Example, Findings, Row, Unsayable
from shared.datasets.shaping.texts import json_text


def lmflow_chat(example: Example, findings: Findings) -> Row:
    """LMFlow's conversation; tools are descriptions only, and one that is empty stands for none."""
    messages = messages_in(example)
    note_left_out(messages, findings)
    note_left_out_beside(example, findings)
    system, said = pairs(messages)
    tools = [json_text(tool) for tool in example.get("tools") or ()]
    turns = [
        {"role": role, "content": text} for pair in said for role, text in zip(("user", "assistant"), pair, strict=True)
    ]
    return {"system": system, "tools": tools or [""], "messages": turns}


def lmflow_preference(example: Example, findings: Findings) -> Row:
    """LMFlow's paired conversation: two whole conversations."""
    asked = asked_in(example)
    sides = {"chosen": "preferred_output", "rejected": "non_preferred_output"}
    return {
        side: lmflow_chat({**asked, "messages": [*messages_in(asked), only_answer(example, key)]}, findings)
        for side, key in sides.items()
    }


def pair_of_chat(example: Example, findings: Findings) -> Row:
    """`input` and `output`. The system message stands before what is asked, a blank line between."""
    messages = messages_in(example)
    note_left_out(messages, findings)
    note_left_out_beside(example, findings)
    if example.get("tools") or example.get("functions"):
        raise Unsayable("/tools", "tools have no place here")
    system, said = pairs(messages)
    if len(said) > 1:
        raise Unsayable("/messages", "one question with its answer is all that can be said here")
    asked, answered = said[0]
    return {"input": f"{system}\n\n{asked}" if system else asked, "output": answered}


def pair_of_completion(example: Example, findings: Findings) -> Row:
    row = completion(example, findings)
    return {"input": row["prompt"], "output": row["completion"]}


def completion(example: Example, _findings: Findings) -> Row:
    prompt, answer = example.get("prompt"), example.get("completion")
    if not isinstance(prompt, str) or not isinstance(answer, str):
        raise Unsayable("", "a prompt and a completion are needed, both texts")
    return {"prompt": prompt, "completion": answer}


def whole_text(example: Example, findings: Findings) -> Row:
    """Prompt and completion in one, to be learnt as a whole."""
    row = completion(example, findings)
    return {"text": row["prompt"] + row["completion"]}
