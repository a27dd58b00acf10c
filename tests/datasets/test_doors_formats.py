"""Files of every kind, sent as people have them: each becomes the same examples, and stays what it is."""

import json
from typing import Any

import pytest

from tests.datasets.desk import Desk, as_mapping, chats
from tests.datasets.reading.sources import gzipped, json_list, jsonl, parquet, table, workbook, yaml_list, zipped
from tests.support.office import Office

LABELS = ["billing", "shipping", "账户", "returns"]
TICKETS = [
    {"title": f"工单 {number}", "body": f"Parcel {number} is late，请帮忙", "label": LABELS[number % 4]}
    for number in range(12)
]
MAPPED = chats([(f"{one['title']}\n{one['body']}", one["label"]) for one in TICKETS])
MAPPING = as_mapping(user="{title}\n{body}", assistant="label")
PAIRS = [(one["body"], one["label"]) for one in TICKETS]
ASKED = [{"question": question, "answer": answer} for question, answer in PAIRS]
CHATS = chats(PAIRS)

TABLES = {
    "tickets.csv": table(TICKETS).decode().encode("gb18030"),
    "tickets.tsv": table(TICKETS, "\t").decode().encode("utf-16"),
    "tickets.xlsx": workbook([list(TICKETS[0]), *(list(one.values()) for one in TICKETS)]),
    "tickets.parquet": parquet(TICKETS),
    "tickets.csv.gz": gzipped(table(TICKETS)),
    "tickets.zip": zipped({"tickets.csv": table(TICKETS)}),
}
"""The file, and how its columns are to be understood, are two things: the mapping is the same for all."""

RECOGNISED: dict[str, tuple[bytes, str, str]] = {
    "asked.csv": (table(ASKED), "csv", "table"),
    "chats.json": (json_list(CHATS), "json", "chat"),
    "chats.jsonl.gz": (gzipped(jsonl(CHATS)), "jsonl", "chat"),
    "chats.zip": (zipped({"chats.jsonl": jsonl(CHATS)}), "jsonl", "chat"),
    "corpus.yml": (
        yaml_list([]).replace(b"[]", b"") + f"conversations: {json.dumps([list(pair) for pair in PAIRS])}\n".encode(),
        "yaml",
        "answers",
    ),
    "sharegpt.json": (
        json_list(
            [
                {"conversations": [{"from": "human", "value": asked}, {"from": "gpt", "value": answer}]}
                for asked, answer in PAIRS
            ]
        ),
        "json",
        "sharegpt",
    ),
    "alpaca.json": (
        json_list([{"instruction": asked, "input": "", "output": answer} for asked, answer in PAIRS]),
        "json",
        "alpaca",
    ),
    "wide.jsonl": (jsonl(CHATS).decode().encode("utf-16"), "jsonl", "chat"),
}


@pytest.fixture
def desk(office: Office) -> Desk:
    return Desk(office)


def test_a_table_of_any_kind_becomes_the_examples_that_its_mapping_says(desk: Desk) -> None:
    sent = {name: desk.post(content, name, mapping=MAPPING) for name, content in TABLES.items()}
    desk.office.drain()
    digests = set()
    for name, dataset_id in sent.items():
        seen = desk.look(f"/datasets/{dataset_id}")
        assert (seen["status"], seen["format"]) == ("ready", "chat"), (name, seen["reason"])
        assert seen["source"]["columns"] == ["title", "body", "label"], name
        assert desk.examples(dataset_id) == MAPPED, name
        assert desk.content(dataset_id) == TABLES[name], "the original stays what it is"
        digests.add(seen["examples_sha256"])
    assert len(digests) == 1, "whatever the examples came in, their JSON Lines are the same"


def test_what_is_known_by_its_looks_needs_no_word(desk: Desk) -> None:
    sent = {name: desk.post(content, name) for name, (content, _, _) in RECOGNISED.items()}
    desk.office.drain()
    for name, dataset_id in sent.items():
        seen = desk.look(f"/datasets/{dataset_id}")
        assert seen["status"] == "ready", (name, seen["reason"], desk.codes(dataset_id))
        _, container, style = RECOGNISED[name]
        assert (seen["source"]["container"], seen["source"]["shaping"]["style"]) == (container, style), name
        assert desk.examples(dataset_id) == CHATS, name


def test_how_a_file_was_read_is_said(desk: Desk) -> None:
    gb, packed = (
        desk.send(TABLES[name], name, name=name[-3:].strip("."), mapping=MAPPING)
        for name in ("tickets.csv", "tickets.zip")
    )
    assert (gb["source"]["container"], gb["source"]["encoding"]) == ("csv", "gb18030")
    assert (packed["source"]["container"], packed["source"]["compression"]) == ("csv", "zip")
    assert "read_as_encoding" in desk.codes(gb["id"])


