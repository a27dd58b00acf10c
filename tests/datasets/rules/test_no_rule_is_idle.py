"""Whatever is taken away from the rules is missed: a rule, or a single statement with which a rule says something."""

import pkgutil
from importlib import import_module
from types import ModuleType

import pytest

from shared.datasets import rules
from shared.datasets.findings import of_chats, of_completions, of_preferences, of_reinforcement
from shared.datasets.rules import chat, check, completion, conversation, graders, messages, outputs, preference
from shared.datasets.rules import reinforcement as graded
from tests.datasets.rules.cases import CASES
from tests.datasets.rules.removing import Saying, sayings, without

TABLES = [
    (chat, "ROW_RULES"),
    (chat, "ANSWER_RULES"),
    (messages, "MESSAGE_RULES"),
    (conversation, "CONVERSATION_RULES"),
    (preference, "PREFERENCE_RULES"),
    (preference, "INPUT_RULES"),
    (outputs, "OUTPUT_RULES"),
    (outputs, "CALL_RULES"),
    (graded, "REINFORCEMENT_RULES"),
    (completion, "COMPLETION_RULES"),
]
RULES = [(module, table, rule) for module, table in TABLES for rule in getattr(module, table)]

MODULES = [import_module(f"{rules.__name__}.{one.name}") for one in pkgutil.iter_modules(rules.__path__)]
SAYINGS = [
    saying
    for module in MODULES
    # What a grader refers to is no part of a row's check, and ten megabytes are too slow here: they have tests of their own.
    if module is not graders
    for saying in sayings(module)
    if "image_too_large" not in str(saying)
]


def something_is_missed() -> bool:
    return any(
        sorted((finding.code, finding.pointer) for finding in check(case.row, case.shape)) != sorted(case.findings)
        for case in CASES
    )


@pytest.mark.parametrize(
    ("module", "table", "rule"),
    RULES,
    ids=[f"{module.__name__.rpartition('.')[2]}.{table}: {rule.__name__}" for module, table, rule in RULES],
)
def test_every_rule_is_missed(module: ModuleType, table: str, rule: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, table, tuple(other for other in getattr(module, table) if other is not rule))
    assert something_is_missed()


@pytest.mark.parametrize("saying", SAYINGS, ids=map(str, SAYINGS))
def test_every_statement_of_a_rule_is_missed(saying: Saying) -> None:
    with without(saying):
        assert something_is_missed()


def test_nothing_is_missed_when_nothing_is_taken_away() -> None:
    with without(SAYINGS[0]):
        pass
    assert not something_is_missed()


def test_there_is_a_case_for_every_code() -> None:
    tables = (
        *(of_chats.OTHER_FORMATS, of_chats.ROW, of_chats.MESSAGE, of_chats.CONTENT, of_chats.TOOLS),
        *(of_preferences.PREFERENCE, of_reinforcement.REINFORCEMENT, of_completions.COMPLETION),
    )
    known = {code for table in tables for code in table}
    elsewhere = {"image_too_large", "missing_reference", "reserved_reference"}
    assert {code for case in CASES for code, _ in case.findings} == known - elsewhere
