"""The well-formed examples of one batch, column by column: what is counted, compared and observed.

They come from two sides, plainly sound ones and those that were judged one by one, and stand here in the order of the file.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shared.datasets.prints import parted
from shared.datasets.shapes import Shape
from shared.datasets.tokens.pieces import ROLES, Mark, Piece, pieces
from shared.datasets.validating.batches import Batch
from shared.datasets.validating.canonical import Canonical, canonical_of, encode_lines, joined
from shared.datasets.validating.sound_chat import SoundChats
from shared.datasets.validating.strict_rows import Judged

_CODES = {role: code for code, role in enumerate(ROLES)}

Numbers = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Pieces:
    """What is to be counted, as `tokens.pieces` has it: m texts with all that comes with them."""

    texts: list[str]
    owners: Numbers  # m: to which example each belongs
    roles: NDArray[np.int8]  # m: index into ROLES
    fixed: Numbers  # m
    marks: NDArray[np.int8]  # m
    utf8: bytes
    """Holds every character of the texts."""


@dataclass(frozen=True, slots=True, eq=False)
class Examples:
    """n examples in the order of the file."""

    shape: Shape
    lines: Numbers  # n
    offsets: Numbers  # n
    digests: NDArray[np.uint64]  # n: of the whole
    prompts: NDArray[np.uint64]  # n: digests of the prompts
    pieces: Pieces
    ranks: Numbers
    """n: the place in the order of the file of each sound example, and then of each that was judged."""
    sound: SoundChats
    judged: list[Judged]  # the well-formed ones

    def __len__(self) -> int:
        return len(self.lines)


def examples_of(shape: Shape, batch: Batch, sound: SoundChats, judged: Sequence[Judged]) -> Examples:
    """`judged`: the lines of the batch that are not sound; the malformed ones among them are left out."""
    well_formed = [one for one in judged if one.row is not None]
    rows = [one.row for one in well_formed if one.row is not None]
    places = sound.places.tolist()
    lines = np.array([*(batch.numbers[place] for place in places), *(one.line for one in well_formed)], np.int64)
    offsets = np.array([*(batch.offsets[place] for place in places), *(one.offset for one in well_formed)], np.int64)
    canonical = joined([sound.canonical, _canonical(rows, shape)])
    order = np.argsort(lines, kind="stable")
    ranks = np.empty_like(order)
    ranks[order] = np.arange(len(order))
    return Examples(
        shape=shape,
        lines=lines[order],
        offsets=offsets[order],
        digests=canonical.digests[order],
        prompts=canonical.prompts[order],
        pieces=_pieces(shape, sound, rows, ranks, canonical.utf8),
        ranks=ranks,
        sound=sound,
        judged=well_formed,
    )


def _canonical(rows: Sequence[dict[str, Any]], shape: Shape) -> Canonical:
    return canonical_of(encode_lines(list(chain.from_iterable(parted(row, shape) for row in rows))))


def _pieces(shape: Shape, sound: SoundChats, rows: Sequence[dict[str, Any]], ranks: Numbers, utf8: bytes) -> Pieces:
    judged = [list(pieces(row, shape)) for row in rows]
    flat: list[Piece] = list(chain.from_iterable(judged))
    n_sound = len(sound.texts)
    of_sound = np.where(sound.trained, np.int8(Mark.TRAINED | Mark.OPENS_MESSAGE), np.int8(Mark.OPENS_MESSAGE))
    return Pieces(
        texts=[*sound.texts, *(piece.text for piece in flat)],
        owners=np.repeat(ranks, [*sound.sizes.tolist(), *map(len, judged)]),
        roles=np.concatenate([sound.speakers, np.array([_CODES[piece.role] for piece in flat], np.int8)]),
        fixed=np.concatenate([np.zeros(n_sound, np.int64), np.array([piece.fixed for piece in flat], np.int64)]),
        marks=np.concatenate([of_sound, np.array([piece.marks for piece in flat], np.int8)]),
        utf8=utf8,
    )
