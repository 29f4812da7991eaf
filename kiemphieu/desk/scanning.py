"""Scan: a stack of ballots goes through the reader, and is held against its number counted by hand."""

from __future__ import annotations

import json
import math
import time
from collections.abc import AsyncIterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from functools import partial
from http import HTTPStatus

from starlette.responses import Response

from kiemphieu.batches import (
    Batch,
    BatchOrder,
    BatchSource,
    BatchState,
    batch_at_hand,
    discard_batch,
    mend_run,
    open_batch,
    read_batches,
    recount_batch,
    save_batch,
)
from kiemphieu.desk.acts import Act
from kiemphieu.desk.jobs import Job
from kiemphieu.desk.live_scan import LiveState
from kiemphieu.desk.rehearsal import sample_folder
from kiemphieu.desk.roles import COUNTERS
from kiemphieu.desk.scan_places import found_folders
from kiemphieu.desk.scan_runs import (
    JOB,
    checked_folder,
    clear_spool,
    files_waiting,
    live_of,
    start_run,
    take_files,
)
from kiemphieu.desk.scan_words import (
    alert_words,
    balance_words,
    cards,
    fate_words,
    last_pages,
    live_words,
    stopped_words,
)
from kiemphieu.desk.screens import Screen
from kiemphieu.desk.settled_words import why_closed
from kiemphieu.desk.streams import Push, pushes, stream_answer
from kiemphieu.folder import load_vote
from kiemphieu.page_picture import SUFFIXES, page_picture
from kiemphieu.sane_device import Device, list_devices
from kiemphieu.sane_settings import PaperSource
from kiemphieu.scanning import PageFate, end_run, scan_store
from kiemphieu.vote_store import has_record
from records.errors import InputError, KiemphieuError

SCREEN = Screen("scan")

THUMBNAIL_PX = 260
PUSH_S = 0.5
PICTURE_S = 0.8
"""For each small picture: see `_Shown`."""
LONGEST_SILENCE_S = 1.5
"""A push comes at least so often, so that what is shown is never two seconds old."""


@SCREEN.get("/votes/{vote}/scan")
def show_scan(act: Act) -> Response:
    return _page(act)


def _page(act: Act, error: str = "", status: int = HTTPStatus.OK) -> Response:
    job, running = _job(act)
    batches, trouble = _batches(act, running)
    at_hand = batch_at_hand(batches)
    state = _state(job, at_hand)
    return act.page(
        "scan.html",
        status,
        error=error or trouble or _failure(act, job, at_hand),
        may_change=act.member.role in COUNTERS,
        batches=batches,
        batch=at_hand,
        running=running,
        state=state,
        live=live_words(act, at_hand, state, running) if running and state and at_hand else None,
        last=last_pages(act, state) if state else (),
        waiting=files_waiting(act.folder, at_hand) if at_hand else 0,
        closed=why_closed(act) if at_hand is None and has_record(act.folder, load_vote(act.folder)) else "",
        cards=cards,
        fate_words=fate_words,
        balance_words=balance_words,
        alert_words=alert_words,
        stopped_words=stopped_words,
        **_new_batch(act, batches, at_hand),
    )


def _new_batch(act: Act, batches: tuple[Batch, ...], at_hand: Batch | None) -> dict[str, object]:
    """What the form of a new batch shows."""
    wanted = act.form.text("source") or act.query.get("source", "")
    source = BatchSource(wanted) if wanted in tuple(BatchSource) else BatchSource.FILES
    number = 1 + max((one.number for one in batches), default=0)
    asks = at_hand is None and act.member.role in COUNTERS
    devices: tuple[Device, ...] = ()
    trouble = ""
    if asks and source is BatchSource.SCANNER and act.query.get("find"):
        try:
            devices = list_devices()
        except KiemphieuError as error:
            trouble = act.say(error)
    return {
        "source": source,
        "sources": tuple(BatchSource),
        "papers": tuple(PaperSource),
        "name": act.form.text("name") or act.t("desk_scan_batch_name", number=number),
        "counted": act.form.text("counted"),
        "place": act.form.text("place") or sample_folder(act.folder),
        "folders": found_folders(act.folder) if asks else (),
        "devices": devices,
        "looked": bool(act.query.get("find")),
        "device_trouble": trouble,
    }


def _job(act: Act) -> tuple[Job | None, bool]:
    """The newest scan, and whether it goes on."""
    job = act.desk.jobs.of(act.folder, JOB)
    return job, job is not None and job.running


