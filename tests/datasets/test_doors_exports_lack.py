"""Whoever takes a dataset to another trainer is told what the file lacks, before and while it is fetched."""

import pytest

from shared.datasets import exporting
from tests.datasets.desk import Desk, chats
from tests.datasets.reading.sources import jsonl
from tests.support.office import Office

ONCE = chats([(f"Where is {number}?", "shipping") for number in range(10)])
WEIGHED = [{"messages": [*one["messages"], *one["messages"]]} for one in chats([("And the other?", "returns")])]
WEIGHED[0]["messages"][1] = WEIGHED[0]["messages"][1] | {"weight": 0}
TOOL = {"type": "function", "function": {"name": "find", "parameters": {"type": "object", "properties": {}}}}
WITH_TOOLS = [one | {"tools": [TOOL], "parallel_tool_calls": True} for one in chats([("Find it.", "Found.")])]
ROWS = [*ONCE, *WEIGHED, *WITH_TOOLS]


@pytest.fixture
def desk(office: Office) -> Desk:
    return Desk(office)


def test_each_form_says_what_it_would_leave_out_of_how_many_examples(desk: Desk) -> None:
    seen = desk.send(jsonl(ROWS), "x.jsonl")
    forms = {one["name"]: one for one in desk.look(f"/datasets/{seen['id']}/exports")["data"]}
    assert forms.keys() == set(exporting.EXPORTS)
    lost = {
        name: (one["left_out"], one["shortened"]) for name, one in forms.items() if one["left_out"] or one["shortened"]
    }
    assert lost == {
        "llama_factory_sharegpt": (0, 2),
        "llama_factory_alpaca": (1, 1),
        "lmflow_conversation": (0, 2),
        "lmflow_text2text": (2, 0),
        "axolotl_chat_template": (0, 1),
        "axolotl_alpaca": (2, 0),
        "trl": (0, 2),
        "anthropic": (0, 2),
    }
    assert (forms["axolotl_completion"]["is_possible"], forms["axolotl_completion"]["examples"]) == (False, 0)
    assert [forms[name]["examples"] for name in ("jsonl", "csv", "parquet")] == [12] * 3
    assert forms["llama_factory_alpaca"]["losses"] == [
        {"what": "tools have no place here", "leaves_out": True, "examples": 1, "first": [12]},
        {"what": "answers of weight 0 will be learnt there", "leaves_out": False, "examples": 1, "first": [11]},
    ]


def test_the_file_says_itself_what_it_lacks(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = desk.send(jsonl(ROWS), "x.jsonl")
    content = f"/v1/datasets/{seen['id']}/content"
    out = desk.member.get(content, params={"as": "llama_factory_alpaca"})
    assert (out.headers["x-left-out"], len(out.text.splitlines())) == ("examples=1, shortened=1", 11)
    assert desk.member.get(content, params={"as": "jsonl"}).headers["x-left-out"] == "examples=0, shortened=0"
    assert "x-left-out" not in desk.member.get(content).headers
    monkeypatch.setattr(exporting, "SAMPLED", 3)
    exports = f"/datasets/{seen['id']}/exports"
    assert {one["examples"] for one in desk.look(exports)["data"] if one["is_possible"]} == {3}
    (whole,) = desk.look(f"{exports}?as=trl")["data"]
    assert (whole["examples"], whole["shortened"]) == (12, 2)
    monkeypatch.setattr(exporting, "MOST_COUNTED_BYTES", 100)
    assert desk.member.get(content, params={"as": "trl"}).headers["x-left-out"] == "not counted"
    (begun,) = desk.look(f"{exports}?as=trl")["data"]
    assert begun["examples"] == 1, "no more is gone through for an answer than before a file"
    assert desk.member.get(f"/v1{exports}", params={"as": "axolotl_completion"}).status_code == 422


def test_what_is_not_ready_has_no_exports(desk: Desk) -> None:
    seen = desk.send(b"{}\n" * 12, "x.jsonl")
    refused = desk.member.get(f"/v1/datasets/{seen['id']}/exports")
    assert (refused.status_code, refused.json()["code"]) == (409, "dataset_not_ready")
