"""A Valkey for the tests: embedded, unless REDIS_URL names another."""

from collections.abc import Iterator
from contextlib import contextmanager

from local import folders, valkey


@contextmanager
def doorbell_server(given_url: str | None) -> Iterator[str]:
    if given_url:
        yield given_url
        return
    with folders.temporary_data_folder() as data, valkey.running(data) as server:
        yield server.url
