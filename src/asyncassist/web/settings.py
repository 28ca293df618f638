"""Settings of the web service: rate limit, access lists, admin token, services to check."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self
from urllib.parse import urlsplit

from asyncassist._shared_cache import check_redis
from asyncassist._validation import check_int, check_items, check_seconds, env_variable
from asyncassist.errors import ConfigurationError
from asyncassist.web.page_texts import check_texts

if TYPE_CHECKING:
    from collections.abc import Iterable

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

# A name of the DNS in ASCII, or all names below one
_HOST_PATTERN = re.compile(r"(?:\*\.)?[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63}){0,126}", re.ASCII)
_MIN_TOKEN_LENGTH = 16
_MAX_TITLE, _MAX_EXAMPLES, _MAX_LOGO = 60, 8, 65536
_COLOR = re.compile(r"#[0-9a-fA-F]{6}")
# Nothing that a browser would read as another host or scheme
_LOGIN = re.compile(r"(?:https://[a-zA-Z0-9]|/(?![/\\]))[!#-;=?-\[\]_a-z~]{0,2000}", re.ASCII)
INTERFACES = frozenset({"openai", "ai-sdk", "ag-ui", "mcp"})
"""Further protocols of the service."""
# Environment variables that are not named as their settings
_ENV_NAMES: Mapping[str, str] = {
    "redis": "ASYNCASSIST_REDIS_URL",
    "sqlite": "ASYNCASSIST_SQLITE_PATH",
    **{name: f"ASYNCASSIST_PAGE_{name.upper()}" for name in ("title", "logo", "accent", "welcome", "login_url")},
}
_SERVICE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class WebSettings:
    """Settings of the web service.

    Attributes:
        rate_limit: Requests that one client may send in any window; 0 disables the limit.
        rate_window: Length of the window in seconds.
        allow: Networks (CIDR) that may call; empty means all.
        deny: Networks (CIDR) that may not call; takes precedence over `allow`.
        trusted_hops: Number of your own reverse proxies in front, each of which appends to `X-Forwarded-For`; 0 ignores
            the header.
        trusted_origins: Other origins ("https://app.example") whose pages may send requests and read the responses.
        allowed_hosts: Names in `Host` that the service answers to, beside loopback names, IP addresses and the hosts of
            `trusted_origins`: "app.example", "*.app.example" for its subdomains, or "*" for every name.
        max_body: Largest request body in bytes.
        max_message: Longest message in characters.
        admin_token: Bearer token of at least 16 characters for the admin routes and for details of the health report;
            None disables these.
        services: Services that `/api/async/external-check` checks: URLs by name.
        redis: URL of a Redis server in which workers share the rate limit and the log of turns; None means that each
            worker counts alone.
        sqlite: Path of the SQLite file of the sessions: without `redis`, the workers of one machine share the log of
            turns in a file beside it. None keeps the log in each worker.
        on_disconnect: "finish" lets a turn run on when its client leaves, which can read on where it stopped; "cancel"
            cancels a turn when its last client leaves.
        interfaces: Further protocols that the service speaks: "openai" (`/v1/chat/completions`, `/v1/models`), "ai-sdk"
            (`/ui/chat`), "ag-ui" (`/ag-ui`) and "mcp" (`/mcp`).
        health_timeout: Seconds the health check of a component may take.
        health_fresh: Seconds for which a health report, and the check of an external service, is reused; with 0 only
            concurrent callers share one.
        drain_delay: Seconds that a process which `drain_on_sigterm` ends goes on to accept requests while its readiness
            probe fails already; with 0 its server closes the socket at once.
        threads: Threads of a worker of a WSGI server. A quarter of them may wait for slow bodies, half may hold
            WebSockets (of one client a quarter), and a quarter the turns of one conversation, on ASGI servers too.
        public_board: True shows the data of `/board` to everybody; by default it needs the admin token.
        title: Name on the page, and its title.
        logo: SVG of the page's logo, or the path of an SVG file of at most 64 KiB; None for the built-in one.
        accent: Colour of buttons and links, "#rrggbb"; lightened or darkened where contrast needs it. None for the
            built-in one.
        welcome: Heading of the first screen in place of "Where to?" in the reader's language; None for that.
        examples: Examples on the first screen in place of those in the reader's language; empty for those.
        embed_origins: Origins ("https://shop.example") whose pages may show the page in a frame.
        texts: Texts of the page in place of its own: by language ("de"), then by key ("lead"); None, or a text that is
            not named, keeps them. The keys are those of `asyncassist.languages.pack.PageTexts`.
        login_url: Address of your sign-in page, an https URL or a path, to which the page leads travellers whose
            request was refused with 401; None shows no link.

    Raises:
        ConfigurationError: A value is invalid; the error names the setting.
    """

    rate_limit: int = 120
    rate_window: float = 60.0
    allow: tuple[str, ...] = ()
    deny: tuple[str, ...] = ()
    trusted_hops: int = 0
    trusted_origins: tuple[str, ...] = ()
    allowed_hosts: tuple[str, ...] = ()
    max_body: int = 65536
    max_message: int = 4000
    admin_token: str | None = field(default=None, repr=False)
    services: Mapping[str, str] | tuple[tuple[str, str], ...] = field(default=(), repr=False)
    redis: str | None = field(default=None, repr=False)
    sqlite: Path | str | None = None
    on_disconnect: Literal["finish", "cancel"] = "finish"
    interfaces: tuple[str, ...] = ()
    health_timeout: float = 2.0
    health_fresh: float = 2.0
    drain_delay: float = 0.0
    threads: int = 16
    public_board: bool = False
    title: str = "asyncassist"
    logo: str | None = field(default=None, repr=False)
    accent: str | None = None
    welcome: str | None = None
    examples: tuple[str, ...] = ()
    embed_origins: tuple[str, ...] = ()
    texts: Mapping[str, Mapping[str, Any]] | None = field(default=None, repr=False, hash=False)
    login_url: str | None = None

    def __post_init__(self) -> None:
        check_int("rate_limit", self.rate_limit, least=0, most=100_000)
        check_seconds("rate_window", self.rate_window)
        check_int("trusted_hops", self.trusted_hops, least=0, most=20)
        check_int("max_body", self.max_body)
        check_int("max_message", self.max_message)
        check_seconds("health_timeout", self.health_timeout)
        check_seconds("health_fresh", self.health_fresh, allow_zero=True)
        check_seconds("drain_delay", self.drain_delay, allow_zero=True)
        check_int("threads", self.threads, least=1, most=10_000)
        parse_networks("allow", self.allow)
        parse_networks("deny", self.deny)
        _set(self, "allow", tuple(self.allow))
        _set(self, "deny", tuple(self.deny))
        _set(
            self,
            "trusted_origins",
            tuple(
                normalize_origin("trusted_origins", item)
                for item in check_items("trusted_origins", self.trusted_origins, "origins", error=ConfigurationError)
            ),
        )
        hosts = check_items("allowed_hosts", self.allowed_hosts, "names", error=ConfigurationError)
        _set(self, "allowed_hosts", tuple(_normalize_host_pattern(host) for host in hosts))
        token = self.admin_token
        if token is not None and (not isinstance(token, str) or len(token.strip()) < _MIN_TOKEN_LENGTH):
            raise ConfigurationError("admin_token", f"must have at least {_MIN_TOKEN_LENGTH} characters, or be None")
        check_redis("redis", self.redis)
        if not isinstance(self.sqlite, str | Path | None) or self.sqlite == "":
            raise ConfigurationError("sqlite", "must be a path, or None")
        if self.on_disconnect not in ("finish", "cancel"):
            raise ConfigurationError("on_disconnect", "must be finish or cancel")
        interfaces = check_items("interfaces", self.interfaces, "names", error=ConfigurationError)
        if not INTERFACES.issuperset(interfaces):
            raise ConfigurationError("interfaces", f"must be of {', '.join(sorted(INTERFACES))}")
        _set(self, "interfaces", tuple(interfaces))
        self._check_page()
        given = self.services.items() if isinstance(self.services, Mapping) else self.services
        pairs = check_items("services", given, "pairs of name and URL", error=ConfigurationError)
        _set(self, "services", tuple(_check_service(pair) for pair in pairs))

    def _check_page(self) -> None:
        """Check the settings of the page, and read the logo."""
        if not isinstance(self.public_board, bool):
            raise ConfigurationError("public_board", "must be True or False")
        if not isinstance(self.title, str) or not 0 < len(self.title.strip()) <= _MAX_TITLE:
            raise ConfigurationError("title", f"must be a text of 1 to {_MAX_TITLE} characters")
        if self.accent is not None and not (isinstance(self.accent, str) and _COLOR.fullmatch(self.accent)):
            raise ConfigurationError("accent", "must be a colour such as #0f5c66, or None")
        if self.welcome is not None and not isinstance(self.welcome, str):
            raise ConfigurationError("welcome", "must be a text or None")
        examples = tuple(check_items("examples", self.examples, "texts", error=ConfigurationError))
        if len(examples) > _MAX_EXAMPLES or not all(isinstance(text, str) and text.strip() for text in examples):
            raise ConfigurationError("examples", f"must be at most {_MAX_EXAMPLES} texts")
        _set(self, "examples", examples)
        origins = check_items("embed_origins", self.embed_origins, "origins", error=ConfigurationError)
        _set(self, "embed_origins", tuple(normalize_origin("embed_origins", origin) for origin in origins))
        if self.logo is not None:
            _set(self, "logo", _read_logo(self.logo))
        _set(self, "texts", check_texts("texts", {} if self.texts is None else self.texts))
        if self.login_url is not None and not (isinstance(self.login_url, str) and _LOGIN.fullmatch(self.login_url)):
            raise ConfigurationError("login_url", "must be an https URL, or a path that begins with one slash, or None")

    @classmethod
    def from_env(cls) -> Self:
        """Return the settings of the `ASYNCASSIST_...` environment variables; what is not set has its default.

        Raises:
            ConfigurationError: A variable has an invalid value; the error names the variable.
        """
        given: dict[str, Any] = {}
        for name, read in _ENV_PARSERS.items():
            text = env_variable(_env_name(name))
            if text is not None:
                try:
                    given[name] = read(text)
                except ValueError:
                    wanted = "a whole number" if read is int else "a number of seconds"
                    raise ConfigurationError(_env_name(name), f"must be {wanted}") from None
        try:
            return cls(**given)
        except ConfigurationError as error:
            raise ConfigurationError(_env_name(error.field), error.problem) from None


def _env_name(name: str) -> str:
    """Return the environment variable of a setting."""
    return _ENV_NAMES.get(name, f"ASYNCASSIST_{name.upper()}")


def _set(settings: WebSettings, name: str, value: object) -> None:
    object.__setattr__(settings, name, value)


def _normalize_host_pattern(text: str) -> str:
    lowered = text.strip().rstrip(".").lower() if isinstance(text, str) else ""
    if lowered != "*" and not _HOST_PATTERN.fullmatch(lowered):
        raise ConfigurationError("allowed_hosts", "must hold names without a port, such as app.example, or '*'")
    return lowered


def parse_networks(name: str, texts: Iterable[str]) -> tuple[Network, ...]:
    """Parse networks in CIDR notation; a single address is a network of one.

    Args:
        name: Name of the setting, for the error.
        texts: Networks or addresses.

    Raises:
        ConfigurationError: A text is not a network.
    """
    items = check_items(name, texts, "networks", error=ConfigurationError)
    try:
        return tuple(ipaddress.ip_network(text, strict=False) for text in items)
    except ValueError:
        raise ConfigurationError(name, "must hold networks such as 10.0.0.0/8 or 2001:db8::/32") from None


def normalize_origin(name: str, text: str) -> str:
    """Return an origin in the form in which browsers send it: lower case, without the default port.

    Args:
        name: Name of the setting, for the error.
        text: The origin.

    Raises:
        ConfigurationError: The text is not an origin.
    """
    try:
        parts = urlsplit(text.strip().rstrip("/").lower())
        default_port = {"http": 80, "https": 443}[parts.scheme]
        port = "" if parts.port in {None, default_port} else f":{parts.port}"
    except (ValueError, KeyError, AttributeError):
        raise ConfigurationError(name, "must hold origins such as https://app.example") from None
    if not parts.hostname or parts.path or parts.query or parts.fragment or parts.username is not None:
        raise ConfigurationError(name, "must hold origins such as https://app.example")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}{port}"


def _read_logo(logo: str) -> str:
    """Return the SVG of a logo, which is given itself or by the path of its file."""
    text = logo if isinstance(logo, str) else ""
    if "<svg" not in text:
        try:
            file = Path(logo)
            text = file.read_text(encoding="utf-8") if file.stat().st_size <= _MAX_LOGO else ""
        except (OSError, ValueError, TypeError):
            text = ""
    if "<svg" not in text or len(text) > _MAX_LOGO:
        raise ConfigurationError("logo", "must be an SVG of at most 64 KiB, or the path of its file")
    return text


def _parse_flag(text: str) -> bool:
    if text not in {"0", "1"}:
        raise ConfigurationError(_env_name("public_board"), "must be 0 or 1")
    return text == "1"


def _check_service(pair: tuple[str, str]) -> tuple[str, str]:
    name, url = "", ""
    try:
        name, url = pair
        parts = urlsplit(url)
        good = bool(_SERVICE_NAME.fullmatch(name)) and parts.scheme in {"http", "https"} and bool(parts.hostname)
    except (ValueError, TypeError, AttributeError):
        good = False
    if not good:
        raise ConfigurationError("services", "must be names (letters, digits, '.', '_', '-') with http(s) URLs")
    return name, url


def _split_list(text: str) -> tuple[str, ...]:
    return tuple(item.strip() for item in text.split(",") if item.strip())


def _parse_services(text: str) -> tuple[tuple[str, str], ...]:
    pairs = [item.partition("=") for item in _split_list(text)]
    return tuple((name.strip(), url.strip()) for name, _, url in pairs)


_ENV_PARSERS: Mapping[str, Any] = {
    "rate_limit": int,
    "rate_window": float,
    "allow": _split_list,
    "deny": _split_list,
    "trusted_hops": int,
    "trusted_origins": _split_list,
    "allowed_hosts": _split_list,
    "max_body": int,
    "max_message": int,
    "admin_token": str,
    "services": _parse_services,
    "redis": str,
    "sqlite": str,
    "on_disconnect": str,
    "interfaces": _split_list,
    "drain_delay": float,
    "threads": int,
    "public_board": _parse_flag,
    "title": str,
    "logo": str,
    "accent": str,
    "welcome": str,
    "embed_origins": _split_list,
    "login_url": str,
}