def _batches(act: Act, running: bool) -> tuple[tuple[Batch, ...], str]:
    """The batches; a run that ended with the program is mended first. And what stands in the way of that."""
    batches = read_batches(act.folder)
    cut_off = batch_at_hand(batches)
    if running or cut_off is None or cut_off.state is not BatchState.RUNNING:
        return batches, ""
    if act.member.role not in COUNTERS:
        return batches, ""
    try:
        # Asked again here: a job may have begun since, or ended.
        with _alone(act):
            if not _job(act)[1] and batch_at_hand(read_batches(act.folder)) == cut_off:
                mend_run(act.folder, cut_off.number)
    except KiemphieuError as error:
        return batches, act.say(error)
    return read_batches(act.folder), ""


def _alone(act: Act) -> AbstractContextManager[None]:
    """While a batch is looked at and then changed: another station may press the same button."""
    return act.desk.jobs.alone(act.folder)


def _state(job: Job | None, batch: Batch | None) -> LiveState | None:
    """The run of the batch at hand, as far as this server remembers it."""
    live = live_of(job)
    return live.look() if live is not None and _is_of(job, batch) else None


def _is_of(job: Job | None, batch: Batch | None) -> bool:
    """Whether the job scanned that batch."""
    scanned = None if job is None else job.notes.get("at_hand")
    return batch is not None and isinstance(scanned, Batch) and scanned.number == batch.number


def _failure(act: Act, job: Job | None, batch: Batch | None) -> str:
    """Why the last run of the batch at hand failed."""
    return act.say(job.error) if job is not None and job.error is not None and _is_of(job, batch) else ""


@SCREEN.post("/votes/{vote}/scan/start")
def start_scan(act: Act) -> Response:
    """A new batch, and its first run."""
    with _alone(act):
        return _started(act)


def _started(act: Act) -> Response:
    form = act.form
    try:
        check_open(act)
        _batches(act, _job(act)[1])
        source = _source(form.text("source"))
        place = _place(act, source)
        files = form.files("files")
        if source is BatchSource.FILES and not files:
            raise InputError("desk_scan_no_files")
        paper = form.text("paper")
        known = paper if paper in tuple(PaperSource) else ""
        batch = open_batch(
            act.folder, BatchOrder(form.text("name"), form.number("counted"), source, place, known)
        )
    except KiemphieuError as error:
        return _page(act, act.say(error), HTTPStatus.BAD_REQUEST)
    act.journal("scan_started", counted=batch.counted)
    return _run(act, batch)


@SCREEN.post("/votes/{vote}/scan/go-on")
def go_on(act: Act) -> Response:
    """More of the batch at hand: another stack in the feeder, more files, the same folder again."""
    with _alone(act):
        return _run(act, _at_rest(act))


def _run(act: Act, batch: Batch) -> Response:
    try:
        check_open(act)
        refused = take_files(act.folder, batch, act.form.files("files"))
        start_run(act.desk, act.folder, batch, refused)
    except KiemphieuError as error:
        return _page(act, act.say(error), HTTPStatus.BAD_REQUEST)
    return act.go(act.vote_url("scan"))


@SCREEN.post("/votes/{vote}/scan/stop")
def stop(act: Act) -> Response:
    """Ends the run after the page at hand; the batch goes on when a person says so."""
    job, running = _job(act)
    if job is not None and running:
        job.ask_stop()
        job.wait(PUSH_S)
    return act.go(act.vote_url("scan"))


@SCREEN.post("/votes/{vote}/scan/save")
def save(act: Act) -> Response:
    with _alone(act):
        return _saved(act, _at_rest(act))


def _saved(act: Act, batch: Batch) -> Response:
    waiting = files_waiting(act.folder, batch)
    if waiting and not act.form.text("leave"):
        return _page(act, act.t("desk_scan_files_wait", number=waiting), HTTPStatus.BAD_REQUEST)
    clear_spool(act.folder, batch)
    _close_record(act)
    save_batch(act.folder, batch.number)
    act.journal("batch_saved", counted=batch.counted, scanned=batch.sheets())
    return act.go(act.vote_url("scan"))


