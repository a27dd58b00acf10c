"""A split is random, exact, and the same for ever."""

from collections import Counter
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.datasets.splitting.at_random import CannotSplitError, SplitPlan, by_fraction, split
from tests.datasets.files import file_of, good_lines


def written(content: BytesIO, plan: SplitPlan) -> list[list[bytes]]:
    targets = [BytesIO() for _ in plan.sizes]
    split(content, plan, targets)
    return [target.getvalue().splitlines() for target in targets]


def test_a_seed_gives_the_same_split_for_ever() -> None:
    parts = "".join(map(str, SplitPlan((24, 8), seed=7).parts()))
    assert parts == "11000110000001010000000011000000"


def test_each_example_lands_in_one_part_in_its_order() -> None:
    lines = [line.encode() for line in good_lines(50)]
    train, held_out = written(file_of(good_lines(50)), by_fraction(50, 0.2, seed=1))
    assert (len(train), len(held_out)) == (40, 10)
    assert sorted(train + held_out) == sorted(lines)
    assert train == [line for line in lines if line in train]


def test_another_seed_gives_another_split() -> None:
    assert len({tuple(by_fraction(50, 0.2, seed).parts()) for seed in range(20)}) == 20


def test_every_place_is_as_likely() -> None:
    held_out = Counter(
        place for seed in range(2_000) for place, part in enumerate(SplitPlan((8, 2), seed).parts()) if part
    )
    assert all(330 < held_out[place] < 470 for place in range(10))


@given(st.lists(st.integers(1, 40), min_size=2, max_size=4), st.integers())
def test_parts_have_exactly_their_sizes(sizes: list[int], seed: int) -> None:
    counted = Counter(SplitPlan(tuple(sizes), seed).parts())
    assert [counted[part] for part in range(len(sizes))] == sizes


@pytest.mark.parametrize(
    ("examples", "fraction", "sizes"),
    [
        (10, 0.2, (8, 2)),
        (10, 0.01, (9, 1)),
        (10, 0.99, (1, 9)),
        (2, 0.5, (1, 1)),
        (10, 0.3, (7, 3)),
        (15, 0.1, (13, 2)),
    ],
)
def test_a_fraction_leaves_no_part_empty(examples: int, fraction: float, sizes: tuple[int, int]) -> None:
    assert by_fraction(examples, fraction, seed=0).sizes == sizes


@pytest.mark.parametrize("fraction", [0.0, 1.0, -0.1, float("nan"), float("inf")])
def test_a_fraction_lies_between_nothing_and_all(fraction: float) -> None:
    with pytest.raises(CannotSplitError):
        by_fraction(10, fraction, seed=0)


@pytest.mark.parametrize("sizes", [(), (10,), (10, 0), (-1, 11)])
def test_parts_that_make_no_sense_are_refused(sizes: tuple[int, ...]) -> None:
    with pytest.raises(CannotSplitError):
        SplitPlan(sizes, seed=0)


def test_one_example_cannot_be_split() -> None:
    with pytest.raises(CannotSplitError):
        by_fraction(1, 0.5, seed=0)


@pytest.mark.parametrize("examples", [9, 11])
def test_a_file_with_more_or_fewer_examples_than_planned_is_refused(examples: int) -> None:
    with pytest.raises(CannotSplitError, match="10 examples"):
        written(file_of(good_lines(examples)), by_fraction(10, 0.2, seed=0))


def test_as_many_targets_as_parts() -> None:
    with pytest.raises(CannotSplitError, match="targets"):
        split(file_of(good_lines(10)), by_fraction(10, 0.2, seed=0), [BytesIO()])


def test_marks_and_line_ends_do_not_travel_into_the_parts() -> None:
    content = BytesIO(b"\xef\xbb\xbf{}\r\n{}\r\n{}\n\n\n")
    assert written(content, SplitPlan((1, 2), seed=3)) == [[b"{}"], [b"{}", b"{}"]]
