"""How well near duplicates are found, and what each observer of quality costs, on a chat file of your own.

`python -m bench.quality --file path.jsonl` plants copies of examples in which three of a hundred characters, or words, are
others, and counts how many of them are found, and how many examples besides: these are to be read by hand, since real data
has near duplicates of its own. Costs are CPU seconds of one core for each 512 MB of such text.
"""

import argparse
import json
import random
import time
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

from shared.datasets.quality.block import Block, block_of
from shared.datasets.quality.near_duplicates import NearDuplicates
from shared.datasets.quality.panel import all_observers
from shared.datasets.shapes import Shape

BLOCK_BYTES = 2_000_000
CHANGED = 0.03
REFERENCE_BYTES = 512_000_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--file", type=Path, required=True)
    parser.add_argument("--copies", type=int, default=300)
    arguments = parser.parse_args()
    rows = [line for line in arguments.file.read_bytes().split(b"\n") if line.strip()]
    for unit in ("characters", "words"):
        report_recall(rows, min(arguments.copies, len(rows) // 4), unit)
    report_costs(rows)


def blocks_of(rows: list[bytes]) -> list[Block]:
    blocks, start, size = [], 0, 0
    for end, row in enumerate(rows, start=1):
        size += len(row)
        if size >= BLOCK_BYTES or end == len(rows):
            blocks.append(block_of(Shape.CHAT, list(range(start + 1, end + 1)), rows[start:end]))
            start, size = end, 0
    return blocks


def report_recall(rows: list[bytes], copies: int, unit: str) -> None:
    rng = random.Random(1)
    planted = [copy for row in rng.sample(rows, copies) if (copy := changed(row, unit, rng)) != json.loads(row)]
    observer = NearDuplicates()
    for block in blocks_of([*rows, *(json.dumps(copy).encode() for copy in planted)]):
        list(observer.see(block))
    found = {line for line, _ in observer.conclude()}
    copies_found = sum(line > len(rows) for line in found)
    print(
        f"{copies_found} of {len(planted)} copies with 3 % of their {unit} changed; {len(found) - copies_found} others"
    )


def changed(row: bytes, unit: str, rng: random.Random) -> dict[str, Any]:
    copy: dict[str, Any] = json.loads(row)
    for message in copy["messages"]:
        if message["role"] != "system" and isinstance(message.get("content"), str):
            separator = "" if unit == "characters" else " "
            pieces = list(message["content"]) if unit == "characters" else message["content"].split(" ")
            others = "abcdefgh" if unit == "characters" else ["some", "other", "plain", "words"]
            message["content"] = separator.join(rng.choice(others) if rng.random() < CHANGED else one for one in pieces)
    return copy


def report_costs(rows: list[bytes]) -> None:
    panel = all_observers()
    seconds: dict[str, float] = defaultdict(float)
    for block in blocks_of(rows):
        began = time.process_time()
        assert (block.answers, block.prompt_digests, block.systems, block.said.ends) is not None
        seconds["columns"] += time.process_time() - began
        for observer in panel.observers:
            began = time.process_time()
            list(observer.see(block))
            seconds[observer.name] += time.process_time() - began
    scale = REFERENCE_BYTES / sum(map(len, rows))
    for name, spent in sorted(seconds.items(), key=lambda spent: -spent[1]):
        print(f"{name:20} {spent * scale:6.2f} s")
    for observer in panel.observers:
        began = time.process_time()
        findings = Counter(finding.code for _, finding in observer.conclude())
        print(f"{observer.name:20} {time.process_time() - began:6.2f} s at the end; {dict(findings)}")


if __name__ == "__main__":
    main()
