"""What is told of a file names no secret and no person of it, wherever in the file one stands and however it is written."""

import json
from typing import Any

import pytest

from tests.datasets.desk import Desk, chats
from tests.support.office import Office

KEY = "sk-proj-aB3dE5fG7hJ9kL1mN2pQ4rS6"
HIDDEN = (KEY, "ann.lee@example.com", "postgres://app:hunter22@db", "4111 1111 1111 1111", "219-09-9999")
TALE = "words " * 30


def odd_rows(said: str) -> list[Any]:
    """Faulty rows that hold a text in every place where a finding may quote something."""
    asked, answer = {"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}
    call = {"id": said, "type": "function", "function": {"name": said, "arguments": f"{{{TALE}\n{said}\n{TALE}"}}
    return [
        {"messages": [asked, answer], said: 1},
        {"messages": [asked | {said: said}, answer]},
        {"messages": [{"role": said, "content": TALE + said}, answer]},
        {"messages": [asked, answer | {"weight": said, "name": f"{said}!"}]},
        {"messages": [asked, {"role": "assistant", "content": {said: [said, TALE + said]}}]},
        {"messages": [asked, {"role": "assistant", "tool_calls": [call]}]},
        {"messages": [asked, answer | {"content": [{"type": said, said: said}]}], "tools": [{said: said}]},
        {"messages": [asked, answer | {"content": f"```\n{TALE}\n{said}\n"}]},
        {"messages": [asked, answer | {"content": f"\u200b {said} Ã© <b>{said}</b>"}]},
        [TALE, said],
    ]


def mangled_lines(said: str) -> list[str]:
    """JSON as people paste it, with a text right before and behind every fault."""
    return [
        f'{{"messages": [{{"role": "user", "content": "{TALE}\\n{said}"}},]}}',
        f'{{"messages": “{said}”, {said}: 1, // {said}\n"a": \'{TALE}\\n{said}\'}}',
        f'{{"messages": "{TALE}\\n{said}" oops "{said}\\n{TALE}"}}',
        f'{{"{said}": 1, "{said}": NaN}}',
        f'{{"messages": "{said}\ud800"}}',
    ]


@pytest.fixture
def desk(office: Office) -> Desk:
    return Desk(office)


def told(desk: Desk, dataset_id: str) -> str:
    """Everything that is said of what was found, by whatever door."""
    findings = desk.look(f"/datasets/{dataset_id}/findings?limit=200")
    assert (len(findings["data"]) > 20, findings["next_cursor"]) == (True, None)
    more = (desk.look(f"/datasets/{dataset_id}/{what}") for what in ("report", "remedies"))
    return json.dumps([findings, *more], ensure_ascii=False)


@pytest.mark.parametrize("hidden", HIDDEN, ids=("key", "mail", "password", "card", "national_id"))
def test_what_is_told_of_a_file_shows_no_secret_of_it(desk: Desk, hidden: str) -> None:
    lines = [json.dumps(row) for row in odd_rows(hidden)] + mangled_lines(hidden)
    content = "\n".join(lines).encode(errors="surrogatepass")
    seen = desk.send(content, "x.jsonl")
    assert seen["status"] == "rejected"
    previewed = [desk.preview("\n".join(some).encode(errors="surrogatepass"), "x.jsonl") for some in (lines, lines[5:])]
    previews = [one["findings"] + [finding for row in one["rows"] for finding in row["findings"]] for one in previewed]
    runs = [hidden[at : at + 10] for at in range(len(hidden) - 9)]
    said = told(desk, seen["id"]) + json.dumps(previews, ensure_ascii=False)
    shown = [said[max(0, at - 90) : at + 30] for run in runs if (at := said.find(run)) >= 0]
    assert shown == []


def test_labels_and_system_prompts_are_shown_without_persons(desk: Desk) -> None:
    rows = chats([(f"Who has number {number}?", f"person{number % 3}@example.com") for number in range(30)])
    for number, row in enumerate(rows):
        row["messages"].insert(0, {"role": "system", "content": f"Ask {'ann' if number % 2 else 'bob'}@example.com."})
    seen = desk.send("\n".join(map(json.dumps, rows)).encode(), "x.jsonl")
    quality = desk.look(f"/datasets/{seen['id']}/report")["quality"]
    assert quality["labels"]["labels"] == {"[EMAIL]": 30}
    assert [one["text"] for one in quality["system_prompts"]["most_frequent"]] == ["Ask [EMAIL]."] * 2
    found = json.dumps(desk.look(f"/datasets/{seen['id']}/findings?limit=200"))
    assert "system_prompt_varies" in found
    assert "@example.com" not in found
