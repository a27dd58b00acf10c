"""How many tokens a chat request can use at most. Pure; errs towards too many, since money is held by it."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from shared.datasets.tokens import count
from shared.datasets.tokens.vocabularies import Encoding
from shared.errors import FieldError, InvalidRequest
from shared.evaluations.images import images_in, most_of_images
from shared.evaluations.rates import Usage

DEFAULT_ANSWER_TOKENS = 4096
"""The longest answer of a request that sets no limit of its own; it is sent with it, so that the hold covers the cost."""

_PER_MESSAGE = 8


def limited(body: Mapping[str, Any]) -> dict[str, Any]:
    """The request with a limit to its answer."""
    if body.get("max_completion_tokens") is None and body.get("max_tokens") is None:
        return {**body, "max_completion_tokens": DEFAULT_ANSWER_TOKENS}
    return dict(body)


def most_used(body: Mapping[str, Any], base_model: str, encoding: Encoding) -> Usage:
    """The most that a `limited` request can use. Raises InvalidRequest for content whose price is not known: sound, files, and
    images where nobody knows how the model counts them.
    """
    said: list[Any] = []
    for place, part in _parts(body["messages"]):
        match part.get("type"):
            case "image_url":
                continue
            case None | "text" | "refusal":
                said.append(part)
            case _:
                raise InvalidRequest(
                    "Only text and images can be sent: the price of other content is not known.",
                    [FieldError(place, "is neither text nor an image")],
                )
    said.extend(body[name] for name in ("tools", "functions", "response_format") if body.get(name))
    # As JSON, which has more tokens than what a provider makes of it.
    words = count(json.dumps(said, ensure_ascii=False), encoding)
    answers = (body.get("max_completion_tokens") or body["max_tokens"]) * (body.get("n") or 1)
    images = most_of_images(images_in(body["messages"]), base_model)
    return Usage(words + images + _PER_MESSAGE * len(body["messages"]), 0, answers)


def _parts(messages: list[dict[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every message without its list of parts, and every part."""
    for number, message in enumerate(messages):
        content = message.get("content")
        if not isinstance(content, list):
            yield f"/messages/{number}", {key: value for key, value in message.items() if key != "type"}
            continue
        yield f"/messages/{number}", {key: value for key, value in message.items() if key not in ("type", "content")}
        for index, part in enumerate(content):
            place = f"/messages/{number}/content/{index}"
            if not isinstance(part, dict):
                raise InvalidRequest("A part of a message is an object.", [FieldError(place, "is not an object")])
            yield place, {"type": "unknown", **part}
