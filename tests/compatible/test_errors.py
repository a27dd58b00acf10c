"""Every refusal has its words in OpenAI's language."""

from concurrent.futures import ThreadPoolExecutor

from api.app import assemble
from api.compatible.errors import OPENAI, WORTH_ANOTHER_TRY, render
from api.openapi import describe
from shared.errors import BudgetExceeded, every_problem
from shared.money import Usd
from tests.support.api import Api
from tests.support.laboratory import BASE, Laboratory
from tests.support.waiting import until


def test_every_problem_is_in_the_table() -> None:
    assert set(OPENAI) == set(every_problem())


def test_no_status_asks_the_sdk_for_another_try_that_is_useless() -> None:
    for kind, (status, _, _) in OPENAI.items():
        assert (status >= 503) <= (kind in WORTH_ANOTHER_TRY or status in (504, 507))
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


def test_what_no_route_answers_is_refused_in_openais_words(api: Api) -> None:
    missing = api.admin.post("/openai/v1/embeddings", json={})
    wrong = api.admin.delete("/openai/v1/models")
    assert (missing.status_code, missing.json()["error"]["code"]) == (404, "model_not_found")
    assert (wrong.status_code, wrong.json()["error"]["code"]) == (405, "method_not_supported")
    assert api.admin.get("/openai/else").headers["content-type"] == "application/problem+json"


def test_a_fault_of_ours_is_told_in_openais_words_and_not_tried_again(laboratory: Laboratory) -> None:
    laboratory.connection()
    laboratory.api.sql("ALTER TABLE aliases RENAME TO elsewhere")
    body = {"model": BASE, "messages": [{"role": "user", "content": "?"}]}
    failed = laboratory.member.post("/openai/v1/chat/completions", json=body)
    assert (failed.status_code, failed.json()["error"]["code"]) == (500, "internal_error")
    assert failed.headers["x-should-retry"] == "false"
    assert laboratory.asked() == 0


def test_an_answer_that_cannot_be_recorded_is_not_tried_again_and_its_money_stays_held(laboratory: Laboratory) -> None:
    laboratory.connection()
    laboratory.fault("delay", seconds=1)
    body = {"model": BASE, "messages": [{"role": "user", "content": "?"}]}
    with ThreadPoolExecutor(1) as pool:
        asking = pool.submit(laboratory.member.post, "/openai/v1/chat/completions", json=body)
        until(lambda: laboratory.held() > 0)
        # As after a restore, or when somebody else has resolved it.
        laboratory.api.sql("UPDATE holds SET subject = 'another'")
        failed = asking.result()
    assert (failed.status_code, failed.json()["error"]["code"]) == (504, "answer_lost")
    assert failed.headers["x-should-retry"] == "false"
    assert laboratory.held() > 0
