"""Scanning: pages of files and folders are read by workers and recorded by one writer, in order."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from kiemphieu.disk import disk_errors
from kiemphieu.folder import VoteFolder, load_vote, read_public_key
from kiemphieu.intake import FileProblem, PageRef, SkippedFile, find_pages
from kiemphieu.page_worker import (
    KnownPage,
    PageOutcome,
    PageReader,
    ReaderSetup,
    ReadPage,
    WorkerFailure,
    raise_failure,
    read_in_worker,
    start_worker,
)
from kiemphieu.scan_health import Alert, ScanHealth, Summary
from kiemphieu.store import PageRecord, RecordOutcome, Store
from kiemphieu.vote_store import check_key, check_not_sealed, note_settings, open_vote_store
from records.errors import InputError, KiemphieuError
from records.reading import SheetRejection
from records.vote import Vote
from scanner.diagnostics import PageDiagnostics

Progress = Callable[[int, int], None]
"""Called with the number of pages done and of pages in all."""

Alarm = Callable[[Alert], None]
"""Called as soon as the pages show something wrong with the scanner."""

BATCH_PAGES = 8
"""Pages committed together. An interruption loses at most their reading, never a recorded page."""
AHEAD_PER_WORKER = 4
"""Pages handed out beyond those being read, so that no worker waits for the writer."""


@dataclass(frozen=True, slots=True)
class RejectedPage:
    """A page that was recorded, and could not be read as a page of a ballot."""

    source: str
    index: int
    reason: str


@dataclass(frozen=True, slots=True)
class SurplusPage:
    """A page whose serial and page number another sheet already has."""

    source: str
    index: int
    serial: str


@dataclass(frozen=True, slots=True)
class ScanReport:
    """What one run did; nothing of it is stored.

    Attributes:
        pages: pages found in the files.
        recorded: pages that are new in the record, among them `surplus` and `rejected`.
        known: pages whose image was recorded before.
        alerts: what was wrong with the scanner.
        scanner: medians over the last pages; None where none was laid over a form.
    """

    pages: int
    recorded: int
    known: int
    surplus: tuple[SurplusPage, ...]
    rejected: tuple[RejectedPage, ...]
    problems: tuple[FileProblem, ...]
    skipped: tuple[SkippedFile, ...]
    alerts: tuple[Alert, ...] = ()
    scanner: Summary | None = None


def default_workers() -> int:
    """As many as this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def scan_paths(
    folder: VoteFolder,
    paths: Sequence[Path],
    workers: int,
    progress: Progress | None = None,
    alarm: Alarm | None = None,
) -> ScanReport:
    """Reads every page of `paths` and records it; the same pages again change nothing.

    The record is the same with any number of workers: pages are recorded in the order they are found.

    Raises:
        InputError: nothing was printed, or a key is missing.
        StoreError: the disk is full or the store refuses; what was recorded before stays.
        KeyboardInterrupt: by the operator; every page that was read is recorded.
    """
    return record_scans(folder, load_vote(folder), paths, workers, progress, alarm)


def record_scans(
    folder: VoteFolder,
    vote: Vote,
    paths: Sequence[Path],
    workers: int,
    progress: Progress | None = None,
    alarm: Alarm | None = None,
) -> ScanReport:
    """As `scan_paths`, for a vote that was read already."""
    store = open_vote_store(folder, vote)
    try:
        check_not_sealed(store)
        if not store.forms():
            raise InputError("nothing_printed", path=str(folder.root))
        read_public_key(folder)
        check_key(folder, store)
        with disk_errors(folder.pages):
            folder.pages.mkdir(exist_ok=True)
        own = (folder.pages, folder.ballots, folder.keys, folder.reports, folder.root / "rescans")
        found = tuple(find_pages(paths, leave_out=own))
        refs = [item for item in found if isinstance(item, PageRef)]
        setup = ReaderSetup(folder.root.resolve(), vote.id, vote.store_url)
        recorder = _Recorder(store, len(refs), progress, alarm)
        recorder.run(_outcomes(refs, setup, min(workers, len(refs))))
        # Not after an interruption: the same run, gone on with, then leaves the journal of one run.
        note_settings(store, vote)
        store.close_pages()
    finally:
        store.close()
    return recorder.report(found)


def _outcomes(refs: Sequence[PageRef], setup: ReaderSetup, workers: int) -> Iterator[PageOutcome]:
    """One outcome per page, in order."""
    return _outcomes_here(refs, setup) if workers <= 1 else _outcomes_of_pool(refs, setup, workers)


def _outcomes_here(refs: Sequence[PageRef], setup: ReaderSetup) -> Iterator[PageOutcome]:
    if not refs:
        return
    reader = PageReader(setup)
    try:
        for ref in refs:
            yield reader.read(ref)
    finally:
        reader.close()


