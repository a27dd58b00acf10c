"""Whether a grader could train anything: its kind and fields, the places in its texts, its formula. The first door to graders.

What is found is named by a JSON pointer into the grader, and, where the examples lack a field, by the fields that they have.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice

from shared.errors import FieldError
from shared.jobs.ordering.graders.by_code import check_python
from shared.jobs.ordering.graders.by_model import check_score_model
from shared.jobs.ordering.graders.fields import Json, named, one_of, texts
from shared.jobs.ordering.graders.formula import FUNCTIONS, FormulaError, names_in
from shared.jobs.ordering.graders.templates import Items, faults_in, reads_the_answer

MOST_GRADERS = 50
MOST_FAULTS = 100
OPERATIONS = ("eq", "ne", "like", "ilike")
METRICS = (
    "fuzzy_match", "bleu", "gleu", "meteor",
    "rouge_1", "rouge_2", "rouge_3", "rouge_4", "rouge_5", "rouge_l",
)  # fmt: skip
"""Without `cosine`, which is for evaluations only."""

Check = Callable[[Json, str, Items | None], Iterator[FieldError]]


def faults_of_grader(grader: Json, items: Sequence[Items] = (), pointer: str = "/grader") -> list[FieldError]:
    """What is wrong with a grader, each fault once, for examples that have these items (none: not known). Not more than a person
    would read.
    """
    seen = (fault for of_one in (items or (None,)) for fault in _check(grader, pointer, of_one))
    return list(dict.fromkeys(islice(seen, MOST_FAULTS)))


def _check(
    grader: object, pointer: str, items: Items | None, kinds: Mapping[str, Check] | None = None
) -> Iterator[FieldError]:
    known = {**_KINDS, "multi": _check_multi} if kinds is None else kinds
    if not isinstance(grader, dict):
        yield FieldError(pointer, "must be an object with a type and a name")
    elif grader.get("type") == "label_model":
        yield FieldError(f"{pointer}/type", "is for evaluations; reinforcement needs a score: take score_model")
    elif (check := known.get(str(grader.get("type")))) is None:
        yield FieldError(f"{pointer}/type", f"must be one of {', '.join(known)}")
    else:
        yield from check(grader, pointer, items)


def _check_string(grader: Json, pointer: str, items: Items | None) -> Iterator[FieldError]:
    yield from named(grader, pointer, ("input", "reference", "operation"))
    yield from one_of(grader, pointer, "operation", OPERATIONS)
    yield from _compared(grader, pointer, items)


def _check_similarity(grader: Json, pointer: str, items: Items | None) -> Iterator[FieldError]:
    yield from named(grader, pointer, ("input", "reference", "evaluation_metric"))
    yield from one_of(grader, pointer, "evaluation_metric", METRICS)
    yield from _compared(grader, pointer, items)


def _compared(grader: Json, pointer: str, items: Items | None) -> Iterator[FieldError]:
    yield from texts(grader, pointer, ("input", "reference"))
    said = {name: text for name in ("input", "reference") if isinstance(text := grader.get(name), str)}
    for name, text in said.items():
        yield from faults_in(text, f"{pointer}/{name}", items)
    if len(said) == 2 and not any(map(reads_the_answer, said.values())):
        yield FieldError(f"{pointer}/input", "never looks at the answer: use {{sample.output_text}}")


def _check_multi(grader: Json, pointer: str, items: Items | None) -> Iterator[FieldError]:
    yield from named(grader, pointer, ("graders", "calculate_output"))
    yield from texts(grader, pointer, ("calculate_output",))
    graders = grader.get("graders")
    if not isinstance(graders, dict) or not 0 < len(graders) <= MOST_GRADERS:
        yield FieldError(f"{pointer}/graders", f"must be an object of 1 to {MOST_GRADERS} graders by name")
        return
    for name, one in graders.items():
        at = f"{pointer}/graders/{name.replace('~', '~0').replace('/', '~1')}"
        if not name.isidentifier() or not name.isascii() or name in FUNCTIONS:
            yield FieldError(at, "has a name that no formula can use: take letters, digits and _")
        # A grader of several stands at the top only.
        yield from _check(one, at, items, _KINDS)
    yield from _formula(grader.get("calculate_output"), f"{pointer}/calculate_output", graders)


def _formula(formula: object, pointer: str, graders: Json) -> Iterator[FieldError]:
    if not isinstance(formula, str):
        return
    try:
        names = names_in(formula)
    except FormulaError as error:
        yield FieldError(pointer, str(error))
        return
    for name in sorted(names - graders.keys()):
        yield FieldError(pointer, f"uses {name}, which is no grader; there are {', '.join(graders)}")
    if not names:
        yield FieldError(pointer, "uses no grader, and so gives every answer the same score")


_KINDS: Mapping[str, Check] = {
    "string_check": _check_string,
    "text_similarity": _check_similarity,
    "score_model": check_score_model,
    "python": check_python,
}
