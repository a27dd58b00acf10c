"""What a verdict becomes: a finding on the line of the uploaded file, which names categories and quotes nothing."""

import io
from pathlib import Path

import pytest

from shared.datasets.moderation.portions import Shown
from shared.datasets.moderation.source_lines import at_their_source
from shared.datasets.moderation.verdicts import Verdict, finding_of
from shared.datasets.prints import PrintsWriter
from shared.datasets.tables import Dataset
from shared.providers.base import Moderated
from shared.storage import Storage
from shared.storage.local import LocalStorage

SHOWN = Shown(line=3, offset=70, place=2, text="something vile", is_cut=False)


def test_a_finding_names_the_surest_category_first_and_quotes_nothing() -> None:
    finding = finding_of(
        Verdict(SHOWN, Moderated(flagged=True, categories={"hate": 0.5, "violence": 0.912, "sexual": None}))
    )
    assert (finding.line, finding.offset, finding.code, finding.pointer) == (3, 70, "moderation_flagged", "")
    assert finding.message == "objected to: violence (0.91), hate (0.50), sexual"
    assert finding.excerpt == ""


def test_a_verdict_without_a_category_is_a_finding_too() -> None:
    assert finding_of(Verdict(SHOWN, Moderated(flagged=True))).message == "objected to: no category is named"


@pytest.fixture
def storage(tmp_path: Path) -> Storage:
    made = LocalStorage(tmp_path)
    prints = io.BytesIO()
    writer = PrintsWriter(prints)
    lines = [2, 2, 5, 9, 70_000]
    writer.add(lines, [0] * 5, [0] * 5, [1] * 5)
    with made.incoming() as blob:
        blob.write(prints.getvalue())
        blob.keep("team/prints")
    return made


def at(place: int) -> Shown:
    return Shown(line=place + 1, offset=10 * place, place=place, text="x", is_cut=False)


def test_examples_of_a_file_that_was_rewritten_stand_on_the_line_they_came_from(storage: Storage) -> None:
    rewritten = Dataset(storage_key="team/a", examples_key="team/b", prints_key="team/prints")
    found = at_their_source(storage, rewritten, [at(1), at(2), at(4)])
    assert [(one.line, one.offset, one.place) for one in found] == [(2, 0, 1), (5, 0, 2), (70_000, 0, 4)]


def test_examples_of_a_file_that_is_used_as_it_lies_stand_where_they_are(storage: Storage) -> None:
    plain = Dataset(storage_key="team/a", examples_key="team/a", prints_key="team/prints")
    assert at_their_source(storage, plain, [at(1), at(4)]) == [at(1), at(4)]
