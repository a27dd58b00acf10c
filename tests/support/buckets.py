"""An S3 in memory, over a real socket, and a plain look at what our storage has left there."""

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpx2
from moto.server import ThreadedMotoServer

from shared.storage import Storage, StorageKey, storage_from

BUCKET, REGION = "tunewright", "us-east-1"
KEY_ID, SECRET = "AKIATUNEWRIGHT", "the secret of a bucket in memory"


@dataclass(frozen=True)
class Bucket:
    """A bucket with nothing in it."""

    url: str

    def names(self) -> set[str]:
        """Every object that can be seen."""
        return set(re.findall("<Key>(.*?)</Key>", self._asked("list-type=2")))

    def unfinished(self) -> list[str]:
        """Objects that were begun in parts and neither made nor given up."""
        return re.findall("<Key>(.*?)</Key>", self._asked("uploads"))

    def _asked(self, query: str) -> str:
        answer = httpx2.get(f"{self.url}/{BUCKET}?{query}")
        assert answer.status_code == 200, answer.text
        return answer.text


@contextmanager
def bucket() -> Iterator[Bucket]:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        made = Bucket(f"http://{host}:{port}")
        assert httpx2.put(f"{made.url}/{BUCKET}").status_code == 200
        yield made
    finally:
        server.stop()


def storage_in(bucket: Bucket, prefix: str, secret: str = SECRET) -> Storage:
    """What we keep below a prefix of it."""
    return storage_from(f"s3://{BUCKET}/{prefix}?endpoint={bucket.url}&region={REGION}", StorageKey(KEY_ID, secret))
