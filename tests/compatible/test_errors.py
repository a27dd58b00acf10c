"""Every refusal has its words in OpenAI's language."""

from api.compatible.errors import OPENAI, WORTH_ANOTHER_TRY, render
from shared.errors import BudgetExceeded, every_problem
from shared.money import Usd


def test_every_problem_is_in_the_table() -> None:
    assert set(OPENAI) == set(every_problem())


def test_no_status_asks_the_sdk_for_another_try_that_is_useless() -> None:
    for kind, (status, _, _) in OPENAI.items():
        assert (status >= 503) <= (kind in WORTH_ANOTHER_TRY or status == 507)
    refused = render(BudgetExceeded("team", Usd(2), Usd(1)))
    assert (refused.status_code, refused.headers["x-should-retry"]) == (429, "false")
