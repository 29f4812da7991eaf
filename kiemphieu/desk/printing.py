"""Print: the form and the printer tried first, then the ballots, their files and their pages."""

from __future__ import annotations

from contextlib import closing
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import quote

from starlette.responses import FileResponse, Response

from kiemphieu.deck_result import last_result
from kiemphieu.desk.acts import Act
from kiemphieu.desk.jobs import Job
from kiemphieu.desk.roles import COUNTERS
from kiemphieu.desk.screens import Screen
from kiemphieu.desk.streams import progress_answer
from kiemphieu.documents.facts import Words
from kiemphieu.documents.test_sheet import write_test_sheet
from kiemphieu.draft_file import DRAFT_FILE
from kiemphieu.folder import VoteFolder, load_vote
from kiemphieu.form_preview import page_pictures
from kiemphieu.freezing import check_frozen, definition_sha256, read_freezing
from kiemphieu.printed_batches import (
    batch_picture,
    delete_batch,
    find_batch,
    printed_batches,
    read_stock,
)
from kiemphieu.printing import PrintOrder, PrintReport, print_ballots
from kiemphieu.vote_store import has_record, open_vote_store
from records.errors import InputError, KiemphieuError
from records.journal import EventKind
from records.vote import Vote

SCREEN = Screen("printing")
MOST_AT_ONCE = 20_000
"""Ballots of one batch: a slip of the finger must not print for hours; more go in several batches."""
PRINT_JOBS = ("print", "testdeck")

_PRINT = "/votes/{vote}/print"
_BATCH = _PRINT + "/batches/{name}"


@SCREEN.get(_PRINT)
def show_print(act: Act) -> Response:
    if not act.folder.vote_file.is_file():
        return act.page("print_before.html")
    return _page(act)


def _page(act: Act, error: str = "", count: str = "", group: str = "") -> Response:
    folder = act.folder
    vote = load_vote(folder)
    job = act.desk.jobs.of(folder)
    pages, form_error = form_pages(act, vote)
    status = HTTPStatus.BAD_REQUEST if error else HTTPStatus.OK
    return act.page(
        "print.html",
        status,
        error=error,
        vote=vote,
        batches=printed_batches(folder, vote),
        stock=read_stock(folder, vote),
        result=last_result(folder),
        job=act.desk.jobs.of(folder, *PRINT_JOBS),
        busy=job is not None and job.running,
        hinder=hinder(act, vote),
        pages=len(pages),
        form_error=form_error,
        count=count,
        group=group,
        may_act=act.member.role in COUNTERS,
        over=is_over(folder, vote),
        deleted=bool(act.query.get("deleted")),
        quote=quote,
    )


def form_pages(act: Act, vote: Vote) -> tuple[tuple[bytes, ...], str]:
    """Pictures of the form's pages, or why it cannot be set."""
    try:
        return page_pictures(act.folder, vote, definition_sha256(act.folder, vote)), ""
    except InputError as error:
        return (), act.say(error)


def hinder(act: Act, vote: Vote) -> str:
    """Why nothing can be printed yet; empty where it can."""
    try:
        check_set_up(act.folder, vote)
    except InputError as error:
        return act.say(error)
    return ""


def check_set_up(folder: VoteFolder, vote: Vote) -> None:
    """Raises while a vote that is set up at the desk is not frozen, or is no longer what was frozen.

    Raises:
        InputError: with what to do.
    """
    if read_freezing(folder) is None and (folder.root / DRAFT_FILE).is_file():
        raise InputError("desk_print_not_frozen")
    check_frozen(folder, vote)


def is_over(folder: VoteFolder, vote: Vote) -> bool:
    """Whether the count was closed, or its record sealed: nothing more is printed or stated then."""
    if not has_record(folder, vote):
        return False
    with closing(open_vote_store(folder, vote)) as store:
        return store.is_closed() or store.last_entry(EventKind.RECORD_SEALED) is not None


@SCREEN.post(_PRINT + "/start")
def start_printing(act: Act) -> Response:
    form, folder = act.form, act.folder
    count, group = form.number("count"), form.text("group")
    try:
        vote = load_vote(folder)
        check_set_up(folder, vote)
        if count is None or not 1 <= count <= MOST_AT_ONCE:
            raise InputError("desk_print_bad_count", most=MOST_AT_ONCE)
        order = PrintOrder(count, group if group in {style.id for style in vote.styles} else None)
        act.desk.jobs.start(folder, "print", lambda job: _printed(act, order, job))
    except KiemphieuError as error:
        return _page(act, act.say(error), form.text("count"), group)
    return act.go(act.vote_url("print"))


