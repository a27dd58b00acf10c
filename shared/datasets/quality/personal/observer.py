"""Which examples hold personal data or secrets. The finding never shows them: it may be stored and sent anywhere."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from shared.datasets.findings import Finding, found
from shared.datasets.quality.block import Block
from shared.datasets.quality.haystack import Haystack
from shared.datasets.quality.observer import Placed
from shared.datasets.quality.personal.kinds import Kind
from shared.datasets.quality.personal.scan import Detection, scan

MOST_SYSTEMS = 10_000  # different system messages that are remembered: what all examples share is said once


class PersonalData:
    name = "personal_data"

    def __init__(self) -> None:
        self._seen_systems: set[int] = set()
        self._places: Counter[str] = Counter()
        self._examples = 0

    def see(self, block: Block) -> Iterator[Placed]:
        of_example: dict[int, list[tuple[int, Kind]]] = {}
        for haystack in (block.said, self._new_systems(block)):
            detections = list(scan(haystack.joined))
            for detection, place in zip(detections, _places(haystack, detections), strict=True):
                of_example.setdefault(block.example_of(place), []).append((place, detection.kind))
        self._examples += len(of_example)
        for example, places in of_example.items():
            for finding in self._findings(block, places):
                yield block.lines[example], finding

    def _new_systems(self, block: Block) -> Haystack:
        texts = [""] * len(block.texts)
        for at, text in zip(block.bounds[:-1].tolist(), block.systems, strict=True):
            if text and hash(text) not in self._seen_systems and len(self._seen_systems) < MOST_SYSTEMS:
                self._seen_systems.add(hash(text))
                texts[at] = text
        return Haystack(texts)

    def _findings(self, block: Block, places: list[tuple[int, Kind]]) -> Iterator[Finding]:
        firsts = {kind: place for place, kind in reversed(places)}
        times = Counter(kind for _, kind in places)
        for kind, place in firsts.items():
            self._places[kind.name] += times[kind]
            more = f", {times[kind]} times" if times[kind] > 1 else ""
            yield found(kind.code, block.where(place), f"{kind.title}{more}", f"[{kind.name}]")

    def numbers(self) -> dict[str, Any]:
        """How many examples hold any, and `places` by kind."""
        return {"examples": self._examples, "places": dict(sorted(self._places.items()))}

    def conclude(self) -> tuple[Placed, ...]:
        return ()


def _places(haystack: Haystack, detections: list[Detection]) -> list[int]:
    places: list[int] = haystack.which([detection.start for detection in detections]).tolist()
    return places
