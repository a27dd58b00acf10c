"""What is read of datasets."""

from sqlalchemy.orm import Session

from shared.datasets.tables import Dataset
from shared.errors import NotFound
from shared.ids import DatasetId


def get_dataset(db: Session, dataset_id: DatasetId) -> Dataset:
    """Raises NotFound."""
    dataset = db.get(Dataset, dataset_id)
    if dataset is None:
        raise NotFound("dataset")
    return dataset
