"""The engine: order, what streams, what is logged, what is refused; and the survey, which promises what preparing does."""

import json
from collections.abc import Iterator

import pytest

from shared.datasets.remedies import (
    REMEDIES,
    Chosen,
    InvalidChoiceError,
    InvalidParameterError,
    Lent,
    SourceRow,
    all_recommended,
    prepare,
    survey,
)
from shared.datasets.shapes import Shape
from tests.datasets.remedies.workbench import LENT, Row, assistant, conversation, prepared, sources, user

GOOD = conversation(user("Where?"), assistant("Here."))
MANY_FAULTS: list[Row | str] = [
    GOOD,
    "",
    repr({"conversations": [{"from": "human", "value": "Who?"}, {"from": "gpt", "value": "Me."}]}),
    "neither JSON nor Python",
    GOOD,
    conversation({"role": "human", "content": "When?"}, assistant("Now.", weight="1"), user("Thanks")),
    conversation(user("When?"), assistant("Now.", weight=1)),
    conversation(user("never answered")),
    conversation(user("“Why?”"), assistant("No reason.")),
]


def test_all_recommended_makes_a_good_file_of_a_bad_one() -> None:
    mended, done = prepared(MANY_FAULTS, *all_recommended(Shape.CHAT, LENT))
    assert mended == [
        GOOD,
        conversation(user("Who?"), assistant("Me.")),
        conversation(user("When?"), assistant("Now.", weight=1)),
        conversation(user("“Why?”"), assistant("No reason.")),
    ]
    did = {name: record.lines for name, record in done.log.items() if record.count}
    assert did == {
        "drop_blank_lines": [2],
        "mend_json": [3],
        "rename_keys": [3],
        "fix_roles": [3, 6],
        "fix_weights": [6],
        "drop_trailing_turns": [6],
        "drop_examples_without_answer": [8],
        "drop_faulty_lines": [4],
        "drop_duplicates": [5, 7],
    }


def test_the_survey_counts_what_preparing_does() -> None:
    _, done = prepared(MANY_FAULTS, *all_recommended(Shape.CHAT, LENT))
    offers = {offer.name: offer for offer in survey(lambda: sources(MANY_FAULTS), Shape.CHAT, LENT)}
    recommended = {name: (offer.count, list(offer.lines)) for name, offer in offers.items() if offer.recommended}
    assert recommended == {name: (record.count, record.lines) for name, record in done.log.items() if record.count}
    others = {name: offer.lines for name, offer in offers.items() if not offer.recommended}
    assert others == {"normalise_punctuation": (9,), "drop_secrets": (3,)}


def test_a_sample_shows_the_place_of_the_change() -> None:
    row = conversation(user("x" * 5_000), assistant("Here.", weight="1"))
    (offer,) = [offer for offer in survey(lambda: sources([row]), Shape.CHAT, LENT) if offer.name == "fix_weights"]
    (sample,) = offer.samples
    assert sample.line == 1
    assert sample.before.endswith('"weight": "1"}]}')
    assert sample.after.endswith('"weight": 1}]}')
    assert len(sample.before) < 250


def test_samples_hold_neither_personal_data_nor_secrets() -> None:
    row = conversation(user("Where?"), assistant("ann@example.com", weight="1"))
    _, done = prepared([row], "fix_weights")
    (sample,) = done.log["fix_weights"].samples
    assert "[EMAIL]" in sample.before
    assert "ann@example.com" not in sample.before + sample.after


def test_samples_and_lines_are_few_and_counts_are_whole() -> None:
    rows = [conversation(user(str(number)), assistant("Here.", weight="1")) for number in range(100)]
    _, done = prepared(rows, "fix_weights")
    record = done.log["fix_weights"]
    assert (record.changed, len(record.lines), len(record.samples)) == (100, 20, 3)


