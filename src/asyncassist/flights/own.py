"""Which handler a provider calls with: the one it was given, the client's, or one of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from asyncassist._http import AsyncHandler


class OwnHandler:
    """The handlers of a provider.

    Args:
        given: A handler that is always used, and never closed.
    """

    def __init__(self, given: AsyncHandler | None) -> None:
        self.given = given
        self._lent: list[Callable[[], AsyncHandler]] = []
        self._own: AsyncHandler | None = None

    def adopt(self, handler: Callable[[], AsyncHandler]) -> None:
        """A client lends its handler."""
        self._lent.append(handler)

    def release(self, handler: Callable[[], AsyncHandler]) -> bool:
        """A client takes it back; whether no client is left."""
        if handler in self._lent:
            self._lent.remove(handler)
        return not self._lent

    def get(self) -> AsyncHandler:
        """The handler for calls that no client asked for."""
        if self.given is not None:
            return self.given
        if self._lent:
            return self._lent[-1]()
        if self._own is None:
            self._own = make_handler()
        return self._own

    async def aclose(self) -> None:
        """Close its own."""
        if self._own is not None:
            own, self._own = self._own, None
            await own.aclose()


def make_handler(connections: int = 100, hosts: int = 1, **options: object) -> AsyncHandler:
    """A handler as providers need it: it repeats nothing, remembers nothing and follows nobody.

    Args:
        connections: To each host at once; as many may wait.
        hosts: How many hosts.
        **options: More arguments of the handler.
    """
    from asyncassist._http import AsyncHandler, Limits  # noqa: PLC0415 - the sandbox opens none

    # A redirect could carry a token to another host; a search may bring thousands of offers.
    limits = Limits(
        total=connections * hosts, per_host=connections, queue=connections, max_body=64 << 20, max_redirects=0
    )
    return AsyncHandler(retry=None, breaker=None, limits=limits, ttl=None, max_entries=1, **options)  # type: ignore[arg-type]
