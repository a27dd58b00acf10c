"""What is sent to providers, and where to: addresses that say everything in plain sight, and secrets that can be sent."""

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr, StringConstraints

from shared.connections.addresses import host_of

_ADDRESS = "https://api.openai.com/v1"


def _check_address(text: str) -> str:
    """An address that a credential may be sent to says everything in plain sight: scheme, host, port, path."""
    try:
        parts = urlsplit(text)
        port_is_valid = parts.port is None or parts.port > 0
    except ValueError as error:
        raise ValueError("is not a URL") from error
    if parts.scheme not in ("http", "https") or not parts.hostname or not port_is_valid:
        raise ValueError(f"must be an http or https URL with a host, such as {_ADDRESS}")
    if "@" in parts.netloc or "?" in text or "#" in text:
        raise ValueError("must hold no user, password, query or fragment")
    host_of(text)
    return text


def _check_credential(secret: SecretStr) -> SecretStr:
    text = secret.get_secret_value()
    if not text.isascii() or not text.isprintable() or " " in text:
        raise ValueError("holds characters that no key has")
    return secret


Address = Annotated[
    str,
    StringConstraints(min_length=8, max_length=500, pattern=r"^[!-~]+$"),
    AfterValidator(_check_address),
    Field(description="Where the provider answers.", examples=[_ADDRESS]),
]
Credential = Annotated[
    SecretStr,
    Field(min_length=16, max_length=1000, description="The provider's key. Sealed at once, and never shown again."),
    AfterValidator(_check_credential),
]
