"""What tests of outgoing calls share."""

from __future__ import annotations

import ssl
from ipaddress import ip_address

import pytest
from cryptography import x509

from tests.factories.certificate import write_certificate


@pytest.fixture(scope="session")
def tls_for_lms(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, str]:
    """A server certificate for lms.example, and the file of the authority that signed it (itself)."""
    names = [x509.DNSName("lms.example"), x509.IPAddress(ip_address("192.0.2.1"))]
    certificate, key = write_certificate(tmp_path_factory.mktemp("tls"), names)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context, str(certificate)
