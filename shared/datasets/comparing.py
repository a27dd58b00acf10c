"""What differs between two datasets, and what they share, judged by their fingerprints.

Multisets are compared: an example that stands twice in one and three times in the other was added once. Examples that are
merely alike are not found here.
"""

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from shared.datasets.prints import Prints

Digests = NDArray[np.uint64]
Flags = NDArray[np.bool_]
Lines = NDArray[np.uint32]
Pairs = NDArray[np.uint32]
"""Rows of two line numbers."""
Paged = TypeVar("Paged", Lines, Pairs)


@dataclass(frozen=True, slots=True, eq=False)
class Difference:
    """From an old dataset to a new one. All lists are in the order of the lines."""

    unchanged: int
    added: Lines  # lines of the new one
    removed: Lines  # lines of the old one
    changed: Pairs  # the same prompt with another answer: the line in the old one, and in the new one
    tokens_before: int
    tokens_after: int

    def as_dict(self) -> dict[str, int]:
        """The numbers alone, for JSON."""
        return {
            "unchanged": self.unchanged,
            "added": len(self.added),
            "removed": len(self.removed),
            "changed": len(self.changed),
            "tokens_before": self.tokens_before,
            "tokens_after": self.tokens_after,
        }


@dataclass(frozen=True, slots=True, eq=False)
class Overlap:
    """What a held-out dataset has in common with the one that is trained on.

    Each pair is a line of the held-out dataset and the first such line of the training set, in the order of the former.
    An example that is the same is not counted again as one with the same prompt.
    """

    same_example: Pairs
    same_prompt: Pairs


def diff(old: Prints, new: Prints) -> Difference:
    """Every example of either dataset is unchanged, changed, added or removed, and only one of these."""
    old_alone = np.flatnonzero(~_has_partner(old.examples, new.examples))
    new_alone = np.flatnonzero(~_has_partner(new.examples, old.examples))
    old_changed = _has_partner(old.prompts[old_alone], new.prompts[new_alone])
    new_changed = _has_partner(new.prompts[new_alone], old.prompts[old_alone])
    return Difference(
        unchanged=len(old) - len(old_alone),
        added=new.lines[new_alone[~new_changed]],
        removed=old.lines[old_alone[~old_changed]],
        changed=_pairs(old, old_alone[old_changed], new, new_alone[new_changed]),
        tokens_before=old.tokens,
        tokens_after=new.tokens,
    )


def overlap(training: Prints, held_out: Prints) -> Overlap:
    """Which held-out examples would be no test, since they were trained on."""
    earlier_example = _first_place(held_out.examples, training.examples)
    earlier_prompt = _first_place(held_out.prompts, training.prompts)
    is_same = earlier_example >= 0
    same_example = np.flatnonzero(is_same)
    same_prompt = np.flatnonzero(~is_same & (earlier_prompt >= 0))
    return Overlap(
        same_example=_columns(held_out.lines[same_example], training.lines[earlier_example[same_example]]),
        same_prompt=_columns(held_out.lines[same_prompt], training.lines[earlier_prompt[same_prompt]]),
    )


def page(found: Paged, after_line: int, limit: int) -> Paged:
    """The next lines of a list of a Difference or an Overlap; of pairs, those whose first line comes after."""
    firsts = found if found.ndim == 1 else found[:, 0]
    start = int(np.searchsorted(firsts, after_line, side="right"))
    return found[start : start + limit]


def _has_partner(mine: Digests, others: Digests) -> Flags:
    """Which of mine find a partner of the same digest among the others, each being partner once; the first come first."""
    values, counts = np.unique(others, return_counts=True)
    return _occurrence(mine) < _looked_up(mine, values, counts, missing=0)


def _occurrence(digests: Digests) -> NDArray[np.int64]:
    """How many of the same digest stand before each."""
    order = np.argsort(digests, kind="stable")
    ordered = digests[order]
    is_first = np.ones(len(digests), np.bool_)
    is_first[1:] = ordered[1:] != ordered[:-1]
    starts = np.flatnonzero(is_first)
    places = np.arange(len(digests))
    occurrence = np.empty(len(digests), np.int64)
    occurrence[order] = places - np.repeat(starts, np.diff(np.append(starts, len(digests))))
    return occurrence


def _pairs(old: Prints, old_places: NDArray[np.intp], new: Prints, new_places: NDArray[np.intp]) -> Pairs:
    """Both hold each prompt equally often: sorted by prompt, and stably, partners stand side by side."""
    old_places = old_places[np.argsort(old.prompts[old_places], kind="stable")]
    new_places = new_places[np.argsort(new.prompts[new_places], kind="stable")]
    in_order = np.argsort(old_places)
    return _columns(old.lines[old_places[in_order]], new.lines[new_places[in_order]])


def _first_place(wanted: Digests, among: Digests) -> NDArray[np.int64]:
    """Where each first stands among the others; -1 if nowhere."""
    values, firsts = np.unique(among, return_index=True)
    return _looked_up(wanted, values, firsts, missing=-1)


def _looked_up(wanted: Digests, values: Digests, said: NDArray[np.intp], missing: int) -> NDArray[np.int64]:
    """What is said of each wanted digest by the sorted values."""
    place = np.searchsorted(values, wanted)
    found = np.full(len(wanted), missing, np.int64)
    inside = np.flatnonzero(place < len(values))
    equal = inside[values[place[inside]] == wanted[inside]]
    found[equal] = said[place[equal]]
    return found


def _columns(left: Lines, right: Lines) -> Pairs:
    return np.stack([left, right], axis=1)
