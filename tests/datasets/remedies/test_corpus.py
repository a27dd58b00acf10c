"""The hand-written corpus of faults, with every remedy: no error is left, nothing good is touched, no claim is idle."""

from collections.abc import Iterable
from functools import partial
from typing import Any

import pytest

from shared.datasets import rules
from shared.datasets.findings import FINDING_CODES, Severity
from shared.datasets.reading.mend import mend
from shared.datasets.remedies import REMEDIES, Chosen, Lent, SourceRow, all_recommended, prepare
from shared.datasets.shapes import Shape
from tests.datasets.cases import ROWS
from tests.datasets.files import corpus
from tests.datasets.remedies.workbench import sources


def check(row: dict[str, Any], shape: Shape) -> list[str]:
    return [finding.code for finding in rules.check(row, shape)]


def lent(shape: Shape) -> Lent:
    return Lent(check=partial(rules.check, shape=shape), mend=mend)


def mended(rows: Iterable[SourceRow], shape: Shape, *left_aside: str) -> list[SourceRow]:
    """After all recommended remedies but these."""
    chosen = [choice for choice in all_recommended(shape, lent(shape)) if choice.name not in left_aside]
    lines = list(rows)
    return list(prepare(lambda: lines, chosen, shape, lent(shape)).examples())


@pytest.mark.parametrize("name", ROWS)
def test_all_recommended_leaves_no_error_and_nothing_to_do(name: str) -> None:
    shape = ROWS[name]
    once = mended(sources(case["row"] for case in corpus(name)), shape)
    assert once
    severe = [f.code for s in once if s.row for f in rules.check(s.row, shape) if f.severity is Severity.ERROR]
    assert severe == []
    assert mended(once, shape) == once


@pytest.mark.parametrize("name", [name for name, shape in ROWS.items() if shape is not Shape.COMPLETION])
def test_all_recommended_leaves_the_good_rows_as_they_are(name: str) -> None:
    good = [case["row"] for case in corpus(name) if not case["findings"]]
    after = mended(sources(good), ROWS[name], "drop_duplicates")
    assert [source.row for source in after] == good


def mended_by(remedy: str, shape: Shape, row: dict[str, Any]) -> set[str]:
    """The codes that a row has and, after this remedy, has no more or less often."""
    before = check(row, shape)
    if not REMEDIES[remedy].is_for(shape, lent(shape)) or not set(before) & set(REMEDIES[remedy].mends):
        return set()
    after = list(prepare(lambda: sources([row]), [Chosen(remedy)], shape, lent(shape)).examples())
    left = check(after[0].row, shape) if after and after[0].row else []
    return {code for code in before if left.count(code) < before.count(code)}


OF_ROWS = {finding[0] for name in ROWS for case in corpus(name) for finding in case["findings"]}
NOT_IN_THE_CORPUS = {
    ("complete_tools", "invalid_tool_call"),
    ("drop_empty_completions", "missing_completion"),
    ("remove_nulls", "invalid_name"),
}


@pytest.mark.parametrize("remedy", [name for name in REMEDIES if name != "drop_faulty_lines"])
def test_a_remedy_mends_what_it_claims(remedy: str) -> None:
    rows = [(shape, case["row"]) for name, shape in ROWS.items() for case in corpus(name)]
    seen = {code for shape, row in rows for code in mended_by(remedy, shape, row)}
    claimed = set(REMEDIES[remedy].mends) & OF_ROWS
    assert {code for code in claimed - seen if (remedy, code) not in NOT_IN_THE_CORPUS} == set()


def test_remedies_claim_only_what_can_be_found() -> None:
    claimed = {code for remedy in REMEDIES.values() for code in remedy.mends}
    assert claimed <= FINDING_CODES.keys()


def parsed(case: dict[str, Any]) -> SourceRow:
    lines = sources([case["text"]])
    (after,) = prepare(lambda: lines, [Chosen("mend_json")], Shape.CHAT, lent(Shape.CHAT)).examples()
    return after


def test_every_way_to_mangle_json_is_mended_somewhere() -> None:
    seen = {code for case in corpus("mangled") if parsed(case).row for code, _ in case["findings"]}
    assert set(REMEDIES["mend_json"].mends) <= seen


@pytest.mark.parametrize("code", ["duplicate_key", "lone_surrogate", "nul_character", "several_values", "invalid_json"])
def test_what_would_be_a_guess_is_not_mended(code: str) -> None:
    cases = [case for case in corpus("mangled") if code in {found for found, _ in case["findings"]}]
    assert cases
    assert [case["name"] for case in cases if parsed(case).row] == []
