"""Mount the asyncassist web service on Flask, beside your own synchronous views, with one pooled client.

Run it with `gunicorn --worker-class gthread --threads 16 examples.flask_app:app`; `--preload` is safe, because nothing
opens before the first request of a worker.
"""

from __future__ import annotations

import atexit
import threading
from functools import partial
from typing import Any

from flask import Flask, Response, abort, g, request
from flask_sock import Sock

from asyncassist import LoopThread, Tool
from asyncassist.web import Request, Service, converse, setup_logging


async def office_hours(city: str) -> str:
    """Return when our travel office in a city is open.

    Args:
        city: Name of the city.
    """
    return f"Our office in {city} is open from Monday to Friday, 9 to 18 o'clock."


setup_logging("WARNING")
loop = LoopThread()
service = Service.from_env(tools=[Tool(office_hours, repeatable=True)])
app = Flask(__name__, static_folder=None)
# Daemon threads: a thread that waits for the next ping must not prevent the process from exiting.
thread = partial(threading.Thread, daemon=True)
app.config["SOCK_SERVER_OPTIONS"] = {"ping_interval": 25, "max_message_size": 1 << 20, "thread_class": thread}
sock = Sock(app)
Response.default_mimetype = None


@atexit.register
def close() -> None:
    """Close the service and the event loop of a worker."""
    loop.run(service.aclose())
    loop.close()


@app.before_request
def assist() -> Response | None:
    """Pass every request that your own routes do not match to the service, including 404 responses."""
    if request.routing_exception is None and request.path != "/ws/chat":
        return None
    limits: Any = {"max_body": service.settings.max_body, "slow_bodies": service.slow_bodies}
    g.service_request = Request.from_wsgi(request.environ, **limits)
    response = loop.run(service.handle(g.service_request))
    if response.status == 101:
        return None
    body: Any = [response.body] if isinstance(response.body, bytes) else loop.stream(response.body)
    return Response(body, response.status, response.headers)


@sock.route("/ws/chat")  # type: ignore[untyped-decorator]
def chat(ws: Any) -> None:
    """Serve the conversation over a WebSocket, in the thread of the request."""
    converse(service, loop, g.service_request, ws)


@app.get("/plain/services/<name>")
def check_service(name: str) -> dict[str, object]:
    """Check a service in a synchronous view that shares the client and the checks of the service."""
    if name not in dict(service.settings.services):
        abort(404)
    check = loop.run(service.external_checks.check(name))
    return {"service": name, "status": check.status, "response_time": check.elapsed}


if __name__ == "__main__":
    app.run("127.0.0.1", 8000, threaded=True)
