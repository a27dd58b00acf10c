"""Examples in a few words, and what observers say of them."""

import json
from collections.abc import Sequence
from typing import Any

from shared.datasets.findings import Finding
from shared.datasets.quality.block import Block, block_of
from shared.datasets.quality.observer import Observer
from shared.datasets.shapes import Shape

Row = dict[str, Any]


def chat(asked: str, answer: str, system: str | None = None) -> Row:
    messages = [] if system is None else [{"role": "system", "content": system}]
    messages += [{"role": "user", "content": asked}, {"role": "assistant", "content": answer}]
    return {"messages": messages}


def preference(asked: str, preferred: str, other: str) -> Row:
    return {
        "input": {"messages": [{"role": "user", "content": asked}]},
        "preferred_output": [{"role": "assistant", "content": preferred}],
        "non_preferred_output": [{"role": "assistant", "content": other}],
    }


def block(rows: Sequence[Row], shape: Shape = Shape.CHAT, first_line: int = 1) -> Block:
    raw = [json.dumps(row).encode() for row in rows]
    return block_of(shape, list(range(first_line, first_line + len(rows))), raw)


def seen(
    observer: Observer, rows: Sequence[Row], shape: Shape = Shape.CHAT, per_block: int = 100
) -> list[tuple[int, Finding]]:
    """All that the observer finds; a file of several blocks is told from one of a single block."""
    findings: list[tuple[int, Finding]] = []
    for at in range(0, len(rows), per_block):
        findings += observer.see(block(rows[at : at + per_block], shape, at + 1))
    return [*findings, *observer.conclude()]


def codes(findings: list[tuple[int, Finding]]) -> list[tuple[int, str]]:
    return sorted((line, finding.code) for line, finding in findings)
