"""Every refusal has its words in OpenAI's language."""

from api.app import assemble
from api.compatible.errors import OPENAI, WORTH_ANOTHER_TRY, render
from api.openapi import describe
from shared.errors import BudgetExceeded, every_problem
from shared.money import Usd


def test_every_problem_is_in_the_table() -> None:
    assert set(OPENAI) == set(every_problem())


def test_no_status_asks_the_sdk_for_another_try_that_is_useless() -> None:
    for kind, (status, _, _) in OPENAI.items():
        assert (status >= 503) <= (kind in WORTH_ANOTHER_TRY or status == 507)
    refused = render(BudgetExceeded("team", Usd(2), Usd(1)))
    assert (refused.status_code, refused.headers["x-should-retry"]) == (429, "false")


def test_every_compatible_operation_documents_how_it_says_no() -> None:
    document = describe(assemble())
    compatible = [item for path, item in document["paths"].items() if path.startswith("/openai/")]
    assert compatible
    for operation in (one for item in compatible for one in item.values()):
        refusals = {status: answer for status, answer in operation["responses"].items() if status[0] in "45"}
        assert {"401", "400", "503"} <= set(refusals)
        for answer in refusals.values():
            for code, shown in answer["content"]["application/json"]["examples"].items():
                assert shown["value"]["error"]["code"] == code
