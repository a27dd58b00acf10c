"""A result file is read as far as it can be."""

from shared.jobs.following.results import read_results
from shared.providers.base import StepMetrics


def test_a_line_that_is_too_long_or_holds_no_numbers_is_passed_over() -> None:
    long = "9" * 200_000
    content = f"step,train_loss\n1,0.5\n2,{long}\nx,y\n99999999999,1\n3,0.25\n".encode()
    assert read_results(content) == [StepMetrics(1, train_loss=0.5), StepMetrics(3, train_loss=0.25)]
