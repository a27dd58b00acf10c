"""What looks at the quality of a dataset as it goes by, and a panel of several that says as much as can be read.

Whatever an observer finds is a warning or a note: it never keeps a dataset from being ready.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Any, Protocol, TypeVar

from shared.datasets.findings import Finding
from shared.datasets.quality.block import Block
from shared.datasets.quality.flags import Flags

MOST_FINDINGS = 10_000  # of one observer in one file

Placed = tuple[int, Finding]  # a line of the source file (0: the whole file), and what was found there


Kind = TypeVar("Kind")


class Observer(Protocol):
    """Sees every block of a file once, in order, and keeps within some tens of megabytes."""

    name: str

    def see(self, block: Block) -> Iterable[Placed]: ...

    def conclude(self) -> Iterable[Placed]:
        """What can be said only at the end; asked once."""
        ...

    def numbers(self) -> dict[str, Any]:
        """JSON for the report; asked after `conclude`."""
        ...


class Panel:
    """Several observers as one. `counts` has everything that was found; of each observer the first findings are passed on."""

    name = "quality"

    def __init__(self, observers: Sequence[Observer], most_findings: int = MOST_FINDINGS) -> None:
        self.observers = observers
        self._left = {observer.name: most_findings for observer in observers}
        self.counts: Counter[str] = Counter()
        self.flags = Flags()

    def observer(self, kind: type[Kind]) -> Kind:
        """The one of this kind. Raises StopIteration if there is none."""
        return next(one for one in self.observers if isinstance(one, kind))

    def see(self, block: Block) -> Iterable[Placed]:
        return chain.from_iterable(self._some(observer.name, observer.see(block)) for observer in self.observers)

    def conclude(self) -> Iterable[Placed]:
        return chain.from_iterable(self._some(observer.name, observer.conclude()) for observer in self.observers)

    def numbers(self) -> dict[str, Any]:
        return {observer.name: observer.numbers() for observer in self.observers}

    def _some(self, name: str, findings: Iterable[Placed]) -> Iterator[Placed]:
        for line, finding in findings:
            self.counts[finding.code] += 1
            self.flags.add(finding.code, line)
            if self._left[name] > 0:
                self._left[name] -= 1
                yield line, finding.on_line(line)
