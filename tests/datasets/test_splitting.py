"""Every split is exact where it can be, the same for ever, and lets nothing that was trained on into what is held out."""

import json
from collections import Counter, defaultdict
from collections.abc import Callable
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.datasets.shapes import Shape
from shared.datasets.splitting.at_random import split
from shared.datasets.splitting.keys import SourcedExample, value_at
from shared.datasets.splitting.plan import Assignment, plan
from shared.datasets.splitting.request import CannotSplitError, SplitRequest, Strategy
from shared.datasets.splitting.shares import shares

Example = dict[str, Any]


def chat(asked: object, answer: str) -> Example:
    return {"messages": [{"role": "user", "content": str(asked)}, {"role": "assistant", "content": answer}]}


def divided(examples: list[Example], request: SplitRequest, sources: list[Example] | None = None) -> Assignment:
    rows = zip(examples, sources or examples, strict=True)
    return plan((SourcedExample(line, *row) for line, row in enumerate(rows, start=1)), request, Shape.CHAT)


def parts_of(keys: list[Any], assignment: Assignment) -> dict[Any, set[int]]:
    parts: defaultdict[Any, set[int]] = defaultdict(set)
    for key, part in zip(keys, assignment.parts(), strict=True):
        parts[key].add(part)
    return parts


labels = st.lists(st.sampled_from("aaaaabbbcd"), min_size=4, max_size=120)
sizes = st.one_of(st.integers(1, 20), st.sampled_from([0.1, 0.25, 0.3, 0.07]))
held_out = st.fixed_dictionaries({"validation": sizes}, optional={"test": sizes})


def refused_or(run: Callable[[], Assignment]) -> Assignment | None:
    try:
        return run()
    except CannotSplitError:
        return None


@given(st.integers(4, 120), held_out, st.integers())
def test_a_random_split_has_exactly_the_wished_sizes(count: int, wished: dict[str, float], seed: int) -> None:
    request = SplitRequest(wished, seed=seed)
    examples = [chat(number, "x") for number in range(count)]
    assignment = refused_or(lambda: divided(examples, request))
    if assignment is None:
        with pytest.raises(CannotSplitError, match="nothing is left"):
            request.sizes(count)
        return
    assert assignment.sizes == request.sizes(count)
    assert sum(assignment.sizes) == len(list(assignment.parts())) == count
    assert list(divided(examples, request).parts()) == list(assignment.parts())


@given(labels, held_out, st.integers(0, 5))
def test_each_label_keeps_its_share_within_one_example(said: list[str], wished: dict[str, float], seed: int) -> None:
    examples = [chat(number, label) for number, label in enumerate(said)]
    request = SplitRequest(wished, Strategy.STRATIFIED, seed=seed)
    assignment = refused_or(lambda: divided(examples, request))
    if assignment is None:
        return
    assert assignment.sizes == request.sizes(len(said))
    seen = Counter(said)
    shared_out = sum(count for count in seen.values() if count > 1)
    counted = Counter(zip(said, assignment.parts(), strict=True))
    for label, count in seen.items():
        if count == 1:
            assert counted[label, 0] == 1
            continue
        for part, size in enumerate(assignment.sizes[1:], start=1):
            assert abs(counted[label, part] - size * count / shared_out) <= 1


@given(st.lists(st.integers(0, 60), min_size=1, max_size=40), st.integers(1, 400), st.integers(0, 400))
def test_shares_are_the_whole_numbers_next_to_the_exact_ones(totals: list[int], second: int, third: int) -> None:
    examples = sum(totals)
    parts = (examples - second - third, second, *([third] if third else []))
    if parts[0] < 0:
        return
    table = shares(np.array(totals), parts)
    assert table.sum(axis=0).tolist() == list(parts)
    assert table.sum(axis=1).tolist() == totals
    assert table.min() >= 0
    assert np.abs(table - np.outer(totals, parts) / examples).max() <= 1


