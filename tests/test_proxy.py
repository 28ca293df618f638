"""Proxies and certificates of the environment: which is chosen for which URL, and what cannot be used."""

from __future__ import annotations

import base64
import ssl

import pytest
import trustme

from asyncassist._proxy import NetworkOptions, NoProxy, ProxySettings, load_certificates, parse_proxy
from asyncassist.errors import ConfigurationError


@pytest.mark.parametrize(
    ("text", "url", "credentials"),
    [
        ("http://proxy.example:3128", "http://proxy.example:3128", None),
        ("https://proxy.example/", "https://proxy.example:443", None),
        ("proxy.example:8080", "http://proxy.example:8080", None),
        ("http://ana:p%40ss%3Aword@[::1]:3128", "http://[::1]:3128", ("ana", "p@ss:word")),
        ("HTTP://ana@10.0.0.1", "http://10.0.0.1:80", ("ana", "")),
    ],
)
def test_the_url_of_a_proxy_is_parsed(text, url, credentials):
    """Without a scheme it is http; user and password are decoded."""
    proxy = parse_proxy("proxy", text)

    assert (proxy.url, proxy.credentials) == (url, credentials)
    if credentials is not None:
        assert base64.b64decode(proxy.authorization.removeprefix("Basic ")) == ":".join(credentials).encode()


def test_a_proxy_does_not_show_its_credentials():
    """Neither do the options that hold it."""
    options = NetworkOptions.checked("http://ana:S3CRET@proxy.example:3128", False, None)

    assert "S3CRET" not in f"{options!r} {options.proxy!r} {options.proxy.url} {options.proxy.authority}"
    assert "ana" not in repr(options)


@pytest.mark.parametrize(
    "text",
    [
        "socks5://u:S3CRET@127.0.0.1:1080",
        "http://",
        "http://[::1",
        "http://u:S3CRET@host:port",
        "http://u:S3CRET@host:0",
        "http://u:S3/CRET@host:3128",
        "http://u:S3CRET@ho st:3128",
        "http://u:S3CRET@ho%73t:3128",
        "http://u:S3CRET@host:3128/path",
        "http://u:S3CRET@host:3128?q=1",
        "http://u:S3CRET%ff@host:3128",
        "http://u:S3CRET@host:3128\n",
        "http://u:S3CRET@" + "a" * 70 + ".example:3128",
        7,
    ],
)
def test_a_url_that_is_no_proxy_is_refused_without_quoting_it(text):
    """The error names the argument or the variable; neither it nor its cause holds the value."""
    with pytest.raises(ConfigurationError) as caught:
        parse_proxy("HTTPS_PROXY", text)

    assert caught.value.field == "HTTPS_PROXY"
    assert caught.value.__cause__ is caught.value.__context__ is None
    assert not any(secret in str(caught.value) for secret in ("S3CRET", "S3/CRET"))


@pytest.mark.parametrize(
    ("environment", "plain", "secure"),
    [
        ({}, None, None),
        ({"HTTP_PROXY": "http://a:1"}, "a:1", None),
        ({"https_proxy": "http://b:2"}, None, "b:2"),
        ({"ALL_PROXY": "http://c:3", "HTTPS_PROXY": "http://b:2"}, "c:3", "b:2"),
        ({"HTTP_PROXY": "http://a:1", "http_proxy": "d:4"}, "d:4", None),
        ({"HTTP_PROXY": "http://a:1", "http_proxy": ""}, None, None),
        ({"all_proxy": " c:3 ", "http_proxy": ""}, "c:3", "c:3"),
        ({"ALL_PROXY": "http://c:3", "NO_PROXY": "*"}, None, None),
        ({"HTTP_PROXY": "http://from.a.header:1", "REQUEST_METHOD": "GET"}, None, None),
        ({"http_proxy": "http://a:1", "REQUEST_METHOD": "GET"}, "a:1", None),
    ],
)
def test_the_environment_names_a_proxy_for_each_scheme(environment, plain, secure):
    """Small letters go before capitals; a program that serves CGI ignores HTTP_PROXY, which a request can set."""
    settings = ProxySettings.from_env(environment)

    chosen = [settings.select(scheme, "service.example", port) for scheme, port in (("http", 80), ("https", 443))]
    assert [None if proxy is None else proxy.authority for proxy in chosen] == [plain, secure]
    assert settings.source == next((proxy.source for proxy in chosen if proxy is not None), None)


