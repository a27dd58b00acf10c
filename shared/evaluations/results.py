"""What an evaluation's answers tell: each candidate by itself, and each beside the first. Pure; plain JSON comes out."""

from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any, Protocol

from shared.evaluations.candidates import Candidate
from shared.evaluations.examples import Example
from shared.evaluations.grading import GRADERS
from shared.evaluations.rates import Usage
from shared.evaluations.statistics import Interval, compare, mcnemar, summarise

SAMPLES = 8
"""How many examples are shown side by side."""
_LONGEST_TEXT = 600


class Answered(Protocol):
    """An answer as it is stored."""

    candidate: Any
    line: Any
    answer: Any
    fault: Any
    scores: Any
    input_tokens: Any
    cached_input_tokens: Any
    output_tokens: Any
    latency_ms: Any


def results(candidates: Sequence[Candidate], answers: Sequence[Answered], graders: Sequence[str]) -> dict[str, Any]:
    """Every candidate's summary, and its comparison with the first. All candidates must have answered the same lines."""
    by_candidate = [[one for one in answers if one.candidate == index] for index in range(len(candidates))]
    lines = [one.line for one in by_candidate[0]]
    if any([one.line for one in given] != lines for given in by_candidate):
        raise ValueError("the candidates did not answer the same lines")
    reference, *others = by_candidate
    return {
        "n_examples": len(lines),
        "candidates": [_summary(*pair, graders) for pair in zip(candidates, by_candidate, strict=True)],
        "comparisons": [
            {
                "candidate": candidate.name,
                "reference": candidates[0].name,
                "graders": {grader: _comparison(given, reference, grader) for grader in graders},
            }
            for candidate, given in zip(candidates[1:], others, strict=True)
        ],
    }


def scores_of(summary: Mapping[str, Any]) -> dict[str, Any]:
    """What a model keeps of its summary: by grader, with the interval."""
    return {"scores": summary["scores"], "n_faults": summary["n_faults"]}


def disagreements(answers: Sequence[Answered]) -> list[int]:
    """The lines worth looking at: first those on which the scores differ most, then the others as they come."""
    spread: dict[int, float] = {}
    scores: dict[int, list[float]] = {}
    for one in answers:
        scores.setdefault(one.line, []).append(sum(one.scores.values()))
    for line, values in scores.items():
        spread[line] = max(values) - min(values)
    return sorted(spread, key=lambda line: (-spread[line], line))[:SAMPLES]


def sample(example: Example, candidates: Sequence[Candidate], answers: Sequence[Answered]) -> dict[str, Any]:
    """One example with everyone's answer."""
    last = example.prompt[-1].get("content")
    return {
        "line": example.line,
        "prompt": _shortened(last if isinstance(last, str) else str(last)),
        "reference": _shortened(example.reference),
        "answers": [
            {
                "candidate": candidates[one.candidate].name,
                "answer": None if one.answer is None else _shortened(one.answer),
                "fault": one.fault,
                "scores": one.scores,
            }
            for one in answers
            if one.line == example.line
        ],
    }


def _summary(candidate: Candidate, given: Sequence[Answered], graders: Sequence[str]) -> dict[str, Any]:
    usage = sum((Usage(one.input_tokens, one.cached_input_tokens, one.output_tokens) for one in given), Usage())
    times = [one.latency_ms for one in given if one.answer is not None]
    return {
        "name": candidate.name,
        "model": candidate.seller.model,
        "model_id": candidate.model_id,
        "connection_id": candidate.seller.connection_id,
        "n_faults": sum(one.answer is None for one in given),
        "scores": {grader: _score(given, grader) for grader in graders},
        "latency_ms_p50": round(median(times)) if times else None,
        "input_tokens": usage.input_tokens,
        "cached_input_tokens": usage.cached_input_tokens,
        "output_tokens": usage.output_tokens,
        "cost_usd": str(candidate.seller.cost(usage)),
    }


def _score(given: Sequence[Answered], grader: str) -> dict[str, Any]:
    found = summarise(_scores(given, grader))
    return {"n": found.n, "mean": found.mean, "interval": _ends(found.interval)}


def _comparison(given: Sequence[Answered], reference: Sequence[Answered], grader: str) -> dict[str, Any]:
    ours, theirs = _scores(given, grader), _scores(reference, grader)
    found = compare(ours, theirs)
    return {
        "n": found.n,
        "difference": found.mean,
        "interval": _ends(found.interval),
        "verdict": found.verdict.value,
        "mcnemar_p": mcnemar(ours, theirs) if GRADERS[grader].pass_or_fail else None,
        "needed_n": found.needed_n,
        "detectable_difference": found.detectable,
    }


def _scores(given: Sequence[Answered], grader: str) -> list[float]:
    return [float(one.scores[grader]) for one in given]


def _ends(interval: Interval | None) -> list[float] | None:
    return None if interval is None else [interval.low, interval.high]


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST_TEXT else text[:_LONGEST_TEXT] + "…"
