"""Which addresses may be called: every special range, every odd notation."""

from __future__ import annotations

import socket
from ipaddress import ip_address

import pytest

from config.errors import PlatformFailed
from config.http_address import AddressGuard, Origin, is_public, origin_to_call, resolve_host

PUBLIC = ["8.8.8.8", "1.1.1.1", "172.32.0.1", "100.128.0.1", "2606:4700:4700::1111", "64:ff9b::808:808"]
NOT_PUBLIC = [
    "0.0.0.0",
    "0.1.2.3",
    "10.0.0.1",
    "100.64.0.1",
    "100.127.255.254",
    "127.0.0.1",
    "127.255.255.254",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.8",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.51.100.7",
    "203.0.113.7",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::7f00:1",
    "::ffff:127.0.0.1",
    "::ffff:8.8.8.8",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:0:53aa:64c:0:7ffe:8f9b:1",
    "2001:db8::1",
    "2002:7f00:1::",
    "3fff::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%1",
    "fec0::1",
    "ff02::1",
]


@pytest.mark.parametrize("text", PUBLIC)
def test_address_is_public_when_routed_on_the_internet(text: str) -> None:
    assert is_public(ip_address(text))


@pytest.mark.parametrize("text", NOT_PUBLIC)
def test_address_is_not_public_when_special(text: str) -> None:
    assert not is_public(ip_address(text))


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://lms.example", Origin("https", "lms.example", 443)),
        ("https://LMS.Example:8443/a?b=c", Origin("https", "lms.example", 8443)),
        ("http://127.0.0.1:9500/x", Origin("http", "127.0.0.1", 9500)),
        ("https://[2606:4700:4700::1111]/", Origin("https", "2606:4700:4700::1111", 443)),
        ("https://xn--bcher-kva.example/", Origin("https", "xn--bcher-kva.example", 443)),
        ("https://moodle_test.school.example/", Origin("https", "moodle_test.school.example", 443)),
    ],
)
def test_origin_is_read_when_the_notation_is_plain(url: str, origin: Origin) -> None:
    assert origin_to_call(url) == origin


@pytest.mark.parametrize(
    "url",
    [
        "https://0x7f.1/",
        "https://0x7f000001/",
        "https://2130706433/",
        "https://127.1/",
        "https://0177.0.0.1/",
        "https://127.0.0.1./",
        "https://lms.example./",
        "https://lms..example/",
        "https://8.8.8/",
        "https://user@lms.example/",
        "https://user:word@lms.example/",
        "https://@lms.example/",
        "https://lms.example\\@other.example/",
        "https://lms.example /",
        "https://lms.example/\n",
        "https://lms.exämple/",
        "https://127。0。0。1/",
        "https://lms%2eexample/",
        "https://lms.example:0/",
        "https://lms.example:99999/",
        "https://lms.example:x/",
        "https://[::1%25eth0]/",
        "https://[v1.x]/",
        "https:///path",
        "https://",
        "https://" + "a" * 64 + ".example/",
        "https://lms.example/" + "a" * 8_000,
    ],
)
def test_address_is_refused_when_the_notation_is_odd(url: str) -> None:
    with pytest.raises(PlatformFailed) as caught:
        origin_to_call(url)

    assert (caught.value.code, caught.value.retryable) == ("address-refused", False)


@pytest.mark.parametrize("url", ["ftp://lms.example/", "file:///etc/passwd", "javascript:1", "lms.example", ""])
def test_scheme_is_refused_when_not_web(url: str) -> None:
    with pytest.raises(PlatformFailed) as caught:
        origin_to_call(url)

    assert caught.value.code == "scheme-refused"


@pytest.mark.parametrize(
    ("scheme", "answers", "code"),
    [
        ("https", ["8.8.8.8", "10.0.0.1"], "address-refused"),
        ("https", ["127.0.0.1"], "address-refused"),
        ("http", ["8.8.8.8"], "scheme-refused"),
        ("https", [], "unreachable"),
        ("https", ["not an address"], "address-refused"),
    ],
)
def test_host_is_refused_when_any_answer_is(scheme: str, answers: list[str], code: str) -> None:
    guard = AddressGuard(resolve=lambda host, port: answers)

    with pytest.raises(PlatformFailed) as caught:
        guard.addresses(Origin(scheme, "lms.example", 443))

    assert caught.value.code == code


@pytest.mark.parametrize(
    ("scheme", "answers", "code"),
    [
        ("http", ["8.8.8.8"], "scheme-refused"),
        ("http", ["127.0.0.1", "8.8.8.8"], "scheme-refused"),
        ("http", ["192.168.1.1"], "address-refused"),
        ("https", ["::ffff:127.0.0.1"], "address-refused"),
    ],
)
def test_host_is_refused_when_only_loopback_is_allowed(scheme: str, answers: list[str], code: str) -> None:
    guard = AddressGuard(allow_loopback=True, resolve=lambda host, port: answers)

    with pytest.raises(PlatformFailed) as caught:
        guard.addresses(Origin(scheme, "lms.example", 443))

    assert caught.value.code == code


def test_loopback_is_given_when_allowed() -> None:
    guard = AddressGuard(allow_loopback=True, resolve=lambda host, port: ["::1", "127.0.0.1"])

    assert guard.addresses(Origin("http", "localhost", 80)) == [ip_address("::1"), ip_address("127.0.0.1")]


def test_host_is_unreachable_when_the_resolver_knows_no_name() -> None:
    def resolve(host: str, port: int) -> list[str]:
        raise socket.gaierror(socket.EAI_NONAME, "no such name")

    with pytest.raises(PlatformFailed) as caught:
        AddressGuard(resolve=resolve).addresses(Origin("https", "lms.example", 443))

    assert (caught.value.code, caught.value.retryable) == ("unreachable", True)


def test_system_resolver_gives_an_address_when_asked_for_a_literal() -> None:
    assert resolve_host("127.0.0.1", 80) == ["127.0.0.1"]
