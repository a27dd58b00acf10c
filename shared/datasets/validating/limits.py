"""What a file may be, and by which models' measures its examples are judged."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from shared.datasets.acceptance import ANY_MODEL, Target
from shared.datasets.reading.jsonl import LONGEST_LINE_BYTES
from shared.datasets.shapes import Shape
from shared.datasets.tokens import Encoding


@dataclass(frozen=True, slots=True)
class Limits:
    """What a file may be.

    Only the encodings that `longest_example` names are counted. It says, per encoding, how many tokens the most patient
    model that uses it takes.
    """

    longest_example: Mapping[Encoding, int] = field(
        default_factory=lambda: {Encoding.O200K_BASE: 65_536, Encoding.CL100K_BASE: 16_385}
    )
    shape: Shape = Shape.CHAT
    """What every row is to be."""
    fewest_examples: int = 10
    max_file_bytes: int = 512_000_000
    max_line_bytes: int = LONGEST_LINE_BYTES
    max_findings: int = 10_000
    max_compared_examples: int = 500_000  # takes 12 MB
    targets: Sequence[Target] = ANY_MODEL
    """Of which the report says whether they would take the file."""

    def of(self, encoding: Encoding) -> set[int]:
        """Every limit, in tokens, that an example is judged by in one encoding."""
        of_targets = {target.max_example_tokens for target in self.targets if target.encoding == encoding}
        return {self.longest_example[encoding], *(limit for limit in of_targets if limit is not None)}
