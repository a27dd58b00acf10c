"""Stored completions as they are exported: what was asked, and the choice that the model made.

Seen are `{"request": {"messages"}, "response": {"choices"}}` and `{"messages" or "input", "output" or "choices"}`.
"""

from shared.datasets.findings import found, pointer
from shared.datasets.shaping.shaped import Example, Findings, Message, Row
from shared.datasets.shaping.styles.messages import carried
from shared.datasets.shaping.tools import tools_of

ASKED = ("messages", "input")
ANSWERED = ("choices", "output")
MESSAGE_KEYS = ("role", "content", "tool_calls", "function_call", "refusal", "name")


def is_stored(row: Row) -> bool:
    asked, answered = _sides(row)
    return any(isinstance(asked.get(key), list) for key in ASKED) and any(answered.get(key) for key in ANSWERED)


def chat(row: Row, findings: Findings) -> Example:
    """The messages of the request, and the first choice as the answer."""
    asked, answered = _sides(row)
    key = next((key for key in ASKED if isinstance(asked.get(key), list)), ASKED[0])
    within = "/request/" if asked is not row else "/"
    messages = carried(asked.get(key), within + key, findings)
    answer = _answer(answered, findings)
    if answer is None:
        findings.append(found("no_answer", _where_answered(row), "no choice of the model is stored here"))
    tools = tools_of(asked.get("tools"), within + "tools", findings)
    return {"messages": [*messages, *([answer] if answer else [])]} | ({"tools": tools} if tools else {})


def _sides(row: Row) -> tuple[Row, Row]:
    request, response = row.get("request"), row.get("response")
    return (request if isinstance(request, dict) else row, response if isinstance(response, dict) else row)


def _where_answered(row: Row) -> str:
    return next((pointer(key) for key in ("response", *ANSWERED) if key in row), "")


def _answer(answered: Row, findings: Findings) -> Message | None:
    choices = answered.get("choices")
    if not isinstance(choices, list) or not choices:
        return _message(answered.get("output"))
    if len(choices) > 1:
        findings.append(found("choices_left_out", "", f"{len(choices)} choices are stored"))
    first = choices[0]
    if isinstance(first, dict) and first.get("finish_reason") == "length":
        findings.append(found("answer_cut_off", "", "the answer ended at the limit of tokens"))
    return _message(first.get("message") if isinstance(first, dict) else None)


def _message(output: object) -> Message | None:
    if isinstance(output, str):
        return {"role": "assistant", "content": output}
    if isinstance(output, list):
        return next(filter(None, map(_message, output)), None)
    if not isinstance(output, dict) or output.get("role") != "assistant":
        return None
    answer: Message = {key: output[key] for key in MESSAGE_KEYS if output.get(key) not in (None, [])}
    content = answer.get("content")
    if isinstance(content, list) and all(isinstance(part, dict) and "text" in part for part in content):
        answer["content"] = "".join(str(part["text"]) for part in content)
    return answer