@given(st.lists(st.integers(0, 8), min_size=4, max_size=80), held_out, st.integers(0, 5))
def test_no_key_is_in_two_parts_and_sizes_are_near(keys: list[int], wished: dict[str, float], seed: int) -> None:
    examples = [{**chat(number, "x"), "customer": key} for number, key in enumerate(keys)]
    request = SplitRequest(wished, Strategy.GROUPED, "/customer", seed)
    assignment = refused_or(lambda: divided(examples, request))
    if assignment is None:
        return
    assert all(len(parts) == 1 for parts in parts_of(keys, assignment).values())
    largest = max(Counter(keys).values())
    for size, wished_size in zip(assignment.sizes, request.sizes(len(keys)), strict=True):
        assert size - wished_size < largest


@pytest.mark.parametrize("strategy", Strategy)
@settings(max_examples=40)
@given(st.lists(st.integers(0, 12), min_size=6, max_size=60), st.integers(0, 5))
def test_repetitions_never_cross_parts(strategy: Strategy, numbers: list[int], seed: int) -> None:
    examples = [chat(number, f"label {number % 3}") for number in numbers]
    sources: list[Example] = [{"key": place} for place in range(len(numbers))]
    key = "/key" if strategy in {Strategy.GROUPED, Strategy.BY_TIME} else None
    request = SplitRequest({"validation": 0.2, "test": 0.2}, strategy, key, seed)
    assignment = refused_or(lambda: divided(examples, request, sources))
    if assignment is not None:
        assert all(len(parts) == 1 for parts in parts_of(numbers, assignment).values())


@given(st.lists(st.integers(0, 40), min_size=5, max_size=80), st.integers(1, 3))
def test_by_time_the_oldest_are_trained_on_and_the_newest_tested(times: list[int], tested: int) -> None:
    examples = [{**chat(number, "x"), "at": time} for number, time in enumerate(times)]
    request = SplitRequest({"validation": 1, "test": tested}, Strategy.BY_TIME, "/at")
    assignment = divided(examples, request)
    assert assignment.sizes == (len(times) - 1 - tested, 1, tested)
    by_part = [
        [time for time, part in zip(times, assignment.parts(), strict=True) if part == number] for number in range(3)
    ]
    assert max(by_part[0]) <= min(by_part[1]) <= max(by_part[1]) <= min(by_part[2])


def test_by_time_a_cut_goes_round_repetitions_by_the_nearer_side() -> None:
    examples = [chat(0, "x"), chat(1, "x"), *[chat(2, "x")] * 3, chat(3, "x"), chat(4, "x")]
    sources: list[Example] = [{"at": time} for time in range(7)]
    for tested, sizes in [(2, (5, 2)), (3, (5, 2)), (4, (2, 5)), (5, (2, 5))]:
        request = SplitRequest({"test": tested}, Strategy.BY_TIME, "/at")
        assert divided(examples, request, sources).sizes == sizes


@pytest.mark.parametrize(
    "times",
    [
        ["1700000000", " 1700000001.5 ", "1700000002"],
        ["1700000000000", "1.7000000005e12", "1700000001000"],
        ["999", "2001", "2024"],
        ["20231231", "20240101", "20240102"],
        ["2024/01/09 10:00", "2024/1/10 9:30", "2024/01/10 10:00"],
        ["2024-1-9", "2024/1/9 9:05:07.5", "2024-01-09T09:05:07.6Z"],
    ],
)
def test_times_of_tables_are_texts(times: list[str]) -> None:
    rows = [{**chat(time, "x"), "at": time} for time in times[::-1]]
    request = SplitRequest({"validation": 1, "test": 1}, Strategy.BY_TIME, "/at")
    assert list(divided(rows, request).parts()) == [2, 1, 0]


@pytest.mark.parametrize("time", ["01/02/2024", "nan", "1e999", "", "12:30", "٢٠٢٤"])
def test_what_is_no_certain_time_is_refused(time: str) -> None:
    rows = [{**chat(number, "x"), "at": at} for number, at in enumerate(["2024", "2025", time])]
    with pytest.raises(CannotSplitError, match=r"^1 examples have no time .* lines 3$"):
        divided(rows, SplitRequest({"test": 1}, Strategy.BY_TIME, "/at"))


def test_examples_with_a_blank_group_are_each_by_itself() -> None:
    rows = [{**chat(number, "x"), "customer": "" if number % 2 else " "} for number in range(40)]
    rows += [{**chat(number, "y"), "customer": "c1"} for number in range(4)]
    assignment = divided(rows, SplitRequest({"test": 10}, Strategy.GROUPED, "/customer"))
    assert assignment.sizes == (34, 10)
    assert len(set(list(assignment.parts())[40:])) == 1


