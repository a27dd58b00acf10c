"""What is read of imports."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shared.errors import NotFound
from shared.ids import ImportId
from shared.imports.tables import Import, ImportItem, ItemOutcome

Counts = Mapping[ItemOutcome, int]


def get_import(db: Session, import_id: ImportId) -> Import:
    """An import. Raises NotFound."""
    found = db.get(Import, import_id)
    if found is None:
        raise NotFound("import")
    return found


def list_imports(db: Session, *, after: str | None, limit: int) -> Sequence[Import]:
    """Imports, the newest first."""
    query = select(Import).order_by(Import.id.desc()).limit(limit)
    return db.scalars(query.where(Import.id < after) if after else query).all()


def counts_of(db: Session, import_ids: Sequence[ImportId]) -> Mapping[ImportId, Counts]:
    """How many things each import has found so far, by what became of them."""
    grouped = select(ImportItem.import_id, ImportItem.outcome, func.count()).where(ImportItem.import_id.in_(import_ids))
    counts: dict[ImportId, dict[ItemOutcome, int]] = defaultdict(dict)
    for import_id, outcome, count in db.execute(grouped.group_by(ImportItem.import_id, ImportItem.outcome)):
        counts[import_id][outcome] = count
    return counts


def list_items(db: Session, import_id: ImportId, *, after: int | None, limit: int) -> Sequence[ImportItem]:
    """What an import has found, in the order in which it did: the provider's newest first."""
    query = select(ImportItem).where(ImportItem.import_id == import_id, ImportItem.id > (after or 0))
    return db.scalars(query.order_by(ImportItem.id).limit(limit)).all()
