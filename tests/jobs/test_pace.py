"""The arithmetic of turns, intervals and lags, without a database."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

from shared.connections.lags import ENDS, PollLag, poll_lag, remember
from shared.ids import TeamId
from shared.jobs.scheduling.intervals import Rhythm
from shared.jobs.scheduling.turns import Place, before, turn_of
from shared.jobs.tables import Job
from shared.lifecycles import JobStatus
from shared.providers.base import Finished, ProviderJob, StillRunning

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
RHYTHM = Rhythm(5.0, NOW, live=100, requests_per_minute=200)
RUNNING = ProviderJob("ftjob-1", "running", StillRunning(), "file-1")


def job(minutes: float, **more: object) -> Job:
    """A job that has run for so long."""
    started = NOW - timedelta(minutes=minutes)
    return Job(status=JobStatus.QUEUED, created_at=started, started_at=started, **more)


def test_the_place_that_is_told_is_the_place_that_is_taken() -> None:
    random = Random(7)
    for _ in range(200):
        line = [
            Place(TeamId(f"team_{n}"), random.randint(1, 5), random.randrange(3_000_000), random.randint(1, 6))
            for n in range(random.randint(1, 5))
        ]
        told = {
            (place.team_id, own): own + before(line, place.team_id, own)
            for place in line
            for own in range(place.waiting)
        }
        for turn in range(len(told)):
            place = min((one for one in line if one.waiting), key=lambda one: (one.begins, one.team_id))
            served = next(one for one in told if told[one] == turn)
            assert served[0] == place.team_id
            later = replace(place, begins=place.begins + turn_of(place.weight), waiting=place.waiting - 1)
            line[line.index(place)] = later


def test_a_job_is_looked_at_soon_while_something_may_happen() -> None:
    assert RHYTHM.next_look(job(0.5), RUNNING) == 5
    assert RHYTHM.next_look(job(5), RUNNING) == 15
    assert RHYTHM.next_look(job(60), RUNNING) == 30
    assert RHYTHM.next_look(job(60, watched_at=NOW - timedelta(seconds=50)), RUNNING) == 5
    assert RHYTHM.next_look(job(60), replace(RUNNING, estimated_finish=NOW + timedelta(seconds=30))) == 5
    assert RHYTHM.next_look(job(60), replace(RUNNING, estimated_finish=NOW - timedelta(hours=1))) == 30
    assert RHYTHM.next_look(job(60), replace(RUNNING, outcome=Finished("ft:x", None))) == 5


def test_logs_that_nobody_reads_get_a_quarter_of_what_may_be_asked() -> None:
    read = job(60, events_at=NOW - timedelta(seconds=100))
    assert not RHYTHM.wants_log(read)
    assert replace(RHYTHM, live=80).wants_log(read)
    assert RHYTHM.wants_log(job(60))
    assert RHYTHM.wants_log(job(60, events_at=NOW, watched_at=NOW))


def test_lags_are_remembered_for_ten_minutes() -> None:
    kept = remember({}, [0.1] * 98 + [4.0, 40.0], 100)
    kept = remember(kept, [0.2], 101)
    assert poll_lag(kept, 101) == PollLag(p50=0.5, p99=5.0)
    assert poll_lag(kept, 110) == PollLag(p50=0.5, p99=0.5)
    assert poll_lag(kept, 111) is None
    assert set(remember(kept, [], 111)) == {"111"}
    assert poll_lag(remember({}, [10**6], 1), 1) == PollLag(ENDS[-1], ENDS[-1])
