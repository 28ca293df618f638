"""Shared values: conversion to JSON, validation of their fields, health, and protocols."""

import copy
import dataclasses
import datetime as dt
import enum
import importlib
import itertools
import json
import pickle
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType

import pytest
from babel.numbers import format_currency
from multidict import CIMultiDict, CIMultiDictProxy

from asyncassist._types import (
    UNSET,
    BriefRepr,
    Check,
    Health,
    History,
    JSONSerializable,
    Message,
    Money,
    Passengers,
    to_jsonable,
)
from asyncassist.errors import InvalidInputError


class Colour(enum.Enum):
    RED = "red"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Parcel(JSONSerializable):
    raw: Mapping[str, object]
    blob: bytes
    price: Money
    when: dt.datetime
    tags: tuple[object, ...]


def test_to_dict_is_json_without_bytes_and_raw():
    """Decimal as string, times ISO 8601, durations seconds; bytes and raw are left out."""
    parcel = Parcel(
        raw={"a": 1},
        blob=b"x",
        price=Money(Decimal("12.50"), "EUR"),
        when=dt.datetime(2026, 1, 2, 3, 4, tzinfo=dt.UTC),
        tags=(dt.timedelta(minutes=1), Colour.RED, {"k": b"y", "n": 1}, None, dt.date(2026, 1, 2), b"z", Path("p")),
    )

    assert json.loads(json.dumps(parcel.to_dict())) == {
        "price": {"amount": "12.50", "currency": "EUR"},
        "when": "2026-01-02T03:04:00+00:00",
        "tags": [60.0, "red", {"n": 1}, None, "2026-01-02", None, "p"],
    }


def test_error_becomes_its_type_and_text():
    """So that partial results can be serialized; a set becomes a list."""
    assert to_jsonable(InvalidInputError("x", "is bad")) == {"error": "InvalidInputError", "message": "x: is bad"}
    assert to_jsonable({3}) == [3]


def test_unset_has_a_readable_repr():
    """In a signature it reads as its name."""
    assert repr(UNSET) == "UNSET"


def test_message_is_built_from_a_mapping():
    """Of its fields, with the time as ISO 8601 text too; a message is returned unchanged."""
    message = Message.of({"role": "user", "content": "hi", "created_at": "2026-01-02T03:04:00+00:00"})

    assert message.created_at == dt.datetime(2026, 1, 2, 3, 4, tzinfo=dt.UTC)
    assert Message.of(message) is message
    assert message.to_dict()["created_at"] == "2026-01-02T03:04:00+00:00"


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"role": "boss", "content": "x"}, "role"),
        ({"role": "user", "content": 3}, "content"),
        ({"role": "user"}, "messages.content"),
        ({"content": "x"}, "messages.role"),
        ({"role": "user", "content": "x", "admin": True}, "messages.admin"),
        ({"role": "user", "content": "x", "created_at": "noon"}, "messages.created_at"),
        ("hello", "messages"),
    ],
)
def test_invalid_message_is_refused_by_field(given, field):
    """The error names the invalid, missing or unknown field."""
    with pytest.raises(InvalidInputError) as caught:
        Message.of(given)

    assert caught.value.field == field


@pytest.mark.parametrize("amount", ["1E+18", "1E+999999", "1e-400000", "0E+99", "1e-41"])
def test_an_amount_of_money_is_bounded(amount):
    """An amount of more than 18 digits before the point or 40 after it is refused; in JSON it keeps its exponent."""
    with pytest.raises(InvalidInputError) as caught:
        Money(Decimal(amount), "EUR")

    assert caught.value.field == "amount"
    assert to_jsonable(Decimal(amount)) == str(Decimal(amount))


def test_every_amount_of_money_can_be_formatted():
    """The largest one, a third and a negative one have a localized form and exact JSON."""
    for text in ("9" * 18 + "." + "9" * 40, str(Decimal(1) / 3), "-999999999999999999", "1E+3"):
        money = Money(Decimal(text), "EUR")

        assert Decimal(money.to_dict()["amount"]) == money.amount
        assert "€" in format_currency(money.amount, money.currency, locale="de")


@pytest.mark.parametrize("amount", [1.5, Decimal("NaN"), Decimal("Infinity"), 3])
def test_amount_of_money_is_a_finite_decimal(amount):
    """Floats, integers, NaN and infinity are refused."""
    with pytest.raises(InvalidInputError):
        Money(amount, "EUR")


@pytest.mark.parametrize("currency", ["eur", "EU", "EURO", "€€€", "E1R", 5])
def test_currency_is_three_capital_letters(currency):
    """As in ISO 4217; anything else is refused."""
    with pytest.raises(InvalidInputError):
        Money(Decimal(1), currency)


def test_total_counts_passengers_of_every_age():
    """Adults, children and infants."""
    assert Passengers(adults=2, children=1, infants=1).total == 4


