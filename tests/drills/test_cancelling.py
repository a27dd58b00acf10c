"""A cancellation may arrive in the middle of any step: the job ends, and the money is settled right."""

from functools import partial

import pytest

from shared.money import Usd
from tests.drills.service import Account, Service, Team, submit
from tests.support.waiting import until

GATES = {
    "uploading, nothing stored": ("upload_file", "received", "uploading"),
    "uploading, file stored": ("upload_file", "after_accept", "uploading"),
    "submitting, nothing bought": ("create_job", "received", "submitting"),
    "submitting, bought": ("create_job", "after_accept", "submitting"),
    "running": ("retrieve_job", "received", "running"),
}


def cancel(team: Team, job_id: str) -> None:
    team.client.must("POST", f"/v1/jobs/{job_id}/cancel")


def charged(service: Service, job_id: str) -> Usd:
    query = "SELECT coalesce(sum(amount), 0)::bigint FROM ledger_entries JOIN ledger_transactions t ON t.id = transaction_id"
    ((nanos,),) = service.sql(f"{query} WHERE t.subject = %s AND account = 'spent'", job_id)
    return Usd(nanos)


@pytest.mark.parametrize("dialect", ["openai", "azure"])
def test_a_job_that_is_cancelled_in_any_phase_ends_with_its_money_right(
    service: Service, team: Team, dialect: str
) -> None:
    """Five jobs, each cancelled while a worker is in the middle of another step of it."""
    dataset_id = service.dataset(team)
    accounts = {phase: service.account(dialect) for phase in GATES}
    gates = {phase: service.sandbox.gate(accounts[phase].name, *GATES[phase][:2]) for phase in GATES}
    jobs = {phase: submit(team, dataset_id, accounts[phase], hyperparameters={"n_epochs": 50}) for phase in GATES}
    for phase, job_id in jobs.items():
        until(partial(service.sandbox.waiting, gates[phase]))
        assert team.job(job_id)["status"] == GATES[phase][2]
        cancel(team, job_id)
        service.sandbox.release(gates[phase])

    ends = team.until_over(jobs.values())
    for phase, job_id in jobs.items():
        _check_end(service, team, accounts[phase], job_id, ends[job_id])
    for phase in ("uploading, nothing stored", "uploading, file stored"):
        assert ends[jobs[phase]] == "cancelled"
        assert charged(service, jobs[phase]) == Usd(0)
    service.check_books(team, list(accounts.values()))


def _check_end(service: Service, team: Team, account: Account, job_id: str, end: str) -> None:
    """Cancelled, or finished by a provider that was quicker; charged what was trained, and no more than was held."""
    assert end in {"cancelled", "succeeded"}, team.job(job_id)["reason"]
    paid = service.sandbox.paid_jobs(account.name)
    assert len(paid) <= 1
    assert charged(service, job_id) <= Usd.parse(team.job(job_id)["held"])
    if not paid or not paid[0]["billed_tokens"]:
        assert charged(service, job_id) == Usd(0)
    else:
        assert charged(service, job_id) > Usd(0)


def test_a_queued_job_is_cancelled_at_once_and_costs_nothing(service: Service, team: Team) -> None:
    account = service.account("openai")
    dataset_id = service.dataset(team)
    for name in service.workers:
        service.stack.supervisor[name].kill()
    try:
        job = submit(team, dataset_id, account)
        cancel(team, job)
        assert team.job(job)["status"] == "cancelled"
        cancel(team, job)
    finally:
        service.start_workers()
    service.check_books(team, [account])
    assert service.sandbox.paid_jobs(account.name) == []
