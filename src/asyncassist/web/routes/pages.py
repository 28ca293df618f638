"""Routes of the web pages, their assets, and the OpenAPI document."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from asyncassist.web import chat_turns
from asyncassist.web.answers import Document
from asyncassist.web.header_fields import matches_etag
from asyncassist.web.http import Response
from asyncassist.web.page import WebPages
from asyncassist.web.problem import ProblemError
from asyncassist.web.route import Declarations, json_response

if TYPE_CHECKING:
    from asyncassist.web.page import PageFile
    from asyncassist.web.routes.route_context import RouteContext
    from asyncassist.web.settings import WebSettings

ROUTES = Declarations()


def _asset_schema(settings: WebSettings) -> dict[str, Any]:
    return {"type": "string", "enum": WebPages(settings).asset_names()}


@ROUTES.add("GET", "/", "Return the web page.", responses={200: None}, media_types=("text/html",))
async def page(context: RouteContext) -> Response:
    """Answer with the page for travellers."""
    return await _html_page(context, "page")


@ROUTES.add(
    "GET", "/board", "Return the operators' page, without its data.", responses={200: None}, media_types=("text/html",)
)
async def board(context: RouteContext) -> Response:
    """Answer with the page for operators."""
    return await _html_page(context, "board")


async def _html_page(context: RouteContext, name: str) -> Response:
    """Return a page in the reader's language; it is revalidated, so that it always names the current assets."""
    pages = context.service.pages
    await pages.load()
    file = pages.page(name, chat_turns.requested_language(context.request))
    return _page_response(context, file, [("cache-control", "no-cache"), ("vary", "accept-encoding, accept-language")])


@ROUTES.add(
    "GET", "/page/{file}", "Return an asset of the web pages.",
    responses={200: None, 304: None}, errors=(404,), path_schema=_asset_schema,
    media_types=("text/javascript", "text/css", "image/svg+xml", "application/json"),
)  # fmt: skip
async def asset(context: RouteContext) -> Response:
    """Answer with an asset of the pages."""
    pages = context.service.pages
    await pages.load()
    file = pages.asset(context.path_param)
    if file is None:
        raise ProblemError(404, "no-route", "nothing is served at this path")
    cached = [("cache-control", "public, max-age=31536000, immutable"), ("vary", "accept-encoding")]
    return _page_response(context, file, cached)


def _page_response(context: RouteContext, file: PageFile, headers: list[tuple[str, str]]) -> Response:
    """Return a file in the best content coding that the client accepts, 304 if the client has it."""
    coding, body = file.select(context.request.header("accept-encoding") or "")
    etag = f'"{file.digest}{coding and "-"}{coding}"'
    headers = [("etag", etag), *headers, *context.service.pages.headers]
    if matches_etag(context.request.header("if-none-match") or "", etag):
        return Response(304, headers)
    if coding:
        headers.append(("content-encoding", coding))
    return Response(200, [("content-type", file.media_type), ("content-length", str(len(body))), *headers], body)


@ROUTES.add("GET", "/openapi.json", "Return this document.", responses={200: Document})
async def openapi(context: RouteContext) -> Response:
    """Answer with the OpenAPI document."""
    # In a thread: the first call reads files and scans all of Unicode.
    document = await asyncio.to_thread(context.service.openapi)
    prefix = context.request.root_path
    return json_response({**document, "servers": [{"url": quote(prefix)}]} if prefix else document)
