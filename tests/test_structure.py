"""The walls of the house: every module says what it is, every name says something, and imports point one way.

That only one file commits, and what every route owes its callers, is held in `tests/api/test_walls.py`.
"""

import ast
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[1]
PROGRAMS = ("api", "worker", "shared", "migrations", "sandbox", "local")
SILENCED = re.compile(r"#\s*(noqa|type:\s*ignore|mypy:|ruff:)|\b(TODO|FIXME|XXX)\b")
SAYING_NOTHING = {"utils", "util", "helpers", "common", "misc", "core", "manager", "service", "types", "constants"}


def sources(*folders: str) -> list[Path]:
    return [path for folder in folders for path in sorted((PROJECT / folder).rglob("*.py"))]


def test_every_module_says_what_it_is() -> None:
    silent = []
    for path in sources(*PROGRAMS, "docs", "tests"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        if tree.body and not ast.get_docstring(tree):
            silent.append(path.relative_to(PROJECT).as_posix())
    assert silent == []


def test_no_file_has_a_name_that_says_nothing() -> None:
    named = {path.stem: path for path in sources(*PROGRAMS)} | {
        path.parent.name: path for path in sources(*PROGRAMS) if path.name == "__init__.py"
    }
    assert {name: path for name, path in named.items() if name in SAYING_NOTHING} == {}


def test_files_stay_short() -> None:
    long = {
        path.relative_to(PROJECT).as_posix(): n_lines
        for path in sources(*PROGRAMS)
        if "versions" not in path.parts and (n_lines := len(path.read_text(encoding="utf-8").splitlines())) > 300
    }
    assert long == {}


def test_no_rule_is_silenced_and_nothing_is_left_for_later() -> None:
    everywhere = [path for path in sources(*PROGRAMS, "docs", "tests") if path != Path(__file__)]
    found = [path for path in everywhere if SILENCED.search(path.read_text(encoding="utf-8"))]
    assert [path.relative_to(PROJECT).as_posix() for path in found] == []


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The parts that the contracts speak of, to be spoilt."""
    for folder in ("api", "worker", "shared"):
        shutil.copytree(PROJECT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__", "static"))
    shutil.copy(PROJECT / "pyproject.toml", tmp_path)
    return tmp_path


def contracts(folder: Path) -> tuple[int, str]:
    """What import-linter says of the code in a folder."""
    lint = "import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command())"
    env = os.environ | {"PYTHONPATH": str(folder)}
    done = subprocess.run(
        [sys.executable, "-c", lint, "--no-cache"], cwd=folder, env=env, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout + done.stderr


SPOILT = {
    "shared/utils.py": ('"""Odds and ends."""\n', "utils"),
    "shared/clock.py": ("from shared.db import Database\n", "shared.clock -> shared.db"),
    "shared/datasets/queries.py": ("import api.app\n", "shared.datasets.queries -> api.app"),
    "shared/jobs/queries.py": ("import openai\n", "shared.jobs.queries -> openai"),
    "api/spend.py": ("import sqlalchemy\n", "api.spend -> sqlalchemy"),
    "worker/spend.py": ("from api import jobs\n", "worker.spend -> api.jobs"),
}


def test_the_code_keeps_its_contracts_and_each_kind_of_breach_is_noticed(copy: Path) -> None:
    code, said = contracts(copy)
    assert code == 0, said
    for path, (line, _) in SPOILT.items():
        with (copy / path).open("a", encoding="utf-8") as file:
            file.write(line)
    code, said = contracts(copy)
    assert code == 1
    flat = " ".join(said.split())
    for path, (_, named) in SPOILT.items():
        assert named in flat, f"{path} was not noticed:\n{said}"
