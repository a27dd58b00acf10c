"""Which remedies a file could do with, how often each would do something, and how that would look. Nothing is changed.

Those recommended are counted as if all of them were applied, so that the counts are those that preparing will give; the
others are tried at their place among them, each for itself.
"""

from dataclasses import dataclass
from typing import Any

from shared.datasets.remedies.catalogue import remedies_for
from shared.datasets.remedies.change_log import Sample
from shared.datasets.remedies.mending import Lent
from shared.datasets.remedies.preparing import Link, OpenRows, learn, pass_through
from shared.datasets.shapes import Shape


@dataclass(frozen=True, slots=True)
class Offer:
    """A remedy that would do something to a file."""

    name: str
    title: str
    count: int  # lines that it would change or leave out
    dropped: int  # those of them that it would leave out
    lines: tuple[int, ...]  # the first of them
    samples: tuple[Sample, ...]
    recommended: bool
    changes_inference: bool
    parameters: dict[str, Any]  # that it would use


def survey(open_rows: OpenRows, shape: Shape, lent: Lent) -> list[Offer]:
    """The offers for a file, in the order in which they would be applied. Reads the file twice."""
    links = [
        Link(remedy, remedy.begin({}, shape, lent), is_only_tried=not remedy.recommended)
        for remedy in remedies_for(shape, lent)
        if not remedy.asks_for  # what it would do depends on what nobody has said yet
    ]
    learn(links, open_rows)
    for source in open_rows():
        pass_through(links, source)
    return [_offer(link) for link in links if link.record.count]


def _offer(link: Link) -> Offer:
    remedy, record = link.remedy, link.record
    return Offer(
        name=remedy.name,
        title=remedy.title,
        count=record.count,
        dropped=record.dropped,
        lines=tuple(record.lines),
        samples=tuple(record.samples),
        recommended=remedy.recommended,
        changes_inference=remedy.changes_inference,
        parameters=link.mending.settled(),
    )
