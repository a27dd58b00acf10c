"""Mending at the front door: what is offered, what comes of it, and what inference must know from then on."""

import json
from typing import Any

import pytest

from tests.datasets.desk import Desk, as_mapping, chats
from tests.datasets.reading.sources import jsonl, table
from tests.support.laboratory import EXAMPLES, rows
from tests.support.office import MODEL, Office

FAULTY = (EXAMPLES / "support_triage_faulty.jsonl").read_bytes()
ASKED = [(f"{number} parcels are lost in {number}", "shipping" if number % 2 else "returns") for number in range(14)]
COMPLETIONS = [{"prompt": question, "completion": answer} for question, answer in ASKED]


@pytest.fixture
def desk(office: Office) -> Desk:
    return Desk(office)


def remedies(desk: Desk, dataset_id: str) -> dict[str, dict[str, Any]]:
    return {one["name"]: one for one in desk.look(f"/datasets/{dataset_id}/remedies")["data"]}


def test_a_rejected_file_is_mended_as_recommended_and_its_original_stays(desk: Desk) -> None:
    more = jsonl(rows("support_triage", held_out=True))
    seen = desk.send(FAULTY + more, "faulty.jsonl")
    assert seen["status"] == "rejected"
    offered = remedies(desk, seen["id"])
    assert {"mend_json", "fix_roles", "drop_duplicates"} <= offered.keys()
    for one in offered.values():
        assert one["count"] >= len(one["lines"][:1]) == 1
        assert all(sample["before"] != sample["after"] or one["dropped"] for sample in one["samples"]), one
    mended = desk.make(seen["id"], "prepare", remedies="recommended")
    assert (mended["status"], mended["version"], mended["parent_id"]) == ("ready", 2, seen["id"])
    changes = mended["derivation"]["changes"]
    assert {name: one["changed"] + one["dropped"] for name, one in changes.items()} == {
        name: one["count"] for name, one in offered.items() if one["recommended"]
    }, "what was promised was done"
    assert not [
        code
        for code, one in desk.look(f"/datasets/{mended['id']}/report")["codes"].items()
        if one["severity"] == "error"
    ]
    assert desk.content(seen["id"]) == FAULTY + more
    again = desk.look(f"/datasets/{seen['id']}")
    assert again == seen


def test_remedies_are_chosen_with_parameters_and_made_twice_their_recipes_follow_each_other(desk: Desk) -> None:
    spoken = [{"messages": [{"role": "system", "content": "Sort."}, *one["messages"]]} for one in chats(ASKED)]
    first = desk.send(jsonl(spoken), "x.jsonl")
    assert first["recipe"] is None
    second = desk.make(
        first["id"], "prepare", remedies=[{"name": "unify_system_prompt", "parameters": {"text": "Label the ticket."}}]
    )
    third = desk.make(second["id"], "prepare", remedies=[{"name": "normalise_punctuation"}])
    assert [one["version"] for one in (first, second, third)] == [1, 2, 3]
    set_prompt = {"change": "system_prompt_set", "text": "Label the ticket."}
    assert second["recipe"] == {"steps": [set_prompt]}
    assert third["recipe"]["steps"][0] == set_prompt
    assert third["recipe"]["steps"][1]["change"] == "punctuation_normalised"
    assert {one["messages"][0]["content"] for one in desk.examples(third["id"])} == {"Label the ticket."}
    for part in desk.split(third["id"], held_out=4):
        assert (part["status"], part["recipe"]) == ("ready", third["recipe"])


def test_completions_go_the_road_of_the_old_tool_and_become_chats(desk: Desk) -> None:
    seen = desk.send(jsonl(COMPLETIONS), "x.jsonl")
    assert (seen["status"], seen["format"]) == ("ready", "completion")
    offered = remedies(desk, seen["id"])
    assert {"add_prompt_suffix", "add_leading_space"} <= {name for name, one in offered.items() if one["recommended"]}
    legacy = desk.make(seen["id"], "prepare", remedies="recommended")
    assert desk.examples(legacy["id"])[0] == {"prompt": f"{ASKED[0][0]} ->", "completion": " returns"}
    assert [one["change"] for one in legacy["recipe"]["steps"]] == ["prompt_suffix_added", "answer_space_added"]
    convert = {"target": "chat", "system": "Sort.", "affixes": {"separator": " ->", "leading_space": True}}
    chat = desk.make(legacy["id"], "prepare", convert=convert)
    assert (chat["status"], chat["format"]) == ("ready", "chat")
    assert desk.examples(chat["id"])[0]["messages"] == [
        {"role": "system", "content": "Sort."},
        *chats(ASKED)[0]["messages"],
    ]


