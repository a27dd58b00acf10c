"""What a job's things are called at a provider: its orders carry a tag, and the name of each file says whose it is."""

from shared.jobs.scheduling.taking import Work
from shared.jobs.tags import Tag
from worker.context import Context


def tag_of(context: Context, work: Work) -> Tag:
    """Whose an attempt's order and files are."""
    return Tag(context.installation, work.job.team_id, work.job.id, work.job.epoch)


def file_prefix(context: Context, work: Work) -> str:
    """What the names of all files of a job begin with, whatever the attempt."""
    return tag_of(context, work).prefix


def file_name(context: Context, work: Work, role: str) -> str:
    """What this attempt's training or validation file is called."""
    return tag_of(context, work).file_name(role)
