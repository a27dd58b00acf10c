"""What the pages name exists: links, files, routes, make targets, modules, settings and tasks."""

import pkgutil
import re
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path

import pytest

import worker
from api.app import assemble
from api.openapi import describe
from docs.generate import stale
from shared.settings import Settings
from tests.docs.pages import PAGES, PROJECT, blocks, code, links, name
from worker.task import TASKS

pages = pytest.mark.parametrize("page", PAGES, ids=name)

_OPERATION = re.compile(r"(?:\b(GET|POST|PUT|PATCH|DELETE) )?(/(?:openai/)?v1/[^\s'\"`|)?;]*|/livez|/readyz)")
_FILE = re.compile(r"(?<![\w/.{$-])[\w.-]+(?:/[\w.-]+)+\.(?:py|md|csv|json|jsonl|yml|sh|toml|example)\b")
_VARIABLE = re.compile(r"\bTUNEWRIGHT_[A-Z_]+\b")
# The sandbox speaks the providers' own routes, of which our document says nothing.
ABOUT_OTHERS = {"sandbox/README.md"}


@cache
def routes() -> dict[str, set[str]]:
    """Path with its variables as `{}` → methods."""
    document = describe(assemble())
    return {
        re.sub(r"\{[^}]*\}", "{}", path): {one.upper() for one in methods}
        for path, methods in document["paths"].items()
    }


@pages
def test_links_lead_somewhere(page: Path) -> None:
    for link in links(page):
        assert (page.parent / link.partition("#")[0]).exists(), link


@pages
def test_named_files_exist(page: Path) -> None:
    for text in code(page):
        for path in _FILE.findall(text):
            assert (PROJECT / path).exists() or (page.parent / path).exists(), path


@pytest.mark.parametrize("page", [page for page in PAGES if name(page) not in ABOUT_OTHERS], ids=name)
def test_named_routes_exist(page: Path) -> None:
    known = routes()
    for text in code(page):
        for method, path in _OPERATION.findall(text):
            if path in ("/v1/", "/openai/v1", "/openai/v1/"):
                continue  # where all routes begin
            plain = re.sub(r"\{[^}]*\}|\$\w+", "{}", path.rstrip("/"))
            assert plain in known, path
            assert not method or method in known[plain], f"{method} {path}"


@pages
def test_named_make_targets_exist(page: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (PROJECT / "Makefile").read_text(), re.MULTILINE))
    for text in code(page):
        assert {*re.findall(r"(?:^|\()make (?:-s )?([a-z][a-z-]*)", text, re.MULTILINE)} <= targets, text


@pages
def test_named_modules_exist(page: Path) -> None:
    for text in code(page):
        for module in re.findall(r"\bpython3? -m ([\w.]+)", text):
            assert find_spec(module), module


@pages
def test_named_variables_exist(page: Path) -> None:
    known = {*_VARIABLE.findall((PROJECT / ".env.example").read_text())}
    assert {one for text in code(page) for one in _VARIABLE.findall(text)} <= known


def test_every_setting_is_explained_with_its_default() -> None:
    explained = (PROJECT / "docs" / "operations.md").read_text()
    example = (PROJECT / ".env.example").read_text()
    for setting, field in Settings.model_fields.items():
        variable = field.validation_alias or f"TUNEWRIGHT_{setting.upper()}"
        default = "" if field.is_required() or field.default is None else _written(field.default)
        assert re.search(rf"^\| `{variable}` \| {re.escape(default)}", explained, re.MULTILINE), variable
        assert re.search(rf"^(# )?{variable}={re.escape(default)}", example, re.MULTILINE), variable


def test_the_table_of_tasks_is_complete() -> None:
    for module in pkgutil.iter_modules(worker.__path__):
        if module.name != "app":  # which reads the environment
            import_module(f"worker.{module.name}")
    page = (PROJECT / "docs" / "architecture.md").read_text()
    table = page.partition("| task | ")[2].partition("\n\n")[0]
    assert {*re.findall(r"^\| `(\w+)`", table, re.MULTILINE)} == {"sweep", *TASKS}


def test_the_tables_of_import_order_agree() -> None:
    agreed = re.search(r"exhaustive = true\nlayers = \[\n(.*?)\]", (PROJECT / "pyproject.toml").read_text(), re.DOTALL)
    assert agreed
    wanted = re.findall(r'"(.+)"', agreed[1])
    shown = next(block for block in blocks(PROJECT / "docs" / "architecture.md") if "serving" in block.splitlines())
    assert [line.split("   ")[0].strip() for line in shown.splitlines()] == ["api | worker", *wanted]


def test_decisions_are_numbered_and_listed() -> None:
    folder = PROJECT / "docs" / "decisions"
    decisions = sorted(path for path in folder.glob("[0-9]*.md"))
    numbers = [int(path.name[:4]) for path in decisions]
    assert all(after - before == 1 for before, after in pairwise(numbers))
    listed = (folder / "README.md").read_text()
    for path in decisions:
        title = path.read_text().splitlines()[0].partition(". ")[2]
        assert f"[{title}]({path.name})" in listed


def test_pages_written_from_the_code_are_fresh() -> None:
    assert list(stale()) == []


def _written(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else str(value)