def test_the_order_is_the_catalogues_whatever_was_asked_for() -> None:
    row = conversation({"from": "human", "value": "a"}, {"from": "gpt", "value": "b"})
    one, _ = prepared([row], "rename_keys", "fix_roles")
    other, done = prepared([row], "fix_roles", "rename_keys")
    assert one == other == [conversation(user("a"), assistant("b"))]
    assert list(done.log) == ["rename_keys", "fix_roles"]


def test_examples_stream() -> None:
    read: list[int] = []

    def rows() -> Iterator[SourceRow]:
        for line in range(1, 1_000):
            read.append(line)
            yield SourceRow(line, GOOD)

    examples = prepare(rows, [Chosen("fix_roles")], Shape.CHAT, LENT).examples()
    assert next(examples).line == 1
    assert read == [1]


def test_lines_are_plain_json_lines() -> None:
    row = conversation(user("Größe 日本"), assistant("\ud800"))
    lines = sources([row, "left\r\nas it was"])
    done = prepare(lambda: lines, [Chosen("add_byte_order_mark")], Shape.CHAT, LENT)
    first, second = done.lines()
    assert first.startswith(b"\xef\xbb\xbf{")
    assert json.loads(first.decode("utf-8-sig")) == row
    assert second == b"left as it was\n"


def test_signs_that_part_lines_elsewhere_than_in_json_stay() -> None:
    row = conversation(user("a\u2028b\u2029c"), assistant("d\u0085e"))
    done = prepare(lambda: sources([row, "left\rwith\u2028it"]), [], Shape.CHAT, LENT)
    first, second = done.lines()
    assert json.loads(first) == row
    assert second.decode() == "left with\u2028it\n"


def test_converting_comes_last() -> None:
    lent = Lent(convert=lambda row: [{"prompt": m["content"]} for m in row["messages"]])
    mended, _ = prepared([conversation({"role": "human", "content": "a"}, assistant("b"))], "fix_roles", lent=lent)
    assert mended == [{"prompt": "a"}, {"prompt": "b"}]


@pytest.mark.parametrize(
    ("chosen", "said"),
    [
        ([Chosen("make_it_better")], "make_it_better"),
        ([Chosen("fix_roles"), Chosen("fix_roles")], "twice"),
        ([Chosen("add_prompt_suffix")], "cannot be applied"),
        ([Chosen("fix_roles", {"loudly": True})], "loudly"),
        ([Chosen("fix_roles", {"developer_to_system": "yes"})], "bool"),
        ([Chosen("normalise_unicode", {"form": "NFX"})], "NFX"),
        ([Chosen("trim_to_limit")], "most_tokens"),
        ([Chosen("drop_over_long", {"most_tokens": 0})], "most_tokens"),
        ([Chosen("drop_over_long", {"most_tokens": 9, "encoding": "p50k"})], "p50k"),
    ],
)
def test_a_choice_that_cannot_be_followed_is_refused(chosen: list[Chosen], said: str) -> None:
    with pytest.raises(InvalidChoiceError, match=said):
        prepare(list, chosen, Shape.CHAT, LENT)


def test_wrong_parameters_have_an_error_of_their_own() -> None:
    with pytest.raises(InvalidParameterError):
        prepare(list, [Chosen("fix_roles", {"loudly": True})], Shape.CHAT, LENT)


def test_what_is_not_lent_is_not_offered() -> None:
    offered = {offer.name for offer in survey(lambda: sources(MANY_FAULTS), Shape.CHAT, Lent())}
    assert "fix_roles" in offered
    assert offered.isdisjoint({"mend_json", "drop_faulty_lines", "mask_personal_data", "drop_near_duplicates"})


def test_remedies_that_change_what_is_sent_say_so() -> None:
    changing = {name for name, remedy in REMEDIES.items() if remedy.changes_inference}
    with_recipe = {name for name, remedy in REMEDIES.items() if "recipe" in vars(remedy.kind)}
    inherited = {"unify_system_prompt", "add_system_prompt"}
    assert changing == with_recipe | inherited
