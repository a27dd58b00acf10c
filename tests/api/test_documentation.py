"""The pages for people, which must work without the internet."""

import re

from shared.errors import every_problem
from tests.support.api import Api


def test_the_docs_page_loads_nothing_from_elsewhere(api: Api) -> None:
    stranger = api.client()
    page = stranger.get("/docs")
    assert page.status_code == 200
    assert "default-src 'none'" in page.headers["content-security-policy"]
    parts = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert len(parts) == 4
    for part in parts:
        assert stranger.get(f"/{part}").status_code == 200
    assert not re.search(r"<script[^>]*>[^<]", page.text), "the policy allows no script in the page"
    started = stranger.get("/docs/start.js").text
    assert "validatorUrl: null" in started


def test_only_the_pages_own_files_are_served(api: Api) -> None:
    for name in ("..%2F__init__.py", "%2e%2e/app.py", "nothing.js", "%00"):
        assert api.client().get(f"/docs/{name}").status_code == 404


def test_the_document_is_served(api: Api) -> None:
    document = api.client().get("/openapi.json").json()
    assert document["paths"]["/v1/teams"]["post"]["operationId"] == "create_team"


def test_every_problem_has_a_page_where_its_type_leads(api: Api) -> None:
    stranger = api.client()
    for kind in every_problem():
        page = stranger.get(f"/problems/{kind.code}")
        assert page.status_code == 200
        assert kind.code in page.text
    assert stranger.get("/problems/nothing").status_code == 404
