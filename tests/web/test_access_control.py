"""Access control: client addresses, address lists, cross-site checks, admin token."""

from __future__ import annotations

import pytest

from asyncassist.web import Request, WebSettings
from asyncassist.web.access_control import AccessControl, client_address, parse_address
from asyncassist.web.problem import ProblemError
from tests.web.components import get


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("192.0.2.1", "192.0.2.1"),
        (" 192.0.2.1:8080", "192.0.2.1"),
        ("2001:db8::1", "2001:db8::1"),
        ("[2001:db8::1]:80", "2001:db8::1"),
        ("[2001:db8::1]", "2001:db8::1"),
        ("fe80::1%eth0", "fe80::1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("unknown", None),
        ("", None),
        ("1.2.3.4.5", None),
    ],
)
def test_addresses_are_parsed_in_every_form_of_proxies(text, found):
    """With a port, with brackets, IPv4 in IPv6; None for what is not an address."""
    assert (None if parse_address(text) is None else str(parse_address(text))) == found


@pytest.mark.parametrize(
    ("hops", "forwarded", "found"),
    [
        (0, "198.51.100.9", "192.0.2.1"),
        (1, None, "192.0.2.1"),
        (1, "198.51.100.9", "198.51.100.9"),
        (1, "6.6.6.6, 198.51.100.9", "198.51.100.9"),
        (2, "6.6.6.6, 198.51.100.9, 10.0.0.1", "198.51.100.9"),
        (2, "198.51.100.9", "198.51.100.9"),
        (1, "6.6.6.6, nonsense", "192.0.2.1"),
        (1, " , ", "192.0.2.1"),
    ],
)
def test_client_address_comes_from_trusted_proxies_only(hops, forwarded, found):
    """Entries of X-Forwarded-For before those of the trusted proxies are ignored."""
    headers = {} if forwarded is None else {"x_forwarded_for": forwarded}

    assert str(client_address(get("/", **headers), hops)) == found


def test_repeated_forwarding_headers_are_one_list():
    """Two header lines are equivalent to one with a comma."""
    request = Request("GET", "/", (), [("X-Forwarded-For", "6.6.6.6"), ("x-forwarded-for", "198.51.100.9")], b"", "p")

    assert str(client_address(request, 1)) == "198.51.100.9"


@pytest.mark.parametrize(
    ("allow", "deny", "peer", "admitted"),
    [
        ((), (), "192.0.2.1", True),
        ((), ("192.0.2.0/24",), "192.0.2.1", False),
        ((), ("192.0.2.0/24",), "::ffff:192.0.2.1", False),
        ((), ("192.0.2.0/24",), "2001:db8::1", True),
        (("192.0.2.0/24",), (), "192.0.2.1", True),
        (("192.0.2.0/24",), (), "198.51.100.1", False),
        (("192.0.2.0/24",), ("192.0.2.1",), "192.0.2.1", False),
        (("2001:db8::/32",), (), "2001:db8:5::1", True),
        (("192.0.2.0/24",), (), "", False),
        ((), ("192.0.2.0/24",), "", True),
    ],
)
def test_allow_and_deny_lists(allow, deny, peer, admitted):
    """Deny takes precedence over allow; with an allow list, an unknown address is rejected."""
    access_control = AccessControl(WebSettings(allow=allow, deny=deny))

    if admitted:
        access_control.check_client(get("/", peer=peer))
    else:
        with pytest.raises(ProblemError) as caught:
            access_control.check_client(get("/", peer=peer))
        assert caught.value.status == 403


def test_ipv6_clients_are_counted_by_their_network():
    """All addresses of a /64 are one client; without an address, the client is "unknown"."""
    access_control = AccessControl(WebSettings())

    assert access_control.check_client(get("/", peer="2001:db8::1")) == access_control.check_client(
        get("/", peer="2001:db8::ffff")
    )
    assert access_control.check_client(get("/", peer="2001:db8:0:1::1")) != access_control.check_client(
        get("/", peer="2001:db8::1")
    )
    assert access_control.check_client(get("/", peer="")) == "unknown"


