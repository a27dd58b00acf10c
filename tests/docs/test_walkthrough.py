"""The README's walk-through, pasted into a shell: its blocks in their order, against a service with every real process."""

import os
import subprocess

import pytest

from local import connections, data_folder, stack
from local.stack import Plan
from local.wire import Client
from tests.docs.pages import PROJECT, blocks


@pytest.mark.slow
def test_the_walk_through_works_as_it_stands() -> None:
    with data_folder.temporary() as folder, stack.running(folder, Plan(sandbox_speed=2000)) as service:
        client = Client(service.url, service.admin_key)
        for connection in connections.to_sandbox(str(service.sandbox_url)):
            connections.ensure(client, connection)
        pasted = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", _script(service.url, str(service.admin_key))],
            cwd=PROJECT, env={"PATH": os.environ["PATH"]}, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
    said = f"{pasted.stdout}\n{pasted.stderr}"
    assert pasted.returncode == 0, said
    assert '"status":"succeeded"' in pasted.stdout, said
    assert "'verdict': 'better'" in pasted.stdout, said
    assert "\nshipping\n" in pasted.stdout, said
    assert "gpt-4.1-mini-2025-04-14,training," in pasted.stdout, said
    assert '"code":"budget_exceeded"' in pasted.stdout, said


def _script(url: str, admin_key: str) -> str:
    """What a reader pastes, with the two values that the reader fills in."""
    script = "\n".join(blocks(PROJECT / "README.md", "bash"))
    for placeholder, value in (("API=http://127.0.0.1:8000", url), ("KEY=tw_...", admin_key)):
        assert placeholder in script
        script = script.replace(placeholder, f"{placeholder.partition('=')[0]}={value}")
    return script
