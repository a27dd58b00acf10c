"""Wall-clock moments and calendar periods, in UTC. What is *due* is judged by Postgres's clock instead (`shared.db.now`)."""

from datetime import UTC, date, datetime


def utc_now() -> datetime:
    """This machine's time; for display and logs, never for deciding what is due."""
    return datetime.now(UTC)


def month_of(moment: datetime) -> date:
    """The first day of the calendar month (UTC) in which the moment lies: the key of a budget's period."""
    return moment.astimezone(UTC).date().replace(day=1)
