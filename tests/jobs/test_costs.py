"""What work that was seen costs, while it goes on."""

import pytest

from shared.jobs.costs.stopping import cost_so_far
from shared.jobs.tables import Job
from shared.money import Usd
from shared.providers.base import ProviderJob, StillRunning


@pytest.mark.parametrize("told", [{"batch_size": 8}, {"batch_size": "auto"}], ids=["by batches", "by all steps"])
def test_steps_cost_their_share_of_an_epoch_whatever_is_told_of_batches(told: dict[str, int | str]) -> None:
    estimate = {"tokens_per_epoch": 1_000_000, "examples": 80}
    job = Job(progress={"step": 5, "total_steps": 30}, estimate=estimate, usd_per_million="3")
    seen = ProviderJob("ftjob-1", "running", StillRunning(), "file-1", n_epochs=3, hyperparameters=told)
    assert cost_so_far(job, seen) == Usd.parse("1.5")
