"""Who we are at an object store."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StorageKey:
    """S3: key id and secret. Azure: the secret alone, an account key or a shared access signature (`sv=…&sig=…`)."""

    id: str = ""
    secret: str = ""


NO_KEY = StorageKey()
