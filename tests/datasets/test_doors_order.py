"""What is taken first when several datasets wait: nobody waits for remedies to be looked for."""

from shared.datasets import recording
from shared.lifecycles import DatasetStatus
from shared.queue import Task
from tests.support.office import Office

FAULTY = b'{"messages": []}\n'


def sent(office: Office, content: bytes) -> str:
    return str(office.upload(content).json()["id"])


def taken(office: Office) -> tuple[str, DatasetStatus] | None:
    with office.lab.transaction() as db:
        dataset = recording.take(db)
        return None if dataset is None else (dataset.id, dataset.status)


def test_one_dataset_at_a_time_is_looked_through_for_remedies_and_validation_comes_first(office: Office) -> None:
    judged = [sent(office, FAULTY), sent(office, FAULTY * 2)]
    assert [office.step(Task.VALIDATE_DATASETS) for _ in judged] == [True, True]
    new = sent(office, FAULTY * 3)
    assert taken(office) == (new, DatasetStatus.VALIDATING)
    assert taken(office) == (judged[0], DatasetStatus.REJECTED)
    assert taken(office) is None
    newer = sent(office, FAULTY * 4)
    assert taken(office) == (newer, DatasetStatus.VALIDATING)


def test_whoever_died_over_remedies_keeps_others_waiting_no_longer_than_its_claim(office: Office) -> None:
    judged = [sent(office, FAULTY), sent(office, FAULTY * 2)]
    assert [office.step(Task.VALIDATE_DATASETS) for _ in judged] == [True, True]
    assert taken(office) == (judged[0], DatasetStatus.REJECTED)
    office.pass_time(16)
    office.drain()
    offers = [office.lab.api.sql(f"SELECT offers IS NULL FROM datasets WHERE id = '{one}'") for one in judged]
    assert offers == [[(False,)], [(False,)]]
