"""Screens put into routes: who may ask, how a form is read, and how an error is shown."""

from __future__ import annotations

import logging
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import TypeVar
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kiemphieu.desk.acts import Act, Form, Upload, Visitor
from kiemphieu.desk.desk import Desk
from kiemphieu.desk.rendering import DRAWN_FOR
from kiemphieu.desk.roles import ALL, COUNTERS, Role
from kiemphieu.desk.sessions import KeptForm, Session
from records.errors import InputError, KiemphieuError, StoreError

_LOG = logging.getLogger("kiemphieu.desk")

Handler = Callable[[Act], Response]
Greeter = Callable[[Visitor], Response]
H = TypeVar("H", bound=Handler)
G = TypeVar("G", bound=Greeter)

_ANYBODYS = frozenset({"/language", "/sign-out"})
_MOST_FIELDS = 5000
_MOST_FILES = 2000
_MOST_FIELD_BYTES = 2 * 1024 * 1024
_MOST_KEPT_BYTES = 200_000
_CHUNK = 1 << 20


@dataclass(slots=True)
class Screen:
    """The routes of one screen."""

    name: str
    routes: list[Route] = field(default_factory=list)

    def get(self, path: str, roles: frozenset[Role] = ALL, watch: bool = False) -> Callable[[H], H]:
        """A page for those roles.

        Args:
            path: with `{vote}` where it is about one.
            roles: who may see it.
            watch: asked for by the page itself and not by a person: keeps no session awake.
        """
        return self._add(path, "GET", roles, not watch)

    def post(self, path: str, roles: frozenset[Role] = COUNTERS) -> Callable[[H], H]:
        """Something done by those roles."""
        return self._add(path, "POST", roles, counts=True)

    def _add(self, path: str, method: str, roles: frozenset[Role], counts: bool) -> Callable[[H], H]:
        def adding(handler: H) -> H:
            async def endpoint(request: Request) -> Response:
                return _logged(method, path, await _for_member(request, handler, roles, counts))

            self.routes.append(Route(path, endpoint, methods=[method], name=f"{method} {path}"))
            return handler

        return adding

    def greet(self, path: str, method: str = "GET") -> Callable[[G], G]:
        """A page for a browser in which nobody is at work."""

        def adding(handler: G) -> G:
            async def endpoint(request: Request) -> Response:
                visitor = _visitor(request)
                if visitor is None:
                    answer = refusal(request, HTTPStatus.FORBIDDEN, "desk_no_session")
                    return _logged(method, path, answer)
                async with _reading(request, visitor) as read:
                    return _logged(method, path, await run_in_threadpool(_answered, handler, read))

            self.routes.append(Route(path, endpoint, methods=[method], name=f"{method} {path}"))
            return handler

        return adding


def _logged(method: str, path: str, answer: Response) -> Response:
    """Notes a refusal: the route as the program has it, and nothing of what was sent."""
    if answer.status_code >= HTTPStatus.BAD_REQUEST:
        _LOG.warning("refused %s %s: %s", method, path, answer.status_code)
    return answer


def desk_of(request: Request) -> Desk:
    found = request.app.state.desk
    if not isinstance(found, Desk):
        raise TypeError("the application has no desk")
    return found


def refusal(request: Request, status: int, message_id: str) -> Response:
    """A page that says why not."""
    desk = desk_of(request)
    session = desk.sessions.find(request.cookies) or Session("", desk.lang)
    return Visitor(desk, session, url=request.url.path).page("refused.html", status, message_id=message_id)


def _visitor(request: Request) -> Visitor | None:
    desk = desk_of(request)
    session = desk.sessions.find(request.cookies)
    if session is None:
        return None
    asked = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return Visitor(desk, session, request.path_params, dict(request.query_params), url=asked)


