"""Identifiers that say what they are: a prefix, an underscore, and a UUIDv7 in Crockford's base 32.

`job_01h455vb4pex5vsknk084sn02q` sorts by the time it was made, can be told from a dataset's id by eye, and is made
before the insert. The shape is the TypeID specification's (26 characters, the first one 0..7).
"""

import os
import re
import time
from typing import NewType

TeamId = NewType("TeamId", str)
KeyId = NewType("KeyId", str)
ConnectionId = NewType("ConnectionId", str)
DatasetId = NewType("DatasetId", str)
JobId = NewType("JobId", str)
HoldId = NewType("HoldId", str)
TransactionId = NewType("TransactionId", str)
ModelId = NewType("ModelId", str)
EvaluationId = NewType("EvaluationId", str)
EventId = NewType("EventId", str)
RequestId = NewType("RequestId", str)
UploadId = NewType("UploadId", str)
ModerationId = NewType("ModerationId", str)
DeploymentId = NewType("DeploymentId", str)
GroupId = NewType("GroupId", str)
ImportId = NewType("ImportId", str)

PREFIXES: dict[str, str] = {
    "TeamId": "team",
    "KeyId": "key",
    "ConnectionId": "conn",
    "DatasetId": "ds",
    "JobId": "job",
    "HoldId": "hold",
    "TransactionId": "txn",
    "ModelId": "model",
    "EvaluationId": "eval",
    "EventId": "evt",
    "RequestId": "req",
    "UploadId": "up",
    "ModerationId": "mod",
    "DeploymentId": "dep",
    "GroupId": "grp",
    "ImportId": "imp",
}
"""Kind of id → its prefix."""

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_LENGTH = 26
_SUFFIX = re.compile(rf"[0-7][{_ALPHABET}]{{{_LENGTH - 1}}}")


def pattern(prefix: str) -> str:
    """The regular expression that every id with this prefix matches, for schemas."""
    return rf"^{prefix}_{_SUFFIX.pattern}$"


def new(prefix: str) -> str:
    """A fresh id; two made in one process in the same millisecond differ in 74 random bits."""
    millis = time.time_ns() // 1_000_000
    random = int.from_bytes(os.urandom(10), "big")
    value = (millis << 80) | (0x7 << 76) | ((random & 0xFFF) << 64) | (0b10 << 62) | ((random >> 12) & ((1 << 62) - 1))
    return f"{prefix}_" + "".join(_ALPHABET[(value >> shift) & 31] for shift in range(5 * (_LENGTH - 1), -1, -5))


def is_id(text: str, prefix: str) -> bool:
    """Whether the text has the shape of an id of this kind (not whether such a thing exists)."""
    head, _, tail = text.partition("_")
    return head == prefix and _SUFFIX.fullmatch(tail) is not None
