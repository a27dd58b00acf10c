"""What we make of answers that are none, and of refusals."""

import email.utils
import socket
from datetime import timedelta
from typing import Any

import pytest

from shared.clock import utc_now
from shared.providers import open_provider
from shared.providers.base import Access, Finished, Rejected, Throttled, TrainingOrder, Unavailable
from shared.providers.openai import OpenAIProvider
from tests.providers.conftest import CREDENTIAL, capture, openai_at, provider_at
from tests.support.wire import Answer, breaks_off, closes, hangs, resets, says, says_raw, wire

ORDER = TrainingOrder(model="gpt-4.1-mini-2025-04-14", method="supervised", training_file_id="file-TR")
JOB = capture("openai_job_created")


def refusal(message: str = "no", **fields: Any) -> dict[str, Any]:
    return {"error": {"message": message, "type": "invalid_request_error", "param": None, "code": None, **fields}}


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(closes, id="closed without an answer"),
        pytest.param(resets, id="reset"),
        pytest.param(hangs, id="silence"),
        pytest.param(breaks_off(JOB), id="truncated"),
        pytest.param(says_raw(b"\x16\x03\x01 not http\r\n\r\n"), id="not HTTP"),
        pytest.param(says(b"<html>hello</html>"), id="HTML"),
        pytest.param(says(b""), id="empty"),
        pytest.param(says(b"[" * 100_000), id="too deep"),
        pytest.param(says([]), id="a list"),
        pytest.param(says({}), id="an empty object"),
        pytest.param(says({"id": "ftjob-1"}), id="no status"),
        pytest.param(says(JOB | {"id": None}), id="no id"),
        pytest.param(says(JOB | {"training_file": "file-other"}), id="somebody else's job"),
        pytest.param(says(refusal(), 200), id="an error with 200"),
        pytest.param(says(b"\x1f\x8b garbage", content_encoding="gzip"), id="broken compression"),
        pytest.param(says(refusal(), 500), id="500"),
        pytest.param(says(b"Bad Gateway", 502), id="502"),
        pytest.param(says(refusal(), 503, retry_after="3"), id="503 with Retry-After"),
        pytest.param(says(refusal(), 408), id="408"),
        pytest.param(says(refusal(), 409), id="409"),
        pytest.param(says(b"", 307, location="/elsewhere"), id="redirect"),
    ],
)
def test_an_order_may_have_taken_effect_and_is_sent_once(dialect: str, answer: Answer) -> None:
    with wire(answer, says(JOB)) as server:
        with pytest.raises(Unavailable) as caught:
            provider_at(dialect, server.url, seconds=0.4).create_job(ORDER)
        assert caught.value.reached
        assert [one.method for one in server.asked] == ["POST"]