async def _for_member(request: Request, handler: Handler, roles: frozenset[Role], counts: bool) -> Response:
    visitor = _visitor(request)
    if visitor is None:
        return refusal(request, HTTPStatus.FORBIDDEN, "desk_no_session")
    session, desk = visitor.session, visitor.desk
    if not desk.sessions.touch(session, counts):
        if request.method == "POST":
            async with _reading(request, visitor) as read:
                _keep(read)
            return visitor.go("/sign-in")
        return visitor.go(f"/sign-in?next={_quoted(visitor.url)}")
    member = visitor.member
    if member is None or member.role not in roles:
        return refusal(request, HTTPStatus.FORBIDDEN, "desk_not_your_role")
    folder = None
    if "vote" in request.path_params:
        folder = desk.vote(request.path_params["vote"])
        if folder is None:
            return refusal(request, HTTPStatus.NOT_FOUND, "desk_no_vote")
    async with _reading(request, visitor) as read:
        act = Act(read, member, folder)
        if request.url.path not in _ANYBODYS and act.form.text(DRAWN_FOR, member.id) != member.id:
            return await run_in_threadpool(_drawn_for_another, act)
        return await run_in_threadpool(_acted, handler, act)


def _drawn_for_another(act: Act) -> Response:
    """Members take turns at one browser, and a tab that one of them left open still shows a form."""
    wanted = act.form.text(DRAWN_FOR)
    name = next((one.name for one in act.desk.people.everyone() if one.id == wanted), wanted)
    error = act.say(InputError("desk_another_member", name=name))
    back = "/" if act.known is None else act.vote_url()
    return act.page("failed.html", HTTPStatus.CONFLICT, error=error, back=back)


def _acted(handler: Handler, act: Act) -> Response:
    try:
        return handler(act)
    except KiemphieuError as error:
        return act.page("failed.html", _status(error), error=act.say(error), back=act.visitor.url)


def _answered(handler: Greeter, visitor: Visitor) -> Response:
    try:
        return handler(visitor)
    except KiemphieuError as error:
        return visitor.page("failed.html", _status(error), error=visitor.say(error), back=visitor.url)


def _status(error: KiemphieuError) -> int:
    return HTTPStatus.INSUFFICIENT_STORAGE if isinstance(error, StoreError) else HTTPStatus.BAD_REQUEST


def _quoted(url: str) -> str:
    return quote(url, safe="/")


def _keep(visitor: Visitor) -> None:
    """Keeps what was sent to a locked desk, so that the member finds it again; files are not kept."""
    session, fields = visitor.session, visitor.form.fields
    wanted = tuple((name, value) for name, value in fields if "pin" not in name)
    if session.member_id and sum(len(value) for _, value in wanted) <= _MOST_KEPT_BYTES:
        session.kept = KeptForm(session.member_id, visitor.url, wanted)


@asynccontextmanager
async def _reading(request: Request, visitor: Visitor) -> AsyncIterator[Visitor]:
    """The visitor with the form that was sent; uploaded files are there while the body runs."""
    if request.method != "POST":
        yield visitor
        return
    made: list[Path] = []
    try:
        form = await _form(request, visitor.desk.uploads, made)
        yield Visitor(visitor.desk, visitor.session, visitor.path, visitor.query, form, visitor.url)
    finally:
        for path in made:
            with suppress(OSError):
                path.unlink()


async def _form(request: Request, folder: Path, made: list[Path]) -> Form:
    sent = await request.form(max_files=_MOST_FILES, max_fields=_MOST_FIELDS, max_part_size=_MOST_FIELD_BYTES)
    fields: list[tuple[str, str]] = []
    uploads: list[tuple[str, Upload]] = []
    for name, value in sent.multi_items():
        if isinstance(value, UploadFile):
            uploads.append((name, await _stored(value, folder, made)))
        else:
            fields.append((name, value))
    await sent.close()
    return Form(tuple(fields), tuple(uploads))


async def _stored(sent: UploadFile, folder: Path, made: list[Path]) -> Upload:
    path = folder / secrets.token_hex(16)
    made.append(path)
    size = await run_in_threadpool(_copy, sent, path)
    return Upload(_plain_name(sent.filename or ""), path, size)


def _copy(sent: UploadFile, path: Path) -> int:
    sent.file.seek(0)
    size = 0
    with path.open("xb") as out:
        while chunk := sent.file.read(_CHUNK):
            size += out.write(chunk)
    return size


def _plain_name(name: str) -> str:
    """The last part of what a browser calls a file, without anything that is no character to show."""
    last = PurePosixPath(PureWindowsPath(name).name).name
    return "".join(character for character in last if character.isprintable())[:200]
