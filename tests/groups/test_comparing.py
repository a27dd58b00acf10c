"""The comparison by itself: what differs, who is first, and whether more data helped. And the shares themselves."""

from typing import Any

import pytest

from shared import ids
from shared.datasets.shapes import Shape
from shared.datasets.splitting.keys import SourcedExample
from shared.datasets.splitting.sampling import nested
from shared.groups.comparing import Score, Seen, compare
from shared.ids import ConnectionId, JobId
from shared.jobs.tables import Job


def seen(share: float, score: Score | None = None, loss: float | None = None, **hyperparameters: Any) -> Seen:
    job = Job(
        id=JobId(ids.new("job")),
        connection_id=ConnectionId("conn"),
        model="m",
        hyperparameters=hyperparameters,
    )
    return Seen(job, share, valid_loss=loss, scores={"exact_match": score} if score else {})


@pytest.mark.parametrize(
    ("least", "most", "verdict"),
    [
        ((0.3, 0.5), (0.6, 0.9), "helped"),
        ((0.6, 0.9), (0.3, 0.5), "harmed"),
        ((0.3, 0.7), (0.6, 0.9), "cannot_tell"),
    ],
)
def test_more_data_helped_only_where_the_intervals_do_not_meet(
    least: tuple[float, float], most: tuple[float, float], verdict: str
) -> None:
    jobs = [
        seen(1, Score(sum(most) / 2, most), n_epochs=3),
        seen(0.5, Score(0.41, (0.0, 1.0)), n_epochs=3),
        seen(0.25, Score(sum(least) / 2, least), n_epochs=3),
        seen(0.25, Score(0.1, (0.0, 0.2)), n_epochs=1),
    ]
    found = compare(jobs)
    (more,) = found.more_data
    assert (more.verdict, more.of) == (verdict, {"n_epochs": 3})
    assert [line.rank for line in found.lines] == [1, 2, 3, 4]
    assert found.lines[-1].differs == {"share": 0.25, "n_epochs": 1}


def test_a_loss_ranks_but_decides_nothing_and_what_has_none_is_last() -> None:
    found = compare([seen(1), seen(0.5, loss=0.9), seen(1, loss=0.4)])
    assert (found.ranked_by, [line.rank for line in found.lines]) == ("valid_loss", [1, 2, None])
    assert [(one.verdict, "0.9000 with 0.5" in one.says) for one in found.more_data] == [("cannot_tell", True)]
    assert compare([seen(1)]).ranked_by is None


def test_a_larger_share_holds_all_of_a_smaller_one_and_repetitions_stay_together() -> None:
    texts = [f"{place % 30}" for place in range(70)]  # ten of them stand three times, the others twice
    rows = [{"messages": [{"role": "user", "content": one}, {"role": "assistant", "content": one}]} for one in texts]
    examples = [SourcedExample(line, row, row) for line, row in enumerate(rows, 1)]
    kept = {}
    for share in (0.1, 0.2, 0.5, 0.9, 1.0):
        parts = list(nested(examples, share, 7, Shape.CHAT).parts())
        kept[share] = {place for place, part in enumerate(parts) if part == 0}
        assert 0 <= len(kept[share]) - round(share * 70) <= 2
        assert {texts[place] for place in kept[share]}.isdisjoint(texts[place] for place in range(70) if parts[place])
    assert kept[0.1] < kept[0.2] < kept[0.5] < kept[0.9] < kept[1.0]
    assert list(nested(examples, 0.5, 8, Shape.CHAT).parts()) != list(nested(examples, 0.5, 7, Shape.CHAT).parts())
