"""Findings that come after the validation: added behind the others, and counted in the report like them."""

from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from shared.datasets.findings import Finding
from shared.datasets.moderation.verdicts import CODE, Verdict, finding_of
from shared.datasets.tables import Dataset, StoredFinding
from shared.ids import DatasetId


def keep_findings(db: Session, dataset_id: DatasetId, flagged: Sequence[Verdict]) -> None:
    """Say of each line once that moderation objects to it, however often it is asked, and by whom."""
    if not flagged:
        return
    # Locked, so that two moderations of one dataset neither count over each other nor number alike.
    dataset = db.get_one(Dataset, dataset_id, with_for_update={"key_share": True}, populate_existing=True)
    on_line = {one.shown.line: finding_of(one) for one in reversed(flagged)}
    said = select(StoredFinding.line).where(StoredFinding.dataset_id == dataset_id, StoredFinding.code == CODE)
    known = set(db.scalars(said.where(StoredFinding.line.in_(on_line))))
    fresh = [finding for line, finding in sorted(on_line.items()) if line not in known]
    if fresh:
        _insert(db, dataset, fresh)
        _count(dataset, len(fresh))


def _insert(db: Session, dataset: Dataset, fresh: Sequence[Finding]) -> None:
    last = db.scalar(select(func.max(StoredFinding.ordinal)).where(StoredFinding.dataset_id == dataset.id)) or 0
    rows = [
        {"dataset_id": dataset.id, "team_id": dataset.team_id, "ordinal": ordinal, **asdict(finding)}
        for ordinal, finding in enumerate(fresh, start=last + 1)
    ]
    db.execute(insert(StoredFinding), rows)


def _count(dataset: Dataset, n_fresh: int) -> None:
    assert dataset.report is not None, f"{dataset.id} was moderated before it was validated"
    codes = dataset.report["codes"]
    dataset.report = {**dataset.report, "codes": {**codes, CODE: codes.get(CODE, 0) + n_fresh}}
