"""Values and protocols that rooms exchange, so that no room has to know another."""

from __future__ import annotations

import dataclasses
import datetime as dt
import enum
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, Literal, Protocol, cast, runtime_checkable

from asyncassist.errors import InvalidInputError

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager

Status = Literal["pass", "warn", "fail"]
Role = Literal["system", "user", "assistant", "tool"]


class Unset(enum.Enum):
    """The type of `UNSET`: the caller did not say."""

    UNSET = "unset"

    def __repr__(self) -> str:
        return "UNSET"


UNSET: Final = Unset.UNSET


@runtime_checkable
class Clock(Protocol):
    """Tells the time and sleeps by it; tests pass one that they move by hand."""

    def __call__(self) -> float:
        """Seconds since the epoch."""
        ...

    async def sleep(self, seconds: float, /) -> None:
        """Return after so many seconds of this clock."""
        ...


def to_jsonable(value: object) -> Any:
    """A value as JSON can hold it.

    Decimal becomes a string, dates and times ISO 8601, durations seconds; bytes become None; an error becomes its
    type and text.
    """
    match value:
        case None | bool() | int() | float() | str():
            return value
        case JSONSerializable():
            return value.to_dict()
        case Decimal():
            return format(value, "f")
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


class JSONSerializable:
    """A frozen value with a form for JSON."""

    __slots__ = ()

    def to_dict(self) -> dict[str, Any]:
        """The fields as JSON can hold them; bytes and `raw` are left out."""
        names = [f.name for f in dataclasses.fields(cast("Any", self))]
        pairs = [(name, getattr(self, name)) for name in names if name != "raw"]
        return {name: to_jsonable(item) for name, item in pairs if not isinstance(item, bytes)}


@dataclass(frozen=True, slots=True)
class Message(JSONSerializable):
    """One message of a conversation.

    Attributes:
        role: Who speaks.
        content: The text.
        id: Set by the store, unique in the conversation; None before.
        seq: Place in the conversation from 1, set by the store; 0 before.
        created_at: Aware time of storing, None before.
        source: Where an answer came from ("model", "cache", "fallback", ...), None for what people wrote.
        metadata: What else the application keeps with it; JSON only.
    """

    role: Role
    content: str
    id: str | None = field(default=None, kw_only=True)
    seq: int = field(default=0, kw_only=True)
    created_at: dt.datetime | None = field(default=None, kw_only=True)
    source: str | None = field(default=None, kw_only=True)
    metadata: Mapping[str, Any] = field(default_factory=dict, kw_only=True)

    def __post_init__(self) -> None:
        if self.role not in {"system", "user", "assistant", "tool"}:
            raise InvalidInputError("role", "must be system, user, assistant or tool")
        if not isinstance(self.content, str):
            raise InvalidInputError("content", "must be text")

    @classmethod
    def of(cls, message: Message | Mapping[str, Any]) -> Message:
        """The message itself, or one made of a mapping with its fields.

        Raises:
            InvalidInputError: A field is missing, unknown or of the wrong kind.
        """
        if isinstance(message, Message):
            return message
        if not isinstance(message, Mapping):
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
class Check(JSONSerializable):
    """What one health check saw.

    Attributes:
        name: Of the part that was looked at.
        status: "fail" only when it cannot do its work; "warn" while it is degraded.
        elapsed: Seconds that looking took.
        critical: Whether its failure is a failure of the whole.
        p50: Median seconds of recent looks or calls, None without any.
        p95: 95th percentile of the same.
        p99: 99th percentile of the same.
        success_ratio: Share of recent looks or calls that went well, 0 to 1; None without any.
        last_failure: When it last failed, None when never.
        observed_at: When it was looked at.
        note: Why, in words for an operator; "" when there is nothing to say.
        status_code: HTTP status of the response, None when the check got none or sends no HTTP request.
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
    """Whether something can do its work.

    Attributes:
        status: "fail" when a critical check failed, "warn" when anything is degraded, else "pass".
        checks: What was looked at.
        note: A line for an operator, "" when there is nothing to say.
    """

    status: Status
    checks: tuple[Check, ...] = ()
    note: str = ""

    @classmethod
    def of(cls, checks: Sequence[Check], *, note: str = "") -> Health:
        """The worst of the checks; a failed check that is not critical counts as a warning."""
        if any(check.status == "fail" and check.critical for check in checks):
            status: Status = "fail"
        elif any(check.status != "pass" for check in checks):
            status = "warn"
        else:
            status = "pass"
        return cls(status=status, checks=tuple(checks), note=note)


@dataclass(frozen=True, slots=True, order=False)
class Money(JSONSerializable):
    """An amount of a currency; never a float.

    Attributes:
        amount: Exact amount.
        currency: Three capital letters, ISO 4217.
    """

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        if not isinstance(self.amount, Decimal) or not self.amount.is_finite():
            raise InvalidInputError("amount", "must be a finite Decimal")
        if not (
            isinstance(self.currency, str)
            and len(self.currency) == 3
            and self.currency.isascii()
            and self.currency.isalpha()
            and self.currency.isupper()
        ):
            raise InvalidInputError("currency", "must be three capital letters")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place(JSONSerializable):
    """A city or an airport.

    Attributes:
        code: IATA code: of the metropolitan area for a city that has one, else of its main airport.
        kind: "city" or "airport".
        name: Of the city or the airport, in English.
        city: Name of the city.
        country: ISO 3166 two letters.
        timezone: IANA zone.
        latitude: Degrees north, None when unknown.
        longitude: Degrees east, None when unknown.
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
class Airline(JSONSerializable):
    """An airline.

    Attributes:
        code: IATA two characters.
        name: Usual name.
    """

    code: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Passengers(JSONSerializable):
    """How many travel.

    Attributes:
        adults: From 12 years.
        children: From 2 to 11 years.
        infants: Under 2 years, on a lap.
    """

    adults: int = 1
    children: int = 0
    infants: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return self.adults + self.children + self.infants


