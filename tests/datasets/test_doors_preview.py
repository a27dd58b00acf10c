"""Looking at a file before it is stored: what it would be, by which mapping, and that nothing of it is kept."""

import json

import pytest

from tests.datasets.desk import Desk, as_mapping
from tests.datasets.reading.sources import gzipped, jsonl, table, zipped
from tests.datasets.test_doors_formats import CHATS, MAPPED, MAPPING, RECOGNISED, TABLES, TICKETS
from tests.support.office import Office


@pytest.fixture
def desk(office: Office) -> Desk:
    return Desk(office)


def test_a_preview_shows_what_the_upload_will_be_and_keeps_nothing(desk: Desk) -> None:
    for name, content in TABLES.items():
        seen = desk.preview(content, name, mapping=MAPPING)
        assert (seen["format"], seen["source"]["columns"]) == ("chat", ["title", "body", "label"]), name
        assert [row["examples"] for row in seen["rows"]] == [[example] for example in MAPPED], name
        assert [row["row"] for row in seen["rows"]] == TICKETS, name
    for name, (content, container, style) in RECOGNISED.items():
        seen = desk.preview(content, name)
        assert (seen["source"]["container"], seen["source"]["shaping"]["style"]) == (container, style), name
        assert [example for row in seen["rows"] for example in row["examples"]] == CHATS, name
    root = desk.office.lab.api.settings.storage_dir
    assert root is not None
    assert [path for path in root.rglob("*") if path.is_file()] == []
    assert desk.look("/datasets")["data"] == []


def test_what_nobody_can_guess_is_asked_for(desk: Desk) -> None:
    unnamed = table([{"a": one["body"], "b": one["label"]} for one in TICKETS])
    seen = desk.preview(unnamed, "tickets.csv")
    assert (seen["format"], [row["examples"] for row in seen["rows"]]) == (None, [[]] * len(TICKETS))
    assert [one["code"] for one in seen["findings"] if one["severity"] == "error"] == ["unknown_form"]
    wrong = desk.preview(TABLES["tickets.csv"], "tickets.csv", mapping=as_mapping(user="body", assistant="lable"))
    (fault,) = [one for one in wrong["findings"] if one["severity"] == "error"]
    assert (fault["code"], fault["pointer"]) == ("invalid_mapping", "/assistant")
    assert "label" in fault["message"]


def test_a_preview_says_what_is_wrong_on_which_line(desk: Desk) -> None:
    seen = desk.preview(b'{"messages": []}\n\n{"messages": [{"role": "bot", "content": "\\ud800"}]}\n', "x.jsonl")
    assert [[one["code"] for one in row["findings"]][:1] for row in seen["rows"]] == [
        ["messages_empty"],
        ["blank_line"],
        ["lone_surrogate"],
    ]
    assert [row["line"] for row in seen["rows"]] == [1, 2, 3]


HALF_CUT = gzipped(jsonl(CHATS))[:60]
UNREADABLE = {
    "empty.jsonl": b"",
    "cut.jsonl.gz": HALF_CUT,
    "two.zip": zipped({"a.csv": b"a,b\n", "b.csv": b"a,b\n"}),
    "picture.png": b"\x89PNG\r\n\x1a\n" + bytes(200),
    "zeros": bytes(100_000),
    "pack.xlsx": b"PK\x03\x04" + bytes(100),
    "deep.json": b"[" * 100_000,
    "spaces": b" " * 100_000,
    "table.parquet": b"PAR1" + bytes(50) + b"PAR1",
    "loop.yaml": b"a: &a [*a]\n",
}


def test_whatever_is_sent_there_is_an_answer(desk: Desk) -> None:
    for name, content in UNREADABLE.items():
        seen = desk.preview(content, name)
        told = [*seen["findings"], *(one for row in seen["rows"] for one in row["findings"])]
        assert any(one["severity"] == "error" and one["fix"] for one in told), (name, seen)
        sent = desk.send(content, name)
        assert sent["status"] == "rejected", name
        assert any(one["severity"] == "error" for one in desk.look(f"/datasets/{sent['id']}/findings")["data"]), name


SENSELESS = [
    ({"mapping": "nonsense"}, 422),
    ({"mapping": "[]"}, 422),
    ({"mapping": "{}"}, 422),
    ({"mapping": '{"user": 1, "user": 2}'}, 422),
    ({"mapping": "[" * 9_000}, 422),
    ({"format": "docx"}, 415),
    ({"checks": "none"}, 422),
    ({"nmae": "x"}, 422),
]


def test_fields_that_make_no_sense_are_refused_at_both_doors(desk: Desk) -> None:
    for fields, status in SENSELESS:
        for door in ("/v1/datasets", "/v1/datasets/preview"):
            sent = desk.member.post(door, data={"name": "x"} | fields, files={"file": ("x.csv", table(TICKETS))})
            assert sent.status_code == status, (fields, sent.text)


TRICKS = [
    "{__class__}",
    "{title.__class__}",
    "{title!r}",
    "{title:>99999999}",
    "{0}",
    "{",
    "}",
    "{}",
    "{{",
    "%(title)s",
    "",
]


def test_a_template_can_only_name_columns(desk: Desk) -> None:
    for trick in TRICKS:
        seen = desk.preview(table(TICKETS), "x.csv", mapping=json.dumps({"user": trick, "assistant": "label"}))
        assert [one["code"] for one in seen["findings"]] == ["invalid_mapping"], trick
