"""How many tokens a text or a training example has, by the rule that providers bill by.

Exact for text. For tool definitions, tool calls and images no rule is published: their counts are approximations,
named as such below. What the tokens cost is not decided here.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import tiktoken

from shared.datasets.tokens.vocabularies import VOCABULARIES, Encoding, ranks

__all__ = ["Encoding", "ExampleTokens", "count", "count_example", "count_tools"]

# Checked against a bill of 6,810 tokens for ten examples of three messages each: exact with one token per example,
# while the often quoted three give 2.9 % too much.
PER_MESSAGE = 3
PER_NAME = 1
PER_EXAMPLE = 1

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

# tiktoken's regular expressions give up (a panic that `except Exception` does not catch) on runs of a million
# spaces. Text is cut long before that, at a space where there is one, which changes a count by a token or two at most.
LONGEST_PIECE = 400_000

# Roles and system prompts come again in every example; other texts are not worth remembering.
REMEMBERED_TEXTS = 512
LONGEST_REMEMBERED = 20_000


@dataclass(frozen=True, slots=True)
class ExampleTokens:
    """Tokens of one example: all that is billed, the part the model learns to write, and who said how much."""

    total: int
    trained: int
    per_role: Mapping[str, int]


def count(text: str, encoding: Encoding) -> int:
    """Tokens of a text. Names of special tokens count as the ordinary text they are in training data."""
    encoder = _encoder(encoding)
    if len(text) <= LONGEST_PIECE:
        return len(encoder.encode_ordinary(text))
    return sum(len(encoder.encode_ordinary(piece)) for piece in _pieces(text))


def count_example(row: Mapping[str, Any], encoding: Encoding) -> ExampleTokens:
    """Tokens of one well-formed chat example. Messages of weight 0 are billed, but not trained."""
    per_role: dict[str, int] = {}
    trained = 0
    for message in row["messages"]:
        role = message["role"]
        said = _said(message, encoding)
        if role == "assistant" and message.get("weight") != 0:
            trained += said
        per_role[role] = per_role.get(role, 0) + PER_MESSAGE + _count_known(role, encoding) + said
    definitions = count_tools(_definitions(row), encoding)
    return ExampleTokens(sum(per_role.values()) + definitions + PER_EXAMPLE, trained, per_role)


def count_tools(functions: list[Mapping[str, Any]], encoding: Encoding) -> int:
    """Approximate tokens of the functions that an example declares."""
    if not functions:
        return 0
    return PER_TOOL_LIST + sum(_count_function(function, encoding) for function in functions)


@cache
def _encoder(encoding: Encoding) -> tiktoken.Encoding:
    vocabulary = VOCABULARIES[encoding]
    return tiktoken.Encoding(
        name=encoding.value,
        pat_str=vocabulary.pattern,
        mergeable_ranks=ranks(encoding),
        special_tokens=vocabulary.special_tokens,
    )


@lru_cache(maxsize=REMEMBERED_TEXTS)
def _count_remembered(text: str, encoding: Encoding) -> int:
    return count(text, encoding)


def _count_known(text: str, encoding: Encoding) -> int:
    return _count_remembered(text, encoding) if len(text) <= LONGEST_REMEMBERED else count(text, encoding)


def _pieces(text: str) -> Iterator[str]:
    start = 0
    while start < len(text):
        end = start + LONGEST_PIECE
        if end < len(text):
            space = text.rfind(" ", start + 1, end)
            end = space if space != -1 else end
        yield text[start:end]
        start = end


def _said(message: Mapping[str, Any], encoding: Encoding) -> int:
    tokens = _count_content(message, encoding)
    name = message.get("name")
    if isinstance(name, str):
        tokens += PER_NAME + count(name, encoding)
    if refusal := message.get("refusal"):
        tokens += count(refusal, encoding)
    calls = [call["function"] for call in message.get("tool_calls") or ()]
    if call := message.get("function_call"):
        calls.append(call)
    return tokens + sum(PER_CALL + count(call["name"], encoding) + count(call["arguments"], encoding) for call in calls)


def _count_content(message: Mapping[str, Any], encoding: Encoding) -> int:
    content = message.get("content")
    if content is None:
        return 0
    if isinstance(content, str):
        return _count_known(content, encoding) if message["role"] == "system" else count(content, encoding)
    return sum(_count_part(part, encoding) for part in content)


def _count_part(part: Mapping[str, Any], encoding: Encoding) -> int:
    if part["type"] == "image_url":
        return PER_SMALL_IMAGE if part["image_url"].get("detail") == "low" else PER_LARGE_IMAGE
    return count(part[part["type"]], encoding)


def _definitions(row: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [tool["function"] for tool in row.get("tools") or ()] + list(row.get("functions") or ())


def _count_function(function: Mapping[str, Any], encoding: Encoding) -> int:
    tokens = PER_TOOL[encoding] + count(f"{function['name']}:{_description(function)}", encoding)
    parameters = function.get("parameters") or {}
    properties = parameters.get("properties")
    if not isinstance(properties, dict) or not properties:
        return tokens
    return tokens + PER_PARAMETERS + sum(_count_property(key, value, encoding) for key, value in properties.items())


def _count_property(key: str, schema: object, encoding: Encoding) -> int:
    # A JSON schema may be anything that its author likes; what is not the usual shape counts by its name alone.
    if not isinstance(schema, dict):
        return PER_PROPERTY + count(key, encoding)
    tokens = PER_PROPERTY + count(f"{key}:{schema.get('type', '')}:{_description(schema)}", encoding)
    items = schema.get("enum")
    if isinstance(items, list) and items:
        tokens += PER_ENUM + sum(PER_ENUM_ITEM + count(str(item), encoding) for item in items)
    return tokens


def _description(schema: Mapping[str, Any]) -> str:
    return str(schema.get("description") or "").removesuffix(".")
