"""What moderation said of an example, and the finding it makes. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from shared.datasets.findings import Finding, found
from shared.datasets.moderation.portions import Shown
from shared.providers.base import Moderated

CODE = "moderation_flagged"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was said of an example that was shown."""

    shown: Shown
    moderated: Moderated


def finding_of(verdict: Verdict) -> Finding:
    """Names the categories, the surest first, and quotes nothing: a report is read by more people than the file."""
    categories = verdict.moderated.categories
    named = ", ".join(
        _named(category, categories) for category in sorted(categories, key=lambda one: -(categories[one] or 0))
    )
    return found(CODE, "", f"objected to: {named or 'no category is named'}").on_line(
        verdict.shown.line, verdict.shown.offset
    )


def _named(category: str, categories: Mapping[str, float | None]) -> str:
    score = categories[category]
    return category if score is None else f"{category} ({score:.2f})"
