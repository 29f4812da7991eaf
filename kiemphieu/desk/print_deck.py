"""Print: the test deck, printed, scanned and compared with what it must be."""

from __future__ import annotations

import shutil
import tempfile
import time
from http import HTTPStatus
from pathlib import Path

from starlette.responses import Response

from calibration.deck_totals import Spread
from kiemphieu.deck_expected import DeckFolder
from kiemphieu.deck_printing import DeckOrder, DeckPrint, deck_names, print_deck
from kiemphieu.deck_report import MOST_DIFFERENCES, difference_text
from kiemphieu.deck_result import last_result, result_report
from kiemphieu.deck_scanning import DeckCheck, DeckOfRun, check_deck
from kiemphieu.desk.acts import Act, Upload
from kiemphieu.desk.jobs import Job
from kiemphieu.desk.printing import check_set_up, pdf_file
from kiemphieu.desk.roles import COUNTERS
from kiemphieu.desk.screens import Screen
from kiemphieu.disk import disk_errors
from kiemphieu.documents.facts import Words, facts_of_count
from kiemphieu.folder import VoteFolder, load_vote
from kiemphieu.intake import PAGE_SUFFIXES, natural_key
from kiemphieu.scanning import default_workers
from records.errors import InputError, KiemphieuError

SCREEN = Screen("print_deck")

_DECK = "/votes/{vote}/print/deck"
MOST_UNMARKED = 200
_NAME_LENGTH = 60
_KEPT = "deck-"
_LEFT_S = 24 * 3600
_SAID_OTHERWISE = {"testdeck_none": "desk_deck_none_yet", "testdeck_outdated": "desk_deck_outdated"}


@SCREEN.get(_DECK)
def show_decks(act: Act) -> Response:
    return _page(act)


def _page(act: Act, error: str = "") -> Response:
    folder = act.folder
    job = act.desk.jobs.of(folder)
    ours = act.desk.jobs.of(folder, "testdeck")
    return act.page(
        "print_deck.html",
        HTTPStatus.BAD_REQUEST if error else HTTPStatus.OK,
        error=error,
        decks=[(name, _pdfs(folder, name)) for name in reversed(deck_names(folder))],
        result=last_result(folder),
        details=_details(act, ours),
        job=ours,
        busy=job is not None and job.running,
        may_act=act.member.role in COUNTERS,
    )


def _pdfs(folder: VoteFolder, deck: str) -> list[str]:
    """The files of a deck that is whole."""
    found = DeckFolder(folder, deck)
    with disk_errors(found.record.ballots):
        if not found.expected.is_file():
            return []
        return sorted((path.name for path in found.record.ballots.glob("*.pdf")), key=natural_key)


def _details(act: Act, job: Job | None) -> tuple[str, ...]:
    """What differed in the scan that has just ended, in words."""
    if job is None or not isinstance(job.result, DeckCheck):
        return ()
    check, words = job.result, Words(act.lang)
    facts = facts_of_count(check.count, (), "")
    told = [difference_text(one, facts, words) for one in check.comparison.differences[:MOST_DIFFERENCES]]
    problems = [
        act.t(
            "scan_problem_file",
            source=one.source,
            text=act.t(one.message_id, **dict(one.details)),
        )
        for one in check.other_problems
    ]
    return (*told, *problems)


@SCREEN.post(_DECK + "/print")
def start_deck(act: Act) -> Response:
    form, folder = act.form, act.folder
    try:
        check_set_up(folder, load_vote(folder))
        unmarked = form.number("unmarked")
        if unmarked is None or not 1 <= unmarked <= MOST_UNMARKED:
            raise InputError("desk_deck_unmarked", most=MOST_UNMARKED)
        order = DeckOrder(Spread.LINES if form.text("spread") == "short" else Spread.ALL, unmarked)
        act.desk.jobs.start(folder, "testdeck", lambda job: _printed(act, order, job))
    except KiemphieuError as error:
        return _page(act, act.say(error))
    return act.go(act.vote_url("print", "deck"))


def _printed(act: Act, order: DeckOrder, job: Job) -> DeckPrint:
    printed = print_deck(act.folder, order, job.progress)
    act.journal("testdeck_printed")
    return printed


@SCREEN.post(_DECK + "/scan")
def scan_deck(act: Act) -> Response:
    """Reads scans of the newest deck; the files sent are kept until they are read."""
    uploads = act.form.files("scans")
    try:
        if not uploads:
            raise InputError("desk_deck_no_scans")
        scans = _kept(act, uploads)
        try:
            act.desk.jobs.start(act.folder, "testdeck", lambda job: _scanned(act, scans, job))
        except BaseException:
            shutil.rmtree(scans, ignore_errors=True)
            raise
    except KiemphieuError as error:
        return _page(act, act.say(error))
    return act.go(act.vote_url("print", "deck"))


def _kept(act: Act, uploads: tuple[Upload, ...]) -> Path:
    with disk_errors(act.desk.own):
        _forget_left(act.desk.own)
        folder = Path(tempfile.mkdtemp(prefix=_KEPT, dir=act.desk.own))
        for number, upload in enumerate(uploads, start=1):
            given = Path(upload.name)
            suffix = given.suffix.lower() if given.suffix.lower() in PAGE_SUFFIXES else ""
            upload.path.replace(folder / f"{number:04}-{given.stem[:_NAME_LENGTH]}{suffix}")
    return folder


def _forget_left(own: Path) -> None:
    """Removes scans that a cut-off program left behind; those of a day belong to a scan that may go on."""
    for left in own.glob(f"{_KEPT}*"):
        if left.stat().st_mtime < time.time() - _LEFT_S:
            shutil.rmtree(left, ignore_errors=True)


def _scanned(act: Act, scans: Path, job: Job) -> DeckCheck:
    try:
        check = check_deck(act.folder, [scans], DeckOfRun(), default_workers(), act.lang, job.progress)
    except InputError as error:
        # Said for the command line, where the remedy is another command.
        if error.message_id in _SAID_OTHERWISE:
            raise InputError(_SAID_OTHERWISE[error.message_id], **error.details) from error
        raise
    finally:
        shutil.rmtree(scans, ignore_errors=True)
    act.journal("testdeck_scanned", passed=check.comparison.equal)
    return check


@SCREEN.get(_DECK + "/report.pdf")
def show_report(act: Act) -> Response:
    """The report of the last scan, to be signed."""
    result = last_result(act.folder)
    path = None if result is None else result_report(act.folder, result)
    if path is None or not path.is_file():
        return Response(status_code=HTTPStatus.NOT_FOUND)
    return pdf_file(path)


@SCREEN.get(_DECK + "/{deck:int}/{name}", roles=COUNTERS)
def show_deck_file(act: Act) -> Response:
    """A deck to print."""
    deck, name = str(act.path["deck"]), act.path["name"]
    if deck not in deck_names(act.folder) or name not in _pdfs(act.folder, deck):
        return Response(status_code=HTTPStatus.NOT_FOUND)
    return pdf_file(DeckFolder(act.folder, deck).record.ballots / name)
