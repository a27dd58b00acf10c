"""Quantiles and histograms are what they say, whatever the lengths and however they came."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.datasets.shapes import Shape
from shared.datasets.tokens import Encoding, count, count_example
from shared.datasets.tokens.statistics import EDGES, QUANTILES, UNUSUAL, Spread

LENGTHS = st.lists(st.integers(0, 300) | st.integers(UNUSUAL - 3, UNUSUAL + 3) | st.integers(0, 10**7), max_size=60)


@given(st.lists(LENGTHS, max_size=4))
def test_quantiles_and_buckets_are_those_of_the_sorted_lengths(batches: list[list[int]]) -> None:
    spread = Spread()
    for batch in batches:
        spread.add(np.array(batch, np.int64))
    lengths = sorted(length for batch in batches for length in batch)
    ranks = {name: max(1, -(-len(lengths) * percent // 100)) for name, percent in QUANTILES.items()}
    assert spread.quantiles() == ({name: lengths[rank - 1] for name, rank in ranks.items()} if lengths else {})
    histogram = spread.histogram()
    uppers = [*EDGES[1:], 10**9]
    assert histogram.edges == EDGES
    assert list(histogram.counts) == [
        sum(lower <= length < upper for length in lengths) for lower, upper in zip(EDGES, uppers, strict=True)
    ]


def said(role: str, text: str) -> dict[str, str]:
    return {"role": role, "content": text}


@pytest.mark.parametrize("encoding", list(Encoding))
def test_preferences_count_the_input_once_and_train_both_outputs(encoding: Encoding) -> None:
    row = {
        "input": {"messages": [said("user", "billing")]},
        "preferred_output": [said("assistant", "billing")],
        "non_preferred_output": [said("assistant", "shipping")],
    }
    outputs = count("billing", encoding) + count("shipping", encoding)
    counted = count_example(row, encoding, Shape.PREFERENCE)
    assert counted.trained == outputs
    assert counted.total == 3 * 4 + count("billing", encoding) + outputs + 1


def test_reinforcement_counts_the_prompt_and_trains_nothing_of_the_file() -> None:
    row = {"messages": [said("user", "billing")], "answer": "shipping " * 50}
    counted = count_example(row, Encoding.O200K_BASE, Shape.REINFORCEMENT)
    assert (counted.total, counted.trained) == (3 + 1 + count("billing", Encoding.O200K_BASE) + 1, 0)


def test_completions_count_their_two_texts() -> None:
    row = {"prompt": "billing ->", "completion": " shipping"}
    counted = count_example(row, Encoding.CL100K_BASE, Shape.COMPLETION)
    assert counted.total == count("billing ->", Encoding.CL100K_BASE) + count(" shipping", Encoding.CL100K_BASE)
    assert counted.trained == count(" shipping", Encoding.CL100K_BASE)
