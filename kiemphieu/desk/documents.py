"""Documents: minutes, report, tables and exports looked at and fetched; the committee's names."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from starlette.responses import FileResponse, Response

from kiemphieu.closing import read_closing
from kiemphieu.committee_names import save_committee
from kiemphieu.desk.acts import Act
from kiemphieu.desk.packing import JOB as PACKAGE_JOB
from kiemphieu.desk.packing import packages_of
from kiemphieu.desk.roles import COUNTERS
from kiemphieu.desk.screens import Screen
from kiemphieu.exports.words import Words as ExportWords
from kiemphieu.exports.writing import Format, export_vote
from kiemphieu.folder import load_vote
from kiemphieu.messages import DEFAULT_LANGUAGE, Language, translate
from kiemphieu.reporting import write_reports
from kiemphieu.vote_documents import (
    Document,
    Look,
    page_count,
    page_png,
    read_shelf,
    sheets_of,
    text_of,
    write_again,
)
from kiemphieu.vote_store import has_record
from records.errors import InputError, KiemphieuError
from records.vote import Committee

SCREEN = Screen("documents")

_DOCUMENTS = "/votes/{vote}/documents"
_TYPES = {
    ".pdf": "application/pdf",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".csv": "text/csv",
    ".json": "application/json",
}


@SCREEN.get(_DOCUMENTS)
def show_documents(act: Act) -> Response:
    return _page(act)


def _page(act: Act, error: str = "") -> Response:
    vote = load_vote(act.folder)
    if not has_record(act.folder, vote):
        raise InputError("desk_count_nothing_printed")
    shelf = read_shelf(act.folder)
    form, committee = act.form, vote.committee
    typed = bool(form.fields) and bool(error)
    state = read_closing(act.folder)
    ordered = sorted(shelf.documents, key=_rank)
    newest = [one for one in ordered if not one.version]
    return act.page(
        "documents.html",
        HTTPStatus.BAD_REQUEST if error else HTTPStatus.OK,
        error=error,
        state=state,
        shelf=shelf,
        written=[one for one in newest if one.written],
        exports=[one for one in newest if not one.written],
        earlier=[one for one in ordered if one.version],
        formats=tuple(Format),
        link=lambda one, kind: _link(act, one, kind),
        title=lambda one: _title(act, one),
        names={
            "head": form.text("head") if typed else committee.head,
            "secretary": form.text("secretary") if typed else committee.secretary,
            "members": form.text("members") if typed else "\n".join(committee.members),
            "witnesses": form.text("witnesses") if typed else "\n".join(committee.witnesses),
        },
        named=committee != Committee(),
        may_change=act.member.role in COUNTERS,
        packages=packages_of(act.folder),
        job=act.desk.jobs.of(act.folder, PACKAGE_JOB),
        said=_said(act),
    )


def _said(act: Act) -> str:
    """What was just done."""
    for name in ("closed", "written", "named", "exported"):
        if act.query.get(name):
            return act.t(f"desk_documents_{name}")
    return ""


def _link(act: Act, document: Document, kind: str) -> str:
    version = f"?version={document.version}" if document.version else ""
    return f"{act.vote_url('documents', kind, quote(document.name, safe=''))}{version}"


_KINDS = ("minutes", "report", "sheet")


def _kind(document: Document) -> str:
    """Which of our documents it is, by the start of its name; empty for none."""
    for kind in _KINDS:
        if any(document.name.startswith(translate(f"doc_name_{kind}", lang)) for lang in Language):
            return kind
    return ""


def _rank(document: Document) -> tuple[int, int, str]:
    """Newest version first, the minutes before all else; the order within is that of the shelf."""
    kind = _kind(document)
    place = _KINDS.index(kind) if kind else len(_KINDS)
    return -document.version, place, "" if kind else document.name


def _title(act: Act, document: Document) -> str:
    """What the document is."""
    kind = _kind(document)
    if not kind:
        kind = "counts" if ".counts" in document.name else document.path.suffix[1:]
    return act.t(f"desk_documents_is_{kind}")


@SCREEN.post(_DOCUMENTS + "/write")
def write(act: Act) -> Response:
    """The documents, of the count as it stands."""
    wanted = act.form.text("language")
    lang = Language(wanted) if wanted in tuple(Language) else DEFAULT_LANGUAGE
    try:
        write_reports(act.folder, lang)
    except KiemphieuError as error:
        return _page(act, act.say(error))
    return act.go(f"{act.vote_url('documents')}?written=1")


@SCREEN.post(_DOCUMENTS + "/names")
def name_committee(act: Act) -> Response:
    """The names under the minutes; documents that are there already are written again with them."""
    form = act.form
    committee = Committee(
        form.text("head"),
        form.text("secretary"),
        tuple(form.text("members").splitlines()),
        tuple(form.text("witnesses").splitlines()),
    )
    try:
        if read_closing(act.folder).sealed:
            raise InputError("desk_documents_sealed")
        save_committee(act.folder, committee)
        write_again(act.folder)
    except KiemphieuError as error:
        return _page(act, act.say(error))
    act.journal("committee_named")
    return act.go(f"{act.vote_url('documents')}?named=1")


@SCREEN.post(_DOCUMENTS + "/export")
def export(act: Act) -> Response:
    wanted = act.form.text("format")
    try:
        if wanted not in tuple(Format):
            raise InputError("desk_documents_no_format")
        export_vote(act.folder, Format(wanted), ExportWords(act.lang))
    except KiemphieuError as error:
        return _page(act, act.say(error))
    act.journal("exported", format=wanted)
    return act.go(f"{act.vote_url('documents')}?exported=1")


def _asked(act: Act) -> Document:
    """The document that the address names, out of those that lie there.

    Raises:
        InputError: there is none of that name.
    """
    found = read_shelf(act.folder).find(act.path["name"], act.asked_number("version"))
    if found is None:
        raise InputError("desk_documents_unknown")
    return found


def _missing(act: Act, error: KiemphieuError) -> Response:
    back = act.vote_url("documents")
    return act.page("failed.html", HTTPStatus.NOT_FOUND, error=act.say(error), back=back)


@SCREEN.get(_DOCUMENTS + "/view/{name}")
def view(act: Act) -> Response:
    """One document, a page at a time."""
    try:
        document = _asked(act)
        about: dict[str, Any] = {"pages": 0, "page": 0, "sheets": (), "text": ""}
        if document.look is Look.PAGES:
            about["pages"] = page_count(document)
            about["page"] = min(max(1, act.asked_number("page", 1)), about["pages"])
        elif document.look is Look.ROWS:
            about["sheets"] = sheets_of(document)
        elif document.look is Look.TEXT:
            about["text"] = text_of(document)
    except KiemphieuError as error:
        return _missing(act, error)
    return act.page(
        "document.html",
        document=document,
        title=_title(act, document),
        link=lambda kind: _link(act, document, kind),
        **about,
    )


@SCREEN.get(_DOCUMENTS + "/page/{name}/{number:int}.png")
def picture(act: Act) -> Response:
    try:
        document = _asked(act)
        if document.look is not Look.PAGES:
            raise InputError("desk_documents_unknown")
        return Response(page_png(document, int(act.path["number"])), media_type="image/png")
    except KiemphieuError as error:
        return _missing(act, error)


@SCREEN.get(_DOCUMENTS + "/file/{name}")
def fetch(act: Act) -> Response:
    """The file itself: a PDF for the browser to print, anything else to be saved."""
    try:
        document = _asked(act)
    except KiemphieuError as error:
        return _missing(act, error)
    suffix = document.path.suffix
    inline = suffix == ".pdf" and not act.query.get("save")
    return FileResponse(
        document.path,
        media_type=_TYPES[suffix],
        filename=document.name,
        content_disposition_type="inline" if inline else "attachment",
    )