@SCREEN.post("/votes/{vote}/scan/discard")
def discard(act: Act) -> Response:
    """Gives up what is not recorded yet. What is recorded stays: ballots cannot be taken out of a record."""
    with _alone(act):
        batch = _at_rest(act)
        clear_spool(act.folder, batch)
        if batch.tally.new:
            _close_record(act)
        discard_batch(act.folder, batch.number)
    act.journal("batch_discarded", counted=batch.counted, scanned=batch.sheets())
    return act.go(act.vote_url("scan"))


@SCREEN.post("/votes/{vote}/scan/count")
def count_again(act: Act) -> Response:
    """Another number counted by hand."""
    number = act.form.number("number") or 0
    before = next((one.counted for one in read_batches(act.folder) if one.number == number), None)
    try:
        check_open(act)
        batch = recount_batch(act.folder, number, act.form.number("counted"))
    except KiemphieuError as error:
        return _page(act, act.say(error), HTTPStatus.BAD_REQUEST)
    act.journal("batch_recounted", before=before, counted=batch.counted)
    return act.go(act.vote_url("scan"))


def _at_rest(act: Act) -> Batch:
    """The batch at hand while nothing scans.

    Raises:
        InputError: there is none, or it is being scanned.
    """
    running = _job(act)[1]
    batch = batch_at_hand(_batches(act, running)[0])
    if batch is None:
        raise InputError("scan_batch_unknown")
    if running or batch.state is not BatchState.ASKS:
        raise InputError("scan_batch_not_at_rest", name=batch.name)
    return batch


def check_open(act: Act) -> None:
    """Whether pages may be recorded.

    Raises:
        InputError: nothing was printed, or the count is closed.
    """
    with scan_store(act.folder, load_vote(act.folder)):
        pass


def _close_record(act: Act) -> None:
    """The journal's entry about the pages, which a run that was stopped left to the next."""
    vote = load_vote(act.folder)
    with scan_store(act.folder, vote) as store:
        end_run(store, vote)


def _source(word: str) -> BatchSource:
    if word not in tuple(BatchSource):
        raise InputError("desk_scan_no_source")
    return BatchSource(word)


def _place(act: Act, source: BatchSource) -> str:
    words = act.form.text("place")
    if source in {BatchSource.FOLDER, BatchSource.WATCHED}:
        return str(checked_folder(act.folder, words))
    if source is BatchSource.SCANNER:
        if not words or words.startswith("-"):
            raise InputError("desk_scan_no_device")
        return words
    return ""


@SCREEN.get("/votes/{vote}/scan/stream", watch=True)
def stream(act: Act) -> Response:
    """The running scan, pushed: the state first, then every change."""
    return stream_answer(_pushes(act))


@dataclass(slots=True)
class _Shown:
    """The last pages as a browser has them.

    A fast reader has twenty pages through in a second. Nobody looks at so many, and a picture of each would
    cost the reader a tenth of its time.
    """

    pages: tuple[PageFate, ...] = ()
    at: float = -math.inf

    def newest(self, pages: tuple[PageFate, ...], running: bool) -> tuple[PageFate, ...]:
        new = sum(page not in self.pages for page in pages)
        now = time.monotonic()
        if new and (not running or now - self.at >= new * PICTURE_S):
            self.pages, self.at = pages, now
        return self.pages


def _pushes(act: Act) -> AsyncIterator[str]:
    return pushes(act, partial(_message, act, _Shown()), PUSH_S, LONGEST_SILENCE_S)


def _message(act: Act, shown: _Shown, _told: str) -> Push:
    job, running = _job(act)
    live = live_of(job)
    batch = job.notes.get("at_hand") if job is not None else None
    if live is None or not isinstance(batch, Batch):
        return Push("{}", "{}", running)
    state = live.look()
    state = replace(state, last=shown.newest(state.last, running))
    text = json.dumps(live_words(act, batch, state, running), ensure_ascii=False)
    return Push(text, text, running)


@SCREEN.get("/votes/{vote}/scan/picture/{sha256}", watch=True)
def picture(act: Act) -> Response:
    """One of the last pages, small: of those that this server remembers only."""
    live = live_of(_job(act)[0])
    wanted = act.path["sha256"]
    if live is not None and live.remembers(wanted):
        for suffix in SUFFIXES:
            if act.folder.page(wanted, suffix).is_file():
                data = page_picture(act.folder, wanted, suffix, THUMBNAIL_PX)
                return Response(data, media_type="image/jpeg")
    return Response(status_code=HTTPStatus.NOT_FOUND)
