"""Cassette: records the HTTP traffic of a handler in a file, and replays it without a network."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

import msgspec
from multidict import CIMultiDict, CIMultiDictProxy

from asyncassist._http import AsyncHandler
from asyncassist._http.prepared_request import is_repeatable_body
from asyncassist._http.transport import Transport, read_body
from asyncassist.errors import ConfigurationError, InvalidInputError, NotRecordedError
from asyncassist.testing._secrets import SecretFilter

if TYPE_CHECKING:
    import aiohttp
    from yarl import URL

    from asyncassist._http.prepared_request import PreparedRequest
    from asyncassist._proxy import ProxySettings

CassetteMode = Literal["auto", "record", "replay"]
# Fields of the connection and of the encoding: bodies are recorded decoded. A replayed response is received now.
_DROPPED_FIELDS = frozenset(
    {"connection", "keep-alive", "transfer-encoding", "content-encoding", "content-length", "trailer", "date", "age"}
)


class _Body(msgspec.Struct, omit_defaults=True, forbid_unknown_fields=True):
    """Body of a request or response: `text` if it is UTF-8, else `base64`."""

    text: str | None = None
    base64: str | None = None

    @classmethod
    def of(cls, data: bytes, secret_filter: SecretFilter) -> _Body:
        try:
            return cls(text=secret_filter.body(data.decode()))
        except UnicodeDecodeError:
            return cls(base64=base64.b64encode(data).decode())

    @property
    def data(self) -> bytes:
        """Return the body; a malformed one raises ValueError."""
        return (self.text or "").encode() if self.base64 is None else base64.b64decode(self.base64, validate=True)


class _Request(msgspec.Struct, forbid_unknown_fields=True):
    """Request on record; its header fields are not recorded."""

    method: str
    url: str
    body: _Body

    @property
    def key(self) -> tuple[str, str, str]:
        """Return what a request is found by: method, URL and body, without secrets and in JSON without the order."""
        text = self.body.base64 if self.body.text is None else self.body.text
        with contextlib.suppress(msgspec.DecodeError, UnicodeError, RecursionError):
            text = msgspec.json.encode(msgspec.json.decode(text or ""), order="sorted").decode()
        return self.method, self.url, text or ""


class _Response(msgspec.Struct, forbid_unknown_fields=True):
    """Response on record, its body after content decoding."""

    status: int
    reason: str
    headers: list[tuple[str, str]]
    body: _Body


class _Exchange(msgspec.Struct, forbid_unknown_fields=True):
    """Request and response on record: one line of the file."""

    request: _Request
    response: _Response


def _as_unicode(text: str) -> str:
    """Return a header value that JSON can hold: bytes that are not UTF-8 are replaced."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


class _BodyReader:
    """Body of a replayed response, read as that of aiohttp."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    async def readany(self) -> bytes:
        return self.read_nowait()

    def read_nowait(self) -> bytes:
        data, self._data = self._data, b""
        return data

    def at_eof(self) -> bool:
        return not self._data

    def is_eof(self) -> bool:
        return True

    def exception(self) -> None:
        return None


class _ReplayedResponse:
    """Response on record with the attributes of `aiohttp.ClientResponse` that a handler reads."""

    def __init__(self, response: _Response, url: URL) -> None:
        data = response.body.data
        self.status = response.status
        self.reason = response.reason
        self.headers = CIMultiDictProxy(CIMultiDict(response.headers))
        self.url = url
        self.content = _BodyReader(data)
        self.content_length = len(data)
        self.closed = True

    def close(self) -> None:
        """Nothing is open."""

    def release(self) -> None:
        """Nothing is open."""


class _Record:
    """Exchanges on record, and those that are added.

    Args:
        path: File of the record.
        mode: As of `Cassette`.
    """

    def __init__(self, path: Path, mode: CassetteMode) -> None:
        self._path = path
        self._mode = mode
        self._exchanges: list[_Exchange] | None = None
        self._on_record: dict[tuple[str, str, str], list[_Response]] = {}
        self._replays: dict[tuple[str, str, str], int] = {}
        self._changed = False
        self._filter = SecretFilter()

    async def load(self) -> None:
        """Read the file once; handlers do so when they open.

        Raises:
            ConfigurationError: The file is missing in "replay", or it cannot be read.
        """
        if self._exchanges is None:
            exchanges = [] if self._mode == "record" else await asyncio.to_thread(self._read)
            self._exchanges = exchanges
            for exchange in exchanges:
                self._on_record.setdefault(exchange.request.key, []).append(exchange.response)

    def _read(self) -> list[_Exchange]:
        """Return the exchanges of the file.

        Raises:
            ConfigurationError: The file is missing in "replay", or it cannot be read.
        """
        try:
            lines = self._path.read_bytes().splitlines()
        except FileNotFoundError:
            if self._mode == "auto":
                return []
            raise ConfigurationError("path", "does not exist, so that there is nothing to replay") from None
        except OSError as error:
            raise ConfigurationError("path", f"cannot be read ({type(error).__name__})") from None
        decoder = msgspec.json.Decoder(_Exchange)
        exchanges: list[_Exchange] = []
        for number, line in enumerate(lines, 1):
            try:
                exchanges.append(decoder.decode(line))
                _ = exchanges[-1].response.body.data
            except (ValueError, RecursionError):  # errors of msgspec and base64 are ValueErrors
                raise ConfigurationError("path", f"holds something else in line {number}") from None
        return exchanges

    async def save(self) -> None:
        """Write the file if something was recorded; handlers do so when they close."""
        if self._changed and self._exchanges is not None:
            self._changed = False
            await asyncio.to_thread(
                self._write, b"".join(msgspec.json.encode(each) + b"\n" for each in self._exchanges)
            )

    def _write(self, data: bytes) -> None:
        """Replace the file as a whole: a reader finds the old or the new one."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        temporary = self._path.with_name(f".{self._path.name}.{secrets.token_hex(8)}")
        try:
            temporary.write_bytes(data)
            temporary.replace(self._path)
        finally:
            temporary.unlink(missing_ok=True)

    def find(self, prepared: PreparedRequest) -> tuple[_Request, _Response | None]:
        """Return a request as it is recorded, and the response on record that is next, None if there is none.

        Raises:
            InvalidInputError: The body cannot be recorded.
            NotRecordedError: There is none, and nothing may be sent.
        """
        if not is_repeatable_body(prepared.data):
            raise InvalidInputError("data", "must be bytes or text to be recorded or replayed")
        data = prepared.data or b""
        self._filter.learn(prepared.sent_headers.items())
        body = _Body.of(data.encode() if isinstance(data, str) else bytes(data), self._filter)
        request = _Request(method=prepared.method, url=self._filter.text(prepared.target.key), body=body)
        responses = self._on_record.get(request.key)
        if responses is None:
            if self._mode == "replay":
                raise NotRecordedError(method=prepared.method, url=prepared.target.key)
            return request, None
        count = self._replays.get(request.key, 0)
        self._replays[request.key] = count + 1
        return request, responses[min(count, len(responses) - 1)]

    def add(self, request: _Request, client_response: aiohttp.ClientResponse, data: bytes) -> _Response:
        """Add a response to the record and return it as the caller gets it: with its secrets.

        Args:
            request: Request as `find` returned it.
            client_response: Response of aiohttp.
            data: Its decoded body.
        """
        assert self._exchanges is not None
        headers = [
            (str(name), _as_unicode(value))
            for name, value in client_response.headers.items()
            if name.lower() not in _DROPPED_FIELDS or request.method == "HEAD"
        ]
        self._filter.learn(headers)
        reason = _as_unicode(client_response.reason or "")
        body = _Body.of(data, self._filter)
        recorded = _Response(
            status=client_response.status, reason=reason, headers=self._filter.headers(headers), body=body
        )
        self._exchanges.append(_Exchange(request=request, response=recorded))
        self._changed = True
        live_body = _Body(base64=base64.b64encode(data).decode())
        return _Response(status=client_response.status, reason=reason, headers=headers, body=live_body)


