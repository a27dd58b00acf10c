"""Jobs: how they are ordered, read, found again and stopped. The bodies are captures of what providers really sent."""

from datetime import UTC, datetime
from typing import Any

import pytest

from shared.providers.base import (
    Cancelled,
    Finished,
    Outcome,
    Paused,
    Refused,
    Rejected,
    StillRunning,
    TrainingOrder,
    Unnamed,
)
from shared.providers.tiers import ServiceTier
from tests.providers.conftest import azure_at, capture, openai_at, provider_at
from tests.support.wire import says, wire

OPENAI, AZURE = capture("openai_job_created"), capture("azure_job_created")
NO_SUCH = {"error": {"message": "Could not find it", "type": "invalid_request_error", "param": None, "code": None}}
ORDER = TrainingOrder(
    model="gpt-4.1-mini-2025-04-14",
    method="supervised",
    training_file_id="file-TR",
    validation_file_id="file-VA",
    hyperparameters={"n_epochs": 2},
    suffix="triage-v3",
    seed=7,
    tag="job_1_e1",
)


def page(*entries: Any, has_more: bool = False) -> dict[str, Any]:
    return {"object": "list", "data": list(entries), "has_more": has_more}


# --- ordering ---------------------------------------------------------------------------------------------------------
def test_an_order_at_openai() -> None:
    with wire(says(OPENAI)) as server:
        job = openai_at(server.url).create_job(ORDER)
    assert server.asked[0].path == "/v1/fine_tuning/jobs"
    assert server.asked[0].json == {
        "model": "gpt-4.1-mini-2025-04-14",
        "training_file": "file-TR",
        "validation_file": "file-VA",
        "suffix": "triage-v3",
        "seed": 7,
        "method": {"type": "supervised", "supervised": {"hyperparameters": {"n_epochs": 2}}},
        "metadata": {"tunewright": "job_1_e1"},
    }
    assert (job.id, job.status, job.outcome, job.tag) == (OPENAI["id"], "validating_files", StillRunning(), "c0ffee")
    assert (job.n_epochs, job.estimated_finish, job.result_file_ids) == (2, None, ())
    assert job.created_at == datetime.fromtimestamp(1763600500, UTC)


def test_an_order_of_reinforcement(dialect: str) -> None:
    grader, wanted = {"type": "python", "name": "g", "source": "…"}, {"type": "json_schema", "json_schema": {}}
    order = TrainingOrder("o4-mini", "reinforcement", "file-TR", "file-VA", {"reasoning_effort": "low"}, grader, wanted)
    with wire(says(OPENAI)) as server:
        provider_at(dialect, server.url).create_job(order)
    told = {"grader": grader, "response_format": wanted, "hyperparameters": {"reasoning_effort": "low"}}
    assert server.asked[0].json["method"] == {"type": "reinforcement", "reinforcement": told}


def test_what_is_absent_is_left_to_the_provider(dialect: str) -> None:
    with wire(says(OPENAI)) as server:
        provider_at(dialect, server.url).create_job(TrainingOrder("m", "supervised", "file-TR"))
    asked = server.asked[0].json
    assert asked.pop("method", None) in (None, {"type": "supervised"})
    asked.pop("trainingType", None)  # not the provider's to choose: see below
    assert asked == {"model": "m", "training_file": "file-TR"}


@pytest.mark.parametrize(
    ("version", "tier", "spelt"),
    [
        (None, "global", "GlobalStandard"),
        (None, "standard", "Standard"),
        (None, "developer", "Developer"),
        ("2025-04-01-preview", "global", "globalstandard"),
        ("2025-04-01-preview", "developer", "developerTier"),
        ("2025-04-01-preview", "standard", None),
        ("2024-10-21", "standard", None),
        ("2024-10-21", "global", None),
        (None, None, None),
    ],
)
def test_azures_tiers_are_spelt_as_each_api_wants(version: str | None, tier: str | None, spelt: str | None) -> None:
    order = TrainingOrder("m", "supervised", "file-TR", tier=ServiceTier(tier) if tier else None)
    with wire(says(OPENAI)) as server:
        azure_at(server.url, version).create_job(order)
    assert server.asked[0].json.get("trainingType") == spelt


