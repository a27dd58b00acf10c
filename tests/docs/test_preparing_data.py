"""The page on preparing data, pasted into a shell: its lines in their order, against the API on a socket and a worker."""

import os
import subprocess
import time
from pathlib import Path

from tests.docs.pages import PROJECT, blocks
from tests.support.office import Office
from tests.support.server import served

PATIENCE_SECONDS = 60
HELPERS = ("get()", "post()", "field()", "ended()")


def test_the_page_on_preparing_data_works_as_it_stands(office: Office, tmp_path: Path) -> None:
    key = office.lab.api.key(office.lab.team_id)
    said = tmp_path / "said"
    with served(office.lab.api.app) as url, said.open("w") as out:
        shell = subprocess.Popen(
            ["bash", "-euo", "pipefail", "-c", f"API={url} KEY={key}\n{_script()}"],
            cwd=PROJECT, env={"PATH": os.environ["PATH"]}, stdout=out, stderr=subprocess.STDOUT,
        )  # fmt: skip
        deadline = time.monotonic() + PATIENCE_SECONDS
        while shell.poll() is None:
            assert time.monotonic() < deadline, said.read_text()
            office.drain()
            time.sleep(0.05)
    pasted = said.read_text()
    assert shell.returncode == 0, pasted
    assert pasted.splitlines().count("ready") == 6, pasted
    assert pasted.splitlines().count("rejected") == 1, "the faulty file"
    assert "'drop_undecided_preferences': {" in pasted
    assert '"same_example":0' in pasted


def _script() -> str:
    of_readme = "\n".join(blocks(PROJECT / "README.md", "bash")).splitlines()
    helpers = [line for line in of_readme if line.startswith(HELPERS)]
    assert len(helpers) == len(HELPERS)
    return "\n".join([*helpers, *blocks(PROJECT / "docs" / "datasets.md", "bash")])
