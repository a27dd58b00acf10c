"""Findings are counted to the last one and kept as far as they can be read; of each code the first lines are known."""

from shared.datasets.acceptance import Sighting, Target
from shared.datasets.findings import Finding, found
from shared.datasets.tokens import Encoding
from shared.datasets.validating.gathering import Gathering, Seen
from shared.datasets.validation import Limits, validate
from tests.datasets.files import file_of, good_lines
from tests.datasets.test_validation import example

WORDY = Target("openai", "a", "supervised", "cl100k_base", 200)
TERSE = Target("openai", "b", "supervised", "cl100k_base", 50)
OTHERS = Target("openai", "c", "supervised", "o200k_base", 30)


def on(line: int, code: str = "empty_content") -> Finding:
    return found(code, "", "").on_line(line)


def test_a_code_names_the_first_twenty_lines_that_have_it() -> None:
    gathering = Gathering(most=10)
    gathering.add(on(line) for line in range(1, 31) for _ in range(2))
    gathering.add([on(0, "too_few_examples")])
    assert gathering.sightings() == {
        "empty_content": Sighting(60, tuple(range(1, 21))),
        "too_few_examples": Sighting(1),
    }
    assert [finding.line for finding in gathering.kept] == [0, 1, 1, 2, 2, 3, 3, 4, 4, 5]


def test_lines_are_counted_and_the_first_of_them_named() -> None:
    seen = Seen()
    seen.add(iter(range(3, 33)))
    assert seen.sighting() == Sighting(30, tuple(range(3, 23)))


def test_each_models_own_limit_is_judged_by() -> None:
    limits = Limits({Encoding.CL100K_BASE: 500}, targets=(WORDY, TERSE, OTHERS))
    lines = [*good_lines(10), *(example("word " * 60) for _ in range(25)), example("word " * 300)]
    validation = validate(file_of(lines), limits)
    verdicts = {one.model: [(o.code, o.count, o.lines) for o in one.against] for one in validation.acceptance}
    assert verdicts == {
        "a": [("example_too_long_for_model", 1, (36,))],
        "b": [("example_too_long_for_model", 26, tuple(range(11, 31)))],
        "c": [],  # nothing was counted in its encoding
    }
    (shortest, wordy, longest) = validation.tokens[Encoding.CL100K_BASE].truncations
    assert (shortest.limit, shortest.examples, shortest.lines) == (50, 26, tuple(range(11, 31)))
    assert (wordy.limit, wordy.examples, wordy.tokens) == (
        200,
        1,
        validation.tokens[Encoding.CL100K_BASE].quantiles["max"] - 200,
    )
    assert (longest.limit, longest.examples, longest.tokens, longest.lines) == (500, 0, 0, ())


def test_what_findings_quote_is_kept_without_secrets() -> None:
    secret = "ann@example.com"
    gathering = Gathering(10)
    gathering.add([found("arguments_not_json", "", "no JSON", secret).on_line(line) for line in (0, 1)])
    gathering.conclude()
    gathering.add([found("arguments_not_json", "", "no JSON", secret).on_line(2)])
    assert [finding.excerpt for finding in gathering.kept] == ["[EMAIL]"] * 3
