"""Mutated files of every kind, put through all that a dataset goes through: `make fuzz SECONDS=60`.

Whatever the bytes are, there is a report or a clear refusal, in bounded time. The first file that breaks this is written down
beside its seed, and ends the run. Seeds are our example files and what the corpus of faults holds; mutations know a little of
JSON, tables and archives.
"""

import argparse
import gzip
import json
import random
import sys
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from tempfile import gettempdir

from shared.datasets.asked import Asked
from shared.datasets.preparing import chosen_of
from shared.datasets.previewing import preview
from shared.datasets.quality.panel import all_observers
from shared.datasets.reading import CannotBeRead, read
from shared.datasets.remedies import prepare, survey
from shared.datasets.rows import lent_to_remedies, source_rows
from shared.datasets.understanding import Understanding, understand
from shared.datasets.validating.batches import Batch, plain_batches
from shared.datasets.validating.converting import converted_batches
from shared.datasets.validation import Companions, Limits, validate_batches

ROOT = Path(__file__).resolve().parent.parent
SLOW_SECONDS = 5.0
LARGEST = 60_000
PIECES = [
    *(
        b"{",
        b"}",
        b"[",
        b"]",
        b'"',
        b"'",
        b",",
        b":",
        b"\n",
        b"\r\n",
        b"\0",
        b"\xff",
        b"\xef\xbb\xbf",
        b"\\",
        b"\\ud800",
    ),
    *(
        b"null",
        b"NaN",
        b"1e999",
        b"true",
        b"messages",
        b"role",
        b"content",
        b"assistant",
        b"<|endoftext|>",
        b"\t",
        b";",
        b"|",
    ),
    *(
        "“".encode(),
        "，".encode(),
        "\u2028".encode(),
        "数据".encode("gb18030"),
        "é".encode("latin-1"),
        b" " * 300,
        b"a" * 300,
    ),
]
NAMES = ("a.jsonl", "a.json", "a.csv", "a.tsv", "a.xlsx", "a.yaml", "a.parquet", "a.txt", "a.jsonl.gz", "a.zip", "a")


def main() -> None:
    wanted = argparse.ArgumentParser(description=__doc__)
    wanted.add_argument("--seconds", type=float, default=60)
    wanted.add_argument("--seed", type=int, default=time.time_ns() % 2**31)
    asked = wanted.parse_args()
    chance, until = random.Random(asked.seed), time.monotonic() + asked.seconds
    seeds, outcomes, longest = list(_seeds()), Counter[str](), 0.0
    while time.monotonic() < until:
        content, name = _mutated(chance, seeds), chance.choice(NAMES)
        began = time.process_time()
        try:
            outcomes[_put_through(content, name)] += 1
        except Exception:
            _give_up(content, name, asked.seed, traceback.format_exc())
        took = time.process_time() - began
        longest = max(longest, took)
        if took > SLOW_SECONDS:
            _give_up(content, name, asked.seed, f"{took:.1f} s")
    print(f"seed {asked.seed}: {outcomes.total():,} files, longest {longest:.2f} s: {dict(outcomes)}")


def _put_through(content: bytes, name: str) -> str:
    preview(BytesIO(content), name, Asked())
    try:
        known = understand(BytesIO(content), name, Asked())
    except CannotBeRead:
        return "refused"
    companions = Companions(panel=all_observers)
    report = validate_batches(lambda: _batches(content, known), Limits(shape=known.shape), companions=companions)
    json.dumps(report.as_dict())
    if known.shaping is not None:
        _mend(content, known)
    return "ready" if report.ready else "rejected"


def _batches(content: bytes, known: Understanding) -> Iterator[Batch]:
    if known.is_plain:
        return plain_batches(BytesIO(content))
    if known.shaping is None:
        return iter([Batch([], [], [], list(read(BytesIO(content), known.intake)))])
    return converted_batches(read(BytesIO(content), known.intake), known.shaping, BytesIO())


def _mend(content: bytes, known: Understanding) -> None:
    source, lent = known.as_dict(), lent_to_remedies(known.shape, {}, shaping=known.shaping)
    survey(lambda: source_rows(BytesIO(content), source), known.shape, lent)
    chosen = chosen_of({"remedies": "recommended"}, known.shape, lent)
    for line in prepare(lambda: source_rows(BytesIO(content), source), chosen, known.shape, lent).lines():
        assert line.count(b"\n") == 1, line


def _seeds() -> Iterator[bytes]:
    for path in sorted((ROOT / "examples").iterdir()):
        if path.suffix != ".md":
            yield path.read_bytes()[:LARGEST]
            yield gzip.compress(path.read_bytes()[:LARGEST], mtime=0)
    for path in sorted((ROOT / "tests" / "datasets" / "corpus").glob("*.json")):
        cases = json.loads(path.read_text(encoding="utf-8"))
        rows = [case["row"] for case in cases if "row" in case]
        texts = [case["line"] for case in cases if isinstance(case.get("line"), str)]
        lines = [*map(json.dumps, rows), *texts]
        for start in range(0, len(lines), 20):
            yield "\n".join(lines[start : start + 20]).encode("utf-8", "surrogatepass")


def _mutated(chance: random.Random, seeds: list[bytes]) -> bytes:
    content = bytearray(chance.choice(seeds))
    for _ in range(chance.choice((0, 1, 1, 2, 3, 8, 30))):
        place = chance.randrange(len(content) + 1)
        match chance.randrange(6):
            case 0:
                content[place : place + chance.randrange(1, 40)] = b""
            case 1:
                content[place:place] = chance.choice(PIECES)
            case 2:
                other = chance.choice(seeds)
                start = chance.randrange(len(other) + 1)
                content[place:place] = other[start : start + chance.randrange(1, 400)]
            case 3 if content:
                content[place % len(content)] = chance.randrange(256)
            case 4:
                del content[place:]
            case _:
                content[place:place] = content[max(0, place - 200) : place] * chance.randrange(1, 4)
    encoding = chance.choice((None,) * 12 + ("utf-16", "gb18030", "latin-1"))
    if encoding is not None:
        content = bytearray(content.decode(errors="replace").encode(encoding, "replace"))
    return bytes(content[:LARGEST])


def _give_up(content: bytes, name: str, seed: int, why: str) -> None:
    kept = Path(gettempdir()) / f"fuzzed-{seed}-{name}"
    kept.write_bytes(content)
    sys.exit(f"seed {seed}, kept as {kept}:\n{why}")


if __name__ == "__main__":
    main()
