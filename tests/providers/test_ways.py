"""By which way a provider is reached: through a connection's own proxy, and believing its own authorities only."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from ipaddress import IPv4Address
from pathlib import Path
from threading import Thread

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from typing_extensions import override

from shared.providers import open_provider
from shared.providers.base import Access, TrainingOrder, Unavailable
from tests.providers.conftest import CREDENTIAL
from tests.support.wire import says, wire

EMPTY_LIST = b'{"object": "list", "data": [], "has_more": false}'
LOCALHOST = IPv4Address("127.0.0.1")


class _Listing(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(EMPTY_LIST)))
        self.end_headers()
        self.wfile.write(EMPTY_LIST)

    @override
    def log_message(self, *_: object) -> None:
        """Nobody reads it."""


class Authority:
    """Somebody who certifies servers, whom no machine trusts."""

    def __init__(self, name: str) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
        basic = x509.BasicConstraints(ca=True, path_length=None)
        self._certificate = self._certify(self._name, self._key.public_key(), basic)
        self.pem = self._certificate.public_bytes(serialization.Encoding.PEM).decode()

    def server_files(self, folder: Path) -> Path:
        """A certificate for this machine with its key, in one file."""
        key = ec.generate_private_key(ec.SECP256R1())
        alternative = x509.SubjectAlternativeName([x509.IPAddress(LOCALHOST)])
        certificate = self._certify(x509.Name([]), key.public_key(), alternative)
        plain = serialization.NoEncryption()
        private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
        file = folder / "server.pem"
        file.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
        return file

    def _certify(
        self, subject: x509.Name, key: ec.EllipticCurvePublicKey, said: x509.ExtensionType
    ) -> x509.Certificate:
        now = datetime.now(UTC)
        made = x509.CertificateBuilder().subject_name(subject).issuer_name(self._name).public_key(key)
        made = made.serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(days=1))
        made = made.not_valid_after(now + timedelta(days=1)).add_extension(said, critical=True)
        return made.sign(self._key, hashes.SHA256())


@contextmanager
def listing_over_tls(server_file: Path) -> Iterator[str]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(server_file)
    server = HTTPServer(("127.0.0.1", 0), _Listing)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"https://127.0.0.1:{server.server_port}/v1"
    finally:
        server.shutdown()
        server.server_close()


def test_only_a_connections_own_authorities_are_believed(tmp_path: Path) -> None:
    ours, other = Authority("ours"), Authority("other")
    with listing_over_tls(ours.server_files(tmp_path)) as url:
        reached = {
            name: open_provider("compatible", Access(url, CREDENTIAL, ca_pem=pem)).check().reachable
            for name, pem in {"ours": ours.pem, "other": other.pem, "both": other.pem + ours.pem, "none": None}.items()
        }
    assert reached == {"ours": True, "other": False, "both": True, "none": False}


@pytest.mark.parametrize("kind", ["openai", "compatible", "azure"])
def test_authorities_that_cannot_be_read_reach_nobody(kind: str) -> None:
    broken = Authority("ours").pem.replace("\n", " ")
    with pytest.raises(Unavailable) as caught:
        open_provider(kind, Access("https://provider.invalid/v1", CREDENTIAL, ca_pem=broken))
    assert not caught.value.reached


@pytest.mark.parametrize("kind", ["openai", "compatible", "azure"])
def test_a_proxy_is_asked_for_the_providers_address(kind: str) -> None:
    with wire(says({"object": "list", "data": [], "has_more": False})) as proxy:
        access = Access("http://provider.invalid/v1", CREDENTIAL, proxy_url=proxy.url)
        assert open_provider(kind, access).check().reachable
    (asked,) = proxy.asked
    assert asked.target.startswith("http://provider.invalid/")


def test_a_proxy_sees_no_credential_that_is_sent_over_tls() -> None:
    with wire(says({}, 502), says({}, 502)) as proxy:
        access = Access("https://provider.invalid/v1", CREDENTIAL, proxy_url=proxy.url)
        assert not open_provider("compatible", access).check().reachable
        with pytest.raises(Unavailable) as caught:
            open_provider("compatible", access).create_job(TrainingOrder("m", "supervised", "file-1"))
    assert not caught.value.reached, "what a proxy does not let through has bought nothing"
    for asked in proxy.asked:
        assert asked.target == "provider.invalid:443"
        assert CREDENTIAL not in f"{asked.headers}{asked.body!r}"
