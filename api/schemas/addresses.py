"""Addresses on the wire, of what credentials are sent to or through, and whom to believe there."""

from ssl import SSLError, create_default_context
from typing import Annotated
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import load_pem_x509_certificates
from pydantic import AfterValidator, Field, StringConstraints

from shared.connections.addresses import host_of

ADDRESS = "https://api.openai.com/v1"


def _check_address(text: str) -> str:
    """An address that a credential may be sent to says everything in plain sight: scheme, host, port, path."""
    try:
        parts = urlsplit(text)
        port_is_valid = parts.port is None or parts.port > 0
    except ValueError as error:
        raise ValueError("is not a URL") from error
    if parts.scheme not in ("http", "https") or not parts.hostname or not port_is_valid:
        raise ValueError(f"must be an http or https URL with a host, such as {ADDRESS}")
    if "@" in parts.netloc or "?" in text or "#" in text:
        raise ValueError("must hold no user, password, query or fragment")
    host_of(text)
    return text


def _check_proxy(text: str) -> str:
    if urlsplit(_check_address(text)).path not in ("", "/"):
        raise ValueError("must hold no path")
    return text


def _check_authorities(text: str) -> str:
    """Only certificates, written anew as TLS wants to read them: what else such a file holds is not kept. A private key in it is
    somebody's mistake.
    """
    if "PRIVATE KEY" in text:
        raise ValueError("holds a private key: only certificates are wanted")
    try:
        found = load_pem_x509_certificates(text.encode())
        written = "".join(one.public_bytes(Encoding.PEM).decode() for one in found)
        create_default_context(cadata=written)
    except (ValueError, SSLError) as error:
        raise ValueError("must hold one or more certificates as PEM") from error
    if len(found) < text.count("-----BEGIN CERTIFICATE-----"):
        raise ValueError("holds a certificate that breaks off")
    return written


Address = Annotated[
    str,
    StringConstraints(min_length=8, max_length=500, pattern=r"^[!-~]+$"),
    AfterValidator(_check_address),
    Field(description="Where the provider answers.", examples=[ADDRESS]),
]
ProxyAddress = Annotated[
    str,
    StringConstraints(min_length=8, max_length=500, pattern=r"^[!-~]+$"),
    AfterValidator(_check_proxy),
    Field(description="The proxy by which it is reached.", examples=["http://proxy.internal:3128"]),
]
Authorities = Annotated[
    str,
    StringConstraints(min_length=1, max_length=50_000, pattern=r"^[ -~\r\n]+$"),
    AfterValidator(_check_authorities),
    Field(description="The only authorities that are believed there, as PEM certificates."),
]
