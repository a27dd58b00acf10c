"""Whatever other tools count, a code here stands for it; the table is in `docs/dataset-rules.md`."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from shared.datasets.findings import FINDING_CODES
from shared.datasets.rules import check
from shared.datasets.shapes import Shape
from tests.datasets.rules.cases import CASES
from tests.datasets.rules.rows import Case

PAGE = (Path(__file__).parents[3] / "docs" / "dataset-rules.md").read_text(encoding="utf-8")
TABLE_ROWS = [line.strip("| ").split(" | ") for line in PAGE.splitlines() if line.startswith("| ")]
STANDS_FOR = {
    re.findall(r"`(\w+)`", counter)[0]: set(re.findall(r"`(\w+)`", codes))
    for counter, codes in TABLE_ROWS
    if re.fullmatch(r"`\w+`", counter)
}
NEWER_KEYS = {"tool_calls", "tool_call_id", "refusal", "name"}
NEWER_ROLES = {"tool", "developer"}


def counted_by_the_notebook(row: dict[str, Any]) -> Iterator[str]:
    """The counters that a row adds to, with the keys and roles that came after the notebook."""
    messages = row.get("messages")
    if not messages:
        yield "missing_messages_list"
        return
    for message in messages:
        if "role" not in message or ("content" not in message and not _calls(message)):
            yield "message_missing_key"
        if any(key not in {"role", "content", "function_call", "weight"} | NEWER_KEYS for key in message):
            yield "message_unrecognized_key"
        if message.get("role") not in ("system", "user", "assistant", "function", *NEWER_ROLES):
            yield "unrecognized_role"
        content = message.get("content")
        if not _calls(message) and (not content or not isinstance(content, str | list)):
            yield "missing_content"
    roles = [message.get("role") for message in messages]
    if "assistant" not in roles:
        yield "example_missing_assistant_message"
    if "user" not in roles:
        yield "n_missing_user"


def _calls(message: dict[str, Any]) -> bool:
    return any(message.get(key) for key in ("function_call", "tool_calls", "refusal"))


def can_be_counted(row: dict[str, Any]) -> bool:
    """The notebook itself stops with an error at messages that are no objects, and at roles that are lists."""
    messages = row.get("messages", [])
    return isinstance(messages, list) and all(
        isinstance(message, dict) and isinstance(message.get("role", ""), str | int) for message in messages
    )


COUNTED = [case for case in CASES if case.shape is Shape.CHAT and can_be_counted(case.row)]


def says_as_much(case: Case) -> bool:
    codes = {finding.code for finding in check(case.row, Shape.CHAT)}
    if any(code.endswith("_row") for code in codes):
        return True  # it is named as what it is, and nothing more is said
    roles_are_known = not codes & {"missing_role", "unknown_role"}
    of_roles = {"example_missing_assistant_message", "n_missing_user"}
    counters = {one for one in counted_by_the_notebook(case.row) if roles_are_known or one not in of_roles}
    return all(codes & STANDS_FOR[counter] for counter in counters)


@pytest.mark.parametrize("case", COUNTED, ids=[case.name for case in COUNTED])
def test_what_the_notebook_counts_is_found(case: Case) -> None:
    assert says_as_much(case)


def test_the_cases_make_every_counter_count() -> None:
    counted = {counter for case in COUNTED for counter in counted_by_the_notebook(case.row)}
    of_the_file = {"data_type", "n_missing_system", "n_too_long"}
    assert counted == STANDS_FOR.keys() - of_the_file


def test_the_page_names_codes_that_exist() -> None:
    named = {code for _, codes in TABLE_ROWS for code in re.findall(r"`(\w+)`", codes)}
    assert len(named) > 50
    assert named <= FINDING_CODES.keys()
