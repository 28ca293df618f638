"""Values and protocols that components exchange, so that no component imports another."""

from __future__ import annotations

import dataclasses
import datetime as dt
import enum
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Literal, Protocol, Self, TypeGuard, TypeVar, cast, runtime_checkable

from multidict import CIMultiDictProxy

from asyncassist.errors import InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from contextlib import AbstractAsyncContextManager

T = TypeVar("T")
Status = Literal["pass", "warn", "fail"]
Role = Literal["system", "user", "assistant", "tool"]


class Unset(enum.Enum):
    """Type of `UNSET`, the default of a keyword that was not given where None means something else."""

    UNSET = "unset"

    def __repr__(self) -> str:
        return "UNSET"


UNSET: Final = Unset.UNSET


@runtime_checkable
class Clock(Protocol):
    """Source of the current time that can also sleep; `asyncassist.testing.FakeClock` is one for tests."""

    def __call__(self) -> float:
        """Return the seconds since the epoch."""
        ...

    async def sleep(self, seconds: float, /) -> None:
        """Sleep for a number of seconds of this clock."""
        ...


# No price has more than a dozen digits; a third of an amount has as many decimals as the decimal context.
_MAX_AMOUNT_DIGITS = 18
_MAX_AMOUNT_DECIMALS = 40


def is_amount(value: object) -> TypeGuard[Decimal]:
    """Return True for a finite Decimal of at most 18 digits before the point and 40 after it.

    Arithmetic, formatting and JSON of such an amount cannot fail and are cheap: a Decimal may have an exponent of
    billions in a few bytes.
    """
    if not isinstance(value, Decimal) or not value.is_finite():
        return False
    exponent = value.as_tuple().exponent
    return isinstance(exponent, int) and exponent >= -_MAX_AMOUNT_DECIMALS and value.adjusted() < _MAX_AMOUNT_DIGITS


def is_currency(value: object) -> bool:
    """Return whether a value has the form of an ISO 4217 code: three capital letters."""
    return isinstance(value, str) and len(value) == 3 and value.isascii() and value.isalpha() and value.isupper()


def to_jsonable(value: object) -> Any:
    """Convert a value to what JSON can hold.

    A Decimal becomes a string, without an exponent unless it is beyond any amount; dates and times become ISO 8601
    strings, durations seconds, enums their values; bytes become None and are left out of mappings; an error becomes
    its type and message; any other object its `str`.
    """
    match value:
        case None | bool() | int() | float() | str():
            return value
        case JSONSerializable():
            return value.to_dict()
        case Decimal():
            return format(value, "f") if is_amount(value) else str(value)
        case dt.datetime() | dt.date() | dt.time():
            return value.isoformat()
        case dt.timedelta():
            return value.total_seconds()
        case enum.Enum():
            return value.value
        case Mapping():
            return {str(key): to_jsonable(item) for key, item in value.items() if not isinstance(item, bytes)}
        case bytes():
            return None
        case Sequence() | AbstractSet():
            return [to_jsonable(item) for item in value]
        case BaseException():
            return {"error": type(value).__name__, "message": str(value)}
        case _:
            return str(value)


_MAX_REPR_CHARS = 60
_MAX_REPR_ITEMS = 3


def _is_default(item: object, field: dataclasses.Field[Any]) -> bool:
    if field.default_factory is not dataclasses.MISSING:
        return bool(item == field.default_factory())
    return field.default is not dataclasses.MISSING and type(item) is type(field.default) and item == field.default


def _shorten(item: object) -> str:
    """Return a part of a `repr`: values in words where they have some, and what is long cut."""
    match item:
        case JSONSerializable():
            return repr(item) if type(item).__str__ is object.__str__ else f"<{item}>"
        case dt.datetime() | dt.date() | dt.timedelta():
            return str(item)
        case bytes():
            return f"<{len(item)} bytes>"
        case tuple() | list():
            parts = [_shorten(part) for part in item[:_MAX_REPR_ITEMS]]
            return _join(parts, len(item), "()" if isinstance(item, tuple) else "[]")
        case dict() | MappingProxyType():
            pairs = list(cast("Mapping[Any, Any]", item).items())[:_MAX_REPR_ITEMS]
            return _join([f"{_shorten(key)}: {_shorten(part)}" for key, part in pairs], len(item), "{}")
        case str() if len(item) > _MAX_REPR_CHARS:
            return f"{item[:_MAX_REPR_CHARS]!r}…"
        case _:
            return repr(item)


def _join(parts: list[str], size: int, brackets: str) -> str:
    rest = [f"… {size - len(parts)} more"] if size > len(parts) else []
    return f"{brackets[0]}{', '.join([*parts, *rest])}{brackets[1]}"


