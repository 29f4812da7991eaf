"""The desk as a web application."""

from __future__ import annotations

import importlib
import logging
from functools import cache
from http import HTTPStatus
from importlib import resources
from pathlib import Path

import font_source_sans_pro
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from kiemphieu.desk.desk import Desk
from kiemphieu.desk.guard import Guard, Refusal
from kiemphieu.desk.screens import Screen, refusal
from kiemphieu.desk.sessions import COOKIE
from kiemphieu.desk.signing_in import with_cookie
from kiemphieu.messages import Language

_LOG = logging.getLogger("kiemphieu.desk")

SCREENS = (
    "signing_in",
    "members",
    "membership",
    "setting_up_form",
    "setting_up_list",
    "setting_up",
    "previews",
    "home",
    "auditing",
    "reviewing",
    "review_together",
    "review_invalid",
    "printing",
    "print_seal",
    "print_account",
    "print_deck",
    "scanning",
    "problems",
    "settled",
    "counting",
    "count_rules",
    "closing",
    "documents",
    "packing",
)
"""Modules of this package, each with a `SCREEN`."""

_STATIC_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_FONTS = {
    "regular.ttf": font_source_sans_pro.SourceSansPro,
    "semibold.ttf": font_source_sans_pro.SourceSansProSemibold,
    "bold.ttf": font_source_sans_pro.SourceSansProBold,
}


def make_app(desk: Desk, most_bytes: int | None = None) -> Starlette:
    """The application over a desk.

    Args:
        desk: what it serves.
        most_bytes: of one request; None for the usual limit.
    """
    limit = {} if most_bytes is None else {"most_bytes": most_bytes}
    app = Starlette(
        routes=[
            Route("/start", _start),
            Route("/static/{name}", _static),
            Route("/font/{name}", _font),
            *(route for screen in screens() for route in screen.routes),
        ],
        middleware=[Middleware(Guard, place=lambda: desk.place, refuse=_refused, **limit)],
        exception_handlers={HTTPException: _http_error, Exception: _fault},
    )
    app.state.desk = desk
    return app


@cache
def screens() -> tuple[Screen, ...]:
    """All screens, in the order in which their routes are tried."""
    return tuple(importlib.import_module(f"kiemphieu.desk.{name}").SCREEN for name in SCREENS)


async def _start(request: Request) -> Response:
    """The single-use address becomes a session."""
    desk: Desk = request.app.state.desk
    if not desk.starts.use(request.query_params.get("key", "")):
        _LOG.warning("refused GET: desk_start_used")
        return refusal(request, HTTPStatus.FORBIDDEN, "desk_start_used")
    known = desk.sessions.find(request.cookies)
    if known is not None:
        return Response(status_code=HTTPStatus.SEE_OTHER, headers={"location": "/"})
    wanted = request.query_params.get("lang", "")
    session = desk.sessions.start(Language(wanted) if wanted in tuple(Language) else desk.lang)
    answer = Response(status_code=HTTPStatus.SEE_OTHER, headers={"location": "/sign-in"})
    return with_cookie(answer, session, desk.place.scheme == "https")


@cache
def _assets() -> dict[str, tuple[bytes, str]]:
    """Every file of `static`: what is not in here is not served."""
    found = {}
    for path in resources.files("kiemphieu.desk").joinpath("static").iterdir():
        kind = _STATIC_TYPES.get(Path(path.name).suffix)
        if kind is not None:
            found[path.name] = (path.read_bytes(), kind)
    return found


async def _static(request: Request) -> Response:
    asset = _assets().get(request.path_params["name"])
    if asset is None:
        return refusal(request, HTTPStatus.NOT_FOUND, "desk_not_found")
    return Response(asset[0], media_type=asset[1], headers={"cache-control": "max-age=600"})


async def _font(request: Request) -> Response:
    path = _FONTS.get(request.path_params["name"])
    if path is None:
        return refusal(request, HTTPStatus.NOT_FOUND, "desk_not_found")
    return FileResponse(path, media_type="font/ttf", headers={"cache-control": "max-age=86400"})


async def _refused(scope: Scope, receive: Receive, send: Send, why: Refusal) -> None:
    response = refusal(Request(scope), *why)
    await response(scope, receive, send)


async def _http_error(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else HTTPStatus.INTERNAL_SERVER_ERROR
    if status != HTTPStatus.NOT_FOUND:
        _LOG.warning("refused %s: %s", request.method, status)
    return refusal(
        request, status, "desk_not_found" if status == HTTPStatus.NOT_FOUND else "desk_bad_request"
    )


async def _fault(request: Request, error: Exception) -> Response:
    _LOG.error("a page failed", exc_info=error)
    return refusal(request, HTTPStatus.INTERNAL_SERVER_ERROR, "desk_fault")


__all__ = ["COOKIE", "SCREENS", "make_app", "screens"]
