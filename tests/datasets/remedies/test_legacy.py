"""The old tool was run on files of ours; what it named and what it wrote is kept in `corpus/legacy`, and we do the same."""

import json
from typing import Any

import pytest

from shared.datasets.remedies import Lent, all_recommended, prepare, survey
from shared.datasets.remedies.legacy import OldToolRefusesError, prepare_like_the_old_tool
from shared.datasets.shapes import Shape
from tests.datasets.files import CORPUS
from tests.datasets.remedies.workbench import Row, sources

RECORDED: list[dict[str, Any]] = json.loads((CORPUS / "legacy" / "recorded.json").read_text(encoding="utf-8"))
REFUSED = [case for case in RECORDED if "refused" in case]
SOUND = [case for case in RECORDED if "result" in case or "parts" in case]
WENT_WRONG = {case["name"]: case for case in RECORDED if "went_wrong" in case}


def name_of(case: dict[str, Any]) -> str:
    return str(case["name"])


@pytest.mark.parametrize("case", [case for case in RECORDED if case not in REFUSED], ids=name_of)
def test_the_same_is_said_of_the_same_rows(case: dict[str, Any]) -> None:
    said = prepare_like_the_old_tool(case["rows"]).advice
    assert [
        {"remedy": one.remedy, "rows": list(one.rows), "text": one.text}
        for one in said
        if one.remedy.startswith(("drop", "rename"))
    ] == [one for one in case["advice"] if one["remedy"].startswith(("drop", "rename"))]
    assert {(one.remedy, one.text) for one in said} == {(one["remedy"], one["text"]) for one in case["advice"]}


@pytest.mark.parametrize("case", SOUND, ids=name_of)
def test_the_same_file_comes_out(case: dict[str, Any]) -> None:
    done = prepare_like_the_old_tool(case["rows"])
    if "parts" in case:
        assert done.task == "classification"
        assert done.parts is not None
        assert list(done.parts) == case["parts"]
    else:
        assert done.parts is None
        assert done.rows == case["result"]


@pytest.mark.parametrize("case", REFUSED, ids=name_of)
def test_what_it_refused_is_refused(case: dict[str, Any]) -> None:
    with pytest.raises(OldToolRefusesError):
        prepare_like_the_old_tool(case["rows"])


def test_where_it_went_wrong_we_do_what_it_announced() -> None:
    spaced = prepare_like_the_old_tool(WENT_WRONG["completion prefix spaced"]["rows"])
    assert [row["completion"] for row in spaced.rows] == [" zeta END", " alfa END", " mike END", " kilo END"]
    for name in ("long after duplicates", "long then more"):
        rows: list[Row] = WENT_WRONG[name]["rows"]
        assert prepare_like_the_old_tool(rows).rows == [rows[0], *rows[3:]]


# A remedy of ours works on the rows as they are; the old tool gave each row every column first, and could refuse.
@pytest.mark.parametrize("case", SOUND, ids=name_of)
def test_our_own_survey_offers_the_same(case: dict[str, Any]) -> None:
    offers = survey(lambda: sources(case["rows"]), Shape.COMPLETION, Lent())
    assert {offer.name for offer in offers if offer.recommended} == {one["remedy"] for one in case["advice"]}
    for offer in offers:
        (said, *_) = [one for one in case["advice"] if one["remedy"] == offer.name] or [None]
        if said is not None and said["rows"] and len(case["advice"]) == 1:
            assert [line - 1 for line in offer.lines] == said["rows"]


@pytest.mark.parametrize("case", SOUND, ids=name_of)
def test_our_own_preparing_makes_the_same(case: dict[str, Any]) -> None:
    done = prepare(lambda: sources(case["rows"]), all_recommended(Shape.COMPLETION, Lent()), Shape.COMPLETION, Lent())
    wanted = case["result"] if "result" in case else sorted(case["parts"][0] + case["parts"][1], key=repr)
    mended = [source.row for source in done.examples()]
    assert (mended if "result" in case else sorted(mended, key=repr)) == wanted


def test_all_its_advice_is_in_the_corpus() -> None:
    said = {one["remedy"] for case in RECORDED for one in case["advice"]}
    assert said == {
        *("rename_keys", "drop_unknown_keys", "drop_empty_completions", "drop_duplicates", "drop_long_examples"),
        *("lower_case_prompts", "lower_case_completions", "add_prompt_suffix", "strip_prompt_prefix"),
        *("strip_completion_prefix", "add_completion_suffix", "add_leading_space"),
    }


@pytest.mark.parametrize(("examples", "trained"), [(10, 8), (11, 8), (4_999, 3_999), (6_000, 5_000)])
def test_at_most_a_thousand_are_held_out_and_else_a_fifth(examples: int, trained: int) -> None:
    rows = [{"prompt": f"{number} ->", "completion": f" {number % 2}."} for number in range(examples)]
    parts = prepare_like_the_old_tool(rows).parts
    assert parts is not None
    assert [len(part) for part in parts] == [trained, examples - trained]
