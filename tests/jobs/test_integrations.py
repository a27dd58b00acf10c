"""Weights & Biases: OpenAI is told where its run is to be written; nobody else is asked to."""

from tests.support.office import Office

RUN = {"type": "wandb", "wandb": {"project": "triage", "name": "v3", "entity": None, "tags": ["support"]}}


def test_it_is_sent_kept_and_shown_and_only_openai_takes_it(office: Office) -> None:
    openai, azure, dataset = office.openai(), office.azure(), office.dataset()
    refused = office.order(dataset, connection_id=azure, integrations=[RUN])
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/integrations/0/type")
    job = office.submit(dataset, connection_id=openai, integrations=[RUN])
    seen = office.until(job, "running")
    assert seen["integrations"] == [RUN]
    listed = office.lab.sandbox.http.get(
        f"/v1/fine_tuning/jobs/{seen['provider_job_id']}", headers={"Authorization": f"Bearer {office.lab.account}"}
    )
    sent = {"project": "triage", "name": "v3", "tags": ["support"]}
    assert listed.json()["integrations"] == [{"type": "wandb", "wandb": sent}]
    office.member.post(f"/v1/jobs/{job}/cancel")
    office.finish(job)
    again = office.member.post(f"/v1/jobs/{job}/retry", json={})
    assert again.json()["integrations"] == [RUN]
