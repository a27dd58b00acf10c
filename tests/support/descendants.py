"""What runs below a process, read from /proc. A process is known by its id and the moment it started."""

import time
from pathlib import Path

PARENT, STARTED = 1, 19


def below(pid: int) -> set[tuple[int, str]]:
    """Every process that descends from this one, without itself."""
    found: set[tuple[int, str]] = set()
    parents = {pid}
    everyone = [(int(entry.name), _facts(entry)) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    while True:
        children = {(child, facts[STARTED]) for child, facts in everyone if facts and int(facts[PARENT]) in parents}
        if children <= found:
            return found
        found |= children
        parents |= {child for child, _ in children}


def survivors(processes: set[tuple[int, str]], *, seconds: float) -> set[tuple[int, str]]:
    """Which of them still run after at most so long."""
    deadline = time.monotonic() + seconds
    while (alive := {process for process in processes if _runs(*process)}) and time.monotonic() < deadline:
        time.sleep(0.05)
    return alive


def command_of(pid: int) -> str:
    """Its command line; empty when it is gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_text(errors="replace").replace("\0", " ")
    except OSError:
        return ""


def parent_of(pid: int) -> int:
    return int(_facts(Path(f"/proc/{pid}"))[PARENT])


def _runs(pid: int, started: str) -> bool:
    facts = _facts(Path(f"/proc/{pid}"))
    return bool(facts) and facts[STARTED] == started and facts[0] != "Z"


def _facts(entry: Path) -> list[str]:
    """The words of /proc/…/stat after the command's name, which may hold anything; empty when the process is gone."""
    try:
        return (entry / "stat").read_text(errors="replace").rpartition(")")[2].split()
    except OSError:
        return []