@pytest.mark.parametrize(
    ("checks", "status"),
    [
        ([], "pass"),
        ([Check(name="a", status="pass")], "pass"),
        ([Check(name="a", status="pass"), Check(name="b", status="warn")], "warn"),
        ([Check(name="a", status="fail", critical=False)], "warn"),
        ([Check(name="a", status="fail"), Check(name="b", status="pass")], "fail"),
    ],
)
def test_health_is_the_worst_of_its_checks(checks, status):
    """Only the failure of a critical check is a failure; the note is passed on."""
    assert Health.of(checks, note="n").status == status
    assert Health.of(checks, note="n").note == "n"


def test_memory_history_implements_the_history_protocol():
    """The chatbot needs the protocol, not a class."""
    from asyncassist._stores.memory_history import MemoryHistory

    assert isinstance(MemoryHistory(), History)


def public_values() -> list[type]:
    """Return all value classes that the public modules export."""
    modules = [importlib.import_module(f"asyncassist{name}") for name in _PUBLIC_MODULES]
    found = {getattr(module, name) for module in modules for name in module.__all__}
    return sorted((item for item in found if dataclasses.is_dataclass(item)), key=lambda item: item.__name__)


_PUBLIC_MODULES = ("", ".assistant", ".flights", ".nlp", ".testing", ".web")


def filled(kind: type) -> object:
    """Return a value of the class whose fields are what is hardest to copy, unchecked."""
    value = object.__new__(kind)
    headers = CIMultiDict([("a", "1"), ("A", "2")])
    contents = ({"a": [1]}, (Money(Decimal(1), "EUR"),), None)
    if issubclass(kind, JSONSerializable):
        contents = (MappingProxyType({"a": [1]}), CIMultiDictProxy(headers), *contents)
    for field, content in zip(dataclasses.fields(kind), itertools.cycle(contents)):
        object.__setattr__(value, field.name, content)
    return value


COPIES = {"copy": copy.copy, "deepcopy": copy.deepcopy, "pickle": lambda value: pickle.loads(pickle.dumps(value))}


@pytest.mark.parametrize("how", COPIES)
@pytest.mark.parametrize("kind", public_values(), ids=lambda kind: kind.__name__)
def test_every_public_value_can_be_copied(kind, how):
    """Copied, deep-copied and pickled: the same type with equal fields, whose read-only views are read-only again."""
    value = filled(kind)

    copied = COPIES[how](value)

    assert type(copied) is kind
    for field in dataclasses.fields(kind):
        before, after = getattr(value, field.name), getattr(copied, field.name)
        assert (type(after), after) == (type(before), before)


def test_copies_of_views_do_not_share_their_data():
    """A deep copy is independent; a view of a shallow copy shows the same."""
    value = Message("user", "x", metadata=MappingProxyType({"a": [1]}))

    copied = copy.deepcopy(value)
    copied.metadata["a"].append(2)

    assert value.metadata == {"a": [1]}
    assert copy.copy(value).metadata is value.metadata


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("role", ["user"]),
        ("role", None),
        ("content", 7),
        ("created_at", 5),
        ("created_at", dt.date(2026, 1, 1)),
        ("metadata", 7),
    ],
)
def test_a_message_of_wrong_kinds_is_refused(field, value):
    """By an error that names the field, from a mapping too."""
    facts = {"role": "user", "content": "x", field: value}

    for make in (Message.of, lambda given: Message(**given)):
        with pytest.raises(InvalidInputError) as caught:
            make(facts)
        assert caught.value.field == field


@dataclasses.dataclass(frozen=True, slots=True, repr=False)
class Crate(BriefRepr):
    items: object
    kind: str = "box"
    labels: tuple[str, ...] = dataclasses.field(default_factory=tuple)
    key: str = dataclasses.field(default="", repr=False)


@pytest.mark.parametrize(
    ("items", "shown"),
    [
        ((1, 2, 3), "(1, 2, 3)"),
        ([1, 2, 3, 4, 5], "[1, 2, 3, … 2 more]"),
        ({"a": Money(Decimal("1.50"), "EUR")}, "{'a': <1.50 EUR>}"),
        (MappingProxyType(dict.fromkeys(range(9))), "{0: None, 1: None, 2: None, … 6 more}"),
        ("x" * 100, repr("x" * 60) + "…"),
        (b"abc", "<3 bytes>"),
        (dt.datetime(2027, 3, 12, 10, tzinfo=dt.UTC), "2027-03-12 10:00:00+00:00"),
        (Crate(1), "Crate(items=1)"),
    ],
)
def test_repr_is_short(items, shown):
    """Defaults and hidden fields are left out, long texts and collections cut, amounts in words."""
    assert repr(Crate(items, key="hidden")) == f"Crate(items={shown})"


def test_repr_shows_what_differs_from_the_defaults():
    """Fields that have their defaults are left out."""
    assert repr(Crate(1, "bag", ("a", "b"))) == "Crate(items=1, kind='bag', labels=('a', 'b'))"


def test_repr_is_whole_where_it_is_not_asked_for():
    """Settings show every field."""
    assert repr(Passengers(adults=2)) == "Passengers(adults=2, children=0, infants=0)"


def test_an_amount_is_readable():
    """As amount and currency, without an exponent."""
    assert str(Money(Decimal("99.00"), "EUR")) == "99.00 EUR"
    assert str(Money(Decimal("1E+3"), "JPY")) == "1000 JPY"
