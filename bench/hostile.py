"""What files cost that were made to hurt: seconds, memory and outcome of each, gone through as the worker does.

`python -m bench.hostile`. Every file is validated in a process of its own (see `one_run`), with every check that there is,
vocabularies not yet loaded. `--only` names one of them. Nothing is stored: what a million rows cost Postgres is not in it.
"""

import argparse
import gzip
import json
import random
import string
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

HEAD = ("file", "MB", "seconds", "peak MB", "lines", "examples", "what is said of it")
MOST_CODES = 3

Writer = Callable[[Any], object]


def _chat(content: str) -> bytes:
    messages = [{"role": "user", "content": content}, {"role": "assistant", "content": "Yes."}]
    return json.dumps({"messages": messages}, ensure_ascii=False).encode() + b"\n"


def _chats(content: str) -> Writer:
    return lambda file: file.write(_chat(content) * 10)


def _line_ends(file: Any) -> None:
    for _ in range(500):
        file.write(b"\n" * 1_000_000)


def _no_two_words_alike(file: Any) -> None:
    rng = random.Random(7)
    for _ in range(100):
        words = ("".join(rng.choices(string.ascii_letters, k=rng.randint(3, 12))) for _ in range(16_000))
        file.write(_chat(" ".join(words)))


def _packed(file: Any) -> None:
    with gzip.open(file, "wb") as packed:
        for _ in range(400):
            packed.write(b" " * 10_000_000)


FILES: dict[str, Writer] = {
    "a million spaces": _chats(" " * 1_000_000 + "x"),
    "a million times one letter": _chats("a" * 1_000_000),
    "a million dashes": _chats("-" * 1_000_000),
    "special tokens, 1.3 MB": _chats("<|endoftext|>" * 100_000),
    "a line of 15 MB": lambda file: file.write(_chat("The parcel is late. " * 750_000)),
    "a line of 17 MB, over the limit": lambda file: file.write(_chat("The parcel is late. " * 850_000)),
    "nested 10,000 deep": lambda file: file.write((b'{"a":' * 10_000 + b"1" + b"}" * 10_000 + b"\n") * 10),
    "a line of five million commas": lambda file: file.write(b'{"messages": [' + b"0," * 5_000_000 + b"0]}\n"),
    "500 MB of line ends": _line_ends,
    "a million faulty lines": lambda file: file.write(b"[]\n" * 1_000_000),
    "a million lines without end of text": lambda file: file.write(b'{"messages": "\n' * 1_000_000),
    "no two words alike, 14 MB": _no_two_words_alike,
    "4 GB of spaces in gzip": _packed,
}


def measured(name: str, folder: Path) -> dict[str, Any]:
    """Raises CalledProcessError if the process did not survive it."""
    path = folder / "hostile.jsonl"
    with path.open("wb") as file:
        FILES[name](file)
    command = [sys.executable, "-m", "bench.one_run", "as_the_worker", str(path), "o200k_base"]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    run: dict[str, Any] = json.loads(said)
    return run | {"name": name, "size_bytes": path.stat().st_size}


def row(run: dict[str, Any]) -> str:
    result = run["cold"]["result"]
    codes = sorted(result["codes"].items(), key=lambda code: -code[1])
    cells = [
        run["name"],
        f"{run['size_bytes'] / 1e6:.1f}",
        f"{run['cold']['wall']:.1f}",
        str(run["peak_mb"]),
        f"{result['lines']:,}",
        str(result["examples"]),
        ", ".join(f"{code} {times:,}" for code, times in codes[:MOST_CODES]),
    ]
    return f"| {' | '.join(cells)} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=FILES)
    asked = parser.parse_args()
    print(f"| {' | '.join(HEAD)} |\n" + "|---" * len(HEAD) + "|")
    for name in [asked.only] if asked.only else FILES:
        with tempfile.TemporaryDirectory() as folder:
            print(row(measured(name, Path(folder))), flush=True)


if __name__ == "__main__":
    main()
