"""Whether a provider would take a dataset for a model and a method, judged from what one pass over the dataset gathered.

A verdict says what it rests on: each code that stands against it, how often it was found, and on which lines first. Whether a
model is open to training today is not known here, and what moderation would say is asked of the provider.

Of the file that is sent, two things differ from the dataset: blank lines are left out, and Azure gets a byte order mark. Values
that are null are sent as they stand, so they do stand against Azure.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from shared.datasets.findings.code import PROVIDERS
from shared.datasets.findings.codes import FINDING_CODES
from shared.datasets.shapes import METHODS, Shape

LINES_NAMED = 20
MOST_EXAMPLES_WITH_IMAGES = 50_000

# What holds for one model only is judged by that model's own limits; the pass speaks of all models at once.
_OF_ALL_MODELS = {"example_too_long", "example_too_long_for_some"}


@dataclass(frozen=True, slots=True)
class Sighting:
    """How often something was seen, and the first 20 lines on which it was; what concerns the whole file has no line."""

    count: int = 0
    lines: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """What a pass over a dataset gathers for the verdicts."""

    shape: Shape
    examples: int  # well-formed ones
    size_bytes: int
    codes: Mapping[str, Sighting] = field(default_factory=dict)
    over_long: Mapping[tuple[str, int], Sighting] = field(default_factory=dict)  # by encoding and limit in tokens
    with_images: Sighting = Sighting()  # well-formed examples with an image


@dataclass(frozen=True, slots=True)
class Target:
    """Where a dataset could be sent. `model` None is whatever model the method is open for; a limit of None is not known."""

    provider: str
    model: str | None
    method: str
    encoding: str | None = None
    max_example_tokens: int | None = None
    takes_images: bool = True
    most_examples: int | None = None
    max_file_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Objection:
    """A code that stands against a verdict, with where it was seen."""

    code: str
    count: int
    lines: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Acceptance:
    """The verdict for one target."""

    provider: str
    model: str | None
    method: str
    accepted: bool
    against: tuple[Objection, ...]  # by code


ANY_MODEL = tuple(Target(provider, None, method) for provider in PROVIDERS for method in METHODS.values())
"""Each provider and method, of whose models nothing is known."""


def acceptance(found: Found, targets: Sequence[Target]) -> tuple[Acceptance, ...]:
    """One verdict for each target, in their order."""
    return tuple(_judge(found, target) for target in targets)


def _judge(found: Found, target: Target) -> Acceptance:
    against: dict[str, Sighting] = {}
    for rule in TARGET_RULES:
        against.update(rule(found, target))
    objections = tuple(Objection(code, seen.count, seen.lines) for code, seen in sorted(against.items()))
    return Acceptance(target.provider, target.model, target.method, not objections, objections)


def _what_was_found(found: Found, target: Target) -> Iterator[tuple[str, Sighting]]:
    for code, seen in found.codes.items():
        judged_by_model = code in _OF_ALL_MODELS and target.max_example_tokens is not None
        if target.provider in FINDING_CODES[code].stands_against and not judged_by_model:
            yield code, seen


def _format_fits_method(found: Found, target: Target) -> Iterator[tuple[str, Sighting]]:
    if METHODS.get(found.shape) != target.method:
        yield "format_does_not_fit_method", Sighting(found.examples)


def _examples_are_short_enough(found: Found, target: Target) -> Iterator[tuple[str, Sighting]]:
    if target.encoding is not None and target.max_example_tokens is not None:
        seen = found.over_long.get((target.encoding, target.max_example_tokens), Sighting())
        if seen.count:
            yield "example_too_long_for_model", seen


def _examples_are_few_enough(found: Found, target: Target) -> Iterator[tuple[str, Sighting]]:
    if target.most_examples is not None and found.examples > target.most_examples:
        yield "too_many_examples", Sighting(found.examples)


def _file_is_small_enough(found: Found, target: Target) -> Iterator[tuple[str, Sighting]]:
    if target.max_file_bytes is not None and found.size_bytes > target.max_file_bytes:
        yield "file_too_large", Sighting(1)


def _images_are_taken(found: Found, target: Target) -> Iterator[tuple[str, Sighting]]:
    seen = found.with_images
    if seen.count and not target.takes_images:
        yield "images_not_taken", seen
    elif seen.count > MOST_EXAMPLES_WITH_IMAGES and target.provider != "compatible":
        yield "too_many_examples_with_images", Sighting(seen.count)
    if target.provider == "compatible" and 0 < seen.count < found.examples:
        yield "images_in_some_examples_only", seen


TARGET_RULES: tuple[Callable[[Found, Target], Iterator[tuple[str, Sighting]]], ...] = (
    _what_was_found,
    _format_fits_method,
    _examples_are_short_enough,
    _examples_are_few_enough,
    _file_is_small_enough,
    _images_are_taken,
)
