"""A worker process is killed while it asks: another goes on, and the bill and the hold come out right."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.support.laboratory import BASE, Laboratory, rows

_WORKER = """
from worker.app import context
from worker.evaluations import run_evaluations
run_evaluations(context())
"""
_ROOT = Path(__file__).parents[2]


@pytest.mark.slow
def test_a_killed_worker_loses_one_round_at_most(laboratory: Laboratory, redis_url: str) -> None:
    laboratory.connection()
    held_out = rows("support_triage", held_out=True)
    body = {
        "dataset_id": laboratory.dataset(held_out),
        "candidates": [{"model": BASE}],
        "graders": ["exact_match"],
    }
    evaluation = laboratory.member.post("/v1/evaluations", json=body).json()
    laboratory.fault("delay", times=12, seconds=2)
    _killed_when_asking(laboratory, redis_url)
    assert laboratory.held() > 0
    laboratory.drain()
    assert laboratory.member.get(f"/v1/evaluations/{evaluation['id']}").json()["n_answers"] == 0
    laboratory.pass_time("16 seconds")
    laboratory.drain()
    ended = laboratory.member.get(f"/v1/evaluations/{evaluation['id']}").json()
    assert (ended["status"], ended["n_answers"]) == ("succeeded", len(held_out))
    assert len(held_out) <= laboratory.asked() <= len(held_out) + 8
    assert laboratory.held() == 0


def _killed_when_asking(laboratory: Laboratory, redis_url: str) -> None:
    settings = laboratory.api.settings
    given = {
        "DATABASE_URL": laboratory.api.database.worker_url,
        "REDIS_URL": redis_url,
        "TUNEWRIGHT_SECRET_KEY": settings.secret_key.get_secret_value(),
        "TUNEWRIGHT_STORAGE_DIR": str(settings.storage_dir),
    }
    with subprocess.Popen([sys.executable, "-c", _WORKER], cwd=_ROOT, env={**os.environ, **given}) as process:
        until = time.monotonic() + 30
        while not laboratory.api.sql("SELECT 1 FROM evaluations WHERE claim_token IS NOT NULL"):
            assert time.monotonic() < until, "the worker took no evaluation"
            assert process.poll() is None, "the worker ended by itself"
            time.sleep(0.02)
        time.sleep(0.7)  # its first questions are at the provider, which takes two seconds
        process.kill()