def test_findings_stand_on_the_lines_of_the_file_that_was_sent(desk: Desk) -> None:
    rows = [dict(one) for one in TICKETS]
    rows[4]["label"] = ""
    rows[7]["body"] = 'two\nlines, "quoted"'
    seen = desk.send(table(rows), "tickets.csv", mapping=MAPPING)
    found: list[dict[str, Any]] = desk.look(f"/datasets/{seen['id']}/findings?code=empty_content")["data"]
    assert [(one["line"], one["pointer"]) for one in found] == [(6, "/messages/1/content")]
    written = table(rows)
    assert written[found[0]["offset"] :].startswith(rows[4]["title"].encode())
    assert desk.examples(seen["id"])[7]["messages"][0]["content"] == f"{rows[7]['title']}\n{rows[7]['body']}"


def test_a_wrong_mapping_is_told_and_the_bytes_are_read_anew_with_the_right_one(desk: Desk) -> None:
    wrong = desk.send(TABLES["tickets.xlsx"], "tickets.xlsx", mapping=as_mapping(user="{titel}", assistant="label"))
    assert (wrong["status"], wrong["examples_sha256"]) == ("rejected", None)
    (found,) = desk.look(f"/datasets/{wrong['id']}/findings?code=invalid_mapping")["data"]
    assert "did you mean title?" in found["message"]
    assert desk.ask(wrong["id"], "prepare", remedies="recommended").status_code == 409, (
        "nobody knows what its rows mean"
    )
    right = desk.make(wrong["id"], "read", mapping=json.loads(MAPPING))
    assert (right["status"], right["version"], right["parent_id"]) == ("ready", 2, wrong["id"])
    assert right["derivation"]["read"]["mapping"] == json.loads(MAPPING)
    assert (right["sha256"], desk.examples(right["id"])) == (wrong["sha256"], MAPPED)
    assert desk.look(f"/datasets/{wrong['id']}")["status"] == "rejected", "what was said of it stays"


def test_pasted_json_is_found_explained_and_mended(desk: Desk) -> None:
    pasted = ["{“messages”: [{“role”: “user”, “content”: “Where?”}, {“role”: “assistant”, “content”: “billing”}]}"]
    pasted += [json.dumps(one, ensure_ascii=False)[:-1] + ",}" for one in CHATS]
    seen = desk.send("\n".join(pasted).encode(), "pasted.jsonl")
    assert (seen["status"], desk.codes(seen["id"])["trailing_comma"]) == ("rejected", 12)
    (curly,) = desk.look(f"/datasets/{seen['id']}/findings?code=curly_quotes")["data"]
    assert (curly["line"], bool(curly["fix"])) == (1, True)
    mended = desk.make(seen["id"], "prepare", remedies="recommended")
    assert mended["status"] == "ready", desk.codes(mended["id"])
    assert desk.examples(mended["id"]) == chats([("Where?", "billing")]) + CHATS


def test_the_sheet_of_a_workbook_is_chosen_at_a_preview_an_upload_and_a_reading(desk: Desk) -> None:
    pairs = [["question", "answer"], *([f"{asked} {number}", answer] for number, (asked, answer) in enumerate(PAIRS))]
    book = workbook([["read", "me"], ["first", "!"]], Tickets=pairs)
    seen = desk.preview(book, "x.xlsx", sheet="Tickets")
    assert (seen["source"]["table"]["sheet"], seen["rows"][0]["row"]["answer"]) == ("Tickets", PAIRS[0][1])
    refused = desk.send(book, "x.xlsx", sheet="Letters")
    assert refused["status"] == "rejected"
    (finding,) = desk.look(f"/datasets/{refused['id']}/findings")["data"]
    assert (finding["code"], finding["line"]) == ("unknown_sheet", 0)
    assert "Sheet, Tickets" in finding["message"]
    sent = desk.send(book, "x.xlsx", sheet="Tickets")
    read = desk.make(refused["id"], "read", sheet="Tickets")
    begun = {"name": "parts", "size_bytes": len(book), "filename": "x.xlsx", "sheet": "Tickets"}
    upload = desk.member.post("/v1/uploads", json=begun).headers["location"]
    about = {"Content-Type": "application/offset+octet-stream", "Upload-Offset": "0"}
    assert desk.member.patch(upload, content=book, headers=about).status_code == 204
    made = desk.member.post(f"{upload}/complete").json()
    desk.office.drain()
    parts = desk.look(f"/datasets/{made['id']}")
    assert [(one["status"], one["examples_sha256"]) for one in (read, parts)] == [
        ("ready", sent["examples_sha256"])
    ] * 2
    too_long = desk.member.post("/v1/datasets/preview", data={"sheet": "x" * 101}, files={"file": ("x.xlsx", book)})
    assert too_long.status_code == 422
