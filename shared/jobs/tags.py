"""The tag by which an order is ours wherever it is met: in its metadata, or in the name of its training file. Pure."""

import re
from dataclasses import dataclass

from typing_extensions import override

from shared import ids
from shared.ids import JobId, TeamId

FILES = "tw_"
"""What the names of all files of ours begin with."""
_FILE = re.compile(
    rf"{FILES}(?P<installation>[^_]+)_(?P<team>team_[^_]+)_(?P<job>job_[^_]+)_e(?P<epoch>[0-9]{{1,6}})_training\.jsonl"
)
_TAG = re.compile(r"(?P<installation>[^/]+)/(?P<team>team_[^/]+)/(?P<job>job_[^/]+)/e(?P<epoch>[0-9]{1,6})")


@dataclass(frozen=True, slots=True)
class Tag:
    """Whose an order is, and which attempt to buy it."""

    installation: str
    team_id: TeamId
    job_id: JobId
    epoch: int

    @override
    def __str__(self) -> str:
        return f"{self.installation}/{self.team_id}/{self.job_id}/e{self.epoch}"

    @property
    def prefix(self) -> str:
        """What the names of all files of the job begin with, whatever the attempt."""
        return f"{FILES}{self.installation}_{self.team_id}_{self.job_id}_"

    def file_name(self, role: str) -> str:
        """`role`: training or validation."""
        return f"{self.prefix}e{self.epoch}_{role}.jsonl"


def read_tag(metadata: str | None, file_name: str | None = None) -> Tag | None:
    """The tag that a provider's job carries, by its metadata or else by its training file's name; None = it is not ours."""
    found = _TAG.fullmatch(metadata or "") or _FILE.fullmatch(file_name or "")
    if found is None or not ids.is_id(found["team"], "team") or not ids.is_id(found["job"], "job"):
        return None
    return Tag(found["installation"], TeamId(found["team"]), JobId(found["job"]), int(found["epoch"]))
