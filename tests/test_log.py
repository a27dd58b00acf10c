"""What is blotted out of a log line, and what must be left to read."""

import io
import json
import logging
from typing import Any

import pytest
import structlog

from shared.teams import keys

HEX, BASE64 = "0123456789abcdef" * 2, "Ab1" * 28


def line(**fields: Any) -> dict[str, Any]:
    """A line as it is printed."""
    handler = logging.getLogger().handlers[0]
    assert isinstance(handler, logging.StreamHandler)
    printed = io.StringIO()
    before = handler.setStream(printed)
    try:
        structlog.get_logger().warning("told", **fields)
    finally:
        handler.setStream(before)
    return dict(json.loads(printed.getvalue()))


@pytest.mark.parametrize(
    "secret",
    [keys.generate(), "sk-proj-abcdefgh12345678", "az-sandbox-key", "whsec_MfKQ9r8GKYqrTwj", HEX, BASE64],
    ids=["ours", "openai", "sandbox", "webhooks", "azure", "azure of today"],
)
def test_keys_are_blotted_wherever_they_stand(secret: str) -> None:
    fields = {"text": f"refused {secret}!", "nested": {"a": [{"b": (secret,)}], secret: 1}, "error": ValueError(secret)}
    assert secret not in json.dumps(line(**fields))


def test_what_is_named_as_a_secret_is_not_printed() -> None:
    told = line(headers={"Authorization": "anything", "n_tokens": 5}, password="x y", credential=["a", "b"])
    assert (told["headers"], told["password"]) == ({"Authorization": "…", "n_tokens": 5}, "…")
    assert "a" not in told["credential"]


def test_a_password_in_a_url_is_not_printed() -> None:
    told = line(error="could not connect to postgresql://tw_app:hunter2@db:5432/tunewright, redis://:pa55@r:6379/0")
    assert told["error"] == "could not connect to postgresql://tw_app:…@db:5432/tunewright, redis://:…@r:6379/0"


@pytest.mark.parametrize(
    "text",
    [
        "task-validate_datasets",
        "risk-assessment-2026",
        "tw_worker",
        "tw_0123abcd_team_01h455vb4pex5vsknk084sn02q",
        "a" * 64,
    ],
)
def test_what_is_no_key_can_be_read(text: str) -> None:
    assert line(text=text)["text"] == text


def test_a_request_id_can_be_found() -> None:
    assert line(request_id=HEX)["request_id"] == HEX
