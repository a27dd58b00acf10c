"""Graders as they are read: formulas, places in texts, and texts that were written to cost time."""

import re
from collections.abc import Callable
from contextlib import suppress
from time import process_time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.jobs.ordering.graders.checking import faults_of_grader
from shared.jobs.ordering.graders.formula import FormulaError, names_in
from shared.jobs.ordering.graders.templates import Items, faults_in
from tests.jobs.test_reinforcement import BOTH, JUDGE, LABEL
from tests.support.office import Office


@pytest.mark.parametrize(
    ("formula", "names"),
    [
        ("0.5 * label + .5*judge", {"label", "judge"}),
        ("max(label, min(judge, 1e-3), 2) ^ -2", {"label", "judge"}),
        ("((label)) / (1 + exp(-judge))", {"label", "judge"}),
        ("log(abs(floor(ceil(sqrt(label)))))", {"label"}),
    ],
)
def test_a_formula_stands_on_its_names(formula: str, names: set[str]) -> None:
    assert names_in(formula) == names


@pytest.mark.parametrize(
    "formula",
    ["", "label +", "label judge", "label..x", "eval(label)", "abs(label, 1)", "min()", "(" * 60 + "1", "a ** b"],
)
def test_what_is_no_formula_is_told_where(formula: str) -> None:
    with pytest.raises(FormulaError, match="at character"):
        names_in(formula)


@given(st.text(alphabet="ab1.(),+-*/^ min", max_size=60))
def test_any_text_is_a_formula_or_is_none(text: str) -> None:
    with suppress(FormulaError):
        assert names_in(text) <= set(re.findall(r"[a-z]\w*", text))


ITEMS = Items("ds_1", 10, {"label": 10, "ticket": 10, "ticket.language": 9, "tags": 10})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{{ item.label }} {{item['label']}} {{ item.tags[0].name }}", None),
        ("{{item.ticket.language}}", "only 9 of the 10"),
        ("{{item.ticket.city}}", "do not have"),
        ("{{item.label.deeper}}", None),
        ("{{sample.output_json.city}} {{sample.choices[0].message}}", None),
        ("{{}}", "names nothing"),
        ("{{model.answer}}", "names nothing"),
        ("{{item['']}}", "names nothing"),
    ],
)
def test_a_place_in_a_text_is_in_the_examples(text: str, said: str | None) -> None:
    faults = [fault.message for fault in faults_in(text, "/grader/input", ITEMS)]
    assert len(faults) == (0 if said is None else 1)
    assert said is None or said in faults[0]


def deep(levels: int) -> dict[str, Any]:
    return JUDGE | {"input": [{"role": "user", "content": [[]] * levels}]}


@pytest.mark.parametrize(
    "make",
    [
        lambda: LABEL | {"input": "{{" * 45_000},
        lambda: LABEL | {"input": "{{item." + "a." * 240 + "b}}" * 200},
        lambda: LABEL | {"input": "".join(f"{{{{item.x{at}}}}}" for at in range(8_000))},
        lambda: BOTH | {"calculate_output": "-" * 9_999},
        lambda: BOTH | {"calculate_output": "(" * 9_999},
        lambda: {"type": "python", "name": "p", "source": "(" * 200_000},
        lambda: {"type": "python", "name": "p", "source": "def grade(a, b): return " + "-" * 200_000 + "1"},
        lambda: deep(10_000),
    ],
)
def test_what_was_written_to_cost_time_costs_little(make: Callable[[], dict[str, Any]]) -> None:
    begun = process_time()
    assert 0 < len(faults_of_grader(make(), [ITEMS])) <= 100
    assert process_time() - begun < 1


def test_a_grader_is_tried_at_both_doors(office: Office) -> None:
    connection = office.openai()

    def asked(path: str, **body: Any) -> dict[str, Any]:
        answer: dict[str, Any] = office.member.post(f"/v1/graders/{path}", json=body).json()
        return answer

    assert asked("validate", grader=BOTH, connection_id=connection) == {"valid": True, "faults": [], "provider": None}
    wrong = asked("validate", grader=LABEL | {"operation": "near"}, connection_id=connection)
    assert (wrong["valid"], wrong["faults"][0]["pointer"], wrong["provider"]) == (False, "/grader/operation", None)
    near = {name: value for name, value in LABEL.items() if name != "operation"}
    parts = {"exact": LABEL, "near": near | {"type": "text_similarity", "evaluation_metric": "fuzzy_match"}}
    several = {"type": "multi", "name": "m", "graders": parts, "calculate_output": "(exact + near) / 2"}
    run = {"grader": several, "connection_id": connection, "item": {"label": "billing"}}
    assert asked("run", **run, answer="billing") == {"reward": 1.0, "parts": {"exact": 1.0, "near": 1.0}, "faults": []}
    assert 0 < asked("run", **run, answer="bills")["reward"] < 0.5
    lacking = asked("run", **run | {"item": {}}, answer="billing")
    assert lacking["faults"] == ["invalid_variable_error"]
    assert asked("run", **run | {"grader": JUDGE}, answer="x")["errors"][0]["pointer"] == "/grader"
    office.fault("not_found_once", "validate_grader")
    assert asked("validate", grader=BOTH, connection_id=connection)["valid"]
    office.fault("status", "validate_grader", status=400, body={"error": {"message": "No such metric.", "code": "x"}})
    assert asked("validate", grader=BOTH, connection_id=connection)["provider"] == "No such metric."