def _printed(act: Act, order: PrintOrder, job: Job) -> PrintReport:
    job.progress(0, order.count)
    report = print_ballots(act.folder, order, lambda done: job.progress(done, order.count))
    act.journal("ballots_printed", group=report.style, ballots=report.ballots)
    return report


@SCREEN.post(_PRINT + "/stop")
def stop_printing(act: Act) -> Response:
    job = act.desk.jobs.of(act.folder, *PRINT_JOBS)
    if job is not None:
        job.ask_stop()
        job.wait(2.0)
    return act.go(act.vote_url("print"))


@SCREEN.get(_PRINT + "/progress", watch=True)
def show_progress(act: Act) -> Response:
    """How far the work is, for the script of the page."""
    return progress_answer(act.desk.jobs.of(act.folder, *PRINT_JOBS))


@SCREEN.get(_PRINT + "/form/{number:int}.png")
def show_form_page(act: Act) -> Response:
    """A page of the form, without code and serial."""
    pages, _ = form_pages(act, load_vote(act.folder))
    number = int(act.path["number"])
    if not 1 <= number <= len(pages):
        return Response(status_code=HTTPStatus.NOT_FOUND)
    return Response(pages[number - 1], media_type="image/png")


@SCREEN.get(_PRINT + "/test-sheet.pdf")
def show_test_sheet(act: Act) -> Response:
    paper = load_vote(act.folder).printing.paper
    return pdf_response(write_test_sheet(paper, Words(act.lang)), f"test-sheet-{paper.value}.pdf")


# Whoever has the file of a batch can print its ballots once more: it is for the committee only.


@SCREEN.get(_BATCH, roles=COUNTERS)
def show_batch(act: Act) -> Response:
    return _batch_page(act)


def _batch_page(act: Act, error: str = "") -> Response:
    try:
        batch = find_batch(act.folder, load_vote(act.folder), act.path["name"])
    except InputError as missing:
        return _missing(act, missing)
    page = min(max(act.asked_number("page", 1), 1), max(batch.pages, 1))
    status = HTTPStatus.BAD_REQUEST if error else HTTPStatus.OK
    return act.page("print_batch.html", status, error=error, batch=batch, page=page, quoted=quote(batch.name))


@SCREEN.post(_BATCH + "/delete")
def delete_file(act: Act) -> Response:
    """Deletes a file whose ballots are on paper."""
    try:
        batch = find_batch(act.folder, load_vote(act.folder), act.path["name"])
        if not act.form.text("sure"):
            raise InputError("desk_print_delete_not_sure")
        delete_batch(batch)
    except KiemphieuError as error:
        return _batch_page(act, act.say(error))
    act.journal("ballots_file_deleted")
    return act.go(act.vote_url("print") + "?deleted=yes")


@SCREEN.get(_BATCH + "/page/{number:int}.png", roles=COUNTERS)
def show_batch_page(act: Act) -> Response:
    try:
        batch = find_batch(act.folder, load_vote(act.folder), act.path["name"])
        return Response(batch_picture(batch, int(act.path["number"])), media_type="image/png")
    except InputError as error:
        return _missing(act, error)


@SCREEN.get(_BATCH + "/file.pdf", roles=COUNTERS)
def show_batch_file(act: Act) -> Response:
    """The file to print."""
    try:
        batch = find_batch(act.folder, load_vote(act.folder), act.path["name"])
    except InputError as error:
        return _missing(act, error)
    return pdf_file(batch.path)


def _missing(act: Act, error: InputError) -> Response:
    return act.page("failed.html", HTTPStatus.NOT_FOUND, error=act.say(error), back=act.vote_url("print"))


def pdf_file(path: Path) -> Response:
    """A PDF from the disk, shown by the browser."""
    return FileResponse(
        path, media_type="application/pdf", filename=path.name, content_disposition_type="inline"
    )


def pdf_response(data: bytes, name: str) -> Response:
    headers: dict[str, Any] = {"content-disposition": f'inline; filename="{name}"'}
    return Response(data, media_type="application/pdf", headers=headers)
