"""Server-side sessions for Starlette and FastAPI: the cookie holds an id, an `AsyncStateManager` the data.

`app.add_middleware(StateSessions, state=state)` gives `request.session`, as Starlette's own middleware does, without
data in the cookie and without its limit of 4 KB. Call `renew(request)` after a login.
"""

from __future__ import annotations

import copy
from http.cookies import SimpleCookie
from typing import TYPE_CHECKING, Any

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection

from asyncassist.errors import InvalidInputError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from asyncassist import AsyncStateManager


class ServerSession(dict[str, Any]):
    """Data of a session during one request.

    Attributes:
        session_id: Id of the stored session; None for a new one.
        user: Whose session it becomes when it is created, for `AsyncStateManager.revoke`; None for no owner.
        is_renewed: Whether the session moves to a new id with this response.
    """

    def __init__(self, data: dict[str, Any], session_id: str | None) -> None:
        super().__init__(data)
        self.session_id = session_id
        self.user: str | None = None
        self.is_renewed = False
        self.before = copy.deepcopy(data)


def renew(connection: HTTPConnection) -> None:
    """Move the session to a new id with this response, so that whoever knew the old one has nothing."""
    connection.session.is_renewed = True  # type: ignore[attr-defined]


def difference(before: dict[str, Any], after: dict[str, Any]) -> Callable[[dict[str, Any]], None] | None:
    """Return the change that makes `after` of `before`, for data that others may have changed; None for no change."""
    changed = {key: value for key, value in after.items() if key not in before or before[key] != value}
    removed = before.keys() - after.keys()
    if not changed and not removed:
        return None

    def change(data: dict[str, Any]) -> None:
        data.update(changed)
        for key in removed:
            data.pop(key, None)

    return change


class StateSessions:
    """ASGI middleware that keeps sessions in an `AsyncStateManager`.

    Args:
        app: The application.
        state: The manager; open and close it with the application.
        cookie: Name of the cookie.
        lifetime: Seconds after which a session ends however much it is used.
        secure: Whether browsers send the cookie over HTTPS alone.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        state: AsyncStateManager,
        cookie: str = "session",
        lifetime: float = 14 * 86_400.0,
        secure: bool = True,
    ) -> None:
        self.app = app
        self.state = state
        self.cookie = cookie
        self.lifetime = lifetime
        self.secure = secure

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Load the session, and store what changed before the response begins."""
        if scope["type"] not in {"http", "websocket"}:
            await self.app(scope, receive, send)
            return
        session = scope["session"] = await self.load(HTTPConnection(scope).cookies.get(self.cookie))

        async def send_and_store(message: Message) -> None:
            if message["type"] == "http.response.start":
                name = await self.store(session)
                if name != session.session_id:
                    MutableHeaders(scope=message).append("Set-Cookie", self.header(name))
            await send(message)

        await self.app(scope, receive, send_and_store)

    async def load(self, session_id: str | None) -> ServerSession:
        """Return the session of a cookie; an unknown id is never taken over."""
        try:
            found = None if session_id is None else await self.state.get(session_id)
        except InvalidInputError:
            found = None
        # A copy: the data of a snapshot is read-only.
        return ServerSession({}, None) if found is None else ServerSession(copy.deepcopy(dict(found.data)), found.id)

    async def store(self, session: ServerSession) -> str | None:
        """Store what changed and return the id for the cookie; None when there is no session."""
        if session.session_id is None:
            if not session:
                return None
            return (await self.state.create(session, user=session.user, lifetime=self.lifetime)).id
        if not session and session.before:
            await self.state.delete(session.session_id)
            return None
        try:
            change = difference(session.before, session)
            if change is not None:
                await self.state.update(session.session_id, change)
            return await self.state.rotate(session.session_id) if session.is_renewed else session.session_id
        except NotFoundError:  # it was revoked during the request
            return None

    def header(self, session_id: str | None) -> str:
        """Return the header that sets the cookie, or removes it."""
        cookie: SimpleCookie = SimpleCookie({self.cookie: session_id or ""})
        morsel = cookie[self.cookie]
        morsel["path"], morsel["samesite"] = "/", "Lax"
        morsel["max-age"] = str(int(self.lifetime) if session_id else 0)
        flags = "; HttpOnly; Secure" if self.secure else "; HttpOnly"
        return morsel.OutputString() + flags