@pytest.mark.parametrize(
    ("headers", "admitted"),
    [
        ({}, True),
        ({"sec_fetch_site": "same-origin"}, True),
        ({"sec_fetch_site": "none"}, True),
        ({"sec_fetch_site": "same-site"}, False),
        ({"sec_fetch_site": "cross-site"}, False),
        ({"sec_fetch_site": "cross-site", "origin": "http://here.example"}, False),
        ({"sec_fetch_site": "cross-site", "origin": "https://app.example"}, True),
        ({"origin": "http://here.example"}, True),
        ({"origin": "https://HERE.example"}, True),
        ({"origin": "http://here.example:81"}, False),
        ({"origin": "http://here.example:80"}, True),
        ({"origin": "https://here.example:443"}, True),
        ({"origin": "http://here.example:443"}, False),
        ({"origin": "http://here.example", "host": "here.example:80"}, True),
        ({"origin": "https://here.example", "host": "HERE.example:443"}, True),
        ({"origin": "https://here.example", "host": "here.example:80"}, False),
        ({"origin": "https://here.example:8443", "host": "here.example:443"}, False),
        ({"origin": "http://[::1]", "host": "[::1]:80"}, True),
        ({"origin": "https://here.example", "host": "u@here.example"}, False),
        ({"origin": "https://here.example", "host": "here.example:x"}, False),
        ({"origin": "https://here.example", "host": ""}, False),
        ({"origin": "http://evil.example"}, False),
        ({"origin": "null"}, False),
        ({"origin": "https://app.example:443"}, True),
        ({"origin": "https://app.example.evil.example"}, False),
        ({"origin": "file://here.example"}, False),
    ],
)
def test_requests_of_other_sites_are_rejected(headers, admitted):
    """By the headers that browsers send and pages cannot forge; clients other than browsers send none."""
    access_control = AccessControl(WebSettings(trusted_origins=("https://app.example",)))
    request = get("/chat", **{"host": "here.example", **headers})

    if admitted:
        access_control.check_origin(request)
    else:
        with pytest.raises(ProblemError) as caught:
            access_control.check_origin(request)
        assert (caught.value.status, caught.value.code) == (403, "cross-site")


@pytest.mark.parametrize(
    ("token", "header", "status"),
    [
        (None, None, 403),
        (None, "Bearer x", 403),
        ("secret-of-16-chars", None, 401),
        ("secret-of-16-chars", "Bearer wrong", 401),
        ("secret-of-16-chars", "Bearer ", 401),
        ("secret-of-16-chars", "Basic secret-of-16-chars", 401),
        ("secret-of-16-chars", "secret-of-16-chars", 401),
        ("secret-of-16-chars", "Bearer s\xe9cret-of-16-chars", 401),
        ("secret-of-16-chars", "Bearer secret-of-16-chars", None),
        ("secret-of-16-chars", "bearer secret-of-16-chars", None),
    ],
)
def test_admin_token_is_required(token, header, status):
    """Without a configured token, the routes are disabled and the error names the variable."""
    access_control = AccessControl(WebSettings(admin_token=token))
    request = get("/", **({} if header is None else {"authorization": header}))

    if status is None:
        access_control.check_admin(request)
    else:
        with pytest.raises(ProblemError) as caught:
            access_control.check_admin(request)
        assert caught.value.status == status
        assert ("ASYNCASSIST_ADMIN_TOKEN" in caught.value.detail) == (token is None)