@pytest.mark.parametrize(
    ("entries", "direct", "proxied"),
    [
        ("example.com", ["example.com:80", "api.example.com:443", "API.Example.COM.:80"], ["notexample.com:80"]),
        (".example.com", ["example.com:80", "api.example.com:80"], ["example.com.evil.test:80"]),
        ("*.example.com", ["api.example.com:80"], ["example.org:80"]),
        ("a.test, b.test  c.test", ["a.test:80", "b.test:80", "c.test:80"], ["d.test:80"]),
        ("*", ["anything.test:1", "10.0.0.1:80", "::1:80"], []),
        ("a.test:8080", ["a.test:8080", "x.a.test:8080"], ["a.test:80"]),
        ("10.0.0.1", ["10.0.0.1:80"], ["10.0.0.2:80", "10.0.0.1.test:80"]),
        ("10.0.0.1:81,[::1]:82", ["10.0.0.1:81", "::1:82"], ["10.0.0.1:80", "::1:80"]),
        ("10.0.0.0/8,192.168.7.9/16", ["10.9.8.7:80", "192.168.0.1:80"], ["11.0.0.1:80", "ten.test:80"]),
        ("::1,[::2],fd00::/8", ["::1:80", "::2:80", "fd12::1:80"], ["fe80::1:80"]),
        ("localhost", ["localhost:5000"], ["127.0.0.1:5000"]),
        ("", [], ["localhost:80"]),
    ],
)
def test_no_proxy_lists_hosts_in_all_usual_forms(entries, direct, proxied):
    """Names with their subdomains, ports, addresses, networks and the star."""
    no_proxy = NoProxy("NO_PROXY", entries)

    for expected, places in ((True, direct), (False, proxied)):
        for place in places:
            host, _, port = place.rpartition(":")
            assert no_proxy.matches(host, int(port)) is expected, place


@pytest.mark.parametrize(
    ("environment", "field"),
    [
        ({"https_proxy": "socks5://127.0.0.1:1080"}, "https_proxy"),
        ({"ALL_PROXY": "http://[::1"}, "ALL_PROXY"),
        ({"NO_PROXY": "10.0.0.0/99"}, "NO_PROXY"),
        ({"no_proxy": "example.com/8"}, "no_proxy"),
    ],
)
def test_a_variable_that_cannot_be_used_is_named(environment, field):
    """As it is written in the environment."""
    with pytest.raises(ConfigurationError) as caught:
        ProxySettings.from_env(environment)

    assert caught.value.field == field


def test_certificates_of_the_environment(tmp_path):
    """A file, a folder or both; none of them: the default of the client."""
    trustme.CA().cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    file, folder = str(tmp_path / "ca.pem"), str(tmp_path)

    assert load_certificates({}) is None
    assert len(load_certificates({"SSL_CERT_FILE": file}).get_ca_certs()) == 1
    assert load_certificates({"SSL_CERT_DIR": f"/nonexistent:{folder}"}).get_ca_certs() == []
    assert len(load_certificates({"SSL_CERT_FILE": file, "SSL_CERT_DIR": folder}).get_ca_certs()) == 1


def test_certificates_that_cannot_be_read_are_named(tmp_path):
    """A missing file, one without certificates, and a folder that is none."""
    (tmp_path / "empty.pem").write_text("nothing")
    for name, value in (
        ("SSL_CERT_FILE", str(tmp_path / "missing.pem")),
        ("SSL_CERT_FILE", str(tmp_path / "empty.pem")),
        ("SSL_CERT_DIR", str(tmp_path / "missing")),
    ):
        with pytest.raises(ConfigurationError) as caught:
            load_certificates({name: value})
        assert caught.value.field == name


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("proxy", (7, False, None)),
        ("trust_env", (None, 1, None)),
        ("ssl", (None, False, True)),
        ("ssl", (None, False, ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER))),
    ],
)
def test_options_are_checked(field, values):
    """The error names the argument."""
    with pytest.raises(ConfigurationError) as caught:
        NetworkOptions.checked(*values)

    assert caught.value.field == field
