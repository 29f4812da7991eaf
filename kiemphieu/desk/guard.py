"""What every request must pass before a screen sees it, and what every answer carries."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_LOG = logging.getLogger("kiemphieu.desk")

MOST_BODY_BYTES = 512 * 1024 * 1024
"""Of one request: some hundred scanned pages. More goes through a folder of this machine."""
_SAFE_METHODS = frozenset({"GET", "HEAD"})
_METHODS = _SAFE_METHODS | {"POST"}

HEADERS = (
    (
        "content-security-policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; font-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    ),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("permissions-policy", "camera=(), microphone=(), geolocation=(), payment=()"),
)

Refusal = tuple[int, str]
"""HTTP status and message id."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the desk is reached.

    Attributes:
        hosts: exact values of the Host header.
        scheme: http on this machine only, https for other stations.
    """

    hosts: frozenset[str]
    scheme: str = "http"

    @property
    def origins(self) -> frozenset[str]:
        return frozenset(f"{self.scheme}://{host}" for host in self.hosts)


class TooLarge(Exception):  # noqa: N818  an answer, not a fault
    """More was sent than a request may hold."""


class Guard:
    """ASGI middleware. Refusals are logged with their cause, and never with what was sent."""

    def __init__(
        self,
        app: ASGIApp,
        place: Callable[[], Place],
        refuse: Callable[[Scope, Receive, Send, Refusal], Awaitable[None]],
        most_bytes: int = MOST_BODY_BYTES,
    ) -> None:
        self._app = app
        self._place = place
        self._refuse = refuse
        self._most = most_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return
        guarded = _with_headers(send)
        refusal = self._check(scope)
        if refusal is not None:
            _LOG.warning("refused %s: %s", scope["method"], refusal[1])
            await self._refuse(scope, receive, guarded, refusal)
            return
        counted, started = _Counted(receive, self._most), _Started(guarded)
        try:
            await self._app(scope, counted, started)
        except TooLarge:
            _LOG.warning("refused %s: desk_too_large", scope["method"])
            if not started.begun:
                refusal = HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "desk_too_large"
                await self._refuse(scope, receive, guarded, refusal)

    def _check(self, scope: Scope) -> Refusal | None:
        headers = Headers(scope=scope)
        place = self._place()
        if headers.getlist("host") not in [[host] for host in place.hosts]:
            return HTTPStatus.MISDIRECTED_REQUEST, "desk_wrong_host"
        if scope["method"] not in _METHODS:
            return HTTPStatus.METHOD_NOT_ALLOWED, "desk_wrong_method"
        if scope["method"] not in _SAFE_METHODS and not _from_the_desk(headers, place):
            return HTTPStatus.FORBIDDEN, "desk_foreign_origin"
        try:
            declared = int(headers.get("content-length", "0"))
        except ValueError:
            return HTTPStatus.BAD_REQUEST, "desk_bad_request"
        if declared > self._most:
            return HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "desk_too_large"
        return None


def _from_the_desk(headers: Headers, place: Place) -> bool:
    """Whether a page of the desk itself sent this; without a word about it, it did not."""
    origin, site = headers.get("origin"), headers.get("sec-fetch-site")
    if origin is None and site is None:
        return False
    return (origin is None or origin in place.origins) and (site is None or site == "same-origin")


class _Counted:
    """Passes on what is received, up to a number of bytes."""

    def __init__(self, receive: Receive, most: int) -> None:
        self._receive = receive
        self._left = most

    async def __call__(self) -> Message:
        message = await self._receive()
        if message["type"] == "http.request":
            self._left -= len(message.get("body", b""))
            if self._left < 0:
                raise TooLarge
        return message


class _Started:
    """Knows whether an answer has begun."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.begun = False

    async def __call__(self, message: Message) -> None:
        self.begun = True
        await self._send(message)


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS:
                headers[name] = value
            headers.setdefault("cache-control", "no-store")
        await send(message)

    return sending
