"""What is wrong with one answer by itself: blank, the prompt again, an open code block, or broken JSON."""

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

from shared.datasets.findings import found
from shared.datasets.personal.pieces import piece
from shared.datasets.quality.block import Block
from shared.datasets.quality.observer import Placed

FENCE = "```"
JSON_BEGINS = ('{"', "{\n", "[{", '["', "[\n", "{ ")
LONGEST_JSON = 1_000_000  # characters
SHOWN = 80  # characters
SHORTEST_REPEATED = 20  # characters: "hello" may be answered by "hello"


class Answers:
    name = "answers"

    def __init__(self) -> None:
        self._codes: Counter[str] = Counter()

    def see(self, block: Block) -> Iterator[Placed]:
        texts = block.texts
        for example, (place, answer) in enumerate(zip(block.answer_places, block.answers, strict=True)):
            if not answer or place is None:
                continue
            asked = texts[place - 1] if place else ""
            # Of most answers the first character says enough.
            first = answer[0]
            if first in "[{" or first == asked[:1] or first.isspace() or FENCE in answer:
                for code, message in _faults(answer, asked):
                    self._codes[code] += 1
                    yield block.lines[example], found(code, block.where(place), message, _end_of(answer))

    def conclude(self) -> tuple[Placed, ...]:
        return ()

    def numbers(self) -> dict[str, Any]:
        """How many answers have each fault."""
        return dict(sorted(self._codes.items()))


def _end_of(answer: str) -> str:
    return piece(answer, max(0, len(answer) - SHOWN))


def _faults(answer: str, asked: str) -> Iterator[tuple[str, str]]:
    if answer.isspace():
        yield "blank_answer", f"{len(answer)} spaces"
    elif (
        len(answer) >= SHORTEST_REPEATED
        and asked.startswith(answer[:SHORTEST_REPEATED])
        and asked.strip() == answer.strip()
    ):
        yield "answer_repeats_prompt", "the answer is what was asked, word for word"
    if FENCE in answer and _open_fences(answer):
        yield "unclosed_code", "the last code block is not closed"
    if answer.startswith(JSON_BEGINS) and len(answer) <= LONGEST_JSON:
        fault = _json_fault(answer)
        if fault:
            yield "broken_json_answer", fault


def _open_fences(answer: str) -> bool:
    times = answer.count(FENCE)
    if times == answer.count("\n" + FENCE) + answer.startswith(FENCE):  # as mostly, each begins a line of its own
        return times % 2 == 1
    fences = [line for line in answer.splitlines() if line.lstrip().startswith(FENCE)]
    in_line = [line for line in fences if line.count(FENCE) > 1]
    return (len(fences) - len(in_line)) % 2 == 1


def _json_fault(answer: str) -> str | None:
    try:
        json.loads(answer, strict=False, parse_int=float)  # Python refuses whole numbers of 4,301 digits
    except json.JSONDecodeError as fault:
        # "[1] as the article says" and JSON with an explanation after it are texts.
        is_cut_off = fault.pos >= len(answer.rstrip()) or fault.msg.startswith("Unterminated")
        return f"{fault.msg} at character {fault.pos + 1}" if is_cut_off else None
    except RecursionError:
        return "it is nested too deep"
    return None