def test_times_are_texts_or_numbers() -> None:
    times = ["2026-11-20T10:00:00Z", "2026-11-20T12:30:00+02:00", "2026-11-20", "2026-11-20T10:15:00", 0]
    examples = [{**chat(number, "x"), "at": time} for number, time in enumerate(times)]
    request = SplitRequest({"test": 1}, Strategy.BY_TIME, "/at")
    assert list(divided(examples, request).parts()) == [0, 1, 0, 0, 0]


@pytest.mark.parametrize(
    ("strategy", "missing"),
    [
        (Strategy.BY_TIME, [{}, {"at": None}, {"at": "soon"}, {"at": True}, {"at": 10**400}]),
        (Strategy.GROUPED, [{}, {"at": None}]),
    ],
)
def test_examples_without_a_key_are_refused_by_their_lines(strategy: Strategy, missing: list[Example]) -> None:
    examples = [chat(number, "x") | more for number, more in enumerate([{"at": 1}, *missing, {"at": 2}])]
    lines = ", ".join(str(line) for line in range(2, 2 + len(missing)))
    with pytest.raises(CannotSplitError, match=f'at "/at": lines {lines}$'):
        divided(examples, SplitRequest({"test": 1}, strategy, "/at"))


def test_of_many_examples_without_a_key_the_first_are_named() -> None:
    with pytest.raises(CannotSplitError, match=r"^50 examples have no value .* lines 1, 2, .*, 20, …$"):
        divided([chat(number, "x") for number in range(50)], SplitRequest({"test": 1}, Strategy.GROUPED, "/at"))


def test_a_group_may_be_the_prompt_itself() -> None:
    examples = [chat(number % 7, f"answer {number}") for number in range(70)]
    assignment = divided(examples, SplitRequest({"test": 10}, Strategy.GROUPED, "prompt"))
    assert assignment.sizes == (60, 10)
    assert all(len(parts) == 1 for parts in parts_of([number % 7 for number in range(70)], assignment).values())


