"""The provider protocol: registration by name, and the context of a call."""

from __future__ import annotations

import pytest

from asyncassist.errors import ClosedError, ConfigurationError
from asyncassist.flights import (
    AmadeusProvider,
    AsyncFlightClient,
    AttachableProvider,
    CacheableProvider,
    DuffelProvider,
    SandboxProvider,
    SearchContext,
)
from asyncassist.flights.provider import providers_by_name
from tests.flights.conftest import StubProvider, offer, query


def test_a_provider_without_search_is_rejected():
    """A name alone does not make a FlightProvider."""

    class NameOnly:
        name = "nothing"

    with pytest.raises(ConfigurationError, match="not a FlightProvider"):
        AsyncFlightClient(providers=[NameOnly()])


async def test_the_context_of_a_closed_client_opens_no_handler():
    """A provider that stored the context cannot open a session after the client was closed."""
    contexts = []
    provider = StubProvider(lambda _asked, context: contexts.append(context) or [offer()])
    async with AsyncFlightClient(providers=[provider]) as client:
        await client.search(query())
        assert 0 < contexts[0].left <= 20.0
    with pytest.raises(ClosedError):
        _ = contexts[0].http


async def test_the_context_opens_the_handler_on_demand(clock):
    """A provider that never reads `http` opens no handler; the remaining time is never negative."""
    opened = []
    context = SearchContext(handler=lambda: opened.append("handler"), clock=clock, left=lambda: -1.0)

    assert context.left == 0.0
    assert context.clock is clock
    assert opened == []
    _ = context.http
    assert opened == ["handler"]


def test_providers_are_registered_by_name_in_order():
    """Any iterable of providers will do; the error for a repeated name contains it."""
    first, second = StubProvider(name="b"), StubProvider(name="a")

    assert list(providers_by_name(iter([first, second]))) == ["b", "a"]
    with pytest.raises(ConfigurationError, match="two providers are named b"):
        providers_by_name([first, StubProvider(name="b")])


@pytest.mark.parametrize("providers", [[], "amadeus", {"a": 1}, 5, [object()]], ids=range(5))
def test_values_that_are_no_providers_are_rejected(providers):
    """The error names the argument."""
    with pytest.raises(ConfigurationError) as caught:
        providers_by_name(providers)

    assert caught.value.field == "providers"


def test_identities_say_what_decides_the_offers():
    """Host, account and settings change the digest, which reveals no secret; a subclass and others have none."""

    class Special(DuffelProvider):
        pass

    facts = {"base_url": "http://a", "token_url": "http://a/t", "client_id": "i", "client_secret": "s3cret"}
    providers = [
        DuffelProvider(token="t0ken"),
        DuffelProvider(token="other"),
        DuffelProvider(token="t0ken", base_url="http://a"),
        DuffelProvider(token="t0ken", batches=False),
        AmadeusProvider(**facts),
        AmadeusProvider(**facts | {"base_url": "http://b"}),
        AmadeusProvider(**facts | {"token_url": "http://b/t"}),
        AmadeusProvider(**facts | {"client_id": "j"}),
        SandboxProvider(),
        SandboxProvider(seed="live"),
    ]
    identities = [provider.cache_identity for provider in providers]

    assert len(set(identities)) == len(providers)
    assert all(isinstance(identity, str) and len(identity) == 64 for identity in identities)
    assert DuffelProvider(token="t0ken", name="mine").cache_identity == identities[0]
    assert isinstance(providers[0], CacheableProvider)
    assert not isinstance(StubProvider(), CacheableProvider)
    assert Special(token="t0ken").cache_identity is None


async def test_an_attachable_provider_is_given_the_handler_while_the_client_is_open():
    """`attach` gets the client's handler and clock at opening, `detach` the same handler at closing; others get neither."""
    calls = []

    class Attachable(StubProvider):
        def attach(self, handler, clock):
            calls.append(("attach", handler, clock))

        async def detach(self, handler):
            calls.append(("detach", handler))

    plain = StubProvider(lambda *_: [offer()], name="plain")
    attachable = Attachable(lambda *_: [offer()], name="attachable")
    assert isinstance(attachable, AttachableProvider)
    assert not isinstance(plain, AttachableProvider)

    async with AsyncFlightClient(providers=[plain, attachable]) as client:
        assert [call[0] for call in calls] == ["attach"]
        assert calls[0][1]() is client._handler()

    assert [call[0] for call in calls] == ["attach", "detach"]
    assert calls[1][1] == calls[0][1]
