"""What of a training example is counted: its texts one by one, each with the tokens that come with it.

This is the rule that providers bill by, without the counting itself (`counting`, `fast`). Exact for text; for tool
definitions, tool calls and images no rule is published: theirs are approximations, and marked as such.
"""

from collections.abc import Iterator, Mapping, Sequence
from enum import IntFlag
from typing import Any, NamedTuple

from shared.datasets.shapes import Shape
from shared.datasets.tokens.vocabularies import Encoding

# Checked against a bill of 6,810 tokens for ten examples of three messages each: exact with one token per example,
# while the often quoted three give 2.9 % too much.
PER_MESSAGE = 3
PER_NAME = 1
PER_EXAMPLE = {Shape.CHAT: 1, Shape.PREFERENCE: 1, Shape.REINFORCEMENT: 1, Shape.COMPLETION: 0}
NOTEBOOK_PER_EXAMPLE = 3
"""What OpenAI's data preparation notebook adds to each example in place of ours."""

# Approximations; no provider says how it counts these.
PER_CALL = 8
PER_SMALL_IMAGE = 85
PER_LARGE_IMAGE = 765  # 1024 by 1024 pixels in four tiles: the size of an image behind a URL is not known here
PER_PARAMETERS = 3
PER_PROPERTY = 3
PER_ENUM = -3
PER_ENUM_ITEM = 3
PER_TOOL_LIST = 12
PER_TOOL = {Encoding.O200K_BASE: 7, Encoding.CL100K_BASE: 10}

DEFINITIONS = "definitions"
"""Stands where a role would, for what the declared tools cost."""
ROLES = (
    *("system", "developer", "user", "assistant", "tool", "function"),
    *("prompt", "completion"),  # of completions, which have no messages
    DEFINITIONS,
)


class Mark(IntFlag):
    """What is particular about a piece."""

    NONE = 0
    OPENS_MESSAGE = 1  # the message's own tokens and its role come with it
    TRAINED = 2  # the model learns to write it
    ASKED = 4  # the input of a preference, which may be counted with each of the two outputs
    APPROXIMATE = 8
    OPENS_TOOL = 16  # what each definition costs comes with it


class Piece(NamedTuple):
    """A text to be counted, and a fixed number of tokens that come on top of it."""

    role: str
    text: str
    fixed: int = 0
    marks: int = Mark.NONE


Message = Mapping[str, Any]


def pieces(row: Mapping[str, Any], shape: Shape) -> Iterator[Piece]:
    """The pieces of a well-formed example. Messages of weight 0 are billed, but not trained."""
    match shape:
        case Shape.COMPLETION:
            yield Piece("prompt", row["prompt"])
            yield Piece("completion", row["completion"], marks=Mark.TRAINED)
        case Shape.PREFERENCE:
            asked = row["input"]
            yield from _untrained(_of_messages(asked["messages"]), Mark.ASKED)
            yield from _untrained(of_tools(_declared(asked)), Mark.ASKED)
            yield from _of_messages(row["preferred_output"])
            yield from _of_messages(row["non_preferred_output"])
        case Shape.REINFORCEMENT:
            # The model's own attempts are graded and learnt from: nothing that stands in the file.
            yield from _untrained(_of_messages(row["messages"]))
            yield from of_tools(_declared(row))
        case Shape.CHAT:
            yield from _of_messages(row["messages"])
            yield from of_tools(_declared(row))


def of_tools(functions: Sequence[Mapping[str, Any]]) -> Iterator[Piece]:
    """What the functions that an example declares cost, approximately."""
    if functions:
        yield Piece(DEFINITIONS, "", PER_TOOL_LIST, Mark.APPROXIMATE)
    for function in functions:
        text = f"{function['name']}:{_description(function)}"
        yield Piece(DEFINITIONS, text, 0, Mark.APPROXIMATE | Mark.OPENS_TOOL)
        parameters = function.get("parameters") or {}
        properties = parameters.get("properties")
        if isinstance(properties, dict) and properties:
            yield Piece(DEFINITIONS, "", PER_PARAMETERS, Mark.APPROXIMATE)
            for key, schema in properties.items():
                yield from _of_property(key, schema)


def _untrained(of_example: Iterator[Piece], marks: Mark = Mark.NONE) -> Iterator[Piece]:
    for piece in of_example:
        yield piece._replace(marks=piece.marks & ~Mark.TRAINED | marks)


def _of_messages(messages: Sequence[Message]) -> Iterator[Piece]:
    for message in messages:
        role = message["role"]
        marks = Mark.TRAINED if role == "assistant" and message.get("weight") != 0 else Mark.NONE
        yield Piece(role, "", 0, Mark.OPENS_MESSAGE)
        for text, fixed, is_approximate in _said(message):
            yield Piece(role, text, fixed, marks | Mark.APPROXIMATE if is_approximate else marks)


def _said(message: Message) -> Iterator[tuple[str, int, bool]]:
    """Text, fixed tokens, and whether they are a guess."""
    content = message.get("content")
    if isinstance(content, str):
        yield content, 0, False
    for part in content if isinstance(content, list) else ():
        yield (
            ("", _of_image(part["image_url"]), True) if part["type"] == "image_url" else (part[part["type"]], 0, False)
        )
    name = message.get("name")
    if isinstance(name, str):
        yield name, PER_NAME, False
    if refusal := message.get("refusal"):
        yield refusal, 0, False
    for called in _calls(message):
        yield called["name"], PER_CALL, True
        yield called["arguments"], 0, True


def _calls(message: Message) -> Iterator[Mapping[str, Any]]:
    for call in message.get("tool_calls") or ():
        yield call["function"]
    if call := message.get("function_call"):
        yield call


def _of_image(image: Mapping[str, Any]) -> int:
    return PER_SMALL_IMAGE if image.get("detail") == "low" else PER_LARGE_IMAGE


def _declared(row: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [tool["function"] for tool in row.get("tools") or ()] + list(row.get("functions") or ())


def _of_property(key: str, schema: object) -> Iterator[Piece]:
    # A JSON schema may be anything that its author likes; what is not the usual shape counts by its name alone.
    if not isinstance(schema, dict):
        yield Piece(DEFINITIONS, key, PER_PROPERTY, Mark.APPROXIMATE)
        return
    text = f"{key}:{schema.get('type', '')}:{_description(schema)}"
    yield Piece(DEFINITIONS, text, PER_PROPERTY, Mark.APPROXIMATE)
    items = schema.get("enum")
    if isinstance(items, list) and items:
        yield Piece(DEFINITIONS, "", PER_ENUM, Mark.APPROXIMATE)
        for item in items:
            yield Piece(DEFINITIONS, str(item), PER_ENUM_ITEM, Mark.APPROXIMATE)


def _description(schema: Mapping[str, Any]) -> str:
    return str(schema.get("description") or "").removesuffix(".")
