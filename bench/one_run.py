"""One measured run, in a process of its own: `python -m bench.one_run WHO FILE ENCODING`, a line of JSON on standard output.

Ours runs as it does in a deployed worker: with all that the worker loads, in a forked child of the process that loaded it, with
its threads and without children of its own. Times are from the moment the file is given, vocabularies not yet loaded (cold),
and of a second run in the same process (warm).
"""

import json
import os
import sys
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from bench import notebook
from bench.going_through import gone_through
from shared.datasets.quality.near_duplicates import NearDuplicates
from shared.datasets.quality.observer import Panel
from shared.datasets.quality.panel import all_observers
from shared.datasets.quality.personal_data import PersonalData
from shared.datasets.tokens import Encoding
from shared.datasets.validation import Companions, Limits, Validation, validate

MOST_FINDINGS = 1_000_000
LONGEST = {Encoding.O200K_BASE: 65_536, Encoding.CL100K_BASE: 16_385}


def ours(path: Path, encoding: Encoding) -> dict[str, Any]:
    """Structure, tokens, numbers and exact repetitions."""
    return _validated(path, encoding, Companions())


def ours_with_two_observers(path: Path, encoding: Encoding) -> dict[str, Any]:
    """The same, near-duplicates and personal data."""
    return _validated(path, encoding, Companions(panel=lambda: Panel([NearDuplicates(), PersonalData()])))


def ours_with_quality(path: Path, encoding: Encoding) -> dict[str, Any]:
    """The same, and everything else that is looked at, as it is done if nobody asks for less."""
    return _validated(path, encoding, Companions(panel=all_observers))


def as_the_worker(path: Path, encoding: Encoding) -> dict[str, Any]:
    """Any file, with everything that the worker does to it but storing."""
    return _told(gone_through(path, Limits({encoding: LONGEST[encoding]}, max_findings=MOST_FINDINGS)), encoding)


RUNS: dict[str, Callable[[Path, Encoding], dict[str, Any]]] = {
    "notebook": notebook.run,
    "ours": ours,
    "ours_with_two_observers": ours_with_two_observers,
    "ours_with_quality": ours_with_quality,
    "as_the_worker": as_the_worker,
}
COMPARED = ("notebook", "ours", "ours_with_two_observers", "ours_with_quality")
"""Of which the notebook is one; each is run a second time in the same process but the notebook."""


def _validated(path: Path, encoding: Encoding, companions: Companions) -> dict[str, Any]:
    limits = Limits({encoding: LONGEST[encoding]}, max_file_bytes=10**12)
    with path.open("rb") as file:
        return _told(validate(file, limits, None, companions), encoding)


def _told(report: Validation, encoding: Encoding) -> dict[str, Any]:
    tokens = report.tokens[encoding]
    return {
        "lines": report.lines,
        "examples": report.examples,
        "tokens": tokens.notebook_tokens,
        "counter": tokens.counter,
        "codes": report.codes,
    }


def measured(work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Seconds on the clock and of processors, and what came out."""
    wall, cpu = time.perf_counter(), time.process_time()
    result = work()
    return {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu, "result": result}


def _peak_mb() -> int:
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    (kilobytes,) = [line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")]
    return int(kilobytes) // 1024


def _run(who: str, path: Path, encoding: Encoding) -> dict[str, Any]:
    cold = measured(lambda: RUNS[who](path, encoding))
    peak = _peak_mb()
    warm = measured(lambda: RUNS[who](path, encoding)) if who in COMPARED[1:] else cold
    return {"who": who, "encoding": encoding, "cold": cold, "warm": warm, "peak_mb": peak}


def main() -> None:
    who, path, encoding = sys.argv[1], Path(sys.argv[2]), Encoding(sys.argv[3])
    if who != "notebook":
        for module in ("celery", "worker.datasets", "worker.jobs", "worker.evaluations"):
            import_module(module)
        child = os.fork()
        if child:
            _, status = os.waitpid(child, 0)
            sys.exit(os.waitstatus_to_exitcode(status))
    print(json.dumps(_run(who, path, encoding)), flush=True)


if __name__ == "__main__":
    main()
