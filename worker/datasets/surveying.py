"""Looking for what could be mended in a dataset that was judged, so that whoever looks at it is offered remedies with counts."""

from dataclasses import asdict

from shared.connections.queries import encodings_in_use
from shared.datasets import recording
from shared.datasets.queries import flagged_lines, objected_lines
from shared.datasets.remedies import REMEDIES, survey
from shared.datasets.rows import COUNTED, lent_to_remedies, source_rows
from shared.datasets.shapes import Shape
from shared.datasets.tables import Dataset
from shared.datasets.understanding import reader_of
from worker.context import Context


def look_for_remedies(context: Context, taken: Dataset) -> None:
    """Count what each remedy would do, and keep samples. Nothing is changed."""
    source = taken.source
    assert source is not None
    offers = []
    if source["shaping"] is not None:
        with context.database.reading() as db:
            objected = objected_lines(db, taken.id)
            most_tokens = encodings_in_use(db).get(COUNTED, 0)
        found_on = flagged_lines(context.storage, taken, objected)
        shape = Shape(taken.format or Shape.CHAT)
        lent = lent_to_remedies(shape, found_on, most_tokens=most_tokens, shaping=reader_of(source)[1])
        found = survey(lambda: source_rows(context.storage.open(taken.blob), source), shape, lent)
        offers = [asdict(offer) | {"mends": list(REMEDIES[offer.name].mends)} for offer in found]
    with context.database.transaction() as db:
        recording.record_offers(db, taken, offers)