class JSONSerializable:
    """Base class of the public value types: dataclasses that become JSON-compatible mappings, and can be copied.

    Copying, deep-copying and pickling work for every field, read-only views of mappings included, and give a value of
    the same type whose views are read-only again.
    """

    __slots__ = ()

    def __copy__(self) -> Self:
        return _restore_value(type(self), _field_values(self))

    def __reduce__(self) -> tuple[Any, ...]:
        values = {name: _CopiedView.of(value) for name, value in _field_values(self).items()}
        return _restore_value, (type(self), values)

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as a JSON-compatible mapping by name, without `raw` and fields of bytes."""
        names = [f.name for f in dataclasses.fields(cast("Any", self))]
        pairs = [(name, getattr(self, name)) for name in names if name != "raw"]
        return {name: to_jsonable(item) for name, item in pairs if not isinstance(item, bytes)}


class BriefRepr(JSONSerializable):
    """Base class of values whose `repr` leaves out fields with their defaults, and cuts long texts and collections.

    Their dataclass decorator has `repr=False`.
    """

    __slots__ = ()

    def __repr__(self) -> str:
        shown = [
            f"{field.name}={_shorten(item)}"
            for field in dataclasses.fields(cast("Any", self))
            if field.repr and not _is_default(item := getattr(self, field.name), field)
        ]
        return f"{type(self).__name__}({', '.join(shown)})"


def _field_values(value: Any) -> dict[str, Any]:
    return {f.name: getattr(value, f.name) for f in dataclasses.fields(value)}


def _restore_value(kind: type[T], values: Mapping[str, Any]) -> T:
    """Return a value with these fields; they were checked when the first one was made."""
    value = object.__new__(kind)
    for name, item in values.items():
        object.__setattr__(value, name, item)
    return value


class _CopiedView:
    """Read-only view in the state of a value that is copied or pickled; it comes back as a view of a copy."""

    __slots__ = ("_content", "_restore")

    def __init__(self, restore: Callable[[Any], object], content: object) -> None:
        self._restore = restore
        self._content = content

    @classmethod
    def of(cls, value: object) -> object:
        """Return the replacement of a view; any other value as it is."""
        if isinstance(value, MappingProxyType):
            return cls(_restore_mapping, dict(cast("Mapping[Any, Any]", value)))
        if isinstance(value, CIMultiDictProxy):
            return cls(CIMultiDictProxy, value.copy())
        return value

    def __reduce__(self) -> tuple[Any, ...]:
        return self._restore, (self._content,)


def _restore_mapping(content: dict[Any, Any]) -> Mapping[Any, Any]:
    return MappingProxyType(content)


@dataclass(frozen=True, slots=True)
class Message(JSONSerializable):
    """Message of a conversation.

    Attributes:
        role: Author of the message: "system", "user", "assistant" or "tool".
        content: The text.
        id: Id set by the store, unique in the conversation; None before the message is stored.
        seq: Position in the conversation from 1, set by the store; 0 before the message is stored.
        created_at: Aware time of storing; None before the message is stored.
        source: Origin of a reply ("model", "cache", "fallback", ...); None for messages of users.
        metadata: Further data of the application, as JSON can hold it.

    Raises:
        InvalidInputError: The role is unknown, the content is not text, the time is no datetime, or the metadata no
            mapping.
    """

    role: Role
    content: str
    id: str | None = field(default=None, kw_only=True)
    seq: int = field(default=0, kw_only=True)
    created_at: dt.datetime | None = field(default=None, kw_only=True)
    source: str | None = field(default=None, kw_only=True)
    metadata: Mapping[str, Any] = field(default_factory=dict, kw_only=True)

    def __post_init__(self) -> None:
        if not isinstance(self.role, str) or self.role not in {"system", "user", "assistant", "tool"}:
            raise InvalidInputError("role", "must be system, user, assistant or tool")
        if not isinstance(self.content, str):
            raise InvalidInputError("content", "must be text")
        if self.created_at is not None and not isinstance(self.created_at, dt.datetime):
            raise InvalidInputError("created_at", "must be a datetime")
        # The type first: the check of an abstract class costs as much as all others here.
        if type(self.metadata) is not dict and not isinstance(self.metadata, Mapping):
            raise InvalidInputError("metadata", "must be a mapping")

    @classmethod
    def of(cls, message: Message | Mapping[str, Any]) -> Message:
        """Return a message unchanged, or build one from a mapping of its fields.

        Args:
            message: A message, or a mapping with "role", "content" and any of the other fields; "created_at" may be an
                ISO 8601 string.

        Raises:
            InvalidInputError: A field is missing, unknown or of the wrong type; the error names it.
        """
        if isinstance(message, Message):
            return message
        if type(message) is not dict and not isinstance(message, Mapping):
            raise InvalidInputError("messages", "must be messages or mappings")
        unknown = [key for key in message if key not in cls.__slots__]
        if unknown:
            raise InvalidInputError(f"messages.{str(unknown[0])[:40]}", "is not a field of a message")
        for name in ("role", "content"):
            if name not in message:
                raise InvalidInputError(f"messages.{name}", "is missing")
        facts = dict(message)
        created = facts.get("created_at")
        if isinstance(created, str):
            try:
                facts["created_at"] = dt.datetime.fromisoformat(created)
            except ValueError:
                raise InvalidInputError("messages.created_at", "must be an ISO 8601 time") from None
        return cls(**facts)


@dataclass(frozen=True, slots=True, kw_only=True)
class TextDelta(JSONSerializable):
    """Event of a stream: a fragment of the reply's text.

    Attributes:
        text: The fragment; all fragments joined are the text of the reply.
    """

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Check(JSONSerializable):
    """Result of a health check of one component or service.

    Attributes:
        name: Name of the component or service.
        status: "pass"; "warn" while it is degraded; "fail" only if it cannot do its work.
        elapsed: Duration of the check in seconds.
        critical: Whether its failure makes the whole fail; otherwise it counts as a warning.
        p50: Median latency of recent checks or calls in seconds, None without any.
        p95: 95th percentile of the latency of recent checks or calls in seconds, None without any.
        p99: 99th percentile of the latency of recent checks or calls in seconds, None without any.
        success_ratio: Share of recent checks or calls that succeeded, 0 to 1; None without any.
        last_failure: Aware time of the last failure, None if there was none.
        observed_at: Aware time of the check, None if unknown.
        note: Reason of the status, for operators; "" if there is none.
        status_code: HTTP status of the response, None if the check got none or sends no HTTP request.
    """

    name: str
    status: Status
    elapsed: float = 0.0
    critical: bool = True
    p50: float | None = None
    p95: float | None = None
    p99: float | None = None
    success_ratio: float | None = None
    last_failure: dt.datetime | None = None
    observed_at: dt.datetime | None = None
    note: str = ""
    status_code: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Health(JSONSerializable):
    """Health of a component, summarizing its checks.

    Attributes:
        status: "fail" if a critical check failed, "warn" if any check is not "pass", else "pass".
        checks: The checks in the order given.
        note: Remark for operators; "" if there is none.
    """

    status: Status
    checks: tuple[Check, ...] = ()
    note: str = ""

    @classmethod
    def of(cls, checks: Sequence[Check], *, note: str = "") -> Health:
        """Return the health with the worst status of the checks; "pass" without any.

        Args:
            checks: The checks; a failed one that is not critical counts as a warning.
            note: Remark for operators.
        """
        if any(check.status == "fail" and check.critical for check in checks):
            status: Status = "fail"
        elif any(check.status != "pass" for check in checks):
            status = "warn"
        else:
            status = "pass"
        return cls(status=status, checks=tuple(checks), note=note)


@dataclass(frozen=True, slots=True, order=False)
class Money(JSONSerializable):
    """Amount of money in a currency.

    Attributes:
        amount: Exact amount, a finite Decimal of at most 18 digits before the point and 40 after it.
        currency: ISO 4217 code, three capital letters.

    Raises:
        InvalidInputError: The amount is not such a Decimal, or the currency is not three capital letters.
    """

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        if not is_amount(self.amount):
            raise InvalidInputError("amount", "must be a finite Decimal of at most 18 digits and 40 decimals")
        if not is_currency(self.currency):
            raise InvalidInputError("currency", "must be three capital letters")

    def __str__(self) -> str:
        return f"{self.amount:f} {self.currency}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place(JSONSerializable):
    """City or airport.

    Attributes:
        code: IATA code. A city has the code of its metropolitan area, or else of its main airport.
        kind: "city" or "airport".
        name: Name of the city or the airport, in English.
        city: Name of the city, in English; of the city that an airport serves.
        country: ISO 3166-1 code, two letters.
        timezone: IANA name of the time zone.
        latitude: Degrees north, None if unknown.
        longitude: Degrees east, None if unknown.
    """

    code: str
    kind: Literal["city", "airport"]
    name: str
    city: str
    country: str
    timezone: str
    latitude: float | None = None
    longitude: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg(JSONSerializable):
    """One flight of a trip of several.

    Attributes:
        origin: Where it begins, None if unknown yet.
        destination: Where it ends, None if unknown yet.
        departure_date: Date of departure, local at the origin; None if unknown yet.
    """

    origin: Place | None = None
    destination: Place | None = None
    departure_date: dt.date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Airline(JSONSerializable):
    """Airline.

    Attributes:
        code: IATA code, two characters.
        name: Common name.
    """

    code: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Passengers(JSONSerializable):
    """Number of passengers by age.

    Attributes:
        adults: Passengers of 12 years and older.
        children: Passengers from 2 to 11 years.
        infants: Passengers under 2 years, on an adult's lap.

    Raises:
        InvalidInputError: A number is not a whole number from 0.
    """

    adults: int = 1
    children: int = 0
    infants: int = 0

    def __post_init__(self) -> None:
        for name in ("adults", "children", "infants"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int) or value < 0:
                raise InvalidInputError(name, "must be a whole number from 0")

    @property
    def total(self) -> int:
        """Return the number of all passengers, including infants."""
        return self.adults + self.children + self.infants


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeWindow(JSONSerializable):
    """Times of a day between which something happens, both included.

    Attributes:
        earliest: First time; None if there is no bound.
        latest: Last time; None if there is no bound. Equal to `earliest` for an exact time; before it if the window
            lasts over midnight.
    """

    earliest: dt.time | None = None
    latest: dt.time | None = None


class CacheBackend(Protocol):
    """Shared (L2) cache behind the in-memory caches of several processes. Callers treat an error as a miss."""

    async def get(self, key: str, /) -> bytes | None:
        """Return the cached bytes; None if there are none or the cache is unavailable."""
        ...

    async def set(self, key: str, value: bytes, /, *, ttl: float) -> None:
        """Store the value for `ttl` seconds."""
        ...

    async def delete(self, *keys: str) -> int:
        """Delete the keys and return how many existed."""
        ...

    async def clear(self, prefix: str = "", /) -> int:
        """Delete all keys of this cache, or those that begin with the prefix, and return their number."""
        ...


@runtime_checkable
class AnnouncesErasure(Protocol):
    """History that tells when everything about a user is erased; `AsyncStateManager` does."""

    def on_erase(self, clear: Callable[[str], Awaitable[int]]) -> None:
        """Have a bound method, which is held weakly, called with each user that is erased."""
        ...


@runtime_checkable
class History(Protocol):
    """Store of conversations; `AsyncStateManager` implements it."""

    async def append(
        self,
        conversation_id: str,
        messages: Sequence[Message | Mapping[str, Any]],
        *,
        user: str | None = None,
        expected_version: int | None = None,
        request_id: str | None = None,
    ) -> int:
        """Append messages to a conversation, all or none.

        Args:
            conversation_id: Id of the conversation; a new one is created.
            messages: The messages, oldest first, or mappings with their fields.
            user: Owner of the conversation, None for an anonymous one. Without its owner it cannot be found.
            expected_version: Version that the conversation must have, 0 for a new one; None for any.
            request_id: Makes the call idempotent: a repeated id appends nothing and returns the first result.

        Returns:
            The version of the conversation: the `seq` of its last message.
        """
        ...

    async def messages(
        self, conversation_id: str, *, user: str | None = None, limit: int | None = None, before: int | None = None
    ) -> list[Message]:
        """Return messages of a conversation.

        Args:
            conversation_id: Id of the conversation.
            user: Owner of the conversation, None for an anonymous one.
            limit: Maximum number of messages, the newest ones; None for all.
            before: Only messages with a `seq` below this; None for no bound.

        Returns:
            The messages, oldest first; empty if there is no such conversation.
        """
        ...

    async def forget(self, conversation_id: str, *, user: str | None = None) -> bool:
        """Delete the conversation and return whether it existed."""
        ...

    def turn(self, conversation_id: str, *, user: str | None = None) -> AbstractAsyncContextManager[None]:
        """Return a context manager that holds the conversation exclusively for one turn; other turns of it wait."""
        ...


class LanguageModel(Protocol):
    """Language model that extracts structured data from a text.

    An attribute `version: str`, if it has one, identifies the model in caches: models that answer differently must have
    different ones.
    """

    async def extract(self, text: str, *, instructions: str, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        """Extract data from the text.

        Args:
            text: The user's text.
            instructions: Instructions for the model: what to extract.
            schema: JSON schema of the result, an object.

        Returns:
            An object that follows the schema.

        Raises:
            AsyncAssistError: The model is unavailable, or its output does not follow the schema.
        """
        ...
