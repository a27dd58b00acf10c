"""Blobs: bytes too large for a row. One interface; a folder, an S3-compatible store or Azure Blob keeps them."""

from shared.storage.base import Incoming as Incoming
from shared.storage.base import Storage as Storage
from shared.storage.base import StorageIsAway as StorageIsAway
from shared.storage.base import StorageIsFull as StorageIsFull
from shared.storage.key import NO_KEY as NO_KEY
from shared.storage.key import StorageKey as StorageKey
from shared.storage.local import LocalStorage as LocalStorage
from shared.storage.places import storage_from as storage_from
