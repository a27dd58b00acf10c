"""Writes the pages that are derived from code, so that they cannot fall behind it. Run `python -m docs.generate`.

With `--check` nothing is written: the exit code tells whether a page is stale.
"""

import json
import sys
from collections.abc import Callable, Iterator
from enum import StrEnum
from pathlib import Path

from api.app import assemble
from api.openapi import describe
from shared import lifecycles
from shared.datasets.findings.codes import FINDING_CODES
from shared.datasets.remedies import REMEDIES, Remedy
from shared.datasets.shapes import Shape
from shared.errors import every_problem
from shared.lifecycles import Lifecycle

FOLDER = Path(__file__).resolve().parent
_NOTE = "<!-- Written by `python -m docs.generate` from the code; change it there. -->"


def problems_page() -> str:
    """Every refusal, from `shared.errors`."""
    lines = [
        "# Problems",
        _NOTE,
        "Every refusal is an `application/problem+json` (RFC 9457). Programs look at `code`, people at `detail`.",
        "| code | status | title | notes |\n|---|---|---|---|",
    ]
    rows = [f"| `{kind.code}` | {int(kind.status)} | {kind.title} | {_said(kind)} |" for kind in every_problem()]
    return _page(lines, rows)


def lifecycles_page() -> str:
    """Every status and its edges, from `shared.lifecycles`."""
    lines = [
        "# Lifecycles",
        _NOTE,
        "A status moves along these edges only; code that tries another is refused with `illegal_transition`.",
    ]
    found: list[Lifecycle[StrEnum]] = [one for one in vars(lifecycles).values() if isinstance(one, Lifecycle)]
    return "\n\n".join([*lines, *map(_diagram, found)]) + "\n"


def findings_page() -> str:
    """Every code that a dataset's report can hold, from `shared.datasets.findings.codes`."""
    lines = [
        "# Findings",
        _NOTE,
        "What a dataset's report can say of a line or of the whole file. An error keeps the dataset from being ready.",
        "| code | severity | what it means | how to mend it | stands against |\n|---|---|---|---|---|",
    ]
    rows = [
        f"| `{code}` | {what.severity} | {what.title} | {what.mend} | {', '.join(what.stands_against) or '—'} |"
        for code, what in FINDING_CODES.items()
    ]
    return _page(lines, rows)


def remedies_page() -> str:
    """Every remedy, from `shared.datasets.remedies`."""
    lines = [
        "# Remedies",
        _NOTE,
        "What can be mended mechanically in a dataset, in the order in which it is applied.",
        "A remedy that changes what must be sent to the model writes that into the version's inference recipe.",
        "| remedy | what it does | recommended | changes what is sent | parameters | for | mends |\n|---|---|---|---|---|---|---|",
    ]
    return _page(lines, [_remedy_row(remedy) for remedy in REMEDIES.values()])


def openapi_document() -> str:
    """The API's document, as `/openapi.json` serves it."""
    return json.dumps(describe(assemble()), indent=2, ensure_ascii=False, sort_keys=True) + "\n"


PAGES: dict[str, Callable[[], str]] = {
    "problems.md": problems_page,
    "lifecycles.md": lifecycles_page,
    "findings.md": findings_page,
    "remedies.md": remedies_page,
    "openapi.json": openapi_document,
}


def stale() -> Iterator[str]:
    """The names of the pages that are not what the code says."""
    for name, make in PAGES.items():
        path = FOLDER / name
        if not path.exists() or path.read_text(encoding="utf-8") != make():
            yield name


def main(arguments: list[str]) -> None:
    """Write all pages, or with `--check` complain about stale ones."""
    if arguments == ["--check"]:
        if names := list(stale()):
            sys.exit(f"stale: docs/{', docs/'.join(names)}. Run `python -m docs.generate`.")
        return
    for name, make in PAGES.items():
        (FOLDER / name).write_text(make(), encoding="utf-8")


def _page(lines: list[str], rows: list[str]) -> str:
    return "\n\n".join(lines) + "\n" + "\n".join(rows) + "\n"


def _remedy_row(remedy: Remedy) -> str:
    parameters = ", ".join(f"`{name}`" for name in remedy.kind.parameter_names()) or "—"
    shapes = (
        "all" if set(remedy.shapes) == set(Shape) else ", ".join(shape for shape in Shape if shape in remedy.shapes)
    )
    # One that drops what is still faulty names every error.
    mends = (
        ", ".join(f"`{code}`" for code in remedy.mends) if len(remedy.mends) < len(FINDING_CODES) / 4 else "every error"
    )
    yes = ["yes" if flag else "no" for flag in (remedy.recommended, remedy.changes_inference)]
    return f"| `{remedy.name}` | {remedy.title} | {yes[0]} | {yes[1]} | {parameters} | {shapes} | {mends or '—'} |"


def _said(kind: type) -> str:
    return " ".join((kind.__doc__ or "").split())


def _diagram(lifecycle: Lifecycle[StrEnum]) -> str:
    born = [f"    [*] --> {status}" for status in sorted(lifecycle.first)]
    moves = [f"    {old} --> {new}" for old, following in lifecycle.edges.items() for new in sorted(following)]
    ends = [f"    {status} --> [*]" for status in sorted(lifecycle.terminal)]
    return "\n".join([f"## {lifecycle.thing}", "", "```mermaid", "stateDiagram-v2", *born, *moves, *ends, "```"])


if __name__ == "__main__":
    main(sys.argv[1:])
