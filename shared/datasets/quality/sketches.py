"""Sketches: 64 bytes for each example by which two of them can be compared long after both have gone by.

The share of equal bytes of two sketches estimates the share of common shingles (runs of eight bytes) of the two examples.
Case does not count, and all spaces and punctuation are alike. Of all shingles one in eight is looked at, chosen by what it
says, so that the same run is chosen wherever it stands. Each goes to one of 64 bins, and of each bin a byte of the least hash
is kept: one permutation instead of 64 (Li, Owen and Zhang 2012). Empty bins borrow from others (Shrivastava and Li 2014).
"""

import string
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from shared.datasets.quality.block import Block

WIDTH = 64  # bytes of a sketch, and bins
SHINGLE_BYTES = 8
CHOSEN_BELOW = 32  # of 256
EMPTY = np.uint32(0xFFFFFFFF)

PLAIN = bytes.maketrans(
    (string.ascii_uppercase + string.whitespace + string.punctuation).encode(),
    (string.ascii_lowercase + " " * len(string.whitespace + string.punctuation)).encode(),
)

Hashes = NDArray[np.uint32]
Numbers = NDArray[np.int64]


class Shingles(NamedTuple):
    """The chosen shingles of a block's examples: hashes, and to which example each belongs (rising)."""

    hashes: Hashes
    owners: Numbers


def shingles_of(block: Block) -> Shingles:
    """Of all that is said in the examples but the system message."""
    said = block.said.joined.translate(PLAIN)
    run = np.frombuffer(said, np.uint8)
    ends = block.said.ends[block.bounds[1:] - 1]
    starts = _chosen(run)
    owners = np.repeat(np.arange(len(block)), np.diff(np.searchsorted(starts, ends), prepend=0))
    starts = starts[: len(owners)]
    within = starts + SHINGLE_BYTES <= ends[owners]
    return Shingles(_hashes(run, starts[within]), owners[within])


def _chosen(run: NDArray[np.uint8]) -> Numbers:
    # Arithmetic on single bytes is what numpy does fastest; it wraps around, as a hash should.
    mixed = run[:-3] * np.uint8(167) + run[1:-2] * np.uint8(59)
    mixed ^= mixed >> np.uint8(3)
    mixed += run[2:-1] * np.uint8(201)
    mixed ^= run[3:] * np.uint8(109)
    return np.flatnonzero(mixed < CHOSEN_BELOW)


def _hashes(run: NDArray[np.uint8], starts: Numbers) -> Hashes:
    windows = np.ndarray((max(len(run) - SHINGLE_BYTES + 1, 0),), np.uint64, run.data, strides=(1,))
    mixed = windows[starts] * np.uint64(0x9E3779B97F4A7C15)
    mixed ^= mixed >> np.uint64(29)
    mixed *= np.uint64(0xBF58476D1CE4E5B9)
    return (mixed >> np.uint64(32)).astype(np.uint32)


def sketches_of(shingles: Shingles, examples: int) -> tuple[NDArray[np.uint8], Numbers]:
    """A row of 64 bytes for each example, and how many bins of each were filled: few say little."""
    bins = np.full(examples * WIDTH, EMPTY)
    np.minimum.at(bins, shingles.owners * WIDTH + (shingles.hashes >> np.uint32(26)), shingles.hashes)
    least = bins.reshape(examples, WIDTH)
    is_filled = least != EMPTY
    return _borrowed(least.astype(np.uint8), is_filled), is_filled.sum(axis=1)


def _borrowed(sketches: NDArray[np.uint8], is_filled: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Empty bins take the byte of a filled one to their right, going round, changed by the distance."""
    distance = 1
    while distance < WIDTH and not is_filled.all():
        lent = np.roll(sketches, -distance, axis=1) + np.uint8(distance * 37 % 256)
        is_lent = np.roll(is_filled, -distance, axis=1)
        np.copyto(sketches, lent, where=is_lent & ~is_filled)
        is_filled = is_filled | is_lent
        distance *= 2
    return sketches
