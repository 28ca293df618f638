"""Parsers of the header fields in which services announce quotas; pure functions that accept any input.

They read `RateLimit` and `RateLimit-Policy` in the forms of all IETF drafts (draft-ietf-httpapi-ratelimit-headers), the
earlier `RateLimit-Limit`, `-Remaining` and `-Reset`, and the spellings of `X-RateLimit-*` in use.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import msgspec
from multidict import istr

if TYPE_CHECKING:
    from collections.abc import Mapping

# Longer fields are not read: no service needs more for its few quotas.
_MAX_LENGTH = 2048
_MAX_QUOTAS = 8
# The numbers of a shorter member have too few digits to overflow.
_MAX_PLAIN = 64
# Longest reset and window that are believed: 31 days, the longest period of a quota in use.
MAX_RESET = 31 * 86400.0
# A larger reset is a time since the epoch, in milliseconds above the second bound.
_EPOCH_SECONDS, _EPOCH_MILLISECONDS = 1e9, 1e12

# A list member with its parameters (RFC 9651), or a member of the dictionary of earlier drafts. All quantifiers are
# possessive: nothing is scanned twice.
_VALUE = r'(?:"(?:[^"\\]|\\.)*+"|[^",;\s]*+)'
_MEMBER = re.compile(
    rf'\s*+("(?:[^"\\]|\\.)*+"|[^",;=\s]++)(=?{_VALUE})((?:\s*+;\s*+[^",;=\s]++(?:={_VALUE})?+)*+)\s*+(?:,|\Z)'
)
_PARAMETER = re.compile(rf";\s*+([^\",;=\s]++)(?:=({_VALUE}))?+")
_NUMBER = re.compile(r"\s*+(\d{1,15}(?:\.\d{1,9}+)?+)(?![\w.])")
_DURATION = re.compile(
    r"(?:(\d{1,9})d)?(?:(\d{1,9})h)?(?:(\d{1,9})m(?!s))?(?:(\d{1,9}(?:\.\d{1,9})?)s)?(?:(\d{1,9}(?:\.\d{1,9})?)ms)?"
)
_UNIT_SECONDS = (86400.0, 3600.0, 60.0, 1.0, 0.001)


class QuotaNotice(msgspec.Struct):
    """State of one quota as a response announces it.

    Attributes:
        name: Name of the quota; of several the service names each.
        limit: Units in each window, None if it is not announced.
        remaining: Units left, None if that is not announced.
        reset: Seconds from the receipt until the window ends, None if that is not announced.
        window: Length of the window in seconds, None if it is not announced.
        partition: Key of the part of the quota that the request counts in, None for an undivided quota.
        unit: What is counted: "requests" or "tokens".
        refills: Whether units come back one by one, `reset` being the time until all are back, and not all at once.
    """

    name: str
    limit: float | None = None
    remaining: float | None = None
    reset: float | None = None
    window: float | None = None
    partition: str | None = None
    unit: str = "requests"
    refills: bool = False


# Name of the quota, names of limit, remaining and reset for each family of fields, the unit, and whether it refills.
_Family = tuple[str, istr, istr, tuple[istr, ...], str, bool]
_FAMILIES: tuple[_Family, ...] = tuple(
    (limit.lower(), istr(limit), istr(remaining), tuple(istr(name) for name in reset), unit, refills)
    for limit, remaining, reset, unit, refills in (
        ("RateLimit-Limit", "RateLimit-Remaining", ("RateLimit-Reset",), "requests", False),
        (
            "X-RateLimit-Limit",
            "X-RateLimit-Remaining",
            ("X-RateLimit-Reset-After", "X-RateLimit-Reset"),
            "requests",
            False,
        ),
        ("X-Rate-Limit-Limit", "X-Rate-Limit-Remaining", ("X-Rate-Limit-Reset",), "requests", False),
        (
            "X-RateLimit-Limit-Requests",
            "X-RateLimit-Remaining-Requests",
            ("X-RateLimit-Reset-Requests",),
            "requests",
            True,
        ),
        ("X-RateLimit-Limit-Tokens", "X-RateLimit-Remaining-Tokens", ("X-RateLimit-Reset-Tokens",), "tokens", True),
    )
)
_RATE_LIMIT, _POLICY = istr("RateLimit"), istr("RateLimit-Policy")


_REFILLING = tuple(family for family in _FAMILIES if family[5])
_REMAINING = tuple(family[2] for family in _FAMILIES)


def announces_quotas(headers: Mapping[str, str]) -> bool:
    """Return whether a response has a field that `parse_quotas` reads; cheap, because most responses have none."""
    plain, x_rate_limit, x_rate, requests, tokens = _REMAINING
    return (
        x_rate_limit in headers
        or _RATE_LIMIT in headers
        or plain in headers
        or requests in headers
        or tokens in headers
        or x_rate in headers
    )


def parse_quotas(headers: Mapping[str, str], now: float) -> tuple[QuotaNotice, ...]:
    """Return the quotas that a response announces, at most 8; empty if it announces none.

    Args:
        headers: Header fields of the response, names in any case.
        now: Receipt in seconds since the epoch, for resets that are points in time.
    """
    notices: list[QuotaNotice] = []
    state, policy = headers.get(_RATE_LIMIT), headers.get(_POLICY)
    if state is not None:
        notices += _parse_state(state, _NO_POLICIES if policy is None else _parse_policies(policy))
    # The fields of the current draft take precedence over earlier ones, unless those refill.
    for family in _REFILLING if notices else _FAMILIES:
        if family[2] in headers:
            notices += _parse_family(family, headers, policy, now)
    return tuple(notices) if len(notices) <= _MAX_QUOTAS else tuple(notices[:_MAX_QUOTAS])


def _parse_family(
    family: _Family, headers: Mapping[str, str], policy: str | None, now: float
) -> tuple[QuotaNotice, ...]:
    """Return the quota that fields of one family announce, none without units left."""
    name, limit_name, remaining_name, reset_names, unit, refills = family
    remaining = parse_number(headers[remaining_name])
    if remaining is None:
        return ()
    reset = None
    for reset_name in reset_names:
        if reset_name in headers:
            reset = parse_reset(headers[reset_name], now)
            break
    limit, window = _parse_terms(headers.get(limit_name), policy)
    return (QuotaNotice(name, limit, remaining, reset, window, None, unit, refills),)


@lru_cache(maxsize=128)
def _parse_terms(limit: str | None, policy: str | None) -> tuple[float | None, float | None]:
    """Return limit and window of a quota of the early forms; memoized, as they are static."""
    stated = policy is not None or (limit is not None and ";" in limit)
    return parse_number(limit), _window_of(limit, policy) if stated else None


def parse_number(value: str | None) -> float | None:
    """Parse the number at the start of a field, such as of "100, 100;w=60"; None for anything else."""
    if value is None or len(value) > _MAX_LENGTH or not value.isascii():
        return None
    if value.isdigit() and len(value) < 16:
        return float(value)  # the common case, a third of the time of the pattern
    match = _NUMBER.match(value)
    return None if match is None else float(match[1])


def parse_reset(value: str | None, now: float) -> float | None:
    """Parse a reset: seconds, a duration such as "6m0s" or "17ms", or a point in time in seconds or milliseconds.

    Args:
        value: Field value, None if absent.
        now: Seconds since the epoch.

    Returns:
        Seconds from now, 0 to `MAX_RESET`; None for anything else.
    """
    if value is None or len(value) > _MAX_PLAIN:
        return None
    seconds = _parse_seconds(value)
    if seconds is None or seconds < _EPOCH_SECONDS:
        return seconds if seconds is None or seconds < MAX_RESET else MAX_RESET
    return min(MAX_RESET, max(0.0, seconds - now))


@lru_cache(maxsize=128)
def _parse_seconds(value: str) -> float | None:
    """Return the seconds of a reset, from now or since the epoch; memoized, as many responses state the same."""
    text = value.strip() if value.isascii() else ""
    if _NUMBER.fullmatch(text) is None:
        match = _DURATION.fullmatch(text) if text else None
        if match is None:
            return None
        parts = zip(match.groups(), _UNIT_SECONDS, strict=True)
        return min(MAX_RESET, sum(float(part) * unit for part, unit in parts if part))
    number = float(text)
    return number / 1000.0 if number >= _EPOCH_MILLISECONDS else number


@lru_cache(maxsize=128)
def _parse_members(value: str) -> tuple[tuple[str, str, tuple[tuple[str, str], ...]], ...]:
    """Split a list into members: name, value of a dictionary member, parameters. A malformed rest is ignored."""
    members: list[tuple[str, str, tuple[tuple[str, str], ...]]] = []
    position = 0
    text = value[:_MAX_LENGTH] if value.isascii() else ""  # structured fields are ASCII (RFC 9651 section 1.2)
    while position < len(text) and len(members) < 2 * _MAX_QUOTAS:
        match = _MEMBER.match(text, position)
        if match is None:
            break
        parameters = tuple((key.lower(), _unquote(given or "")) for key, given in _PARAMETER.findall(match[3]))
        members.append((_unquote(match[1]), _unquote(match[2].removeprefix("=")), parameters))
        position = match.end()
    return tuple(members)


def _unquote(text: str) -> str:
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] == '"' else text


@dataclass(frozen=True, slots=True)
class _Policy:
    """Policy of a quota: units in each window, the window in seconds, the partition key and the unit."""

    limit: float | None = None
    window: float | None = None
    partition: str | None = None
    unit: str = "requests"


_NO_POLICY = _Policy()
_NO_POLICIES: dict[str, _Policy] = {}


@lru_cache(maxsize=128)
def _parse_policies(value: str) -> dict[str, _Policy]:
    """Return the policies by name, "" for an unnamed one of the early form "100;w=60"; memoized, as they are static."""
    policies: dict[str, _Policy] = {}
    for name, _, parameters in _parse_members(value):
        given = dict(parameters)
        unnamed = "q" not in given and parse_number(name) is not None
        limit = parse_number(name if unnamed else given.get("q"))
        policy = _Policy(limit, parse_reset(given.get("w"), 0.0), given.get("pk"), given.get("qu", "requests"))
        name = "" if unnamed else name  # noqa: PLW2901
        if name not in policies or policies[name].window is None:
            policies[name] = policy
    return policies


@lru_cache(maxsize=128)
def _parse_plain(head: str, reset: str) -> tuple[str, float] | None:
    """Return name and reset of a member without other parameters; None for any other. Memoized, as both repeat."""
    name = head.strip('"')
    return (name, min(MAX_RESET, float(reset))) if name.isalnum() and reset.isdigit() else None


def _parse_state(value: str, policies: dict[str, _Policy]) -> list[QuotaNotice]:
    """Return the quotas of a RateLimit field, completed by their policies."""
    # The most common member is read in a fifth of the time: a name, units and a reset of digits alone.
    head, _, rest = value.partition(";r=")
    units, _, ends_in = rest.partition(";t=")
    plain = _parse_plain(head, ends_in) if units.isdigit() and len(value) < _MAX_PLAIN and value.isascii() else None
    if plain is not None:
        policy = policies.get(plain[0], _NO_POLICY)
        if policy.unit != "requests":
            return []
        return [QuotaNotice(plain[0], policy.limit, float(units), plain[1], policy.window, policy.partition)]
    members = _parse_members(value)
    named = {name.lower(): given for name, given, _ in members if given}
    if named:  # "limit=100, remaining=50, reset=5" of drafts 3 to 7
        limit, remaining = parse_number(named.get("limit")), parse_number(named.get("remaining"))
        if remaining is None:
            return []
        window = next(iter(policies.values()), _NO_POLICY).window
        reset = parse_reset(named.get("reset"), 0.0)
        return [QuotaNotice(name="ratelimit", limit=limit, remaining=remaining, reset=reset, window=window)]
    notices: list[QuotaNotice] = []
    for name, _, parameters in members:
        given = dict(parameters)
        policy = policies.get(name, _NO_POLICY)
        remaining = parse_number(given.get("r"))
        # Bytes and concurrent requests are quotas of another kind, which pacing cannot keep.
        if remaining is None or policy.unit != "requests":
            continue
        notices.append(_notice_of(name, policy, remaining, given.get("t"), given.get("pk", policy.partition)))
    return notices


def _notice_of(name: str, policy: _Policy, remaining: float, reset: str | None, partition: str | None) -> QuotaNotice:
    return QuotaNotice(name, policy.limit, remaining, parse_reset(reset, 0.0), policy.window, partition)


def _window_of(limit: str | None, policy: str | None) -> float | None:
    """Return the window of the early form, from "RateLimit-Limit: 100, 100;w=60" or from RateLimit-Policy."""
    for value in (policy, limit):
        if value is not None:
            for stated in _parse_policies(value).values():
                if stated.window is not None:
                    return stated.window
    return None
