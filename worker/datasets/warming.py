"""Getting ready for the first dataset: what its validation would load is loaded before it comes.

Vocabularies, and what the checks prepare at their first use, take most of a second; a small file is validated in less.
"""

import json
from io import BytesIO

import structlog

from shared.clock import utc_now
from shared.connections.catalogue import catalogue
from shared.datasets.quality.panel import all_observers
from shared.datasets.tokens import Encoding
from shared.datasets.validation import Companions, Limits, validate

log = structlog.get_logger()

EXAMPLES = 10


def warm_up() -> None:
    """Validate a few made-up examples, in the encodings of the models that are trained today. Raises nothing."""
    try:
        validate(BytesIO(made_up()), Limits(_encodings()), None, Companions(panel=all_observers))
    except Exception:
        log.exception("not_warm")


def _encodings() -> dict[Encoding, int]:
    day = utc_now().date()
    models = catalogue().values()
    alive = [one for one in models if one.announced_shutdown is None or one.announced_shutdown > day]
    return {Encoding(one.encoding): one.max_example_tokens for one in alive or models}


def made_up() -> bytes:
    """A few chats that nothing is to be said about but their number, as JSON Lines."""
    rows = [
        {
            "messages": [
                {"role": "user", "content": f"Where is parcel {number}? 你好！"},
                {"role": "assistant", "content": f"Parcel {number} will be with you on Monday."},
            ]
        }
        for number in range(EXAMPLES)
    ]
    return b"".join(json.dumps(row, ensure_ascii=False).encode() + b"\n" for row in rows)
