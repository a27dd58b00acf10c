"""Moderation. It understands nothing: it objects to a text in the categories that the text itself asks for (see the README)."""

import re
from typing import Any

from sandbox import ids
from sandbox.refusals import invalid, no_model
from sandbox.wire import Call, Json, Reply
from sandbox.world import World

CATEGORIES = (
    "hate", "hate/threatening", "harassment", "harassment/threatening", "illicit", "illicit/violent", "self-harm",
    "self-harm/intent", "self-harm/instructions", "sexual", "sexual/minors", "violence", "violence/graphic",
)  # fmt: skip
_MODEL = "omni-moderation-2024-09-26"
_NAMES = {"omni-moderation-latest", _MODEL}
_MARKER = re.compile(rf"\[({'|'.join(sorted(CATEGORIES, reverse=True))})\]")
_LOW, _HIGH = 0.0001, 0.9


def moderate(_world: World, call: Call) -> Reply:
    """One result for each text of a list; parts of one input (texts and images) are judged together."""
    name = call.body.get("model", _MODEL)
    if name not in _NAMES:
        raise no_model(str(name))
    given = call.body.get("input")
    if isinstance(given, list) and given and all(isinstance(one, str) for one in given):
        results = [_result(one, ["text"]) for one in given]
    else:
        results = [_of_one(given)]
    return Reply({"id": f"modr-{ids.letters(8)}", "model": _MODEL, "results": results})


def _of_one(given: Any) -> Json:
    parts = given if isinstance(given, list) else [{"type": "text", "text": given}]
    if not parts or not all(_is_part(part) for part in parts):
        raise invalid(
            "'input' must be a text, a list of texts, or a list of text and image parts.", "input", "invalid_value"
        )
    kinds = ["image" if part["type"] == "image_url" else "text" for part in parts]
    return _result("\n".join(part.get("text", "") for part in parts), sorted(set(kinds)))


def _is_part(part: object) -> bool:
    match part:
        case {"type": "text", "text": str()} | {"type": "image_url", "image_url": {"url": str()}}:
            return True
        case _:
            return False


def _result(text: str, kinds: list[str]) -> Json:
    asked_for = set(_MARKER.findall(text))
    return {
        "flagged": bool(asked_for),
        "categories": {name: name in asked_for for name in CATEGORIES},
        "category_scores": {name: _HIGH if name in asked_for else _LOW for name in CATEGORIES},
        "category_applied_input_types": dict.fromkeys(CATEGORIES, kinds),
    }
