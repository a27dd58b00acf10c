"""Remedies applied to a file, one after the other on each line; the file itself stays as it is.

Where remedies have to know the whole file (what all prompts begin with), it is read twice: they look at every example as
the remedies before them leave it, but for those that are looking themselves. Lines stream; nothing is kept but what a
remedy remembers.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from shared.datasets.remedies.catalogue import in_order
from shared.datasets.remedies.change_log import Record, text_of
from shared.datasets.remedies.inside import Row
from shared.datasets.remedies.mending import Lent, Mending, SourceRow
from shared.datasets.remedies.plain import said_plainly
from shared.datasets.remedies.recipe import Recipe
from shared.datasets.remedies.remedy import Chosen, Remedy
from shared.datasets.shapes import Shape

_LINE_ENDS = re.compile(r"\r\n?|\n")

OpenRows = Callable[[], Iterable[SourceRow]]
"""Opens the file anew each time and gives its lines in their order."""


@dataclass(frozen=True, slots=True)
class Link:
    """A remedy at work on one file. One that is only tried notes what it would do, and passes lines on as they are."""

    remedy: Remedy
    mending: Mending
    is_only_tried: bool = False
    record: Record = field(default_factory=Record)

    def pass_on(self, source: SourceRow) -> SourceRow | None:
        mended = self.mending.mend(source)
        if mended is source:
            return source
        self.record.note(source, mended)
        return source if self.is_only_tried else mended


class Prepared:
    """The mended examples of a file. Its log is complete when the examples have been read to their end, once."""

    def __init__(self, links: list[Link], rows: Iterable[SourceRow], lent: Lent) -> None:
        self._links = links
        self._rows = rows
        self._convert = lent.convert
        self.unconverted = Record()
        """The lines that the other shape cannot say, so that they were left out."""

    @property
    def log(self) -> dict[str, Record]:
        """What each remedy did, by its name, in the order in which they were applied."""
        return {link.remedy.name: link.record for link in self._links}

    @property
    def parameters(self) -> dict[str, dict[str, Any]]:
        """The parameters that each remedy used, those included that it found by looking at the file."""
        return {link.remedy.name: link.mending.settled() for link in self._links}

    @property
    def recipe(self) -> Recipe:
        """What these remedies ask of inference; put it behind the recipe of the version that was prepared."""
        recipe = Recipe()
        for link in self._links:
            recipe = recipe.then(link.mending.recipe())
        return recipe

    def examples(self) -> Iterator[SourceRow]:
        """The lines that stay; what no remedy could read still has its text in place of a row."""
        for source in self._rows:
            mended = pass_through(self._links, source)
            if mended is None:
                continue
            if mended.row is None or self._convert is None:
                yield mended
            else:
                yield from self._converted(mended, tuple(self._convert(mended.row)))

    def _converted(self, source: SourceRow, rows: tuple[Row, ...]) -> Iterator[SourceRow]:
        if not rows:
            self.unconverted.note(source, None)
        return (replace(source, row=row) for row in rows)

    def lines(self) -> Iterator[bytes]:
        """JSON Lines in UTF-8, each with its end. Line ends inside a text that could not be read become blanks."""
        begin = b"".join(link.mending.file_begins_with for link in self._links)
        for source in self.examples():
            yield begin + _on_one_line(source).encode("utf-8", "replace") + b"\n"
            begin = b""


def _on_one_line(source: SourceRow) -> str:
    # JSON has no line ends but those between lines; other signs that part lines (U+2028) are what somebody wrote.
    return text_of(source) if source.row is not None else _LINE_ENDS.sub(" ", source.raw)


def prepare(open_rows: OpenRows, chosen: Iterable[Chosen], shape: Shape, lent: Lent) -> Prepared:
    """The file with the chosen remedies applied, in the order of the catalogue. Raises InvalidChoiceError."""
    links = [
        Link(remedy, remedy.begin(choice.parameters, shape, lent)) for remedy, choice in in_order(chosen, shape, lent)
    ]
    learn(links, open_rows)
    return Prepared(links, open_rows(), lent)


def learn(links: Sequence[Link], open_rows: OpenRows) -> None:
    """The first look at the file, if any remedy wants one."""
    learning = [place for place, link in enumerate(links) if link.mending.learns]
    if not learning:
        return
    for source in open_rows():
        # Behind the last that learns, nobody wants to know.
        _passed(links[: learning[-1] + 1], source, _look)
    for link in links:
        if not link.mending.learns:
            # What was noted on the way (which examples were there already) belongs to the second reading.
            link.mending.begin(link.mending.shape, link.mending.lent)


def _look(link: Link, source: SourceRow) -> SourceRow | None:
    if link.mending.learns:
        if source.row is not None:
            link.mending.learn(source.row)
        return source
    return source if link.is_only_tried else link.mending.mend(source)


def pass_through(links: Sequence[Link], source: SourceRow) -> SourceRow | None:
    """The line after all remedies; None as soon as one has left it out."""
    return _passed(links, source, Link.pass_on)


def _passed(
    links: Sequence[Link], source: SourceRow, hand: Callable[[Link, SourceRow], SourceRow | None]
) -> SourceRow | None:
    """As long as an example is plain, and nothing was done to it, those that surely have nothing to do are passed over."""
    said = said_plainly(source.row, links[0].mending.shape) if links and source.row is not None else None
    for link in links:
        if said is not None and link.mending.is_idle(said):
            continue
        passed = hand(link, source)
        if passed is None:
            return None
        if passed is not source:
            source, said = passed, None
    return source
