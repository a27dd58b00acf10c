"""A Valkey for the tests: embedded, unless REDIS_URL names another."""

from collections.abc import Iterator
from contextlib import contextmanager

from local import data_folder, valkey


@contextmanager
def doorbell_server(given_url: str | None) -> Iterator[str]:
    if given_url:
        yield given_url
        return
    with data_folder.temporary() as folder, valkey.running(folder) as server:
        yield server.url