class Cassette:
    """File of recorded HTTP traffic: one line of JSON for each request and its response.

    Recorded are method, URL and body of a request, and status, header fields and body of its response, decoded; header
    fields of requests are not. Values of header fields, query parameters and fields of JSON bodies and forms whose
    name says that they are secret (Authorization, Cookie, Set-Cookie, API keys, tokens, passwords, signatures) are
    replaced by "[redacted]", and so are their values wherever else they stand in text. Read a new file before you
    commit it.

    A request is found by method, URL and body, with secrets replaced, and JSON without regard to the order of its
    fields. Of several responses to equal requests each is replayed once, in their order, and then the last one again.
    Streams are recorded whole, up to `Limits.max_body`; failed connections are not recorded.

    Args:
        path: File of the record, created with its folder when a handler that recorded something closes; it is replaced
            as a whole.
        mode: "replay": nothing is sent; a request that is not on record raises `NotRecordedError`. "auto": what is on
            record is replayed, other requests are sent and added. "record": everything is sent, and the record begins
            anew.

    Raises:
        ConfigurationError: The mode is another one.
    """

    def __init__(self, path: Path | str, mode: CassetteMode = "auto") -> None:
        if mode not in get_args(CassetteMode):
            raise ConfigurationError("mode", 'must be "auto", "record" or "replay"')
        self._path = Path(path)
        self._mode = mode
        self._record = _Record(self._path, mode)

    def __repr__(self) -> str:
        return f"Cassette({str(self._path)!r}, mode={self._mode!r})"

    def handler(self, **options: Any) -> AsyncHandler:
        """Create a handler whose traffic is recorded and replayed.

        When it opens, a file that is missing in "replay" or cannot be read raises `ConfigurationError`.

        Args:
            **options: Arguments of `AsyncHandler`, except `session`.

        Raises:
            ConfigurationError: An argument is invalid.
        """
        if options.get("session") is not None:
            raise ConfigurationError("session", "cannot be recorded")
        return _CassetteHandler(self._record, **options)


class _CassetteHandler(AsyncHandler):
    """Handler whose transport records and replays."""

    def __init__(self, record: _Record, **options: Any) -> None:
        super().__init__(**options)
        self._record = record

    async def _open(self) -> None:
        await self._record.load()
        await super()._open()

    def _create_transport(self, session: aiohttp.ClientSession, proxies: ProxySettings | None) -> Transport:
        return _CassetteTransport(self._record, super()._create_transport(session, proxies), proxies)

    async def _before_close(self) -> None:
        await super()._before_close()
        await self._record.save()


class _CassetteTransport(Transport):
    """Transport that replays what is on record, and else sends and records."""

    def __init__(self, record: _Record, live: Transport, proxies: ProxySettings | None) -> None:
        super().__init__(live.session, live.connector, None, proxies)
        self._record = record

    async def _session_request(self, request: PreparedRequest) -> Any:
        sent, response = self._record.find(request)
        if response is None:
            client_response = await super()._session_request(request)
            try:
                data = await read_body(client_response, request.max_body)
            finally:
                client_response.close() if not client_response.content.at_eof() else client_response.release()
            response = self._record.add(sent, client_response, data)
        return _ReplayedResponse(response, request.target.url)
