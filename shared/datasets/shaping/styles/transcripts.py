"""Transcripts in the old manner of Anthropic: turns that begin with a blank line and `Human:` (or `User:`) or `Assistant:`.

What stands before the first turn is the system message, unless it is a turn itself, of somebody who is not known.
"""

import re

from shared.datasets.findings import found, pointer
from shared.datasets.reading.speakers import ANY, ROLE_OF
from shared.datasets.shaping.shaped import Example, Findings, Message, Row
from shared.datasets.shaping.texts import text_of

_TURN = re.compile(rf"(?:\A\s*|\n\s*\n)({ANY}):")
_OTHER_TURN = re.compile(r"[^\W\d_][\w .-]{0,30}[:：]\s*\S")


def is_transcript(value: object) -> bool:
    return isinstance(value, str) and _TURN.search(value) is not None


def chat(row: Row, findings: Findings) -> Example:
    """From `text`, or from a `prompt` that ends with "Assistant:" and its `completion`."""
    key = "text" if "text" in row else "prompt"
    messages = _messages(row, key, findings)
    if "completion" in row:
        messages = _without_open_turn(messages)
        messages.append({"role": "assistant", "content": text_of(row["completion"]).strip()})
    return {"messages": messages}


def preference(row: Row, findings: Findings) -> Example:
    """`chosen` and `rejected` are whole transcripts; what they share is the input, their last answers are the outputs."""
    chosen, rejected = _messages(row, "chosen", findings), _messages(row, "rejected", findings)
    if chosen[:-1] != rejected[:-1] or not chosen or not rejected:
        findings.append(found("transcripts_part_early", "/rejected", "the two differ before their last turn"))
    for key, messages in (("chosen", chosen), ("rejected", rejected)):
        if messages and messages[-1]["role"] != "assistant":
            findings.append(found("no_answer", pointer(key), "the transcript does not end with an answer"))
    return {
        "input": {"messages": chosen[:-1]},
        "preferred_output": chosen[-1:],
        "non_preferred_output": rejected[-1:],
    }


def _messages(row: Row, key: str, findings: Findings) -> list[Message]:
    text = row.get(key)
    if not isinstance(text, str) or not is_transcript(text):
        findings.append(found("not_a_transcript", pointer(key), "no turn begins here", text))
        return []
    before, *pieces = _TURN.split(text)
    turns = zip(pieces[::2], pieces[1::2], strict=True)
    messages: list[Message] = [{"role": ROLE_OF[speaker], "content": said.strip()} for speaker, said in turns]
    # An answer comes first where the user goes by another name: those words would become the system message.
    if messages[0]["role"] == "assistant" and (other := _OTHER_TURN.match(before.lstrip())):
        findings.append(found("unknown_speaker", pointer(key), "who speaks first is not known", other[0]))
    return [{"role": "system", "content": before.strip()}, *messages] if before.strip() else messages


def _without_open_turn(messages: list[Message]) -> list[Message]:
    is_open = bool(messages) and messages[-1] == {"role": "assistant", "content": ""}
    return messages[:-1] if is_open else messages
