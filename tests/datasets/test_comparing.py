"""Two datasets are compared example by example: nothing is lost, and nothing is counted twice."""

from collections import Counter
from io import BytesIO

from hypothesis import given
from hypothesis import strategies as st

from shared.datasets.comparing import Difference, diff, overlap, page
from shared.datasets.prints import Prints, PrintsWriter

Said = tuple[int, int]
"""Prompt and answer of an example."""


def prints_of(dataset: list[Said]) -> Prints:
    file = BytesIO()
    examples = [prompt * 1_000 + answer for prompt, answer in dataset]
    PrintsWriter(file).add(range(1, len(dataset) + 1), examples, [prompt for prompt, _ in dataset], [7] * len(dataset))
    file.seek(0)
    return Prints.read(file)


def compared(old: list[Said], new: list[Said]) -> Difference:
    return diff(prints_of(old), prints_of(new))


def test_what_was_added_removed_and_changed_is_named_by_its_lines() -> None:
    difference = compared([(1, 1), (2, 1), (3, 1), (4, 1)], [(4, 1), (9, 1), (2, 5), (1, 1)])
    assert difference.as_dict() == {
        "unchanged": 2,
        "added": 1,
        "removed": 1,
        "changed": 1,
        "tokens_before": 28,
        "tokens_after": 28,
    }
    assert difference.added.tolist() == [2]
    assert difference.removed.tolist() == [3]
    assert difference.changed.tolist() == [[2, 3]]


def test_repetitions_are_counted() -> None:
    difference = compared([(1, 1), (1, 1)], [(1, 1), (1, 1), (1, 1)])
    assert (difference.unchanged, difference.added.tolist(), difference.removed.tolist()) == (2, [3], [])


def test_two_answers_to_one_prompt_change_one_each() -> None:
    difference = compared([(1, 1), (1, 2), (1, 3)], [(1, 4), (1, 2), (1, 5), (1, 6)])
    assert difference.unchanged == 1
    assert difference.changed.tolist() == [[1, 1], [3, 3]]
    assert difference.added.tolist() == [4]


def test_the_order_of_examples_is_no_difference() -> None:
    dataset = [(prompt, prompt % 3) for prompt in range(50)]
    assert compared(dataset, dataset[::-1]).as_dict()["unchanged"] == 50


def test_nothing_and_something_differ_by_all_of_it() -> None:
    assert compared([], [(1, 1), (2, 2)]).added.tolist() == [1, 2]
    assert compared([(1, 1), (2, 2)], []).removed.tolist() == [1, 2]
    assert compared([], []).changed.shape == (0, 2)


datasets = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 3)), max_size=25)


@given(datasets, datasets)
def test_the_parts_of_a_difference_make_up_both_datasets(old: list[Said], new: list[Said]) -> None:
    difference = compared(old, new)
    common = Counter(old) & Counter(new)
    old_prompts = Counter(prompt for prompt, _ in (Counter(old) - common).elements())
    new_prompts = Counter(prompt for prompt, _ in (Counter(new) - common).elements())
    assert difference.unchanged == common.total()
    assert len(difference.changed) == (old_prompts & new_prompts).total()
    assert difference.unchanged + len(difference.changed) + len(difference.removed) == len(old)
    assert difference.unchanged + len(difference.changed) + len(difference.added) == len(new)
    for before, after in difference.changed.tolist():
        assert old[before - 1][0] == new[after - 1][0]
        assert old[before - 1][1] != new[after - 1][1]


@given(datasets, datasets)
def test_there_and_back_is_the_same_difference(old: list[Said], new: list[Said]) -> None:
    there, back = compared(old, new), compared(new, old)
    assert there.added.tolist() == back.removed.tolist()
    assert sorted(there.changed.tolist()) == sorted([before, after] for after, before in back.changed.tolist())


@given(datasets, datasets)
def test_leakage_is_what_training_holds_too(training: list[Said], held_out: list[Said]) -> None:
    found = overlap(prints_of(training), prints_of(held_out))
    prompts = [prompt for prompt, _ in training]
    same, alike = [], []
    for line, (prompt, answer) in enumerate(held_out, start=1):
        if (prompt, answer) in training:
            same.append([line, training.index((prompt, answer)) + 1])
        elif prompt in prompts:
            alike.append([line, prompts.index(prompt) + 1])
    assert found.same_example.tolist() == same
    assert found.same_prompt.tolist() == alike


def test_long_lists_are_read_page_by_page() -> None:
    difference = compared([(1, 1), (2, 1), (3, 1)], [(prompt, 2) for prompt in range(10)])
    assert page(difference.added, after_line=0, limit=3).tolist() == [1, 5, 6]
    assert page(difference.added, after_line=6, limit=3).tolist() == [7, 8, 9]
    assert page(difference.added, after_line=10, limit=3).tolist() == []
    assert page(difference.changed, after_line=1, limit=1).tolist() == [[2, 3]]
