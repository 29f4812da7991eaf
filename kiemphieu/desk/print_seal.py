"""Print: the picture of the seal."""

from __future__ import annotations

from http import HTTPStatus

from starlette.responses import Response

from kiemphieu.desk.acts import Act
from kiemphieu.desk.printing import form_pages
from kiemphieu.desk.roles import COUNTERS
from kiemphieu.desk.screens import Screen
from kiemphieu.desk.signers import signer
from kiemphieu.disk import disk_errors
from kiemphieu.folder import load_vote
from kiemphieu.freezing import FreezingMember, is_printed, read_freezing
from kiemphieu.seal_setting import MOST_BYTES, seal_picture, seal_png, set_seal_image
from records.errors import InputError, KiemphieuError

SCREEN = Screen("print_seal")

_SEAL = "/votes/{vote}/print/seal"


@SCREEN.get(_SEAL)
def show_seal(act: Act) -> Response:
    return _page(act)


def _page(act: Act, error: str = "") -> Response:
    folder = act.folder
    vote = load_vote(folder)
    pages, form_error = form_pages(act, vote)
    return act.page(
        "print_seal.html",
        HTTPStatus.BAD_REQUEST if error else HTTPStatus.OK,
        error=error or form_error,
        seal=vote.printing.seal_image,
        printed=is_printed(folder),
        frozen=read_freezing(folder) is not None,
        pages=len(pages),
        may_act=act.member.role in COUNTERS,
    )


@SCREEN.get(_SEAL + ".png")
def show_picture(act: Act) -> Response:
    """The picture, drawn anew: vote.toml may name a file that came from anywhere."""
    name = load_vote(act.folder).printing.seal_image
    if not name:
        return Response(status_code=HTTPStatus.NOT_FOUND)
    path = act.folder.root / name
    with disk_errors(path):
        data = path.read_bytes()
    return Response(seal_picture(data), media_type="image/png")


@SCREEN.post(_SEAL)
def put_seal(act: Act) -> Response:
    uploads = act.form.files("seal")
    try:
        if not uploads:
            raise InputError("desk_print_seal_missing")
        if uploads[0].size > MOST_BYTES:
            raise InputError("seal_upload_bytes", most=MOST_BYTES // 1024 // 1024)
        _set(act, seal_png(uploads[0].path.read_bytes()))
    except KiemphieuError as error:
        return _page(act, act.say(error))
    act.journal("seal_image_set")
    return act.go(act.vote_url("print", "seal"))


@SCREEN.post(_SEAL + "/remove")
def remove_seal(act: Act) -> Response:
    try:
        _set(act, None)
    except KiemphieuError as error:
        return _page(act, act.say(error))
    act.journal("seal_image_removed")
    return act.go(act.vote_url("print", "seal"))


def _set(act: Act, png: bytes | None) -> None:
    act.desk.jobs.check_idle(act.folder)
    members: tuple[FreezingMember, ...] = ()
    if read_freezing(act.folder) is not None:
        second = act.second()
        members = (signer(act.member), signer(second))
    set_seal_image(act.folder, png, members)
