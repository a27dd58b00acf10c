"""A sample has as many examples as asked for, the same ones each time, and some from everywhere."""

from itertools import pairwise

import pytest

from shared.datasets.moderation.sampling import Sample


def chosen(wanted: int, total: int) -> list[int]:
    sample = Sample(wanted, total)
    return [place for place in range(-1, total + 3) if sample.takes(place)]


@pytest.mark.parametrize("total", [0, 1, 2, 7, 100, 101, 997])
@pytest.mark.parametrize("wanted", [1, 2, 3, 7, 50, 99, 997, 10_000])
def test_exactly_so_many_are_chosen_where_there_are_so_many(wanted: int, total: int) -> None:
    places = chosen(wanted, total)
    assert len(places) == Sample(wanted, total).size == min(wanted, total)
    assert places == chosen(wanted, total)
    assert all(0 <= place < total for place in places)


@pytest.mark.parametrize(("wanted", "total"), [(1, 5), (7, 100), (5, 5), (3, 0)])
def test_it_is_over_right_after_the_last_one(wanted: int, total: int) -> None:
    sample, places = Sample(wanted, total), chosen(wanted, total)
    after = places[-1] + 1 if places else 0
    assert [place for place in range(total + 2) if not sample.is_over(place)] == list(range(after))


def test_every_equal_part_of_the_file_gives_one_and_chance_says_which() -> None:
    places = chosen(50, 1_000)
    assert [place // 20 for place in places] == list(range(50))
    assert len({place % 20 for place in places}) > 10, "a file that repeats itself would mislead"
    assert len({after - before for before, after in pairwise(places)}) > 10
