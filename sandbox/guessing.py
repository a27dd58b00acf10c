"""What the base model answers: a guess from the choices that the prompt names, often right, often wordy, never trained.

Deterministic by prompt. Beside the words of the prompt it has only the lexicon.
"""

import hashlib
import json
import re
from typing import Any

from sandbox import tokens
from sandbox.examples import last_question
from sandbox.features import bag
from sandbox.lexicon import concepts

_SEPARATORS = re.compile(r"\s*(?:[,;|/、，；]|\bor\b|\band\b|或者|或|和)\s*")
_BULLET = re.compile(r"^\s*(?:[-*•]|\d+[.)])\s*[\"'`“]?([^\s:：\"'`”—–(（]{1,40})", re.MULTILINE)
_KEYS = re.compile(r"[\"'`]([a-z][a-z0-9_]{1,30})[\"'`]")
_MAX_CHOICE_CHARACTERS = 24
_EDGES = " \t\"'`.。:：*()（）[]{}<>“”‘’"
# Of a hundred prompts: to so many the base model gives its bare guess, up to so many its guess in a sentence, else another.
_TERSE_BELOW, _WORDY_BELOW = 58, 84


def guess(messages: list[Any]) -> str:
    question = last_question(messages)
    instructions = "\n".join(
        tokens.text_of(message.get("content")) for message in messages if message.get("role") in {"system", "developer"}
    )
    if "json" in instructions.lower() and _KEYS.search(instructions):
        return _fields(instructions, question)
    options = choices(instructions) or choices(question)
    return _label(options, question) if options else _prose(question)


def choices(text: str) -> list[str]:
    """The longest list of short, different things that the text names."""
    lists = [_BULLET.findall(text)]
    for sentence in re.split(r"[\n.。!?！？]", text):
        tail = re.split(r"[:：]|\b(?:of|into|as)\b|是|为", sentence)[-1]
        lists.append([piece.strip(_EDGES) for piece in _SEPARATORS.split(tail)])
    short = [
        [piece for piece in found if 0 < len(piece) <= _MAX_CHOICE_CHARACTERS and piece.count(" ") < 3]
        for found in lists
    ]
    best = max((list(dict.fromkeys(found)) for found in short), key=len, default=[])
    return best if len(best) >= 2 else []


def _label(options: list[str], question: str) -> str:
    dice = _dice(question)
    best = max(options, key=lambda option: (_fit(option, question), _dice(option + question)))
    if dice < _TERSE_BELOW:
        return best
    if dice < _WORDY_BELOW:
        is_chinese = bool(re.search(r"[\u4e00-\u9fff]", question))
        return (
            f"根据内容，我认为这属于：{best}。"
            if is_chinese
            else f"Based on the message, I would say this is about {best}."
        )
    others = [option for option in options if option != best]
    return others[dice % len(others)]


def _fit(option: str, question: str) -> float:
    named = set(concepts(option.replace("_", " ").replace("-", " ")))
    touched = concepts(question)
    common = sum((bag(option) & bag(question)).values())
    return 2 * sum(concept in named for concept in touched) + 0.2 * common


def _fields(instructions: str, question: str) -> str:
    """A JSON object with the keys asked for: numbers and codes are found in the text, the rest is guessed."""
    codes = re.findall(r"[A-Za-z]*[-#]?\d[\w.-]*", question)
    options = choices(instructions)
    values: dict[str, Any] = {}
    for name in dict.fromkeys(_KEYS.findall(instructions)):
        is_code = any(hint in name for hint in ("id", "number", "code", "order", "date", "amount", "total", "price"))
        values[name] = (
            codes[0].rstrip(".-") if is_code and codes else _label(options, question + name) if options else None
        )
    answer = json.dumps(values, ensure_ascii=False)
    return answer if _dice(question) < _TERSE_BELOW else f"```json\n{answer}\n```"


def _prose(question: str) -> str:
    if re.search(r"[\u4e00-\u9fff]", question):
        return f"这是个好问题。关于“{question[:24]}”，需要结合具体情况来看，建议先了解更多细节。"
    words = " ".join(question.split()[:12])
    return (
        f'That is a good question. As to "{words}", it depends on the details; here is a general answer to start from.'
    )


def _dice(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode("utf-8", "replace")).digest()[:4]) % 100
