"""Chance that is the same on every machine and at every time: a hash of a seed and a place.

Not from `random` or numpy's generators, whose order is promised to nobody.
"""

import hashlib

import numpy as np
from numpy.typing import NDArray

Draws = NDArray[np.uint64]

_STEP = np.uint64(0x9E3779B97F4A7C15)
_MIXERS = ((np.uint64(30), np.uint64(0xBF58476D1CE4E5B9)), (np.uint64(27), np.uint64(0x94D049BB133111EB)))
_LAST_SHIFT = np.uint64(31)


def draws(seed: int, count: int) -> Draws:
    """So many numbers of 64 bits, all of them different: SplitMix64, started from a digest of the seed."""
    start = np.uint64(int.from_bytes(hashlib.sha256(str(seed).encode()).digest()[:8]))
    state = start + np.arange(1, count + 1, dtype=np.uint64) * _STEP
    for shift, factor in _MIXERS:
        state = (state ^ (state >> shift)) * factor
    return state ^ (state >> _LAST_SHIFT)
