"""The pages that people read, and what stands in them as code: in blocks and between backticks. Judges nothing."""

import re
from collections.abc import Iterator
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
PAGES = sorted(
    [
        *PROJECT.glob("*.md"),
        *(PROJECT / "docs").rglob("*.md"),
        PROJECT / "examples" / "README.md",
        PROJECT / "sandbox" / "README.md",
    ]
)

_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_SPAN = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"\]\(([^)\s]+)\)")


def name(page: Path) -> str:
    """What a failing test calls a page."""
    return page.relative_to(PROJECT).as_posix()


def blocks(page: Path, language: str | None = None) -> list[str]:
    """The page's blocks of code, in order; those of one language, or all."""
    found = _BLOCK.findall(page.read_text(encoding="utf-8"))
    return [block for kind, block in found if language in (None, kind)]


def code(page: Path) -> Iterator[str]:
    """Everything on a page that is set as code."""
    yield from blocks(page)
    yield from _SPAN.findall(_BLOCK.sub("", page.read_text(encoding="utf-8")))


def links(page: Path) -> list[str]:
    """Where the page's links lead, those to other sites left out."""
    found = _LINK.findall(_BLOCK.sub("", page.read_text(encoding="utf-8")))
    return [link for link in found if not link.startswith(("http://", "https://"))]
