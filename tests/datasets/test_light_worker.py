"""A worker that validates is light, and warm before its first dataset."""

import subprocess
import sys
from io import BytesIO

from structlog.testing import capture_logs

from shared.datasets.validation import validate
from worker.datasets.warming import made_up, warm_up

WORKER = "import sys, worker.connections, worker.datasets, worker.evaluations, worker.jobs, worker.uploads"
HEAVY = ("openai", "httpx2", "obstore", "pyarrow", "openpyxl")


def test_what_only_some_work_needs_is_not_loaded_before_it_is_needed() -> None:
    asked = f"{WORKER}; print([name for name in {HEAVY!r} if name in sys.modules])"
    loaded = subprocess.run([sys.executable, "-c", asked], check=True, capture_output=True, text=True).stdout
    assert loaded.strip() == "[]"


def test_what_a_worker_warms_up_with_is_sound() -> None:
    report = validate(BytesIO(made_up()))
    assert (report.ready, report.examples) == (True, 10)
    with capture_logs() as logs:
        warm_up()
    assert logs == []
