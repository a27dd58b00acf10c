"""The rival: what OpenAI's data preparation notebook does with a chat file, written anew.

It loads the whole file, looks for format errors, counts the tokens of every message (each value of it, the role included) and
then once more those of the answers, and computes the distributions. Tool calls, at which the notebook stops with an error,
are left out of its counting.
"""

import json
from collections import Counter
from pathlib import Path
from statistics import fmean, median
from typing import Any

import tiktoken

from shared.datasets.tokens.vocabularies import VOCABULARIES, Encoding, ranks

KEYS = {"role", "content", "name", "function_call", "weight"}
ROLES = {"system", "user", "assistant", "function"}
LONGEST_EXAMPLE = 16_385


def run(path: Path, encoding: Encoding) -> dict[str, Any]:
    with path.open(encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    errors = _format_errors(rows)
    encoder = _encoder(encoding)
    missing = Counter[str]()
    messages, totals, answers = [], [], []
    for row in rows:
        roles = [message["role"] for message in row["messages"]]
        missing.update(role for role in ("system", "user") if role not in roles)
        messages.append(len(roles))
        totals.append(_tokens(row["messages"], encoder))
        answers.append(_answer_tokens(row["messages"], encoder))
    return {
        "examples": len(rows),
        "tokens": sum(totals),
        "errors": dict(errors),
        "missing": dict(missing),
        "too_long": sum(total > LONGEST_EXAMPLE for total in totals),
        "billed": sum(min(LONGEST_EXAMPLE, total) for total in totals),
        "distributions": [(min(one), max(one), fmean(one), median(one)) for one in (messages, totals, answers)],
    }


def _encoder(encoding: Encoding) -> tiktoken.Encoding:
    vocabulary = VOCABULARIES[encoding]
    return tiktoken.Encoding(
        name=encoding.value,
        pat_str=vocabulary.pattern,
        mergeable_ranks=ranks(encoding),
        special_tokens=vocabulary.special_tokens,
    )


def _format_errors(rows: list[Any]) -> Counter[str]:
    errors = Counter[str]()
    for row in rows:
        if not isinstance(row, dict):
            errors["data_type"] += 1
            continue
        messages = row.get("messages")
        if not messages:
            errors["missing_messages_list"] += 1
            continue
        for message in messages:
            errors.update(_message_errors(message))
        if not any(message.get("role") == "assistant" for message in messages):
            errors["example_missing_assistant_message"] += 1
    return errors


def _message_errors(message: dict[str, Any]) -> list[str]:
    errors = []
    if "role" not in message or "content" not in message:
        errors.append("message_missing_key")
    if any(key not in KEYS for key in message):
        errors.append("message_unrecognized_key")
    if message.get("role") not in ROLES:
        errors.append("unrecognized_role")
    content = message.get("content")
    if (not content and not message.get("function_call")) or not isinstance(content, str):
        errors.append("missing_content")
    return errors


def _tokens(messages: list[dict[str, Any]], encoder: tiktoken.Encoding) -> int:
    tokens = 3
    for message in messages:
        tokens += 3
        for key, value in message.items():
            if isinstance(value, str):
                tokens += len(encoder.encode(value, disallowed_special=()))
            if key == "name":
                tokens += 1
    return tokens


def _answer_tokens(messages: list[dict[str, Any]], encoder: tiktoken.Encoding) -> int:
    answers = (message.get("content") for message in messages if message["role"] == "assistant")
    return sum(len(encoder.encode(answer, disallowed_special=())) for answer in answers if isinstance(answer, str))
