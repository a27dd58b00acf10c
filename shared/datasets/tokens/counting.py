"""How many tokens a text or a training example has, by tiktoken: the authority, one text at a time.

Many texts at once are counted by `fast`, which is held to what is said here. What the tokens cost is not decided here.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import tiktoken

from shared.datasets.shapes import Shape
from shared.datasets.tokens.pieces import (
    DEFINITIONS,
    PER_EXAMPLE,
    PER_MESSAGE,
    PER_TOOL,
    Mark,
    Piece,
    of_tools,
    pieces,
)
from shared.datasets.tokens.vocabularies import VOCABULARIES, Encoding, ranks

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
    return sum(len(encoder.encode_ordinary(piece)) for piece in cut(text))


def cut(text: str) -> Iterator[str]:
    """A text in pieces that are short enough to be counted."""
    start = 0
    while start < len(text):
        end = start + LONGEST_PIECE
        if end < len(text):
            space = text.rfind(" ", start + 1, end)
            end = space if space != -1 else end
        yield text[start:end]
        start = end


def count_example(row: Mapping[str, Any], encoding: Encoding, shape: Shape = Shape.CHAT) -> ExampleTokens:
    """Tokens of one well-formed example. Messages of weight 0 are billed, but not trained."""
    per_role: dict[str, int] = {}
    trained = 0
    for piece in pieces(row, shape):
        said, around = _tokens_of(piece, encoding)
        trained += said if piece.marks & Mark.TRAINED else 0
        per_role[piece.role] = per_role.get(piece.role, 0) + said + around
    total = sum(per_role.values()) + PER_EXAMPLE[shape]
    per_role.pop(DEFINITIONS, None)
    return ExampleTokens(total, trained, per_role)


def count_tools(functions: list[Mapping[str, Any]], encoding: Encoding) -> int:
    """Approximate tokens of the functions that an example declares."""
    return _sum(of_tools(functions), encoding)


def tokens_of_role(role: str, encoding: Encoding) -> int:
    """What a message costs before it says anything."""
    return PER_MESSAGE + _count_remembered(role, encoding)


def _sum(counted: Iterable[Piece], encoding: Encoding) -> int:
    return sum(sum(_tokens_of(piece, encoding)) for piece in counted)


def _tokens_of(piece: Piece, encoding: Encoding) -> tuple[int, int]:
    """What it says, and what comes around that."""
    around = tokens_of_role(piece.role, encoding) if piece.marks & Mark.OPENS_MESSAGE else 0
    around += PER_TOOL[encoding] if piece.marks & Mark.OPENS_TOOL else 0
    return piece.fixed + _count_known(piece.text, encoding, piece.role), around


def _count_known(text: str, encoding: Encoding, role: str) -> int:
    is_worth_remembering = role in ("system", DEFINITIONS) and len(text) <= LONGEST_REMEMBERED
    return _count_remembered(text, encoding) if is_worth_remembering else count(text, encoding)


@lru_cache(maxsize=REMEMBERED_TEXTS)
def _count_remembered(text: str, encoding: Encoding) -> int:
    return count(text, encoding)


@cache
def _encoder(encoding: Encoding) -> tiktoken.Encoding:
    vocabulary = VOCABULARIES[encoding]
    learnt = ranks(encoding)
    encoder = tiktoken.Encoding(
        name=encoding.value,
        pat_str=vocabulary.pattern,
        mergeable_ranks=learnt,
        special_tokens=vocabulary.special_tokens,
    )
    # The encoder has them in a form of its own by now; as Python's objects they would take 30 MB for good.
    learnt.clear()
    return encoder
