"""Dataset files in memory, and the hand-written corpus of faults."""

import json
from io import BytesIO
from pathlib import Path
from typing import Any

CORPUS = Path(__file__).parent / "corpus"


def corpus(name: str) -> list[dict[str, Any]]:
    cases: list[dict[str, Any]] = json.loads((CORPUS / f"{name}.json").read_text(encoding="utf-8"))
    return cases


def good_line(number: int) -> str:
    """A chat example without faults, different for each number."""
    return json.dumps(
        {
            "messages": [
                {"role": "system", "content": "Label the ticket."},
                {"role": "user", "content": f"Where is parcel {number}?"},
                {"role": "assistant", "content": "shipping"},
            ]
        }
    )


def good_lines(count: int) -> list[str]:
    return [good_line(number) for number in range(count)]


def file_of(lines: list[str]) -> BytesIO:
    return BytesIO("".join(line + "\n" for line in lines).encode("utf-8", "surrogatepass"))
