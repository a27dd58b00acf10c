"""Datasets on their way out: each form that open trainers read, and back in again."""

import json

import pytest

from shared.datasets.shaping.exports.targets import TARGETS
from tests.datasets.desk import Desk, as_mapping, chats
from tests.datasets.files import good_lines
from tests.datasets.reading.sources import table
from tests.support.office import Office

ASKED = [(f"包裹 {number} where?\nTell me", "shipping" if number % 2 else "returns") for number in range(12)]
CHATS = chats(ASKED)
TABLE = table([{"q": question, "a": answer} for question, answer in ASKED])


@pytest.fixture
def desk(office: Office) -> Desk:
    return Desk(office)


def test_what_goes_out_in_any_form_comes_back_in_as_the_same_examples(desk: Desk) -> None:
    seen = desk.send(TABLE, "x.csv", name="分诊 (v2)", mapping=as_mapping(user="q", assistant="a"))
    path = f"/v1/datasets/{seen['id']}/content"
    assert desk.content(seen["id"]) == TABLE
    sent = {}
    for form in TARGETS:
        out = desk.member.get(path, params={"as": form})
        if form == "axolotl_completion":
            assert (out.status_code, out.json()["errors"][0]["pointer"]) == (422, "query/as")
            continue
        assert out.status_code == 200, out.text
        assert out.headers["content-disposition"].startswith("attachment; filename")
        sent[form] = desk.post(out.content, f"out.{'csv' if form == 'csv' else form}", name=form)
    desk.office.drain()
    for form, dataset_id in sent.items():
        back = desk.look(f"/datasets/{dataset_id}")
        assert back["status"] == "ready", (form, desk.codes(dataset_id))
        if back["format"] == "completion":
            pairs = [(one["prompt"], one["completion"]) for one in desk.examples(dataset_id)]
            assert pairs == ASKED, form
        else:
            assert desk.examples(dataset_id) == CHATS, form
    assert [json.loads(line) for line in desk.member.get(path, params={"as": "jsonl"}).text.splitlines()] == CHATS
    assert desk.member.get(path, params={"as": "docx"}).status_code == 422


def test_a_dataset_with_a_byte_order_mark_goes_out_like_any_other(desk: Desk) -> None:
    seen = desk.send(b"\xef\xbb\xbf" + "\n".join(good_lines(12)).encode() + b"\n\n", "x.jsonl")
    out = desk.member.get(f"/v1/datasets/{seen['id']}/content", params={"as": "trl"})
    assert (seen["status"], out.status_code, len(out.text.splitlines())) == ("ready", 200, 12)


def test_what_is_not_ready_does_not_go_out_as_examples(desk: Desk) -> None:
    seen = desk.send(b'{"messages": [\n' * 12, "x.jsonl")
    out = desk.member.get(f"/v1/datasets/{seen['id']}/content", params={"as": "jsonl"})
    assert (out.status_code, out.json()["code"]) == (409, "dataset_not_ready")
    assert desk.content(seen["id"]) == b'{"messages": [\n' * 12