def test_an_order_at_a_dated_azure_api_goes_without_method_and_metadata() -> None:
    with wire(says(AZURE | {"training_file": "file-TR"}, 201, location="/x")) as server:
        job = azure_at(server.url).create_job(ORDER)
    asked = server.asked[0]
    assert (asked.path, asked.query["api-version"]) == ("/openai/fine_tuning/jobs", ["2024-10-21"])
    assert asked.json["hyperparameters"] == {"n_epochs": 2}
    assert {"method", "metadata"}.isdisjoint(asked.json)
    assert (job.status, job.outcome, job.tag, job.result_file_ids) == ("pending", StillRunning(), None, ())
    assert (job.n_epochs, dict(job.hyperparameters)) == (None, {"learning_rate_multiplier": 2.0})
    assert job.estimated_finish == datetime.fromtimestamp(1757001080, UTC)


def test_an_order_at_azures_v1_names_its_method() -> None:
    with wire(says(AZURE | {"training_file": "file-TR"}, 201)) as server:
        azure_at(server.url, None).create_job(ORDER)
    assert server.asked[0].json["method"] == {"type": "supervised", "supervised": {"hyperparameters": {"n_epochs": 2}}}
    assert {"hyperparameters", "metadata"}.isdisjoint(server.asked[0].json)


@pytest.mark.parametrize("version", ["2025-04-01-preview", None])
def test_a_preference_job_names_its_method_on_azure_too(version: str | None) -> None:
    order = TrainingOrder("m", "dpo", "file-TR", hyperparameters={"beta": 0.1})
    with wire(says(AZURE | {"training_file": "file-TR"}, 201)) as server:
        azure_at(server.url, version).create_job(order)
    assert server.asked[0].json["method"] == {"type": "dpo", "dpo": {"hyperparameters": {"beta": 0.1}}}


# --- reading ----------------------------------------------------------------------------------------------------------
DONE = {"status": "succeeded", "fine_tuned_model": "ft:x", "trained_tokens": 4480}


@pytest.mark.parametrize(
    ("change", "outcome"),
    [
        ({"status": "queued"}, StillRunning()),
        ({"status": "running"}, StillRunning()),
        ({"status": "pausing"}, StillRunning()),
        ({"status": "something new"}, StillRunning()),
        ({"status": "paused"}, Paused()),
        (DONE, Finished("ft:x", 4480)),
        (DONE | {"trained_tokens": None}, Finished("ft:x", None)),
        (DONE | {"trained_tokens": "many"}, Finished("ft:x", None)),
        (DONE | {"trained_tokens": -5}, Finished("ft:x", None)),
        (DONE | {"trained_tokens": 2**63 - 1}, Finished("ft:x", None)),
        (DONE | {"trained_tokens": 2**32}, Finished("ft:x", 2**32)),
        (DONE | {"fine_tuned_model": None}, Unnamed(4480)),
        ({"status": "cancelled", "trained_tokens": 12}, Cancelled(12)),
        ({"status": "cancelled"}, Cancelled(None)),
        (
            {"status": "failed", "error": {"code": "invalid_n_examples", "message": "Training file has 7 example(s)"}},
            Refused("invalid_n_examples", "Training file has 7 example(s)"),
        ),
        ({"status": "failed", "error": {}}, Refused("failed", "The provider gave no reason")),
        ({"status": "failed", "error": None}, Refused("failed", "The provider gave no reason")),
        ({"status": "failed", "error": {"code": None, "message": "a\x00\ud800b"}}, Refused("failed", "a\ufffd?b")),
    ],
)
def test_outcomes_at_openai(change: dict[str, Any], outcome: Outcome) -> None:
    with wire(says(OPENAI | change)) as server:
        job = openai_at(server.url).job(OPENAI["id"])
    assert job is not None
    assert (job.outcome, job.status) == (outcome, change["status"])


@pytest.mark.parametrize(
    ("change", "outcome"),
    [
        ({"status": "created"}, StillRunning()),
        ({"status": "resuming"}, StillRunning()),
        (DONE | {"trained_tokens": 10440}, Finished("ft:x", None)),
        ({"status": "cancelled", "trained_tokens": 10440}, Cancelled(None)),
    ],
)
def test_on_azure_the_job_does_not_tell_its_bill(change: dict[str, Any], outcome: Outcome) -> None:
    with wire(says(AZURE | change)) as server:
        job = azure_at(server.url).job(AZURE["id"])
    assert job is not None
    assert job.outcome == outcome


