"""The adapters against the sandbox, which was written apart from them, from the same facts."""

import io
import time
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

import pytest

from shared.providers.base import (
    Cancelled,
    Finished,
    Provider,
    ProviderEvent,
    ProviderFile,
    ProviderJob,
    Refused,
    Rejected,
    StillRunning,
    Throttled,
    Unavailable,
)
from tests.providers.standin import ROWS, Standin, order, running_sandbox

Seen = TypeVar("Seen")


@pytest.fixture(scope="module")
def sandbox_url() -> Iterator[str]:
    with running_sandbox() as url:
        yield url


@pytest.fixture(params=["openai", "azure-dated", "azure-v1", "compatible"])
def dialect(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def account(sandbox_url: str, dialect: str) -> Standin:
    return Standin.of(sandbox_url, dialect)


def until(look: Callable[[], Seen], enough: Callable[[Seen], bool]) -> Seen:
    deadline = time.monotonic() + 20
    while not enough(seen := look()):
        assert time.monotonic() < deadline, seen
        time.sleep(0.05)
    return seen


def uploaded(provider: Provider, content: bytes = ROWS) -> ProviderFile:
    file = provider.upload("tw_inst_team_job_e1.jsonl", io.BytesIO(content))
    return until(lambda: provider.file(file.id) or file, lambda one: one.ready is not None)


def ended(provider: Provider, job: ProviderJob) -> ProviderJob:
    return until(lambda: provider.job(job.id) or job, lambda one: not isinstance(one.outcome, StillRunning))


def log_of(provider: Provider, job: ProviderJob) -> Sequence[ProviderEvent]:
    return provider.events(job.id, [])


def test_a_job_goes_its_whole_way(account: Standin) -> None:
    provider = account.provider()
    file = uploaded(provider)
    assert file.ready is True
    assert [one.id for one in provider.files("tw_inst_")] == [file.id]
    bought = provider.create_job(account.order(file.id, suffix="triage", seed=7, hyperparameters={"n_epochs": 2}))
    job = ended(provider, bought)
    assert isinstance(job.outcome, Finished)
    assert job.n_epochs == 2

    events = log_of(provider, job)
    assert [one.at for one in events] == sorted(one.at for one in events)
    steps = [one.metrics for one in events if one.metrics]
    assert steps[-1].step == max(one.step for one in steps)
    assert all(one.train_loss is not None for one in steps)
    checkpoints = provider.checkpoints(job.id)
    if account.dialect == "compatible":
        assert (job.outcome.model, job.result_file_ids) == (f"{job.id}:{checkpoints[-1].id}", ())
    else:
        assert checkpoints[-1].model == job.outcome.model
        assert provider.download(job.result_file_ids[0]).startswith(b"step,")

    stated = [one.billed_tokens for one in events if one.billed_tokens is not None]
    bill = stated if account.dialect.startswith("azure") else [job.outcome.billed_tokens]
    assert bill == [one["billed_tokens"] for one in account.paid_jobs()]


def test_new_events_are_told_once(account: Standin) -> None:
    provider = account.provider()
    job = provider.create_job(account.order(uploaded(provider).id))
    told: list[str] = []
    while isinstance((provider.job(job.id) or job).outcome, StillRunning):
        told += [one.id for one in provider.events(job.id, told)]
    told += [one.id for one in provider.events(job.id, told)]
    assert told == [one.id for one in log_of(provider, job)]


@pytest.mark.parametrize(
    ("kind", "parameters"),
    [
        ("accept_then_drop", {}),
        ("accept_then_status", {"status": 503}),
        ("accept_then_status", {"status": 200, "body": "<html>"}),
    ],
)
def test_an_order_that_was_answered_by_nothing_is_found_by_its_file(
    account: Standin,
    kind: str,
    parameters: dict[str, object],
) -> None:
    provider = account.provider()
    file = uploaded(provider)
    account.fault("create_job", kind, **parameters)
    with pytest.raises(Unavailable) as caught:
        provider.create_job(account.order(file.id))
    assert caught.value.reached
    found = provider.jobs_of_file(file.id, "job_1_e1")
    assert [one.id for one in found] == [one["id"] for one in account.paid_jobs()]
    assert len(found) == 1


def test_a_job_without_our_tag_is_found_too(account: Standin) -> None:
    provider = account.provider()
    file = uploaded(provider)
    job = provider.create_job(account.order(file.id, tag=""))
    assert [one.id for one in provider.jobs_of_file(file.id, "job_1_e1")] == [job.id]


def test_a_late_order_that_names_a_deleted_file_buys_nothing(account: Standin) -> None:
    provider = account.provider()
    file = uploaded(provider)
    provider.delete_file(file.id)
    provider.delete_file(file.id)
    assert provider.file(file.id) is None
    with pytest.raises(Rejected):
        provider.create_job(account.order(file.id))
    assert account.paid_jobs() == []


def test_a_throttled_order_bought_nothing(account: Standin) -> None:
    provider = account.provider()
    file = uploaded(provider)
    account.fault("create_job", "throttle", retry_after=3)
    with pytest.raises(Throttled) as caught:
        provider.create_job(account.order(file.id))
    assert caught.value.retry_after == 3
    assert account.paid_jobs() == []


def test_a_closed_account_says_so(sandbox_url: str) -> None:
    account = Standin.of(sandbox_url, "openai")
    provider = account.provider()
    file = uploaded(provider)
    account.switch(training_closed=True)
    with pytest.raises(Rejected) as caught:
        provider.create_job(account.order(file.id))
    assert caught.value.closed


def test_a_failing_job_tells_why(account: Standin) -> None:
    provider = account.provider()
    job = ended(provider, provider.create_job(account.order(uploaded(provider, ROWS[: ROWS.index(b"\n") + 1] * 3).id)))
    assert isinstance(job.outcome, Refused)
    assert "example" in job.outcome.reason.lower()


def test_a_word_that_no_one_knows_is_still_running(account: Standin) -> None:
    provider = account.provider()
    job = provider.create_job(account.order(uploaded(provider).id))
    account.fault("retrieve_job", "unknown_status", status="daydreaming")
    look = provider.job(job.id)
    assert look is not None
    assert (look.status, look.outcome) == ("daydreaming", StillRunning())


def test_a_cancelled_job_is_over_and_stays_so(account: Standin) -> None:
    provider = account.provider()
    job = provider.create_job(account.order(uploaded(provider).id, hyperparameters={"n_epochs": 50}))
    provider.cancel(job.id)
    assert isinstance(ended(provider, job).outcome, Cancelled)
    assert isinstance(provider.cancel(job.id).outcome, Cancelled)


def test_results_in_base64_are_unwrapped(sandbox_url: str) -> None:
    account = Standin.of(sandbox_url, "openai")
    account.switch(base64_results=True)
    provider = account.provider()
    job = ended(provider, provider.create_job(account.order(uploaded(provider).id)))
    assert provider.download(job.result_file_ids[0]).startswith(b"step,")


def test_azure_takes_our_file_when_it_insists_on_the_mark(sandbox_url: str) -> None:
    account = Standin.of(sandbox_url, "azure-dated")
    account.switch(require_bom=True)
    provider = account.provider()
    job = provider.create_job(account.order(uploaded(provider).id))
    assert isinstance(ended(provider, job).outcome, Finished)


def test_checking_tells_a_good_key_from_a_bad_one(account: Standin) -> None:
    assert account.provider().check().reachable
    with pytest.raises(Rejected) as caught:
        Standin(account.url, account.dialect, account.account, "wrong").provider().check()
    assert caught.value.credential


def test_a_tuned_model_answers_and_is_counted(sandbox_url: str) -> None:
    provider = Standin.of(sandbox_url, "openai").provider()
    job = ended(provider, provider.create_job(order(uploaded(provider).id)))
    assert isinstance(job.outcome, Finished)
    answer = provider.chat(job.outcome.model, {"messages": [{"role": "user", "content": "Ticket 90: 无法登录"}]})
    assert answer.text == "access"
    assert answer.input_tokens > answer.output_tokens > 0
    provider.delete_model(job.outcome.model)
    with pytest.raises(Rejected):
        provider.chat(job.outcome.model, {"messages": [{"role": "user", "content": "Ticket 90"}]})


def test_base_models_are_told_with_their_last_day_and_tuned_ones_are_not_among_them(account: Standin) -> None:
    provider = account.provider()
    job = ended(provider, provider.create_job(account.order(uploaded(provider).id)))
    assert isinstance(job.outcome, Finished)
    told = {model.name: model for model in provider.models()}
    if account.dialect == "compatible":
        assert told == {}, "what such a server lists says nothing of training, and has tuned models among it"
        return
    assert job.outcome.model not in told
    assert all(model.shutdown_date for model in told.values())
    assert told["gpt-4.1-mini-2025-04-14"].trainable is (None if account.dialect == "openai" else True)
