"""Versions of versions at the front door: splits of every kind, differences, and what leaks from one part into another."""

import pytest

from tests.datasets.desk import Desk, as_mapping, chats
from tests.datasets.reading.sources import jsonl, table
from tests.support.office import Office

SHOPS = [
    {
        "shop": f"shop {number % 6}",
        "day": f"2026-01-{number + 1:02}",
        "q": f"Where is order {number * 977}?",
        "a": label,
    }
    for number, label in enumerate(["billing", "shipping"] * 15)
]
MAPPING = as_mapping(user="q", assistant="a")
LONG = (
    "The parcel that I ordered on Monday was left at a neighbour's door, and when I opened it this morning it was not the one "
    "that I had asked for; please tell me how to send it back and when my money will be on the account again"
)


@pytest.fixture
def desk(office: Office) -> Desk:
    return Desk(office)


def test_a_table_is_split_by_any_of_its_columns(desk: Desk) -> None:
    whole = desk.send(table(SHOPS), "shops.csv", mapping=MAPPING)
    row_of = {one["q"]: one for one in SHOPS}

    def rows_of(part: dict[str, str]) -> list[dict[str, str]]:
        return [row_of[one["messages"][0]["content"]] for one in desk.examples(part["id"])]

    grouped = desk.split(whole["id"], by="grouped", key="/shop", validation=5, test=5, seed=3)
    shops = [{row["shop"] for row in rows_of(part)} for part in grouped]
    assert [len(one) for one in shops] == [4, 1, 1]
    assert len(set.union(*shops)) == 6, "no shop is in two parts"
    timed = desk.split(whole["id"], by="by_time", key="/day", held_out=0.2)
    days = [sorted(row["day"] for row in rows_of(part)) for part in timed]
    assert days[0][-1] < days[1][0]
    assert [len(one) for one in days] == [24, 6]
    stratified = desk.split(whole["id"], by="stratified", held_out=10)
    labels = [row["a"] for row in rows_of(stratified[1])]
    assert (labels.count("billing"), labels.count("shipping")) == (5, 5)
    assert [one["derivation"]["strategy"] for one in (grouped[0], timed[0], stratified[0])] == [
        "grouped",
        "by_time",
        "stratified",
    ]
    for training, *held_out in (grouped, timed, stratified):
        assert training["parent_id"] == whole["id"]
        for part in held_out:
            leaked = desk.look(f"/datasets/{training['id']}/leakage?held_out={part['id']}")
            assert (leaked["same_example"], leaked["same_prompt"]) == (0, 0)


def test_a_key_that_is_not_there_is_told_with_its_lines(desk: Desk) -> None:
    whole = desk.send(table(SHOPS), "shops.csv", mapping=MAPPING)
    parts = desk.split(whole["id"], by="grouped", key="/customer")
    assert {part["status"] for part in parts} == {"rejected"}
    assert '30 examples have no value at "/customer": lines 2, 3' in parts[0]["reason"]
    for wrong in ({"by": "grouped"}, {"by": "random", "key": "/shop"}, {"held_out": 2, "test": 2}, {"held_out": 1.5}):
        assert desk.ask(whole["id"], "split", **wrong).status_code == 422, wrong
    assert desk.ask(whole["id"], "split", held_out=30).status_code == 409


def test_two_versions_are_laid_side_by_side(desk: Desk) -> None:
    pairs = [(f"Question {number}", "yes") for number in range(12)]
    old = desk.send(jsonl(chats(pairs)), "x.jsonl")
    changed = [("Question 3", "no") if pair[0] == "Question 3" else pair for pair in pairs[1:]]
    new = desk.send(jsonl(chats([*changed, ("Another", "yes"), ("One more", "no")])), "x.jsonl")
    path = f"/datasets/{new['id']}/diff?against={old['id']}"
    seen = desk.look(path)
    assert [seen[kind] for kind in ("added", "removed", "changed", "unchanged")] == [2, 1, 1, 10]
    assert [(one["line"], one["against_line"]) for one in seen["lines"]] == [(12, None), (13, None)]
    assert seen["numbers"]["examples"] == [12, 13]
    first = desk.look(f"{path}&limit=1")
    assert (first["lines"], first["next_offset"]) == (seen["lines"][:1], 1)
    assert desk.look(f"{path}&limit=1&offset=1")["next_offset"] is None
    assert desk.look(f"{path}&kind=changed")["lines"] == [{"line": 3, "against_line": 4}]
    assert desk.look(f"{path}&kind=removed")["lines"] == [{"line": None, "against_line": 1}]
    itself = desk.look(f"/datasets/{new['id']}/diff?against={new['id']}")
    assert [itself[kind] for kind in ("added", "removed", "changed")] == [0, 0, 0]


def test_what_leaks_is_found_exactly_by_its_prompt_and_nearly(desk: Desk) -> None:
    trained = [(f"Where is order {number * 977}?", "shipping") for number in range(11)] + [(f"{LONG}.", "returns")]
    training = desk.send(jsonl(chats(trained)), "x.jsonl")
    held = [trained[4], (trained[6][0], "billing"), (f"{LONG}!!", "returns")]
    held += [("WHERE is order 977", "Shipping")]
    held += [(f"Something else entirely, number {number**7}", "other") for number in range(10)]
    held_out = desk.send(jsonl(chats(held)), "y.jsonl", name="held")
    seen = desk.look(f"/datasets/{training['id']}/leakage?held_out={held_out['id']}")
    assert [seen[kind] for kind in ("examples", "same_example", "same_prompt", "near")] == [14, 1, 1, 2]
    assert [(one["kind"], one["held_out_line"], one["line"]) for one in seen["lines"]] == [
        ("same_example", 1, 5),
        ("same_prompt", 2, 7),
        ("near", 3, 12),
        ("near", 4, 2),
    ]
    quick = desk.send(jsonl(chats(held)), "z.jsonl", checks="structure")
    assert desk.look(f"/datasets/{training['id']}/leakage?held_out={quick['id']}")["near"] is None
