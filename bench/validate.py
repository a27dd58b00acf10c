"""How fast a chat file is validated, beside OpenAI's notebook in the same run: `python -m bench.validate --megabytes 512`.

The file is generated (see `texts` for what of it is replicated), or one's own (`--file`). Every run is a process of its own;
times are wall and processor seconds. A table in Markdown comes first, then everything as JSON.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from bench import chats
from bench.one_run import COMPARED
from shared.datasets.tokens import Encoding

HEAD = ("what", "encoding", "cold s", "warm s", "cpu s", "peak MB", "MB/s", "× the notebook (cold)", "(warm)")


def compare(path: Path, encodings: Sequence[Encoding], runs: Sequence[str] = COMPARED) -> list[dict[str, Any]]:
    """Runs each, one after the other; the notebook first. Raises CalledProcessError if one fails."""
    done = []
    for encoding in encodings:
        for who in runs:
            command = [sys.executable, "-m", "bench.one_run", who, str(path), encoding.value]
            said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
            done.append(json.loads(said) | {"size_bytes": path.stat().st_size})
    return done


def table(done: Sequence[dict[str, Any]]) -> Iterator[str]:
    yield f"| {' | '.join(HEAD)} |"
    yield "|---" * len(HEAD) + "|"
    rivals = {run["encoding"]: run["cold"]["wall"] for run in done if run["who"] == "notebook"}
    for run in done:
        cold, warm, rival = run["cold"], run["warm"], rivals[run["encoding"]]
        cells = [
            run["who"],
            run["encoding"],
            f"{cold['wall']:.2f}",
            f"{warm['wall']:.2f}",
            f"{cold['cpu']:.2f}",
            str(run["peak_mb"]),
            f"{run['size_bytes'] / 1e6 / cold['wall']:.0f}",
            f"{rival / cold['wall']:.1f}",
            f"{rival / warm['wall']:.1f}",
        ]
        yield f"| {' | '.join(cells)} |"


def main() -> None:
    asked = _asked()
    encodings = [Encoding(f"{name}_base") for name in asked.encodings.split(",")]
    with tempfile.TemporaryDirectory() as folder:
        path = asked.file
        if path is None:
            path = Path(folder) / "chats.jsonl"
            examples = chats.write(path, asked.megabytes * 1_000_000, seed=asked.seed, with_tools=asked.tools)
            print(f"{examples} examples, {path.stat().st_size / 1e6:.0f} MB, seed {asked.seed}\n")
        done = compare(path, encodings)
    print("\n".join(table(done)))
    print("\n" + json.dumps(done))


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=512)
    parser.add_argument("--file", type=Path, help="a chat file of your own")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--tools", action="store_true", help="a tenth of the examples call a tool")
    parser.add_argument("--encodings", default="cl100k,o200k")
    return parser.parse_args()


if __name__ == "__main__":
    main()
