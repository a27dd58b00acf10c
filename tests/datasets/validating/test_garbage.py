"""The pass switches off the search for cycles, so nothing that comes and goes with a line may leave one behind."""

import gc
from collections.abc import Iterator
from io import BytesIO

import pytest

from shared.datasets.shapes import Shape
from shared.datasets.validating import batches
from shared.datasets.validation import Limits, validate
from tests.datasets.cases import records

RECORDS = records()


@pytest.fixture
def uncollected() -> Iterator[None]:
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.mark.parametrize("shape", Shape)
def test_no_fault_of_the_corpus_leaves_a_cycle_for_each_line(shape: Shape, uncollected: None) -> None:
    lines = "\n".join(record.text for record in RECORDS if record.shape is shape).encode("utf-8", "surrogatepass")

    def left_by(times: int) -> int:
        list(validate(BytesIO((lines + b"\n") * times), Limits(shape=shape)).findings)
        return gc.collect()

    left_by(1)  # what is imported or learnt once
    once = left_by(1)
    assert left_by(4) <= once, "what a pass leaves behind does not depend on how many lines there were"


def test_many_short_lines_come_in_bounded_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "MOST_LINES", 100)
    lines = 293
    for content in (b"{}\n" * lines, b"{}\n[]\n" * (lines // 2) + b"{}\n"):
        read = list(batches.plain_batches(BytesIO(content)))
        assert max(len(batch.contents) for batch in read) <= 100
        seen = sorted(number for batch in read for number in (*batch.numbers, *(one.number for one in batch.noted)))
        assert seen == list(range(1, lines + 1))
        ends = [batch.end for batch in read if batch.contents or batch.noted]
        assert ends == sorted(ends)
        assert ends[-1] == (lines, len(content))
