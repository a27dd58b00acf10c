"""A worker loads what it works with, and no more."""

import subprocess
import sys

WORKER = "import sys, worker.connections, worker.datasets, worker.evaluations, worker.jobs, worker.uploads"
HEAVY = ("openai", "httpx2", "obstore", "pyarrow", "openpyxl")


def test_what_only_some_work_needs_is_not_loaded_before_it_is_needed() -> None:
    asked = f"{WORKER}; print([name for name in {HEAVY!r} if name in sys.modules])"
    loaded = subprocess.run([sys.executable, "-c", asked], check=True, capture_output=True, text=True).stdout
    assert loaded.strip() == "[]"
