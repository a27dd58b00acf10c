"""Turns the nearest examples' answers into an answer to this prompt: copies what was copied, votes where they vote.

For answers that are JSON objects each field is settled by itself; a field or answer that stood in its own prompt (an
order number, a date) is looked for in this prompt by its shape.
"""

import json
import re
from collections import defaultdict

from sandbox.examples import Example
from sandbox.wire import Json

Neighbours = list[tuple[Example, float]]

_TOKENS = re.compile(r"[A-Za-z0-9][A-Za-z0-9_./:@#+-]*[A-Za-z0-9]|[A-Za-z0-9]")


def adapt(prompt: str, neighbours: Neighbours) -> str:
    rows = [(_object(example.answer), example, score) for example, score in neighbours]
    first = rows[0][0]
    if first is None:
        return str(_settle(prompt, [(example.answer, example, score) for example, score in neighbours], is_whole=True))
    fields: Json = {}
    for name in first:
        values = [(row[name], example, score) for row, example, score in rows if row is not None and name in row]
        fields[name] = _settle(prompt, values, is_whole=False)
    spaced = '": ' in neighbours[0][0].answer
    return json.dumps(fields, ensure_ascii=False, separators=(", ", ": ") if spaced else (",", ":"))


def _object(text: str) -> Json | None:
    try:
        value = json.loads(text)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def _settle(prompt: str, values: list[tuple[object, Example, float]], *, is_whole: bool) -> object:
    copied = [
        (value, example) for value, example, _ in values if isinstance(value, str) and value and value in example.prompt
    ]
    if 2 * len(copied) > len(values):
        for text, _ in copied:
            found = _same_shape(prompt, str(text))
            if found is not None:
                return found
    if is_whole:  # free text: the nearest one's words
        return values[0][0]
    votes: dict[str, float] = defaultdict(float)
    for value, _, score in values:
        votes[json.dumps(value)] += score**2
    return json.loads(max(votes, key=lambda value: votes[value]))


def _same_shape(prompt: str, value: str) -> str | None:
    wanted = _shape(value)
    words = _TOKENS.findall(prompt)
    width = len(_TOKENS.findall(value)) or 1
    for at in range(len(words) - width + 1):
        candidate = " ".join(words[at : at + width])
        if _shape(candidate) == wanted and candidate in prompt:
            return candidate
    return None


def _shape(text: str) -> str:
    """Digits and letters by kind, runs drawn together: `A-1042` and `B-7` have one shape."""
    kinds = re.sub(r"\d+", "9", text)
    return re.sub(r"[a-z]+", "a", re.sub(r"[A-Z]+", "A", kinds))
