"""How the code is laid out, where no linter looks: sizes, names, silenced rules, and an import order that really refuses."""

import ast
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[1]
PROGRAMS = ("api", "worker", "shared", "migrations", "local", "sandbox")
FILES = sorted(path for program in PROGRAMS for path in (PROJECT / program).rglob("*.py"))
BANNED = {"utils", "helpers", "common", "misc", "core", "manager", "service", "types", "constants"}
MOST_LINES = 300
LISTS = {"migrations/versions/0001_foundations.py"}
"""Long because there is much of one kind in them: a list of tables is read as a table is."""
SILENCED = re.compile(r"#\s*(noqa|type:\s*ignore|pragma|mypy:|ruff:)|\b(TODO|FIXME|XXX)\b")


def named(path: Path) -> str:
    return path.relative_to(PROJECT).as_posix()


def test_there_is_something_to_look_at() -> None:
    assert {named(path).partition("/")[0] for path in FILES} == set(PROGRAMS)


def test_every_module_says_what_it_is() -> None:
    texts = {path: path.read_text(encoding="utf-8") for path in FILES}
    assert [named(path) for path, text in texts.items() if text and not ast.get_docstring(ast.parse(text))] == []


def test_no_file_has_a_name_for_everything() -> None:
    assert [named(path) for path in FILES if BANNED & set(path.relative_to(PROJECT).with_suffix("").parts)] == []


def test_no_rule_is_silenced_and_nothing_is_left_for_later() -> None:
    everywhere = [*FILES, *(path for path in (PROJECT / "tests").rglob("*.py") if path != Path(__file__))]
    assert [named(path) for path in everywhere if SILENCED.search(path.read_text(encoding="utf-8"))] == []


def test_files_are_short() -> None:
    long = {named(path) for path in FILES if len(path.read_text(encoding="utf-8").splitlines()) > MOST_LINES}
    assert long == LISTS


WRONG = {
    "a file for everything": ("shared/utils.py", '"""Anything."""\n'),
    "the core knows a door": ("shared/jobs/story.py", "import api.app\n"),
    "the doors meet": ("worker/context.py", "import api.context\n"),
    "below looks up": ("shared/teams/queries.py", "import shared.jobs.tables\n"),
    "strangers meet": ("shared/spend/queries.py", "import shared.datasets.tables\n"),
    "another door for openai": ("shared/jobs/looking.py", "import openai\n"),
    "another door for celery": ("shared/jobs/actions.py", "import celery\n"),
    "another door for tiktoken": ("shared/datasets/jsonl.py", "import tiktoken\n"),
    "SQL at the edge": ("api/teams.py", "import sqlalchemy\n"),
    "HTTP in the core": ("shared/jobs/queries.py", "import fastapi\n"),
    "settings in the depth": ("shared/db/session.py", "import shared.settings\n"),
}


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    copy = tmp_path_factory.mktemp("copy")
    for program in ("api", "worker", "shared"):
        shutil.copytree(PROJECT / program, copy / program, ignore=shutil.ignore_patterns("__pycache__", "static"))
    shutil.copy(PROJECT / "pyproject.toml", copy)
    return copy


def keeps_the_order(folder: Path) -> bool:
    linted = [Path(sys.executable).with_name("lint-imports"), "--no-cache"]
    done = subprocess.run(linted, cwd=folder, capture_output=True, text=True, check=False)
    assert "Contracts: " in done.stdout, done.stdout + done.stderr
    return done.returncode == 0


def test_the_import_order_is_kept(copied: Path) -> None:
    assert keeps_the_order(copied)


@pytest.mark.parametrize(("path", "line"), WRONG.values(), ids=WRONG)
def test_the_import_order_refuses(copied: Path, path: str, line: str) -> None:
    changed = copied / path
    before = changed.read_text(encoding="utf-8") if changed.exists() else None
    changed.write_text((before or "") + line, encoding="utf-8")
    try:
        assert not keeps_the_order(copied)
    finally:
        if before is None:
            changed.unlink()
        else:
            changed.write_text(before, encoding="utf-8")
