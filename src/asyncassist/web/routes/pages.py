"""Routes of the web page, its files, and the OpenAPI document."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from asyncassist.web.answers import Document
from asyncassist.web.header_fields import matches_etag
from asyncassist.web.http import Response
from asyncassist.web.page import PAGE_HEADERS, file_names, load_files
from asyncassist.web.problem import ProblemError
from asyncassist.web.route import Declarations, json_response

if TYPE_CHECKING:
    from asyncassist.web.routes.route_context import RouteContext

ROUTES = Declarations()


def _file_schema() -> dict[str, Any]:
    return {"type": "string", "enum": file_names()}


@ROUTES.add("GET", "/", "Return the web page.", responses={200: None}, media_types=("text/html",))
async def page(context: RouteContext) -> Response:
    """Answer with the web page."""
    return await _page_file(context, "index.html")


@ROUTES.add(
    "GET", "/page/{file}", "Return a file of the web page.",
    responses={200: None, 304: None}, errors=(404,), path_schema=_file_schema,
    media_types=("text/javascript", "text/css", "text/html", "image/svg+xml"),
)  # fmt: skip
async def asset(context: RouteContext) -> Response:
    """Answer with a file of the web page."""
    return await _page_file(context, context.path_param)


async def _page_file(context: RouteContext, name: str) -> Response:
    files = await load_files()
    found = files.get(name)
    if found is None:
        raise ProblemError(404, "no-route", "nothing is served at this path")
    headers = [("etag", found.etag), *PAGE_HEADERS]
    if matches_etag(context.request.header("if-none-match") or "", found.etag):
        return Response(304, headers)
    return Response(
        200, [("content-type", found.media_type), ("content-length", str(len(found.body))), *headers], found.body
    )


@ROUTES.add("GET", "/openapi.json", "Return this document.", responses={200: Document})
async def openapi(context: RouteContext) -> Response:
    """Answer with the OpenAPI document."""
    # In a thread: the first call reads files and scans all of Unicode.
    return json_response(await asyncio.to_thread(context.service.openapi))
