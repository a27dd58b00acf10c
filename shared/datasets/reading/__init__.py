"""Reading: the bytes of any file become lines with rows, as the file has them. `inspect` first, then `read`.

What the rows mean for training is said in `shaping` and `rules`.
"""

from shared.datasets.reading.inspecting import inspect
from shared.datasets.reading.intake import Compression, Container, Intake
from shared.datasets.reading.line import CannotBeRead, Line, Row
from shared.datasets.reading.mend import Departure, Mended, mend, mended_lines
from shared.datasets.reading.reader import read

__all__ = [
    "CannotBeRead",
    "Compression",
    "Container",
    "Departure",
    "Intake",
    "Line",
    "Mended",
    "Row",
    "inspect",
    "mend",
    "mended_lines",
    "read",
]
