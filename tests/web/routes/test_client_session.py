"""Sessions that belong to the ids of clients."""

from __future__ import annotations

from asyncassist.web.routes.client_session import session_of, text_of
from asyncassist.web.routes.openai import ContentPart
from asyncassist.web.routes.route_context import RouteContext
from tests.web.components import get, service_of


async def test_short_id_counts_for_its_address_and_every_id_for_its_user():
    """What others could choose or guess opens nothing of theirs."""
    async with service_of(user=lambda request: request.header("x-user")) as service:

        async def session(client_id: str, peer: str, **headers: str) -> str:
            request = get("/chat", peer=peer, **headers)
            route = service.route("chat")
            context = RouteContext(service=service, request=request, route=route, path_param="", query={}, body={})
            return await session_of(context, client_id)

        short = [await session("1", peer) for peer in ("192.0.2.1", "192.0.2.2", "192.0.2.1")]
        long = [await session("a-very-long-id-of-a-chat", peer) for peer in ("192.0.2.1", "192.0.2.2")]
        users = [await session("a-very-long-id-of-a-chat", "192.0.2.1", **{"x-user": name}) for name in ("ann", "bob")]

    assert short[0] == short[2] != short[1]
    assert long[0] == long[1]
    assert len({*long, *users}) == 3


def test_text_of_a_message():
    """A text is itself, of parts those of type "text" count, and nothing is an empty text."""
    assert [text_of(given) for given in ("a", None, [ContentPart("text", "a"), ContentPart("x", "b")])] == [
        "a",
        "",
        "a",
    ]
