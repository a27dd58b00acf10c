"""Where blobs are kept, as an address says: `file:///folder`, `s3://bucket/prefix?…` or `az://container/prefix?…`."""

from importlib import import_module
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from shared.storage.base import Storage
from shared.storage.key import NO_KEY, StorageKey
from shared.storage.local import LocalStorage


def storage_from(url: str, key: StorageKey = NO_KEY) -> Storage:
    """The storage at an address. Opens no connection. Raises ValueError when the address or the key is not complete."""
    place = urlsplit(url)
    match place.scheme:
        case "file":
            return LocalStorage(_folder(place))
        case "s3" | "az":
            # Its library is loaded only where blobs are in such a store.
            remote: Storage = import_module("shared.storage.object_stores").remote_storage(place, key)
            return remote
        case _:
            raise ValueError("a storage address begins with file://, s3:// or az://")


def _folder(place: SplitResult) -> Path:
    if place.netloc or place.query or len(place.path) < 2:
        raise ValueError("a storage folder is written file:///its/path")
    return Path(unquote(place.path))