def test_groups_that_share_an_example_stay_together() -> None:
    examples = [chat(number // 2, "x") for number in range(1, 41)]
    sources: list[Example] = [{"customer": number // 2} for number in range(40)]
    with pytest.raises(CannotSplitError, match="must stay together"):
        divided(examples, SplitRequest({"test": 10}, Strategy.GROUPED, "/customer"), sources)


def test_labels_may_be_looked_for_elsewhere() -> None:
    examples = [{**chat(number, "x"), "meta": [{"a/b": number % 4}]} for number in range(40)]
    assignment = divided(examples, SplitRequest({"test": 8}, Strategy.STRATIFIED, "/meta/0/a~1b"))
    counted = Counter(zip((number % 4 for number in range(40)), assignment.parts(), strict=True))
    assert [counted[label, 1] for label in range(4)] == [2, 2, 2, 2]


def test_where_repetitions_upset_the_share_of_a_label_the_sizes_are_kept_by_another() -> None:
    examples = [chat("again", "rare")] * 5 + [chat(number, "often") for number in range(95)]
    for seed in range(20):
        request = SplitRequest({"validation": 10, "test": 10}, Strategy.STRATIFIED, seed=seed)
        assert divided(examples, request).sizes == (80, 10, 10)


def test_labels_that_occur_once_cannot_all_be_held_out() -> None:
    examples = [chat(number, f"label {number}") for number in range(20)]
    with pytest.raises(CannotSplitError, match="0 examples have a label"):
        divided(examples, SplitRequest({"test": 2}, Strategy.STRATIFIED))


def test_the_order_of_lines_does_not_matter() -> None:
    examples = [chat(number, f"label {number % 3}") for number in range(60)]
    for strategy, key in [(Strategy.RANDOM, None), (Strategy.STRATIFIED, None), (Strategy.GROUPED, "prompt")]:
        request = SplitRequest({"validation": 0.2}, strategy, key, seed=3)
        assert list(divided(examples, request).parts()) == list(divided(examples[::-1], request).parts())[::-1]


def test_another_seed_gives_another_split_and_every_place_is_as_likely() -> None:
    examples = [chat(number, "x") for number in range(10)]
    drawn = [list(divided(examples, SplitRequest({"test": 2}, seed=seed)).parts()) for seed in range(1_000)]
    assert all(150 < sum(parts[place] for parts in drawn) < 250 for place in range(10))
    assert len({tuple(parts) for parts in drawn}) == 45


def test_a_seed_gives_the_same_split_for_ever() -> None:
    examples = [chat(number, "x") for number in range(24)]
    request = SplitRequest({"validation": 5, "test": 4}, seed=7)
    assert "".join(map(str, divided(examples, request).parts())) == "000022220100101010010000"


def test_repetitions_that_fill_the_file_leave_nothing_to_hold_out() -> None:
    with pytest.raises(CannotSplitError, match="must stay together"):
        divided([chat(1, "x")] * 20, SplitRequest({"test": 4}))


def test_the_parts_are_written_like_those_of_any_split() -> None:
    examples = [chat(number, "x") for number in range(12)]
    source = BytesIO("".join(json.dumps(example) + "\n" for example in examples).encode())
    assignment = divided(examples, SplitRequest({"validation": 2, "test": 1}))
    targets = [BytesIO() for _ in assignment.names]
    split(source, assignment, targets)
    written = [[json.loads(line) for line in target.getvalue().splitlines()] for target in targets]
    assert assignment.names == ("training", "validation", "test")
    assert [len(part) for part in written] == [9, 2, 1]
    assert [example for example in examples if example in written[0]] == written[0]


@pytest.mark.parametrize(
    "said",
    [
        {"held_out": {}},
        {"held_out": {"training": 5}},
        {"held_out": {"test": 0}},
        {"held_out": {"test": -0.5}},
        {"held_out": {"test": 1.5}},
        {"held_out": {"test": float("nan")}},
        {"held_out": {"test": True}},
        {"held_out": {"test": 1}, "key": "/a"},
        {"held_out": {"test": 1}, "strategy": Strategy.GROUPED},
        {"held_out": {"test": 1}, "strategy": Strategy.GROUPED, "key": "customer"},
        {"held_out": {"test": 1}, "strategy": Strategy.BY_TIME, "key": "prompt"},
    ],
)
def test_requests_that_make_no_sense_are_refused(said: dict[str, Any]) -> None:
    with pytest.raises(CannotSplitError):
        SplitRequest(**said)


def test_a_request_is_the_same_after_a_journey_through_json() -> None:
    request = SplitRequest({"validation": 0.1, "test": 200}, Strategy.GROUPED, "/customer", 7)
    assert SplitRequest.of(json.loads(json.dumps(request.as_dict()))) == request


@pytest.mark.parametrize(
    ("wished", "sizes"),
    [
        ({"validation": 0.2}, (8, 2)),
        ({"test": 0.01}, (9, 1)),
        ({"validation": 0.3, "test": 0.3}, (4, 3, 3)),
        ({"validation": 4, "test": 0.1}, (5, 4, 1)),
        ({"test": 1}, (9, 1)),
    ],
)
def test_what_is_not_held_out_is_trained_on(wished: dict[str, float], sizes: tuple[int, ...]) -> None:
    assert SplitRequest(wished).sizes(10) == sizes


@pytest.mark.parametrize("wished", [{"test": 10}, {"validation": 0.5, "test": 0.5}, {"validation": 9, "test": 0.1}])
def test_something_must_be_left_to_train_on(wished: dict[str, float]) -> None:
    with pytest.raises(CannotSplitError, match="nothing is left"):
        SplitRequest(wished).sizes(10)


@pytest.mark.parametrize(
    ("pointer", "value"),
    [
        ("/a/0", 1),
        ("/a/2", None),
        ("/a/x", None),
        ("/b/~0~1", 2),
        ("/b/c", None),
        ("/d", None),
        ("/a/0/0", None),
        ("/", 3),
    ],
)
def test_a_pointer_leads_to_a_value_or_nowhere(pointer: str, value: object) -> None:
    assert value_at({"a": [1, 5], "b": {"~/": 2}, "": 3}, pointer) == value
