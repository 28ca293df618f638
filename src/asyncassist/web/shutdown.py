"""End of a server's process: the readiness probe fails some time before the socket closes."""

from __future__ import annotations

import _thread
import signal
import threading
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from asyncassist.web.service import Service


def drain_on_sigterm(service: Service) -> None:
    """Drain a service at SIGTERM, and pass the signal on to its server `WebSettings.drain_delay` seconds later.

    Until then the readiness probe fails and idle WebSockets are closed, while the socket stays open and every request
    is answered: load balancers have the time to stop sending. Then the server ends as it does without this function: it
    closes its socket and completes the responses in progress. A second SIGTERM is passed on at once.

    Call it in the main thread once the server has set its own handler: in the lifespan for Uvicorn, in
    `post_worker_init` for Gunicorn. In another thread, where no signal can be handled, it does nothing.

    Args:
        service: Service that the process runs.
    """
    server_handler = signal.getsignal(signal.SIGTERM)
    if threading.current_thread() is not threading.main_thread() or server_handler is None:
        return

    def pass_on(number: int) -> None:
        signal.signal(number, server_handler)
        signal.raise_signal(number)

    def raise_later(number: int) -> None:
        time.sleep(service.settings.drain_delay)
        signal.raise_signal(number)

    def on_sigterm(number: int, _frame: Any) -> None:
        if service.draining or not service.settings.drain_delay:
            service.drain()
            pass_on(number)
            return
        service.drain()
        # Not a `threading.Timer`: starting one takes a lock that the interrupted code may hold.
        _thread.start_new_thread(raise_later, (number,))

    signal.signal(signal.SIGTERM, on_sigterm)
