"""Where a credential may be sent: to hosts, never to a machine's own metadata, and in the clear only where that is allowed.

Pure: nothing is resolved. A name that later leads to such an address is not seen here.
"""

import re
from collections.abc import Collection
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

from shared.errors import FieldError, InvalidRequest

_LABEL = re.compile(r"(?!-)[A-Za-z0-9_-]{1,63}(?<!-)")
_NUMBER = re.compile(r"[0-9]+|0[xX][0-9A-Fa-f]*")
_HOLDING = tuple(map(IPv6Network, ("64:ff9b::/96", "64:ff9b:1::/48", "::/96")))
"""Of translators, everybody's and one's own, and of the first IPv6: their last four bytes are an IPv4 address."""
_METADATA = frozenset(
    {
        "metadata.google.internal",
        "metadata",
        "168.63.129.16",  # Azure's own, of every virtual machine
        "100.100.100.200",
        "fd00:ec2::254",
    }
)
_LOOPBACK_NAME = "localhost"


def host_of(url: str) -> str:
    """The host that a URL names, in lower case. Raises ValueError for what is none, and for one that gets no credential."""
    host = (urlsplit(url).hostname or "").lower()
    literal = _literal(host)
    if literal is None:
        _check_name(host)
    elif literal.is_link_local or literal.is_multicast or literal.is_unspecified:
        raise ValueError("must not name a link-local, multicast or unspecified address")
    if host in _METADATA or (literal is not None and str(literal) in _METADATA):
        raise ValueError("must not name a metadata service")
    return host


def check_transport(url: str | None, plain_http_hosts: Collection[str], pointer: str = "/base_url") -> None:
    """Refuse to send credentials in the clear, except to this machine and to hosts that the installation names.

    None = no address is given. Raises InvalidRequest.
    """
    if url is None or urlsplit(url).scheme == "https":
        return
    if not _may_hear_plainly(host := host_of(url), plain_http_hosts):
        fault = FieldError(pointer, "must be https: http is for this machine and for TUNEWRIGHT_PLAIN_HTTP_HOSTS")
        raise InvalidRequest(f"A credential would be sent to {host} in the clear.", [fault])


def check_proxy(base_url: str | None, proxy_url: str | None, plain_http_hosts: Collection[str]) -> None:
    """A proxy sees what is not sent over TLS: for those addresses it is held to the same rule. Raises InvalidRequest."""
    if base_url is None or proxy_url is None or urlsplit(base_url).scheme == "https":
        return
    if not _may_hear_plainly(host := host_of(proxy_url), plain_http_hosts):
        fault = FieldError("/proxy_url", "would see the credential: the connection's own address is not https")
        raise InvalidRequest(f"A credential would be sent to {host} in the clear.", [fault])


def _may_hear_plainly(host: str, plain_http_hosts: Collection[str]) -> bool:
    literal = _literal(host)
    return host == _LOOPBACK_NAME or (literal is not None and literal.is_loopback) or host in plain_http_hosts


def _literal(host: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(host)
    except ValueError:
        return None
    return _inside(address) if isinstance(address, IPv6Address) else address


def _inside(address: IPv6Address) -> IPv4Address | IPv6Address:
    """An IPv4 address in one of the forms in which an IPv6 address leads to it."""
    if address.is_loopback or address.is_unspecified:
        return address
    if any(address in network for network in _HOLDING):
        return IPv4Address(address.packed[-4:])
    return address.ipv4_mapped or address.sixtofour or address


def _check_name(host: str) -> None:
    labels = host.split(".")
    if len(host) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise ValueError("names no host")
    # 2130706433, 0x7f.1 and 127.1 are addresses to some resolvers.
    if _NUMBER.fullmatch(labels[-1]):
        raise ValueError("names a host by a number: write an IPv4 address as four decimal numbers")
