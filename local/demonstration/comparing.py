"""Scene 6: did training help? Base and tuned model answer the held-out examples, which neither has seen."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from rich.markup import escape

from local.demonstration.answering import let_answer
from local.demonstration.asking import settled
from local.demonstration.billing import Bought
from local.demonstration.checking import require, require_equal, total
from local.demonstration.data import Parts
from local.demonstration.showing import amount, shortened, table
from local.demonstration.stage import Cast, Stage

MOST_ANSWERS = 100
EVALUATION_SECONDS = 60.0
SAMPLES_SHOWN = 5
GRADERS = {"exact_match": "exact match", "token_f1": "token F1"}
VERDICTS = {"better": "better", "worse": "worse", "cannot_tell": "cannot tell"}


@dataclass(frozen=True)
class Compared:
    """The tuned model, and what asking both of them has cost."""

    model: dict[str, Any]
    cost: Decimal


def compare(stage: Stage, cast: Cast, parts: Parts, trained: Bought) -> Compared:
    """The tuned model beside its base; on our own examples it must be better."""
    with stage.scene(6, "Did training help? Base and tuned model on held-out examples"):
        client = cast.team.client
        model = _registered(cast, trained)
        let_answer(stage, cast.leading, model)
        wish = {
            "dataset_id": parts.held_out["id"],
            "candidates": [
                {"model": trained.choice.model, "connection_id": cast.leading.connection_id},
                {"model": model["id"]},
            ],
            "graders": list(GRADERS),
            "max_answers": MOST_ANSWERS,
        }
        ordered = client.must("POST", "/v1/evaluations", wish)
        with stage.console.status("asking both models"):
            path = f"/v1/evaluations/{ordered['id']}"
            ended = settled(client, path, ("queued", "running"), seconds=EVALUATION_SECONDS)
        require_equal(ended["status"], "succeeded", f"The evaluation ({ended['reason']})")
        results = client.must("GET", f"{path}/results")
        _check(results)
        _show(stage, results)
        if stage.own_file is None:
            verdict = results["comparisons"][0]["graders"]["exact_match"]["verdict"]
            require_equal(verdict, "better", "The verdict on what was trained on our examples")
        return Compared(model, total(Decimal(one["cost_usd"]) for one in results["candidates"]))


def _registered(cast: Cast, trained: Bought) -> dict[str, Any]:
    """What the registry made of the job: a model that knows where it came from."""
    models = cast.team.client.must("GET", "/v1/models")["data"]
    mine = [one for one in models if one["job_id"] == trained.job["id"]]
    require_equal([one["provider_model"] for one in mine], [trained.job["fine_tuned_model"]], "The registered model")
    found: dict[str, Any] = cast.team.client.must("GET", f"/v1/models/{mine[0]['id']}/lineage")
    return found


def _check(results: dict[str, Any]) -> None:
    """Both answered everything, and the difference is that of their scores."""
    base, tuned = results["candidates"]
    require_equal((base["n_faults"], tuned["n_faults"]), (0, 0), "The numbers of prompts without an answer")
    for grader, found in results["comparisons"][0]["graders"].items():
        scores = [one["scores"][grader]["mean"] for one in (base, tuned)]
        require_equal(round(found["difference"], 9), round(scores[1] - scores[0], 9), f"The difference in {grader}")
        low, high = found["interval"] or (found["difference"], found["difference"])
        require(low <= found["difference"] <= high, f"The interval of {grader} does not hold its difference")


def _show(stage: Stage, results: dict[str, Any]) -> None:
    base, tuned = results["candidates"]
    rows = [_grades(grader, base, tuned, results) for grader in GRADERS]
    headings = [f"{results['n_examples']} examples", ">base", ">tuned", ">difference", ">95 % interval", "verdict"]
    stage.console.print(table(headings, rows))
    costs = [amount(Decimal(one["cost_usd"])) for one in (base, tuned)]
    stage.console.print(
        f"Paired: both answered the same examples. The base model's answers cost {costs[0]}, the tuned one's {costs[1]}.\n",
        style="dim",
    )
    answers = [_side_by_side(sample, stage.console.width) for sample in results["samples"][:SAMPLES_SHOWN]]
    stage.console.print(table(["where they differ most", "wanted", "base answers", "tuned answers"], answers))
    stage.console.print(
        "The sandbox looks its answers up in the training file: they show what a comparison looks like, and nothing of what "
        "any model can do.",
        style="dim",
    )
    wins = results["comparisons"][0]["graders"]["exact_match"]
    if wins["verdict"] == "cannot_tell" and wins["needed_n"]:
        stage.console.print(escape(f"To see a difference of that size, {wins['needed_n']:,} examples would be needed."))


def _grades(grader: str, base: dict[str, Any], tuned: dict[str, Any], results: dict[str, Any]) -> list[str]:
    found = results["comparisons"][0]["graders"][grader]
    interval = found["interval"]
    return [
        GRADERS[grader],
        f"{base['scores'][grader]['mean']:.1%}",
        f"{tuned['scores'][grader]['mean']:.1%}",
        f"{100 * found['difference']:+.1f}",
        f"{100 * interval[0]:+.1f} to {100 * interval[1]:+.1f}" if interval else "",
        VERDICTS[found["verdict"]],
    ]


def _side_by_side(sample: dict[str, Any], width: int) -> list[str]:
    """What was asked, what was wanted, and what each has answered; three lines of each at most."""
    most = 3 * width // 5
    answers = [_marked(one) for one in sample["answers"]]
    return [shortened(text, most) for text in (sample["prompt"], sample["reference"], *answers)]


def _marked(one: dict[str, Any]) -> str:
    mark = "✓" if one["scores"]["exact_match"] == 1.0 else "✗"
    return f"{mark} {one['answer'] or one['fault'] or ''}"
