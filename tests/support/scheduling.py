"""Which tests share a test process when several run: the drills, which stand on one service, and otherwise whoever is free.

xdist has marks for this (`--dist loadgroup`), which pytest 9.2 has made it deaf to.
"""

from typing_extensions import override
from xdist.scheduler import LoadScopeScheduling
from xdist.workermanage import WorkerController

DRILLS = "tests/drills/"


class DrillsTogether(LoadScopeScheduling):
    """What has most tests begins first, then all others in their order."""

    @override
    def _split_scope(self, nodeid: str) -> str:
        return DRILLS if nodeid.startswith(DRILLS) else nodeid

    @override
    def remove_node(self, node: WorkerController) -> str | None:
        """Of a process that died the test that it was at has failed, and only what it had not begun is given to another.

        xdist hands over all that the process ever did; the others are then sent nothing as their next work, and wait for ever.
        """
        work = self.assigned_work.pop(node)
        crashed = next((item for items in work.values() for item, is_done in items.items() if not is_done), None)
        for scope, items in work.items():
            items |= {item: True for item in items if item == crashed}
            if not all(items.values()):
                self.workqueue[scope] = items
        for other in self.assigned_work:
            self._reschedule(other)
        return crashed
