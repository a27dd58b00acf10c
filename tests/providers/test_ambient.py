"""Nothing but its Access decides where a provider's client sends what."""

from pathlib import Path

import pytest

from shared.providers.base import TrainingOrder, Unavailable
from tests.providers.conftest import CREDENTIAL, azure_at, capture, openai_at, provider_at
from tests.support.wire import says, wire

EMPTY_LIST = {"object": "list", "data": [], "has_more": False}
STRANGER = "ambient-stranger"


@pytest.fixture
def ambient(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Everything that the SDK and its HTTP client are known to look for, set to something that would show or break."""
    for name in (
        "OPENAI_API_KEY",
        "OPENAI_ADMIN_KEY",
        "OPENAI_ORG_ID",
        "OPENAI_PROJECT_ID",
        "OPENAI_WEBHOOK_SECRET",
        "AZURE_OPENAI_API_KEY",
        "AZURE_OPENAI_AD_TOKEN",
        "OPENAI_API_VERSION",
    ):
        monkeypatch.setenv(name, STRANGER)
    for name in ("OPENAI_BASE_URL", "AZURE_OPENAI_ENDPOINT"):
        monkeypatch.setenv(name, f"http://{STRANGER}.invalid")
    headers = {
        "Authorization": f"Bearer {STRANGER}",
        "api-key": STRANGER,
        "X-Extra": STRANGER,
        "Host": STRANGER,
        "Content-Type": STRANGER,
        "User-Agent": STRANGER,
    }
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "\n".join(f"{name}: {value}" for name, value in headers.items()))
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR", "NETRC"):
        monkeypatch.setenv(name, f"{tmp_path}/{STRANGER}")


@pytest.mark.usefixtures("ambient")
def test_no_variable_reaches_the_wire(dialect: str) -> None:
    job = capture("openai_job_created")
    with wire(says(EMPTY_LIST), says(job)) as server:
        provider = provider_at(dialect, server.url)
        provider.check()
        provider.create_job(TrainingOrder("m", "supervised", "file-TR"))
    assert len(server.asked) == 2
    for asked in server.asked:
        assert STRANGER not in f"{asked.target} {asked.headers}"
        assert {"openai-organization", "openai-project"}.isdisjoint(asked.headers)
        assert asked.headers["host"] in server.url


@pytest.mark.usefixtures("ambient")
def test_the_credential_travels_as_the_dialect_wants_and_nowhere_else() -> None:
    with wire(*[says(EMPTY_LIST)] * 3) as server:
        for provider in (openai_at(server.url), azure_at(server.url), azure_at(server.url, None)):
            provider.check()
    carried = [
        {name: value for name, value in asked.headers.items() if CREDENTIAL in value} | {"path": asked.path}
        for asked in server.asked
    ]
    assert carried == [
        {"authorization": f"Bearer {CREDENTIAL}", "path": "/v1/fine_tuning/jobs"},
        {"api-key": CREDENTIAL, "path": "/openai/models"},
        {"authorization": f"Bearer {CREDENTIAL}", "path": "/openai/v1/models"},
    ]
    assert [asked.query.get("api-version") for asked in server.asked] == [None, ["2024-10-21"], None]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_not_followed(dialect: str, status: int) -> None:
    with wire(says(EMPTY_LIST)) as elsewhere, wire(says(b"", status, location=f"{elsewhere.url}/v1")) as server:
        with pytest.raises(Unavailable):
            provider_at(dialect, server.url).files("tw_")
        assert (len(server.asked), elsewhere.asked) == (1, [])
