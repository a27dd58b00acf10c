"""Datasets that are no chats: they become ready, the report says who takes them, and nothing else does."""

from typing import Any

import pytest

from shared.datasets.shapes import METHODS, Shape
from tests.datasets.desk import Desk
from tests.datasets.files import good_lines
from tests.support.office import MODEL, Office


@pytest.fixture
def desk(office: Office) -> Desk:
    return Desk(office)


def test_each_shape_is_taken_for_its_method_and_no_other(desk: Desk) -> None:
    desk.office.openai()
    desk.office.lab.budget("50.00")
    sent = {
        shape: desk.post("\n".join(good_lines(12, shape)).encode(), f"{shape}.jsonl", name=shape) for shape in Shape
    }
    desk.office.drain()
    for shape, dataset_id in sent.items():
        seen = desk.look(f"/datasets/{dataset_id}")
        assert (seen["status"], seen["format"]) == ("ready", shape), seen["reason"]
        verdicts: list[dict[str, Any]] = desk.look(f"/datasets/{dataset_id}/report")["acceptance"]
        taken = {one["method"] for one in verdicts if one["accepted"]}
        assert taken == ({METHODS[shape]} if shape in METHODS else set())
        refused = [one for one in verdicts if one["method"] != METHODS.get(shape)]
        assert all("format_does_not_fit_method" in {it["code"] for it in one["against"]} for one in refused)
        answer = desk.office.order(dataset_id, model=MODEL)
        if shape is Shape.CHAT:
            assert answer.status_code == 202, answer.text
            continue
        assert (answer.status_code, answer.json()["code"]) == (422, "dataset_rejected"), answer.text
        assert answer.json()["codes"] == ["format_does_not_fit_method"]
        asked = {"dataset_id": dataset_id, "candidates": [{"model": MODEL}], "graders": ["exact_match"]}
        refusal = desk.member.post("/v1/evaluations", json=asked)
        assert (refusal.status_code, refusal.json()["code"]) == (422, "dataset_rejected"), refusal.text


def test_every_shape_becomes_every_other(desk: Desk) -> None:
    sent = {shape: desk.post("\n".join(good_lines(12, shape)).encode(), "x.jsonl", name=shape) for shape in Shape}
    desk.office.drain()
    made = {}
    for source, dataset_id in sent.items():
        for target in set(Shape) - {source}:
            key = "label" if source is Shape.REINFORCEMENT else "reference_answer"
            asked = desk.ask(dataset_id, "prepare", convert={"target": target, "answer_key": key})
            made[source, target] = asked.json()["id"]
    desk.office.drain()
    for (source, target), dataset_id in made.items():
        seen = desk.look(f"/datasets/{dataset_id}")
        assert seen["format"] == target, (source, target)
        # Somebody must write the worse answers before a preference can be trained on.
        is_whole = target is not Shape.PREFERENCE or source is Shape.PREFERENCE
        assert seen["status"] == ("ready" if is_whole else "rejected"), (source, target, desk.codes(dataset_id))


def test_what_the_other_shape_cannot_say_is_told_by_line(desk: Desk) -> None:
    lines = good_lines(12, Shape.REINFORCEMENT)
    lines[4] = lines[4].replace('"label"', '"lable"')
    sent = desk.send("\n".join(lines).encode(), "x.jsonl")
    made = desk.make(sent["id"], "prepare", convert={"target": "chat", "answer_key": "label"})
    lost = made["derivation"]["changes"]["convert"]
    assert (lost["dropped"], lost["lines"]) == (1, [5])
    assert "lable" in lost["samples"][0]["before"]
    assert len(desk.examples(made["id"])) == 11