class CacheBackend(Protocol):
    """A cache behind the cache, shared by processes. It may fail; the first level then goes on alone."""

    async def get(self, key: str, /) -> bytes | None:
        """What was kept under the key, None when nothing or when the store is away."""
        ...

    async def set(self, key: str, value: bytes, /, *, ttl: float) -> None:
        """Keep it for so many seconds."""
        ...

    async def delete(self, *keys: str) -> int:
        """Forget these keys; how many there were."""
        ...

    async def clear(self, prefix: str = "", /) -> int:
        """Forget all keys of this cache, or those that begin so; how many there were."""
        ...


@runtime_checkable
class History(Protocol):
    """Where conversations are kept. `AsyncStateManager` is one."""

    async def append(
        self,
        conversation_id: str,
        messages: Sequence[Message | Mapping[str, Any]],
        *,
        user: str | None = None,
        expected_version: int | None = None,
        request_id: str | None = None,
    ) -> int:
        """Store all of the messages or none; the conversation's version: the last `seq`."""
        ...

    async def messages(
        self, conversation_id: str, *, user: str | None = None, limit: int | None = None, before: int | None = None
    ) -> list[Message]:
        """The newest `limit` messages with a `seq` below `before`, oldest first."""
        ...

    async def forget(self, conversation_id: str, *, user: str | None = None) -> bool:
        """Delete the conversation; whether there was one."""
        ...

    def turn(self, conversation_id: str, *, user: str | None = None) -> AbstractAsyncContextManager[None]:
        """Hold the conversation for one turn; others wait."""
        ...


class LanguageModel(Protocol):
    """A model that reads a text into a structure."""

    async def extract(self, text: str, *, instructions: str, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        """What the text says, as an object that follows the JSON schema.

        Raises:
            AsyncAssistError: The model did not answer, or not in that form.
        """
        ...
