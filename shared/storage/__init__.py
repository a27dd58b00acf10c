"""Blobs: bytes too large for a row. One interface, so far one place to keep them (a local directory)."""

from shared.storage.base import Incoming as Incoming
from shared.storage.base import Storage as Storage
from shared.storage.base import StorageIsFull as StorageIsFull
from shared.storage.local import LocalStorage as LocalStorage