def test_a_table_is_mended_by_its_lines(desk: Desk) -> None:
    tickets = [{"q": question, "a": answer} for question, answer in ASKED]
    tickets[3]["a"] = ""
    tickets[5] = tickets[4]
    seen = desk.send(table(tickets), "x.csv", mapping=as_mapping(user="{q}", assistant="{a}"))
    mended = desk.make(seen["id"], "prepare", remedies=[{"name": "drop_empty_answers"}, {"name": "drop_duplicates"}])
    assert mended["status"] == "ready"
    changes = mended["derivation"]["changes"]
    assert [changes[name]["lines"] for name in ("drop_empty_answers", "drop_duplicates")] == [[5], [7]]
    assert desk.examples(mended["id"]) == chats([one for place, one in enumerate(ASKED) if place not in (3, 5)])
    assert mended["filename"].endswith(".jsonl")


def test_what_is_too_long_for_every_model_is_trimmed_from_its_oldest_turns(desk: Desk) -> None:
    turns = [
        {"role": role, "content": f"{number} " + "words without end " * 8_000}
        for number in range(3)
        for role in ("user", "assistant")
    ]
    seen = desk.send(jsonl([*chats(ASKED), {"messages": turns}]), "x.jsonl")
    assert (seen["status"], desk.codes(seen["id"])["example_too_long"]) == ("rejected", 1)
    offered = remedies(desk, seen["id"])["trim_to_limit"]
    assert (offered["count"], offered["lines"], offered["parameters"]) == (1, [15], {"most_tokens": 65_536})
    mended = desk.make(seen["id"], "prepare", remedies=[{"name": "trim_to_limit"}])
    assert (mended["status"], desk.examples(mended["id"])[-1]) == ("ready", {"messages": turns[4:]})


IMPOSSIBLE: list[dict[str, Any]] = [
    {},
    {"remedies": [{"name": "make_it_good"}]},
    {"remedies": [{"name": "drop_long_examples", "parameters": {"most_characters": -1}}]},
    {"remedies": [{"name": "drop_duplicates", "parameters": {"how": "well"}}]},
    {"remedies": [{"name": "drop_duplicates"}, {"name": "drop_duplicates"}]},
    {"remedies": "all"},
    {"convert": {"target": "poem"}},
    {"convert": {"target": "reinforcement", "answer_key": "messages"}},
    {"convert": {"target": "chat", "unroll": True}},
]


def test_what_cannot_be_done_is_refused_before_anything_is_made(desk: Desk) -> None:
    seen = desk.send(jsonl(COMPLETIONS), "x.jsonl")
    for wrong in IMPOSSIBLE:
        answer = desk.ask(seen["id"], "prepare", **wrong)
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request"), (wrong, answer.text)
    assert len(desk.look("/datasets")["data"]) == 1


def test_the_model_knows_how_its_prompts_are_to_be_written(desk: Desk) -> None:
    office = desk.office
    office.openai()
    office.lab.budget("50.00")
    first = desk.send(jsonl(chats(ASKED)), "x.jsonl")
    prepared = desk.make(
        first["id"], "prepare", remedies=[{"name": "add_system_prompt", "parameters": {"text": "Label the ticket."}}]
    )
    training, _ = desk.split(prepared["id"], held_out=2)
    job = office.finish(office.submit(training["id"], model=MODEL))
    assert job["status"] == "succeeded", json.dumps(job)
    (model,) = desk.look("/models")["data"]
    lineage = desk.look(f"/models/{model['id']}/lineage")["lineage"]
    assert lineage["recipe"] == {"steps": [{"change": "system_prompt_set", "text": "Label the ticket."}]}
    assert lineage["datasets"]["training"]["sha256"] == training["sha256"]
