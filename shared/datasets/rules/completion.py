"""Every rule for one row of a completion dataset, the oldest shape: a prompt, and the text that goes on from it.

No provider trains on it any more; it is checked so that it can be converted. Separators, stops and leading spaces are a matter
of remedies.
"""

from collections.abc import Callable, Iterator
from typing import Any

from shared.datasets.findings import Finding, found, found_extra_keys

Row = dict[str, Any]


def check_completion(row: Row) -> Iterator[Finding]:
    """Everything wrong with a row that is meant to be a prompt with its completion."""
    for rule in COMPLETION_RULES:
        yield from rule(row)


def _unknown_keys(row: Row) -> Iterator[Finding]:
    yield from found_extra_keys("unknown_key", row, {"prompt", "completion"}, "")


def _prompt(row: Row) -> Iterator[Finding]:
    if "prompt" not in row:
        yield found("missing_prompt", "", 'the row has no key "prompt"')
    elif not isinstance(row["prompt"], str):
        yield found("prompt_not_text", "/prompt", "a prompt must be a text", row["prompt"])


def _completion(row: Row) -> Iterator[Finding]:
    if "completion" not in row:
        yield found("missing_completion", "", 'the row has no key "completion"')
    elif not isinstance(row["completion"], str):
        yield found("completion_not_text", "/completion", "a completion must be a text", row["completion"])


def _something_to_learn(row: Row) -> Iterator[Finding]:
    completion = row.get("completion")
    if isinstance(completion, str) and not completion.strip():
        yield found("empty_completion", "/completion", "there is nothing to learn")


COMPLETION_RULES: tuple[Callable[[Row], Iterator[Finding]], ...] = (
    _unknown_keys,
    _prompt,
    _completion,
    _something_to_learn,
)