@pytest.mark.parametrize(
    ("allowed", "host", "accepted"),
    [
        ((), None, True),
        ((), "", True),
        ((), "localhost", True),
        ((), "LocalHost.:8000", True),
        ((), "app.localhost:8000", True),
        ((), "127.0.0.1:8000", True),
        ((), "[::1]:8000", True),
        ((), "192.0.2.7", True),
        ((), "trusted.example", True),
        ((), "app.example", False),
        ((), "localhost.evil.example", False),
        ((), "127.0.0.1.evil.example", False),
        ((), "evil@localhost", False),
        ((), "localhost:x", False),
        ((), "localhost, evil.example", False),
        ((), "a" * 100_000, False),
        (("app.example",), "APP.example:443", True),
        (("app.example",), "www.app.example", False),
        (("*.app.example",), "a.b.app.example", True),
        (("*.app.example",), "app.example", False),
        (("*.app.example",), "evilapp.example", False),
        (("*",), "anything at all", True),
    ],
)
def test_host_is_a_name_of_the_service(allowed, host, accepted):
    """Loopback names, addresses and configured names are accepted; another name is told the setting that admits it."""
    settings = WebSettings(allowed_hosts=allowed, trusted_origins=("https://trusted.example:8443",))
    sent = {"sec-fetch-site": "same-origin", **({} if host is None else {"host": host})}
    request = get("/health", peer="127.0.0.1", **sent)

    if accepted:
        AccessControl(settings).check_host(request)
    else:
        with pytest.raises(ProblemError, match="host") as caught:
            AccessControl(settings).check_host(request)
        assert (caught.value.status, caught.value.field) == (421, "host")
        assert "ASYNCASSIST_ALLOWED_HOSTS" in caught.value.detail
        assert "evil" not in caught.value.detail


@pytest.mark.parametrize("header", ["origin", "referer", "sec-fetch-site"])
@pytest.mark.parametrize("peer", ["127.0.0.1", "::1", "192.168.1.7", "fd00::7"])
def test_host_is_checked_where_a_page_may_use_a_name_of_its_own(header, peer):
    """A browser in the network is checked; what comes from outside or from another client needs no name of its own."""
    page = {"host": "app.example", header: "http://app.example"}
    AccessControl(WebSettings()).check_host(get("/health", peer=peer, host="app.example"))
    AccessControl(WebSettings()).check_host(get("/health", peer="198.51.100.7", **page))
    proxied = get("/health", peer=peer, **page, **{"x-forwarded-for": "198.51.100.7"})
    AccessControl(WebSettings(trusted_hops=1)).check_host(proxied)

    with pytest.raises(ProblemError):
        AccessControl(WebSettings()).check_host(get("/health", peer=peer, **page))
    with pytest.raises(ProblemError):
        AccessControl(WebSettings(allowed_hosts=("b.example",))).check_host(get("/health", host="app.example"))


@pytest.mark.parametrize(
    ("peer", "hops", "header", "warned"),
    [
        ("10.0.0.1", 0, "203.0.113.9", True),
        ("127.0.0.1", 0, "203.0.113.9", True),
        ("fd00::1", 0, "203.0.113.9", True),
        ("10.0.0.1", 1, "203.0.113.9", False),
        ("10.0.0.1", 0, None, False),
        ("8.8.8.8", 0, "203.0.113.9", False),
        ("", 0, "203.0.113.9", False),
    ],
)
def test_ignored_header_of_a_proxy_is_logged_once(caplog, peer, hops, header, warned):
    """The line names the setting, and neither address; any client on the internet may send the header, which says nothing."""
    access_control = AccessControl(WebSettings(trusted_hops=hops))
    for _ in range(3):
        access_control.check_client(get("/health", peer=peer, **({"x-forwarded-for": header} if header else {})))

    assert [record.levelname for record in caplog.records] == ["WARNING"] * warned
    assert ("ASYNCASSIST_TRUSTED_HOPS" in caplog.text) is warned
    assert "203.0.113.9" not in caplog.text


def test_long_text_is_no_address():
    """What a client sends as one is neither parsed nor remembered beyond the length of an address."""
    assert parse_address(f"fe80::1%{'a' * 80}") is not None
    assert parse_address(f"fe80::1%{'a' * 60_000}") is None
