"""Evaluations through the front door, with the sandbox as the provider."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest

from shared.evaluations import recording
from shared.evaluations.rates import Usage
from shared.evaluations.recording import Brought, Given
from shared.ids import EvaluationId
from shared.lifecycles import DatasetStatus
from shared.money import Usd
from tests.evaluations.conftest import Trained
from tests.support.laboratory import BASE, Laboratory, Row, rows
from tests.support.waiting import until
from worker.evaluations import run_evaluations

GRADERS = ["exact_match", "token_f1"]
HELD_OUT = rows("support_triage", held_out=True)


def order(laboratory: Laboratory, content: list[Row], *models: str, **more: Any) -> dict[str, Any]:
    body = {
        "dataset_id": laboratory.dataset(content),
        "candidates": [{"model": model} for model in models],
        "graders": GRADERS,
        **more,
    }
    made = laboratory.member.post("/v1/evaluations", json=body)
    assert made.status_code == 202, made.text
    assert made.headers["Location"] == f"/v1/evaluations/{made.json()['id']}"
    return dict(made.json())


def look(laboratory: Laboratory, evaluation: dict[str, Any]) -> dict[str, Any]:
    return dict(laboratory.member.get(f"/v1/evaluations/{evaluation['id']}").json())


def results(laboratory: Laboratory, evaluation: dict[str, Any]) -> dict[str, Any]:
    found = laboratory.member.get(f"/v1/evaluations/{evaluation['id']}/results")
    assert found.status_code == 200, found.text
    return dict(found.json())


# --- what it finds ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("learnt", "verdict"), [("good", "better"), ("noise", "cannot_tell"), ("harmful", "worse")])
def test_what_was_learnt_shows_in_the_verdict(school: Laboratory, trained: Trained, learnt: str, verdict: str) -> None:
    model = school.model(school.connection(), getattr(trained, learnt))
    evaluation = order(school, HELD_OUT, BASE, model)
    school.drain()
    found = results(school, evaluation)
    (comparison,) = found["comparisons"]
    assert (comparison["reference"], comparison["candidate"]) == (BASE, model)
    for grader in GRADERS:
        assert comparison["graders"][grader]["verdict"] == verdict, comparison
        assert comparison["graders"][grader]["n"] == len(HELD_OUT)
    assert (comparison["graders"]["exact_match"]["mcnemar_p"] < 0.05) == (verdict != "cannot_tell")
    assert comparison["graders"]["token_f1"]["mcnemar_p"] is None


def test_the_samples_show_where_the_candidates_differ(school: Laboratory, trained: Trained) -> None:
    model = school.model(school.connection(), trained.good)
    evaluation = order(school, HELD_OUT, BASE, model)
    school.drain()
    samples = results(school, evaluation)["samples"]
    references = {row["messages"][1]["content"]: row["messages"][2]["content"] for row in HELD_OUT}
    assert samples
    assert all(references[sample["prompt"]] == sample["reference"] for sample in samples)
    base, tuned = samples[0]["answers"]
    assert (base["candidate"], tuned["candidate"]) == (BASE, model)
    assert base["answer"] != tuned["answer"]


def test_the_scores_stay_with_the_model_and_the_team_is_told(school: Laboratory, trained: Trained) -> None:
    model = school.model(school.connection(), trained.good)
    evaluation = order(school, HELD_OUT, BASE, model)
    school.drain()
    mean = results(school, evaluation)["candidates"][1]["scores"]["exact_match"]["mean"]
    scores = school.member.get(f"/v1/models/{model}").json()["scores"]
    assert scores[evaluation["id"]]["scores"]["exact_match"]["mean"] == mean
    assert ("evaluation.succeeded", evaluation["id"]) in school.told()


def test_models_are_locked_in_one_order_whatever_the_candidates_is(school: Laboratory, trained: Trained) -> None:
    connection = school.connection()
    first, second = sorted(school.model(connection, name) for name in (trained.good, trained.harmful))
    order(school, HELD_OUT[:2], second, first)
    assert run_evaluations(school.context), "every answer is there now"
    with ThreadPoolExecutor(1) as pool, psycopg.connect(school.api.database.owner_url) as others:
        others.execute("SELECT id FROM models WHERE id = %s FOR UPDATE", [first])
        ending = pool.submit(run_evaluations, school.context)
        until(lambda: school.api.sql("SELECT 1 FROM pg_locks WHERE NOT granted"))
        others.execute("SELECT id FROM models WHERE id = %s FOR UPDATE NOWAIT", [second])
        others.rollback()
        assert ending.result()


def test_an_alias_is_asked_as_it_stood_at_the_order(school: Laboratory, trained: Trained) -> None:
    connection = school.connection()
    first, second = school.model(connection, trained.good), school.model(connection, trained.harmful)
    assert school.lead.put("/v1/aliases/bot", json={"model_id": first}).status_code == 200
    evaluation = order(school, HELD_OUT[:5], "bot")
    school.lead.put("/v1/aliases/bot", json={"model_id": second})
    school.drain()
    (candidate,) = results(school, evaluation)["candidates"]
    assert (candidate["name"], candidate["model_id"]) == ("bot", first)


def test_lines_without_an_answer_in_words_are_left_out_and_counted(laboratory: Laboratory) -> None:
    laboratory.connection()
    call = {"id": "call_1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    silent = {"messages": [{"role": "user", "content": "?"}, {"role": "assistant", "tool_calls": [call]}]}
    evaluation = order(laboratory, [*HELD_OUT[:3], silent], BASE)
    laboratory.drain()
    found = results(laboratory, evaluation)
    assert (found["n_examples"], found["n_skipped"]) == (3, 1)


# --- what it costs ------------------------------------------------------------------------------------------------------
def test_it_holds_the_most_and_charges_what_the_provider_counted(laboratory: Laboratory) -> None:
    laboratory.connection()
    evaluation = order(laboratory, HELD_OUT, BASE)
    assert laboratory.held() == Usd.parse(evaluation["held_usd"]).nanos > 0
    laboratory.drain()
    (candidate,) = results(laboratory, evaluation)["candidates"]
    billed = laboratory.sandbox.ledger(laboratory.account)["chats"]
    assert candidate["input_tokens"] == sum(one["prompt_tokens"] for one in billed)
    charged = laboratory.spent()
    assert (
        charged == Usd.parse(candidate["cost_usd"]).nanos == sum(Usd.parse(one["amount_usd"]).nanos for one in billed)
    )
    assert 0 < charged <= Usd.parse(evaluation["held_usd"]).nanos
    assert laboratory.held() == 0


def test_beyond_the_budget_nothing_is_asked(laboratory: Laboratory) -> None:
    laboratory.connection()
    laboratory.budget("0.000001")
    body = {"dataset_id": laboratory.dataset(HELD_OUT), "candidates": [{"model": BASE}], "graders": GRADERS}
    refused = laboratory.member.post("/v1/evaluations", json=body)
    assert (refused.status_code, refused.json()["code"]) == (402, "budget_exceeded")
    laboratory.drain()
    assert (laboratory.asked(), laboratory.held(), laboratory.spent()) == (0, 0, 0)


def test_no_more_answers_are_bought_than_asked_for(laboratory: Laboratory) -> None:
    laboratory.connection()
    evaluation = order(laboratory, HELD_OUT, BASE, max_answers=7)
    laboratory.drain()
    assert look(laboratory, evaluation)["n_answers"] == laboratory.asked() == 7


# --- what goes wrong ----------------------------------------------------------------------------------------------------
def test_a_busy_provider_is_given_the_time_it_asks_for(laboratory: Laboratory) -> None:
    laboratory.connection()
    evaluation = order(laboratory, HELD_OUT, BASE)
    laboratory.fault("throttle", retry_after=60)
    laboratory.drain()
    waiting = look(laboratory, evaluation)
    assert (waiting["status"], waiting["reason_code"]) == ("running", "waiting")
    assert 0 < waiting["n_answers"] < len(HELD_OUT)
    laboratory.pass_time("50 seconds")
    laboratory.drain()
    assert look(laboratory, evaluation)["n_answers"] == waiting["n_answers"]
    laboratory.pass_time("61 seconds")
    laboratory.drain()
    assert look(laboratory, evaluation)["status"] == "succeeded"
    assert laboratory.asked() == len(HELD_OUT)


def test_a_provider_that_is_always_busy_for_a_second_is_given_longer_each_time(laboratory: Laboratory) -> None:
    laboratory.connection()
    evaluation = order(laboratory, HELD_OUT[:1], BASE)
    laboratory.fault("throttle", times=10_000, retry_after=1)
    for later in range(recording.MOST_ATTEMPTS + 5):
        laboratory.drain()
        laboratory.pass_time(f"{2 * (later + 1)} seconds")
    assert look(laboratory, evaluation)["status"] == "running"


def test_what_broke_off_is_asked_again(laboratory: Laboratory) -> None:
    laboratory.connection()
    evaluation = order(laboratory, HELD_OUT[:12], BASE)
    laboratory.fault("status", times=2, status=503)
    for later in range(1, 6):
        laboratory.drain()
        laboratory.pass_time(f"{10 * later} seconds")
    assert look(laboratory, evaluation)["status"] == "succeeded"


def test_a_provider_that_stays_away_ends_it_without_a_hold(laboratory: Laboratory) -> None:
    laboratory.connection()
    evaluation = order(laboratory, HELD_OUT[:3], BASE)
    laboratory.fault("status", times=10_000, status=503)
    for later in range(recording.MOST_ATTEMPTS + 1):
        laboratory.drain()
        laboratory.pass_time(f"{10 * (later + 1)} minutes")
    ended = look(laboratory, evaluation)
    assert (ended["status"], ended["reason_code"]) == ("failed", "provider_unavailable")
    assert (laboratory.held(), laboratory.spent()) == (0, 0)


def test_an_answer_that_nobody_heard_is_charged_as_provisional_and_asked_again(laboratory: Laboratory) -> None:
    laboratory.connection()
    evaluation = order(laboratory, HELD_OUT, BASE)
    laboratory.fault("accept_then_drop", times=3)
    for later in range(1, 6):
        laboratory.drain()
        laboratory.pass_time(f"{10 * later} seconds")
    (candidate,) = results(laboratory, evaluation)["candidates"]
    assert laboratory.asked() == len(HELD_OUT) + 3
    charged = laboratory.api.sql(
        "SELECT provisional, sum(amount)::bigint FROM ledger_entries WHERE account = 'spent' GROUP BY 1 ORDER BY 1"
    )
    assert charged[0] == (False, Usd.parse(candidate["cost_usd"]).nanos)
    billed = sum(Usd.parse(one["amount_usd"]).nanos for one in laboratory.sandbox.ledger(laboratory.account)["chats"])
    assert charged[1][0]
    assert laboratory.spent() >= billed
    assert laboratory.held() == 0


def test_a_line_that_loses_every_answer_cannot_spend_much_more_than_was_held(laboratory: Laboratory) -> None:
    laboratory.connection()
    evaluation = order(laboratory, HELD_OUT[:3], BASE)
    laboratory.fault("accept_then_drop", times=10_000)
    for later in range(10):
        laboratory.drain()
        laboratory.pass_time(f"{later + 1} minutes")
    ended = look(laboratory, evaluation)
    assert (ended["status"], ended["reason_code"]) == ("failed", "hold_used_up")
    assert 0 < laboratory.spent() <= 2 * Usd.parse(evaluation["held_usd"]).nanos
    assert laboratory.asked() <= 6
    assert laboratory.held() == 0


def test_nothing_more_is_asked_of_a_connection_that_was_closed_to_the_team(laboratory: Laboratory) -> None:
    connection = laboratory.connection()
    evaluation = order(laboratory, HELD_OUT, BASE)
    laboratory.fault("throttle", retry_after=60)
    laboratory.drain()
    closed = laboratory.api.admin.patch(f"/v1/connections/{connection}", json={"teams": []})
    assert closed.status_code == 200, closed.text
    asked = laboratory.asked()
    laboratory.pass_time("61 seconds")
    laboratory.drain()
    ended = look(laboratory, evaluation)
    assert (ended["status"], ended["reason_code"], laboratory.asked()) == ("failed", "barred", asked)
    assert "closed to the team" in ended["reason"]
    assert (laboratory.held(), laboratory.spent() > 0) == (0, True), "what was answered is paid"


def test_one_refused_prompt_is_a_wrong_answer_and_no_more(laboratory: Laboratory) -> None:
    laboratory.connection()
    evaluation = order(laboratory, HELD_OUT, BASE)
    laboratory.fault("status", status=400, body={"error": {"message": "content policy", "code": "content_filter"}})
    laboratory.drain()
    (candidate,) = results(laboratory, evaluation)["candidates"]
    assert candidate["n_faults"] == 1
    assert candidate["scores"]["exact_match"]["n"] == len(HELD_OUT)


def test_a_candidate_that_answers_nothing_fails_it_and_costs_nothing(laboratory: Laboratory) -> None:
    connection = laboratory.connection()
    gone = laboratory.model(connection, f"ft:{BASE}:acme:gone:abc123")
    evaluation = order(laboratory, HELD_OUT[:10], gone)
    laboratory.drain()
    # It may have been made just now: providers need some minutes before they know a new model.
    assert look(laboratory, evaluation)["reason_code"] == "waiting"
    laboratory.pass_time("11 minutes")
    laboratory.drain()
    failed = look(laboratory, evaluation)
    assert (failed["status"], failed["reason_code"]) == ("failed", "no_answers")
    assert gone in failed["reason"]
    assert (laboratory.held(), laboratory.spent()) == (0, 0)
    assert ("evaluation.failed", evaluation["id"]) in laboratory.told()
    assert laboratory.member.get(f"/v1/evaluations/{evaluation['id']}/results").status_code == 409


def test_a_model_that_its_provider_knows_a_little_later_has_no_wrong_answers(
    school: Laboratory, trained: Trained
) -> None:
    model = school.model(school.connection(), trained.good)
    evaluation = order(school, HELD_OUT[:10], model)
    missing = {"error": {"message": "The model does not exist", "code": "model_not_found"}}
    school.fault("status", times=8, status=404, body=missing)
    school.drain()
    school.pass_time("40 seconds")
    school.drain()
    (candidate,) = results(school, evaluation)["candidates"]
    assert candidate["n_faults"] == 0


def test_a_cancelled_one_charges_what_was_used_and_keeps_no_hold(laboratory: Laboratory) -> None:
    laboratory.connection()
    evaluation = order(laboratory, HELD_OUT, BASE)
    laboratory.fault("throttle", retry_after=60)
    laboratory.drain()
    cancelled = laboratory.member.post(f"/v1/evaluations/{evaluation['id']}/cancel")
    assert (cancelled.status_code, cancelled.json()["status"]) == (202, "cancelled")
    billed = laboratory.sandbox.ledger(laboratory.account)["chats"]
    assert laboratory.spent() == sum(Usd.parse(one["amount_usd"]).nanos for one in billed) > 0
    assert laboratory.held() == 0
    laboratory.pass_time("5 minutes")
    laboratory.drain()
    assert look(laboratory, evaluation) == cancelled.json()
    assert laboratory.member.post(f"/v1/evaluations/{evaluation['id']}/cancel").json() == cancelled.json()


def test_a_worker_stopped_past_its_claim_records_nothing(laboratory: Laboratory) -> None:
    laboratory.connection()
    evaluation = order(laboratory, HELD_OUT[:6], BASE)
    with laboratory.transaction() as db:
        taken = recording.take(db)
    assert taken is not None
    assert taken.claim_token is not None
    laboratory.drain()
    assert laboratory.asked() == 0  # while the claim lasts nobody else takes it
    laboratory.pass_time("16 seconds")
    laboratory.drain()
    late = Given(0, 1, "late", None, dict.fromkeys(GRADERS, 1.0), Usage(1, 0, 1), 1)
    with laboratory.transaction() as db:
        recording.record(db, EvaluationId(evaluation["id"]), taken.claim_token, Brought([late]))
    assert look(laboratory, evaluation)["status"] == "succeeded"
    assert laboratory.asked() == 6
    assert laboratory.api.sql("SELECT count(*) FROM evaluation_answers WHERE answer = 'late'") == [(0,)]


# --- what is refused ----------------------------------------------------------------------------------------------------
def test_a_dataset_that_is_not_ready_is_refused(laboratory: Laboratory) -> None:
    laboratory.connection()
    refusals = {DatasetStatus.VALIDATING: (409, "dataset_not_ready"), DatasetStatus.REJECTED: (422, "dataset_rejected")}
    for status, code in refusals.items():
        body = {"dataset_id": laboratory.dataset(HELD_OUT, status), "candidates": [{"model": BASE}], "graders": GRADERS}
        refused = laboratory.member.post("/v1/evaluations", json=body)
        assert (refused.status_code, refused.json()["code"]) == code


def test_a_wrong_order_is_refused(laboratory: Laboratory) -> None:
    laboratory.connection()
    right = {"dataset_id": laboratory.dataset(HELD_OUT), "candidates": [{"model": BASE}], "graders": GRADERS}
    wrong: list[tuple[dict[str, Any], tuple[int, str]]] = [
        ({"candidates": [{"model": "nobody-has-this"}]}, (404, "not_found")),
        ({"candidates": [{"model": BASE}, {"model": BASE}]}, (422, "invalid_request")),
        ({"candidates": []}, (422, "invalid_request")),
        ({"graders": ["beauty"]}, (422, "invalid_request")),
        ({"max_answers": 0}, (422, "invalid_request")),
    ]
    for change, code in wrong:
        refused = laboratory.member.post("/v1/evaluations", json=right | change)
        assert (refused.status_code, refused.json()["code"]) == code, refused.text
    assert laboratory.held() == 0


def test_without_a_known_price_it_is_refused(laboratory: Laboratory) -> None:
    connection = laboratory.connection()
    candidate = {"model": "gpt-unheard-of", "connection_id": connection}
    body = {"dataset_id": laboratory.dataset(HELD_OUT), "candidates": [candidate], "graders": GRADERS}
    refused = laboratory.member.post("/v1/evaluations", json=body)
    assert (refused.status_code, refused.json()["code"]) == (422, "price_unknown")


def test_another_teams_evaluation_and_dataset_are_not_there(laboratory: Laboratory) -> None:
    laboratory.connection()
    evaluation = order(laboratory, HELD_OUT, BASE)
    stranger = laboratory.api.lead(str(laboratory.api.team("others")["id"]))
    path = f"/v1/evaluations/{evaluation['id']}"
    for answer in (stranger.get(path), stranger.get(f"{path}/results"), stranger.post(f"{path}/cancel")):
        assert answer.status_code == 404
    assert stranger.get("/v1/evaluations").json()["data"] == []
    body = {"dataset_id": evaluation["dataset_id"], "candidates": [{"model": BASE}], "graders": GRADERS}
    assert stranger.post("/v1/evaluations", json=body).status_code == 404
