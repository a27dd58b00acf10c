"""What we ask of any provider about files: whole, in parts, and taken away again. The rest is in `base`, which this is part of.

Every method is one question over the network and raises only ProviderError.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, Protocol


@dataclass(frozen=True, slots=True)
class ProviderFile:
    """A file at the provider. `ready` None = still being processed, False = refused (see `fault`)."""

    id: str
    name: str
    size_bytes: int
    ready: bool | None
    fault: str | None = None


@dataclass(frozen=True, slots=True)
class ProviderUpload:
    """A file on its way in parts. `expires_at` None = the provider does not say until when."""

    id: str
    expires_at: datetime | None


class Filing(Protocol):
    """The files of one account."""

    def upload(self, name: str, content: BinaryIO) -> ProviderFile:
        """Store training data under a name that tells whose it is. Adds what the dialect wants (Azure: a BOM)."""
        ...

    def fetch(self, name: str, address: str) -> ProviderFile:
        """Have training data fetched, as it is, from a signed address: a secret, which stands in no error. Rejected where the
        kind of provider does not fetch.
        """
        ...

    def begin_upload(self, name: str, size_bytes: int) -> ProviderUpload:
        """Announce a file that comes in parts. Only of kinds whose traits say that they take them."""
        ...

    def send_part(self, upload_id: str, part: BinaryIO) -> str:
        """One part, of at most 64 MiB; its id. A part whose answer was lost is sent again: only those that are named count."""
        ...

    def complete_upload(self, upload_id: str, part_ids: Sequence[str], md5: str) -> ProviderFile:
        """Make a file of the parts, in this order. Rejected when the upload is over, or its bytes are not those of the digest."""
        ...

    def cancel_upload(self, upload_id: str) -> None:
        """Give an upload up; one that is over already is no error."""
        ...

    def files(self, prefix: str) -> Sequence[ProviderFile]:
        """All files whose name begins with the prefix; reads every page."""
        ...

    def file(self, file_id: str) -> ProviderFile | None:
        """One file as it is now; None when it does not exist (any more)."""
        ...

    def delete_file(self, file_id: str) -> None:
        """Remove a file; one that is gone already is no error."""
        ...

    def download(self, file_id: str) -> bytes:
        """The bytes of a (small) result file, decoded if the provider wraps them."""
        ...
