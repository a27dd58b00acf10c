"""Every running process is who it should be: the API never speaks as the worker, and neither owns a table."""

from tests.drills.service import CHILDREN, Service, Team, submit


def test_each_process_has_its_own_role_and_no_other(service: Service, team: Team) -> None:
    account = service.account("openai")
    job = submit(team, service.dataset(team), account)
    assert team.until_over([job]) == {job: "succeeded"}

    query = """
        SELECT usename::text, count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND usename IS NOT NULL AND pid <> pg_backend_pid()
        GROUP BY 1
    """
    sessions = dict(service.sql(query))
    assert set(sessions) == {"tw_app", "tw_worker"}
    # Two APIs keep pools; of the workers' processes each keeps one once it has worked.
    assert sessions["tw_app"] >= 2
    assert 1 <= sessions["tw_worker"] <= 6 * len(service.workers) * CHILDREN
