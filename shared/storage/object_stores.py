"""Object stores from their addresses: S3, what speaks its protocol, or Azure Blob.

Who we are there is given beside the address. Nothing else is asked: the library would also look into the environment and ask the
machine it runs on for credentials, so it is shut off from the one, and refused without the other's being needed.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, parse_qsl, unquote

from obstore.store import AzureStore, S3Store

from shared.storage.key import StorageKey
from shared.storage.remote import RemoteStorage

if TYPE_CHECKING:
    from obstore.store import AzureConfig, ClientConfig, RetryConfig, S3Config

_AMBIENT_BEGINNINGS = ("AWS_", "AZURE_")
_AMBIENT_ENDINGS = ("_PROXY",)
_AMBIENT_NAMES = {"SSL_CERT_FILE", "SSL_CERT_DIR"}

_PATIENCE: "RetryConfig" = {"max_retries": 3, "retry_timeout": timedelta(seconds=20)}
"""A caller waits for this, and the worker tries again by itself."""


def remote_storage(place: SplitResult, key: StorageKey) -> RemoteStorage:
    """The storage at `s3://…` or `az://…`. Opens no connection. Raises ValueError when the address or key is not complete."""
    return RemoteStorage(_s3(place, key) if place.scheme == "s3" else _azure(place, key))


def _s3(place: SplitResult, key: StorageKey) -> S3Store:
    options = _options(place, {"endpoint", "region", "style"})
    if not key.id or not key.secret:
        raise ValueError("s3:// storage needs a key id and a secret")
    config: S3Config = {
        "region": options.get("region", "us-east-1"),
        "access_key_id": key.id,
        "secret_access_key": key.secret,
        "virtual_hosted_style_request": options.get("style") == "virtual",
        # Deletes several at once; not every store that speaks S3 knows it, and we delete one by one.
        "disable_bulk_delete": True,
    }
    if endpoint := options.get("endpoint", ""):
        config["endpoint"] = endpoint
    with _nothing_ambient():
        return S3Store(
            place.netloc,
            prefix=_prefix(place),
            config=config,
            client_options=_client(endpoint),
            retry_config=_PATIENCE,
        )


def _azure(place: SplitResult, key: StorageKey) -> AzureStore:
    options = _options(place, {"account", "endpoint"})
    if not options.get("account") or not key.secret:
        raise ValueError("az:// storage needs `account=` in its address, and a secret")
    config: AzureConfig = {"account_name": options["account"]}
    if "sig=" in key.secret:
        config["sas_key"] = key.secret.removeprefix("?")
    else:
        config["account_key"] = key.secret
    if endpoint := options.get("endpoint", ""):
        config["endpoint"] = endpoint
    with _nothing_ambient():
        return AzureStore(
            place.netloc,
            prefix=_prefix(place),
            config=config,
            client_options=_client(endpoint),
            retry_config=_PATIENCE,
        )


def _options(place: SplitResult, known: set[str]) -> dict[str, str]:
    if not place.netloc or place.username or place.port:
        raise ValueError(f"write the address as {place.scheme}://name/prefix?option=value")
    options = dict(parse_qsl(place.query, keep_blank_values=True, strict_parsing=bool(place.query)))
    if unknown := sorted(set(options) - known):
        raise ValueError(f"no option of {place.scheme}:// storage: {', '.join(unknown)}")
    return options


def _prefix(place: SplitResult) -> str | None:
    return unquote(place.path).strip("/") or None


def _client(endpoint: str) -> "ClientConfig":
    # Requests are signed and not encrypted then: for a store on this machine or in a network of one's own.
    in_the_clear = endpoint.startswith("http://")
    return {"allow_http": in_the_clear, "connect_timeout": "5s", "timeout": "60s"}


@contextmanager
def _nothing_ambient() -> Iterator[None]:
    """Hide what the library would read: addresses, credentials, proxies, certificates. It reads while a store is made."""
    hidden = {name: os.environ.pop(name) for name in list(os.environ) if _is_ambient(name.upper())}
    try:
        yield
    finally:
        os.environ.update(hidden)


def _is_ambient(name: str) -> bool:
    return name.startswith(_AMBIENT_BEGINNINGS) or name.endswith(_AMBIENT_ENDINGS) or name in _AMBIENT_NAMES
