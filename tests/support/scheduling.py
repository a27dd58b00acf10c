"""Which tests share a test process when several run: the drills, which stand on one service, and otherwise whoever is free.

xdist has marks for this (`--dist loadgroup`), which pytest 9.2 has made it deaf to.
"""

from typing_extensions import override
from xdist.scheduler import LoadScopeScheduling

DRILLS = "tests/drills/"


class DrillsTogether(LoadScopeScheduling):
    """What has most tests begins first, then all others in their order."""

    @override
    def _split_scope(self, nodeid: str) -> str:
        return DRILLS if nodeid.startswith(DRILLS) else nodeid
