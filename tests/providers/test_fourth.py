"""Adding a fourth provider is one file and one line: a copy of the code with both takes it at every door."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from local.processes import PROJECT

FILE = '''"""A fourth provider: OpenAI's protocol at another address."""

from shared.providers.openai import OpenAIProvider


class FourthProvider(OpenAIProvider):
    """One account there."""
'''
LINE = '    FOURTH = "fourth", Traits("shared.providers.fourth:FourthProvider", "[a-z]{1,8}", {"supervised": _MULTIPLIED}, 1)\n\n'
ASKED = """
import json
from sqlalchemy.dialects.postgresql import dialect
from api.schemas.connections import ConnectionCreate
from shared.connections.tables import Connection
from shared.datasets.acceptance import ANY_MODEL
from shared.providers import moderates, open_provider
from shared.providers.base import Access

body = {"name": "x", "provider": "fourth", "base_url": "https://example.com", "credential": "sk-0123456789abcdef"}
wanted = ConnectionCreate.model_validate(body)
column = Connection.__table__.c.provider.type
with_it = open_provider(wanted.provider, Access(wanted.base_url, "sk-0123456789abcdef"))
print(json.dumps({
    "stored": column.bind_processor(dialect())(wanted.provider),
    "opened": type(with_it).__name__,
    "moderates": moderates("fourth"),
    "verdicts": sum(target.provider == "fourth" for target in ANY_MODEL) > 0,
    "documented": "fourth" in json.dumps(ConnectionCreate.model_json_schema()),
}))
"""


def test_a_fourth_provider_is_one_file_and_one_line(tmp_path: Path) -> None:
    for folder in ("api", "shared"):
        shutil.copytree(PROJECT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__", "static"))
    (tmp_path / "shared/providers/fourth.py").write_text(FILE)
    kinds = tmp_path / "shared/providers/kinds.py"
    before = kinds.read_text()
    kinds.write_text(before.replace("    def __new__", LINE + "    def __new__", 1))
    assert len(kinds.read_text().splitlines()) == len(before.splitlines()) + 2

    env = os.environ | {"PYTHONPATH": str(tmp_path)}
    asked = subprocess.run(
        [sys.executable, "-c", ASKED], cwd=tmp_path, env=env, capture_output=True, text=True, check=False
    )
    assert asked.returncode == 0, asked.stderr
    told = {"stored": "fourth", "opened": "FourthProvider", "moderates": True, "verdicts": True, "documented": True}
    assert json.loads(asked.stdout) == told
