"""Dataset files in memory, and the hand-written corpus of faults."""

import json
from io import BytesIO
from pathlib import Path
from typing import Any

from shared.datasets.shapes import Shape

CORPUS = Path(__file__).parent / "corpus"


def corpus(name: str) -> list[dict[str, Any]]:
    cases: list[dict[str, Any]] = json.loads((CORPUS / f"{name}.json").read_text(encoding="utf-8"))
    return cases


def good_line(number: int, shape: Shape = Shape.CHAT) -> str:
    """An example without faults, different for each number."""
    return json.dumps(_good_example(number, shape))


def _good_example(number: int, shape: Shape) -> dict[str, Any]:
    system = {"role": "system", "content": "Label the ticket."}
    asked = {"role": "user", "content": f"Where is parcel {number}?"}
    answer = {"role": "assistant", "content": "shipping"}
    match shape:
        case Shape.CHAT:
            return {"messages": [system, asked, answer]}
        case Shape.PREFERENCE:
            worse = {"role": "assistant", "content": "billing"}
            return {
                "input": {"messages": [system, asked]},
                "preferred_output": [answer],
                "non_preferred_output": [worse],
            }
        case Shape.REINFORCEMENT:
            return {"messages": [system, asked], "label": "shipping"}
        case Shape.COMPLETION:
            return {"prompt": f"Where is parcel {number}? ->", "completion": " shipping"}


def good_lines(count: int, shape: Shape = Shape.CHAT) -> list[str]:
    return [good_line(number, shape) for number in range(count)]


def file_of(lines: list[str]) -> BytesIO:
    return BytesIO("".join(line + "\n" for line in lines).encode("utf-8", "surrogatepass"))
