"""Repetitions in arrays are those that a dictionary would find, in batches of any size and within the same bound."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from shared.datasets.quality.repetitions import Repetitions

# Digests that fall on few places of the table, and 0, which marks a free place; it counts as 1.
DIGESTS = st.sampled_from([0, 2, 3, 4096, 8192, 4098, 2**64 - 1, 2**63, 7])


def by_dictionary(batches: list[list[int]], most: int) -> tuple[list[int], int]:
    known: dict[int, int] = {}
    earlier, unchecked = [], 0
    for line, digest in enumerate((digest for batch in batches for digest in batch), start=1):
        earlier.append(known.get(digest, 0))
        if digest not in known and len(known) < most:
            known[digest] = line
        elif digest not in known:
            unchecked += 1
    return earlier, unchecked


def by_arrays(batches: list[list[int]], most: int) -> tuple[list[int], int]:
    repetitions = Repetitions(most)
    earlier: list[int] = []
    for batch in batches:
        lines = np.arange(len(earlier) + 1, len(earlier) + 1 + len(batch))
        earlier += repetitions.earlier_lines(np.array(batch, np.uint64), lines).tolist()
    return earlier, repetitions.unchecked


@given(st.lists(st.lists(DIGESTS, max_size=12), max_size=5), st.integers(0, 10))
def test_what_a_dictionary_finds_is_found(batches: list[list[int]], most: int) -> None:
    assert by_arrays(batches, most) == by_dictionary(batches, most)


def test_the_table_grows_and_forgets_nothing() -> None:
    digests = np.random.default_rng(7).integers(1, 2**64, 30_000, dtype=np.uint64).tolist()
    batches = [digests[start : start + 1_000] for start in range(0, 30_000, 1_000)]
    assert by_arrays([*batches, *batches], 50_000) == by_dictionary([*batches, *batches], 50_000)


def test_half_a_million_examples_take_twelve_megabytes() -> None:
    repetitions = Repetitions(500_000)
    digests = np.arange(1, 500_001, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    repetitions.earlier_lines(digests, np.arange(1, 500_001))
    assert repetitions.size_bytes < 15_000_000
