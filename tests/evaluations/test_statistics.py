"""A planted improvement is found, a planted nothing is not, and the numbers are the textbooks'."""

from itertools import product
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.evaluations.statistics import Verdict, compare, mcnemar, student, summarise

SCORES = st.floats(0, 1)
PAIRS = st.lists(st.tuples(SCORES, SCORES), min_size=1, max_size=60)


def coins(random: Random, n: int, chance: float) -> list[float]:
    return [float(random.random() < chance) for _ in range(n)]


@pytest.mark.parametrize("n", [12, 60, 300])
@pytest.mark.parametrize("chance", [0.1, 0.5, 0.9])
def test_where_nothing_was_planted_it_cannot_tell(n: int, chance: float) -> None:
    verdicts = []
    for seed in range(100):
        random = Random(seed)
        verdicts.append(compare(coins(random, n, chance), coins(random, n, chance)).verdict)
    assert verdicts.count(Verdict.CANNOT_TELL) >= 93


def test_where_nothing_was_planted_in_graded_scores_it_cannot_tell() -> None:
    verdicts = []
    for seed in range(100):
        random = Random(seed)
        ours = [random.betavariate(2, 1) for _ in range(80)]
        verdicts.append(compare(ours, [random.betavariate(2, 1) for _ in range(80)]).verdict)
    assert verdicts.count(Verdict.CANNOT_TELL) >= 93


@pytest.mark.parametrize(("ours", "theirs", "expected"), [(0.85, 0.5, "better"), (0.2, 0.6, "worse")])
def test_a_planted_difference_is_found(ours: float, theirs: float, expected: str) -> None:
    for seed in range(20):
        random = Random(seed)
        assert compare(coins(random, 120, ours), coins(random, 120, theirs)).verdict == expected


def test_a_small_difference_in_graded_scores_is_found_because_it_is_paired() -> None:
    random = Random(7)
    theirs = [random.uniform(0.1, 0.9) for _ in range(60)]
    ours = [min(1.0, one + random.uniform(0, 0.1)) for one in theirs]
    assert compare(ours, theirs).verdict is Verdict.BETTER


@pytest.mark.parametrize("n", [1, 2, 3, 4, 5])
def test_a_handful_of_lucky_examples_tells_nothing(n: int) -> None:
    assert compare([1.0] * n, [0.0] * n).verdict is Verdict.CANNOT_TELL


def test_the_interval_covers_the_true_mean_about_as_often_as_it_says() -> None:
    for n, chance in product((10, 40), (0.3, 0.8)):
        covered = 0
        for seed in range(400):
            interval = summarise(coins(Random(seed), n, chance)).interval
            assert interval is not None
            covered += interval.low <= chance <= interval.high
        assert covered >= 0.93 * 400


def test_as_many_examples_as_it_asks_for_do_tell() -> None:
    random = Random(3)
    seen = compare(coins(random, 30, 0.6), coins(random, 30, 0.5))
    assert seen.verdict is Verdict.CANNOT_TELL
    assert seen.needed_n is not None
    assert seen.needed_n > 30
    found = 0
    for seed in range(100):
        random = Random(seed)
        theirs = coins(random, seen.needed_n, 0.5)
        ours = [max(one, float(random.random() < 2 * seen.mean)) for one in theirs]
        found += compare(ours, theirs).verdict is Verdict.BETTER
    assert found >= 80


def test_no_difference_at_all_asks_for_no_number_of_examples() -> None:
    same = compare([1.0, 0.0, 1.0], [1.0, 0.0, 1.0])
    assert (same.mean, same.verdict, same.needed_n) == (0, Verdict.CANNOT_TELL, None)


@given(PAIRS)
def test_the_two_sides_mirror_each_other(pairs: list[tuple[float, float]]) -> None:
    ours, theirs = [one for one, _ in pairs], [one for _, one in pairs]
    there, back = compare(ours, theirs), compare(theirs, ours)
    mirrored = {Verdict.BETTER: Verdict.WORSE, Verdict.WORSE: Verdict.BETTER}
    assert back.verdict is mirrored.get(there.verdict, Verdict.CANNOT_TELL)
    assert back.mean == pytest.approx(-there.mean)


@given(PAIRS)
def test_the_interval_holds_the_mean_that_was_seen(pairs: list[tuple[float, float]]) -> None:
    difference = compare([one for one, _ in pairs], [one for _, one in pairs])
    if difference.interval is not None:
        assert difference.interval.low - 1e-9 <= difference.mean <= difference.interval.high + 1e-9


@pytest.mark.parametrize(
    ("degrees", "quantile"), [(1, 12.706), (2, 4.303), (10, 2.228), (11, 2.201), (15, 2.131), (30, 2.042), (120, 1.980)]
)
def test_students_quantiles_are_the_tables(degrees: int, quantile: float) -> None:
    assert student(degrees) == pytest.approx(quantile, abs=0.0006)


@pytest.mark.parametrize(
    ("won", "lost", "p"), [(0, 0, 1), (5, 0, 0.0625), (6, 0, 0.03125), (10, 3, 0.09228515625), (4, 4, 1)]
)
def test_mcnemars_p_is_the_binomial_one(won: int, lost: int, p: float) -> None:
    ours, theirs = [1.0] * won + [0.0] * lost + [1.0], [0.0] * won + [1.0] * lost + [1.0]
    assert mcnemar(ours, theirs) == pytest.approx(p)


def test_answers_that_do_not_pair_up_are_refused() -> None:
    with pytest.raises(ValueError, match="zip"):
        compare([1.0], [1.0, 0.0])