def test_a_refused_connection_has_reached_nobody(dialect: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(Unavailable) as caught:
        provider_at(dialect, f"http://127.0.0.1:{port}").create_job(ORDER)
    assert not caught.value.reached


def test_an_unknown_host_has_not_been_reached() -> None:
    with pytest.raises(Unavailable) as caught:
        openai_at("http://no-such-host.invalid").create_job(ORDER)
    assert not caught.value.reached


def test_a_host_that_speaks_no_tls_has_not_been_reached() -> None:
    with wire(closes) as server, pytest.raises(Unavailable) as caught:
        openai_at(server.url.replace("http:", "https:"), seconds=1).create_job(ORDER)
    assert not caught.value.reached


@pytest.mark.parametrize(
    ("headers", "shortest", "longest"),
    [
        ({"retry_after": "7"}, 7, 7),
        ({"retry_after_ms": "1500", "retry_after": "7"}, 1.5, 1.5),
        ({"retry_after_ms": "soon", "retry_after": "7"}, 7, 7),
        ({"retry_after": "86400"}, 600, 600),
        ({"retry_after": "0"}, 0.5, 0.5),
        ({"retry_after": "-3"}, 5, 5),
        ({"retry_after": "nan"}, 5, 5),
        ({}, 5, 5),
    ],
)
def test_throttled_says_how_long_to_wait(headers: dict[str, str], shortest: float, longest: float) -> None:
    with wire(says(refusal(code="rate_limit_exceeded"), 429, **headers)) as server:
        with pytest.raises(Throttled) as caught:
            openai_at(server.url).job("ftjob-1")
        assert shortest <= caught.value.retry_after <= longest


@pytest.mark.parametrize(("seconds", "shortest", "longest"), [(120, 60, 120), (-60, 5, 5)])
def test_a_date_to_wait_for_is_understood(seconds: float, shortest: float, longest: float) -> None:
    moment = email.utils.format_datetime(utc_now() + timedelta(seconds=seconds), usegmt=True)
    with wire(says(refusal(code="rate_limit_exceeded"), 429, retry_after=moment)) as server:
        with pytest.raises(Throttled) as caught:
            openai_at(server.url).job("ftjob-1")
        assert shortest <= caught.value.retry_after <= longest


@pytest.mark.parametrize(
    "fields",
    [
        {"type": "insufficient_quota", "code": None},
        {"type": "insufficient_quota", "code": "credit_balance_exhausted"},
        {"code": "project_spend_limit_exceeded"},
        {"code": "billing_hard_limit_reached"},
    ],
)
def test_an_empty_purse_is_not_waited_for(fields: dict[str, Any]) -> None:
    with wire(says(refusal(**fields), 429)) as server, pytest.raises(Rejected):
        openai_at(server.url).create_job(ORDER)


@pytest.mark.parametrize("status", [400, 403, 404, 413, 422])
def test_a_refusal_carries_the_providers_code_or_the_status(dialect: str, status: int) -> None:
    with wire(says(refusal("because", code="some_code"), status), says(refusal("because"), status)) as server:
        provider = provider_at(dialect, server.url)
        for code in ("some_code", str(status)):
            with pytest.raises(Rejected) as caught:
                provider.create_job(ORDER)
            assert (caught.value.code, caught.value.status, caught.value.reason) == (code, status, "because")


def test_a_closed_account_and_a_refused_key_are_told_apart() -> None:
    with wire(says(refusal(code="training_not_available"), 403), says(refusal(code="invalid_api_key"), 401)) as server:
        provider = openai_at(server.url)
        with pytest.raises(Rejected) as closed:
            provider.create_job(ORDER)
        with pytest.raises(Rejected) as unknown:
            provider.create_job(ORDER)
    assert (closed.value.closed, closed.value.credential) == (True, False)
    assert (unknown.value.closed, unknown.value.credential) == (False, True)


def test_only_the_provider_itself_can_say_that_a_thing_does_not_exist(dialect: str) -> None:
    gateway = {"error": {"code": "404", "message": "Resource not found"}}
    with wire(says(refusal("no such job"), 404), says(b"<h1>404</h1>", 404), says(gateway, 404)) as server:
        provider = provider_at(dialect, server.url)
        assert provider.job("ftjob-1") is None
        for _ in range(2):
            with pytest.raises(Unavailable):
                provider.job("ftjob-1")


def test_a_compatible_model_is_named_by_its_last_checkpoint_whatever_else_is_told_of_it() -> None:
    job = JOB | {"status": "succeeded", "fine_tuned_model": None}
    checkpoints = {
        "data": [{"id": "ckpt-1", "step_number": 5}, {"id": "ckpt-2", "step_number": 10, "created_at": None}]
    }
    with wire(says(job), says(checkpoints)) as server:
        seen = open_provider("compatible", Access(server.url, CREDENTIAL)).job(JOB["id"])
    assert seen is not None
    assert isinstance(seen.outcome, Finished)
    assert seen.outcome.model == f"{JOB['id']}:ckpt-2"


@pytest.mark.parametrize("kind", ["openai", "compatible"])
@pytest.mark.parametrize("detail", ["Not Found", "Not found.", "no route to /v1/fine_tuning/jobs/ftjob-1", "ftjob-12?"])
def test_a_detail_that_does_not_name_what_was_asked_for_may_be_a_gateways(kind: str, detail: str) -> None:
    with wire(says({"detail": detail}, 404)) as server, pytest.raises(Unavailable):
        open_provider(kind, Access(server.url, CREDENTIAL)).job("ftjob-1")


def test_a_detail_that_names_what_was_asked_for_is_the_servers() -> None:
    with wire(says({"detail": "Could not find ftjob-1"}, 404), says({"detail": "No model `m/x`."}, 404)) as server:
        provider = open_provider("compatible", Access(server.url, CREDENTIAL))
        assert provider.job("ftjob-1") is None
        with pytest.raises(Rejected):
            provider.chat("m/x", {"messages": []})


def test_only_an_error_of_the_provider_itself_is_surely_not_billed() -> None:
    with wire(says({"detail": "upstream timed out"}, 503), says(refusal(), 503)) as server:
        provider, unheard = open_provider("compatible", Access(server.url, CREDENTIAL)), []
        for _ in range(2):
            with pytest.raises(Unavailable) as caught:
                provider.chat("m", {"messages": []})
            unheard.append(caught.value.unheard)
    assert unheard == [True, False]


def test_an_answer_about_something_else_is_no_answer(dialect: str) -> None:
    with wire(says(JOB), says({"id": "file-2", "object": "file"})) as server:
        provider = provider_at(dialect, server.url)
        with pytest.raises(Unavailable):
            provider.job("ftjob-other")
        with pytest.raises(Unavailable):
            provider.file("file-1")


def test_a_credential_that_is_echoed_reaches_nobody(dialect: str) -> None:
    echo = refusal(f"Incorrect API key provided: {CREDENTIAL}", code=CREDENTIAL)
    with wire(says(echo, 401), says(JOB | {"status": "failed", "error": {"message": CREDENTIAL}})) as server:
        provider = provider_at(dialect, server.url)
        with pytest.raises(Rejected) as caught:
            provider.check()
        job = provider.job(JOB["id"])
    error = caught.value
    assert CREDENTIAL not in f"{error} {error.reason} {error.code} {job}"
    assert error.__cause__ is None
    assert error.__context__ is None


def test_access_does_not_show_its_credential() -> None:
    assert CREDENTIAL not in repr(Access("http://127.0.0.1", CREDENTIAL))


@pytest.mark.parametrize("credential", ["", "sk-a\nb", "sk-\u4f60", "sk a"])
def test_a_credential_that_no_header_can_carry_is_rejected(credential: str) -> None:
    with pytest.raises(Rejected) as caught:
        OpenAIProvider(Access("http://127.0.0.1", credential))
    assert caught.value.credential
