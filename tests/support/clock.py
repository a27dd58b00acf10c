"""Time, as Postgres's clock tells it to every process of a service: moved on instead of waited for."""

import psycopg

_SHIFT = """
WITH moved AS (UPDATE clock_shift SET shift = shift + make_interval(secs => %(seconds)s) RETURNING 1)
INSERT INTO clock_shift SELECT make_interval(secs => %(seconds)s) WHERE NOT EXISTS (SELECT FROM moved)
"""


def pass_time(owner_url: str, seconds: float) -> None:
    """What is due within `seconds` is due now, and claims that nobody renews are over as much sooner."""
    with psycopg.connect(owner_url) as db:
        db.execute(_SHIFT, {"seconds": seconds})
