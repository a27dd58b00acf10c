"""Which examples hold personal data or secrets. The finding never shows them: it may be stored and sent anywhere."""

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

from shared.datasets.findings import Finding, found, pointer
from shared.datasets.personal.kinds import Kind
from shared.datasets.personal.scan import scan
from shared.datasets.quality.block import Block
from shared.datasets.quality.haystack import Haystack
from shared.datasets.quality.observer import Placed
from shared.datasets.rules.graders import RESERVED_KEYS
from shared.datasets.shapes import Shape

MOST_SYSTEMS = 10_000  # different system messages that are remembered: what all examples share is said once

Where = int | str
"""A place among the texts of a block, or the JSON pointer to what is none of them."""


class PersonalData:
    name = "personal_data"

    def __init__(self) -> None:
        self._seen_systems: set[int] = set()
        self._places: Counter[str] = Counter()
        self._examples = 0

    def see(self, block: Block) -> Iterator[Placed]:
        of_example: dict[int, list[tuple[Where, Kind]]] = {}
        for haystack in (block.said, self._new_systems(block)):
            for place, kind in _detected(haystack):
                of_example.setdefault(block.example_of(place), []).append((place, kind))
        graded = list(_graded(block))
        for place, kind in _detected(Haystack.of(text for _, _, text in graded)):
            example, where, _ = graded[place]
            of_example.setdefault(example, []).append((where, kind))
        self._examples += len(of_example)
        for example, places in sorted(of_example.items()):
            for finding in self._findings(block, places):
                yield block.lines[example], finding

    def _new_systems(self, block: Block) -> Haystack:
        new: dict[int, str] = {}
        for at, text in zip(block.bounds[:-1].tolist(), block.systems, strict=True):
            if text and hash(text) not in self._seen_systems and len(self._seen_systems) < MOST_SYSTEMS:
                self._seen_systems.add(hash(text))
                new[at] = text
        return Haystack.of(new.get(at, "") for at in range(len(block.texts) if new else 0))

    def _findings(self, block: Block, places: list[tuple[Where, Kind]]) -> Iterator[Finding]:
        firsts = {kind: place for place, kind in reversed(places)}
        times = Counter(kind for _, kind in places)
        for kind, place in firsts.items():
            self._places[kind.name] += times[kind]
            more = f", {times[kind]} times" if times[kind] > 1 else ""
            where = place if isinstance(place, str) else block.where(place)
            yield found(kind.code, where, f"{kind.title}{more}", f"[{kind.name}]")

    def numbers(self) -> dict[str, Any]:
        """How many examples hold any, and `places` by kind."""
        return {"examples": self._examples, "places": dict(sorted(self._places.items()))}

    def conclude(self) -> tuple[Placed, ...]:
        return ()


def _detected(haystack: Haystack) -> Iterator[tuple[int, Kind]]:
    """Everything found, with the text in which it stands."""
    detections = list(scan(haystack.joined))
    places: list[int] = haystack.which([detection.start for detection in detections]).tolist()
    return zip(places, (detection.kind for detection in detections), strict=True)


def _graded(block: Block) -> Iterator[tuple[int, str, str]]:
    """What stands beside the conversation for graders: the example, the pointer to the key, and its value as JSON."""
    if block.shape is not Shape.REINFORCEMENT:
        return
    for example, raw in enumerate(block.raw):
        for key, value in json.loads(raw).items():
            if key not in RESERVED_KEYS:
                said = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
                yield example, pointer(key), said.replace("\0", " ")  # which stands between the texts of a haystack