def test_a_preference_jobs_hyperparameters_stand_in_its_method() -> None:
    method = {"type": "dpo", "dpo": {"hyperparameters": {"n_epochs": 3, "beta": 0.1, "batch_size": "auto"}}}
    with wire(says(OPENAI | {"hyperparameters": None, "method": method})) as server:
        job = openai_at(server.url).job(OPENAI["id"])
    assert job is not None
    assert (job.n_epochs, dict(job.hyperparameters)) == (3, {"n_epochs": 3, "beta": 0.1})


def test_odd_values_are_dropped_not_stumbled_over(dialect: str) -> None:
    odd = {
        "created_at": 1e300,
        "estimated_finish": 0,
        "result_files": [None, 7, "file-R"],
        "metadata": [],
        "error": "no",
        "hyperparameters": {"n_epochs": True},
        "method": 7,
        "trained_tokens": 2**70,
    }
    with wire(says(OPENAI | odd | {"status": "failed"})) as server:
        job = provider_at(dialect, server.url).job(OPENAI["id"])
    assert job is not None
    assert (job.created_at, job.estimated_finish, job.tag, job.n_epochs) == (None, None, None, None)
    assert job.result_file_ids == ("file-R",)
    assert job.outcome == Refused("failed", "The provider gave no reason")


# --- finding again ----------------------------------------------------------------------------------------------------
def test_a_job_is_found_by_its_tag_and_proved_by_its_file() -> None:
    other = OPENAI | {"id": "ftjob-other", "training_file": "file-other"}
    with wire(says(page(other, OPENAI))) as server:
        found = openai_at(server.url).jobs_of_file("file-TR", "c0ffee")
    assert [job.id for job in found] == [OPENAI["id"]]
    assert server.asked[0].query["metadata[tunewright]"] == ["c0ffee"]


def test_a_job_is_found_by_looking_when_its_tag_is_not_indexed_yet() -> None:
    others = [OPENAI | {"id": f"ftjob-{n}", "training_file": "file-other"} for n in range(3)]
    script = [says(page()), says(page(*others, has_more=True)), says(page("odd", {}, OPENAI))]
    with wire(*script) as server:
        found = openai_at(server.url).jobs_of_file("file-TR", "c0ffee")
    assert [job.id for job in found] == [OPENAI["id"]]
    assert [asked.query.get("after") for asked in server.asked] == [None, None, ["ftjob-2"]]


def test_azure_is_searched_whole_and_without_tags() -> None:
    other = AZURE | {"id": "ftjob-1", "training_file": "file-other"}
    with wire(says(page(other, has_more=True)), says(page(AZURE))) as server:
        found = azure_at(server.url).jobs_of_file(AZURE["training_file"], "ignored")
    assert [job.id for job in found] == [AZURE["id"]]
    assert all("metadata[tunewright]" not in asked.query for asked in server.asked)


# --- stopping ---------------------------------------------------------------------------------------------------------
def test_cancelling_what_is_over_tells_how_it_ended(dialect: str) -> None:
    with wire(says(NO_SUCH, 400), says(OPENAI | DONE)) as server:
        job = provider_at(dialect, server.url).cancel(OPENAI["id"])
    assert isinstance(job.outcome, Finished)


def test_a_refused_cancel_of_a_running_job_is_refused(dialect: str) -> None:
    with wire(says(NO_SUCH, 400), says(OPENAI)) as server, pytest.raises(Rejected):
        provider_at(dialect, server.url).cancel(OPENAI["id"])


def test_cancelling_a_running_job(dialect: str) -> None:
    with wire(says(OPENAI | {"status": "cancelled"})) as server:
        job = provider_at(dialect, server.url).cancel(OPENAI["id"])
    assert isinstance(job.outcome, Cancelled)
    assert server.asked[0].path.endswith(f"/fine_tuning/jobs/{OPENAI['id']}/cancel")
