"""Every code a finding can have, in one table; the documentation of the codes is generated from it."""

from shared.datasets.findings import (
    of_chats,
    of_completions,
    of_files,
    of_lines,
    of_preferences,
    of_quality,
    of_reinforcement,
    of_shaping,
    of_sources,
    of_targets,
)
from shared.datasets.findings.code import FindingCode

FINDING_CODES: dict[str, FindingCode] = {
    **of_files.FILE,
    **of_sources.SOURCE,
    **of_lines.LINE,
    **of_shaping.SHAPING,
    **of_shaping.CONVERSION,
    **of_shaping.EXPORT,
    **of_chats.OTHER_FORMATS,
    **of_chats.ROW,
    **of_chats.MESSAGE,
    **of_chats.CONTENT,
    **of_chats.TOOLS,
    **of_preferences.PREFERENCE,
    **of_reinforcement.REINFORCEMENT,
    **of_completions.COMPLETION,
    **of_targets.TARGET,
    **of_quality.REPETITION,
    **of_quality.PERSONAL,
    **of_quality.LABELS,
    **of_quality.ANSWERS,
    **of_quality.SYSTEMS,
    **of_quality.TEXTS,
}
