"""Server-side sessions for Flask: the cookie holds an id, an `AsyncStateManager` the data.

`app.session_interface = StateSessionInterface(state, loop)` gives `flask.session` without data in the cookie. The
manager runs in the event loop of a `LoopThread`. Call `renew()` after a login.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from flask import session as flask_session
from flask.sessions import SessionInterface, SessionMixin

from asyncassist.errors import InvalidInputError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask, Request, Response

    from asyncassist import AsyncStateManager, LoopThread


class ServerSession(dict[str, Any], SessionMixin):
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


def renew() -> None:
    """Move the session to a new id with this response, so that whoever knew the old one has nothing."""
    flask_session.is_renewed = True  # type: ignore[attr-defined]


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


class StateSessionInterface(SessionInterface):
    """Sessions of Flask in an `AsyncStateManager`.

    Args:
        state: The manager, used in the event loop of `loop` alone.
        loop: Runs the manager's calls for Flask's threads.
    """

    def __init__(self, state: AsyncStateManager, loop: LoopThread) -> None:
        self.state = state
        self.loop = loop

    def open_session(self, app: Flask, request: Request) -> ServerSession:
        """Return the session of the request's cookie; an unknown id is never taken over."""
        session_id = request.cookies.get(self.get_cookie_name(app))
        try:
            found = None if session_id is None else self.loop.run(self.state.get(session_id))
        except InvalidInputError:
            found = None
        # A copy: the data of a snapshot is read-only.
        return ServerSession({}, None) if found is None else ServerSession(copy.deepcopy(dict(found.data)), found.id)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Store what changed, and set or remove the cookie."""
        assert isinstance(session, ServerSession)
        session_id = self.loop.run(self.store(app, session))
        response.vary.add("Cookie")
        if session_id == session.session_id:
            return
        name, path, domain = self.get_cookie_name(app), self.get_cookie_path(app), self.get_cookie_domain(app)
        if session_id is None:
            response.delete_cookie(name, path=path, domain=domain)
            return
        response.set_cookie(
            name,
            session_id,
            max_age=app.permanent_session_lifetime,
            path=path,
            domain=domain,
            httponly=True,
            secure=self.get_cookie_secure(app),
            samesite=self.get_cookie_samesite(app) or "Lax",
        )

    async def store(self, app: Flask, session: ServerSession) -> str | None:
        """Store what changed and return the id for the cookie; None when there is no session."""
        if session.session_id is None:
            if not session:
                return None
            lifetime = app.permanent_session_lifetime.total_seconds()
            return (await self.state.create(session, user=session.user, lifetime=lifetime)).id
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
