"""ShareGPT: `conversations` of turns `{from, value}`, with `system` and `tools` beside them; also turns `{role, content}`.

One `function_call` may hold a list of calls. Their answers are as many observations in a row, or one that holds a list of
as many texts.
"""

from typing import Any

from shared.datasets.findings import found, pointer
from shared.datasets.shaping.shaped import Example, Findings, Message, Row
from shared.datasets.shaping.styles.images import place_images
from shared.datasets.shaping.texts import is_empty, parsed, text_of
from shared.datasets.shaping.tools import calls_of, tools_of

CALL, ANSWER = "call", "tool"
ROLES = {
    **dict.fromkeys(("human", "user", "prompter", "question"), "user"),
    **dict.fromkeys(("gpt", "assistant", "model", "bot", "chatgpt", "ai", "bing", "bard"), "assistant"),
    **dict.fromkeys(("function_call", "function-call", "tool_call", "tool_calls"), CALL),
    **dict.fromkeys(("observation", "tool", "tool_response", "function_response", "function-response"), ANSWER),
    "system": "system",
    "developer": "developer",
}
KEYS = ("conversations", "conversation")


def chat(row: Row, findings: Findings) -> Example:
    messages = _conversation(row, findings)
    tools = tools_of(row.get("tools"), "/tools", findings)
    return {"messages": messages} | ({"tools": tools} if tools else {})


def preference(row: Row, findings: Findings) -> Example:
    """The conversation up to the answer is the input; `chosen` and `rejected` are turns or texts."""
    return {
        "input": chat(row, findings),
        "preferred_output": _output(row, "chosen", findings),
        "non_preferred_output": _output(row, "rejected", findings),
    }


def _conversation(row: Row, findings: Findings) -> list[Message]:
    key = next((key for key in KEYS if key in row), KEYS[0])
    messages = _turns(row.get(key), pointer(key), findings)
    if not is_empty(row.get("system")) and not any(message["role"] == "system" for message in messages):
        messages.insert(0, {"role": "system", "content": text_of(row["system"])})
    if row.get("images"):
        place_images(messages, row["images"], findings)
    return messages


def _turns(turns: object, where: str, findings: Findings) -> list[Message]:
    if not isinstance(turns, list):
        findings.append(found("not_a_list_of_turns", where, "this is no list of turns", turns))
        return []
    talk = _Talk(findings)
    for index, turn in enumerate(turns):
        talk.add(turn, where + pointer(index))
    talk.answer()
    return talk.messages


def _output(row: Row, key: str, findings: Findings) -> list[Message]:
    turn = row.get(key)
    turn = {"from": "gpt", "value": turn} if isinstance(turn, str) else turn
    turns = turn if isinstance(turn, list) else [turn]
    return _turns(turns, pointer(key), findings)


class _Talk:
    """The messages so far, the calls that wait for an answer, and the answers that were given to them."""

    def __init__(self, findings: Findings) -> None:
        self.messages: list[Message] = []
        self._findings = findings
        self._calls = 0
        self._open: list[str] = []
        self._answers: list[tuple[object, str]] = []

    def add(self, turn: object, where: str) -> None:
        if not isinstance(turn, dict):
            self._findings.append(found("not_a_list_of_turns", where, "a turn must be an object", turn))
            return
        speaker, value = _said(turn)
        role = ROLES.get(speaker.lower()) if isinstance(speaker, str) else None
        if role == ANSWER and "tool_call_id" not in turn:
            self._answers.append((value, where))
            return
        self.answer()
        if role is None:
            self._findings.append(found("unknown_speaker", where, "who says this is not known", speaker))
        elif role == CALL:
            self._call(value, where)
        else:
            self.messages.append(_message(role, value, turn))

    def answer(self) -> None:
        """Give the answers that were collected to the calls that are open, in their order."""
        texts = [text_of(value) for value, _ in self._answers]
        if len(texts) == 1 and len(self._open) > 1:
            texts = _listed(texts[0])
        if self._answers and len(texts) != len(self._open):
            said = f"{len(texts)} answers to {len(self._open)} calls"
            self._findings.append(found("unmatched_tool_answer", self._answers[0][1], said))
        if self._answers:
            self.messages += [
                {"role": "tool", "tool_call_id": call_id, "content": text}
                for call_id, text in zip(self._open, texts, strict=False)
            ]
            self._open = []
        self._answers = []

    def _call(self, value: object, where: str) -> None:
        try:
            calls = calls_of(value, self._calls + 1)
        except ValueError as error:
            self._findings.append(found("tool_text_not_json", where, f"this calls no tool: {error}", value))
            return
        self._calls += len(calls)
        self._open = [call["id"] for call in calls]
        self.messages.append({"role": "assistant", "tool_calls": calls})


def _said(turn: dict[str, Any]) -> tuple[object, object]:
    return turn.get("from", turn.get("role")), turn.get("value", turn.get("content"))


def _message(role: str, value: object, turn: dict[str, Any]) -> Message:
    if "tool_calls" in turn or "tool_call_id" in turn:  # a message of a chat under another key
        return {key: value for key, value in turn.items() if key != "from"} | {"role": role}
    message: Message = {"role": role, "content": value if isinstance(value, list) else text_of(value)}
    if role == "assistant" and "weight" in turn:
        message["weight"] = turn["weight"]
    elif role == "assistant" and isinstance(turn.get("train"), bool):
        message["weight"] = int(turn["train"])
    return message


def _listed(text: str) -> list[str]:
    """The texts of a list in JSON; the text itself when it holds no list."""
    try:
        value = parsed(text)
    except ValueError:
        return [text]
    return [text_of(one) for one in value] if isinstance(value, list) else [text]