def _outcomes_of_pool(refs: Sequence[PageRef], setup: ReaderSetup, workers: int) -> Iterator[PageOutcome]:
    """A page that ends its worker (memory, a fault in a decoder) is told, and the run goes on.

    Raises:
        KiemphieuError: workers end whichever page they get.
    """
    place = 0
    while place < len(refs):
        try:
            for outcome in _outcomes_of_one_pool(refs[place:], setup, workers):
                yield outcome
                place += 1
        except BrokenProcessPool as error:
            # Any page that was handed out may have been the one: each is read again, alone.
            suspects = refs[place : place + workers * AHEAD_PER_WORKER]
            alone = [_outcome_alone(ref, setup) for ref in suspects]
            if len(alone) > workers and all(_stopped_reader(outcome) for outcome in alone):
                raise KiemphieuError("worker_died") from error
            yield from alone
            place += len(alone)


def _stopped_reader(outcome: PageOutcome) -> bool:
    return isinstance(outcome, FileProblem) and outcome.message_id == "page_stops_reader"


def _outcome_alone(ref: PageRef, setup: ReaderSetup) -> PageOutcome:
    try:
        (outcome,) = _outcomes_of_one_pool([ref], setup, 1)
    except BrokenProcessPool:
        return FileProblem(ref.source, "page_stops_reader", (("page", str(ref.index + 1)),))
    return outcome


def _outcomes_of_one_pool(refs: Sequence[PageRef], setup: ReaderSetup, workers: int) -> Iterator[PageOutcome]:
    # "spawn": a fork would copy the open database connection and OpenCV's threads in mid-flight.
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(workers, context, initializer=start_worker, initargs=(setup,))
    waiting: deque[Future[PageOutcome]] = deque()
    try:
        for ref in refs:
            with _interrupts_held():
                waiting.append(pool.submit(read_in_worker, ref))
            if len(waiting) >= workers * AHEAD_PER_WORKER:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """Holds Ctrl-C back while a worker may be started, and lets it through afterwards.

    Ctrl-C reaches every process of the terminal. A worker inherits the held state, so that it never
    dies half started with a traceback; only this process decides what an interruption means.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class _Recorder:
    """The one writer: commits outcomes in the order they come, and keeps the tally of the run."""

    def __init__(self, store: Store, total: int, progress: Progress | None, alarm: Alarm | None) -> None:
        self._store = store
        self._alarm = alarm
        self._health = ScanHealth()
        self._total = total
        self._progress = progress
        self._waiting: list[PageRecord] = []
        self._outcomes: Counter[RecordOutcome] = Counter()
        self._problems: list[FileProblem] = []
        self._surplus: list[SurplusPage] = []
        self._rejected: list[RejectedPage] = []

    def run(self, outcomes: Iterable[PageOutcome]) -> None:
        try:
            for done, outcome in enumerate(outcomes, start=1):
                self._take(outcome)
                if len(self._waiting) >= BATCH_PAGES:
                    self._commit()
                if self._progress is not None:
                    self._progress(done, self._total)
        except (KeyboardInterrupt, KiemphieuError):
            self._commit()
            raise
        self._commit()

    def _take(self, outcome: PageOutcome) -> None:
        match outcome:
            case ReadPage():
                self._waiting.append(outcome.record)
                self._feel(outcome.diagnostics)
            case KnownPage():
                self._outcomes[RecordOutcome.KNOWN] += 1
            case FileProblem():
                self._problems.append(outcome)
            case WorkerFailure():
                raise_failure(outcome)

    def _feel(self, page: PageDiagnostics | None) -> None:
        """Tells what is wrong with the scanner as soon as it shows."""
        if page is None:
            return
        for alert in self._health.take(page):
            if self._alarm is not None:
                self._alarm(alert)

    def _commit(self) -> None:
        batch, self._waiting = self._waiting, []
        if not batch:
            return
        for page, done in zip(batch, self._store.record_pages(batch), strict=True):
            self._outcomes[done] += 1
            if done is not RecordOutcome.KNOWN:
                self._note(page, done)

    def _note(self, page: PageRecord, done: RecordOutcome) -> None:
        source = page.source or ""
        if done is RecordOutcome.SURPLUS and page.token is not None:
            self._surplus.append(SurplusPage(source, page.index, page.token.serial))
        if isinstance(page.result, SheetRejection):
            self._rejected.append(RejectedPage(source, page.index, page.result.reason.value))

    def report(self, found: Sequence[PageRef | FileProblem | SkippedFile]) -> ScanReport:
        early = [item for item in found if isinstance(item, FileProblem)]
        return ScanReport(
            pages=self._total,
            recorded=self._outcomes[RecordOutcome.NEW] + self._outcomes[RecordOutcome.SURPLUS],
            known=self._outcomes[RecordOutcome.KNOWN],
            surplus=tuple(self._surplus),
            rejected=tuple(self._rejected),
            problems=(*early, *self._problems),
            skipped=tuple(item for item in found if isinstance(item, SkippedFile)),
            alerts=self._health.alerts,
            scanner=self._health.summary(),
        )
