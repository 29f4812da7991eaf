"""Scanning: pages of files and folders are read by workers and recorded by one writer, in order."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from kiemphieu.disk import disk_errors
from kiemphieu.folder import VoteFolder, load_profile, load_vote, read_public_key
from kiemphieu.intake import FileProblem, PageRef, SkippedFile, find_pages
from kiemphieu.page_worker import (
    KnownPage,
    PageOutcome,
    ReaderSetup,
    ReadPage,
    WorkerFailure,
    raise_failure,
)
from kiemphieu.reading_crew import ClusterPlace, ReadingCrew
from kiemphieu.scan_health import Alert, ScanHealth, Summary
from kiemphieu.scanner_profiles import keep_profile
from kiemphieu.store import PageRecord, RecordOutcome, Store
from kiemphieu.vote_store import check_key, check_open, note_settings, open_vote_store
from records.errors import InputError, KiemphieuError, UsageError
from records.reading import RejectionReason, SheetRejection
from records.scanner_profile import ScannerProfile
from records.vote import Vote

if TYPE_CHECKING:
    from kiemphieu.reading_cluster import ClusterCrew

Progress = Callable[[int, int], None]
"""Called with the number of pages done and of pages in all."""

Alarm = Callable[[Alert], None]
"""Called as soon as the pages show something wrong with the scanner."""

BATCH_PAGES = 8
"""Pages committed together. An interruption loses at most their reading, never a recorded page."""


class Fate(StrEnum):
    """What became of a page or a file."""

    RECORDED = "recorded"
    BLANK = "blank"
    REJECTED = "rejected"
    SURPLUS = "surplus"
    KNOWN = "known"
    PROBLEM = "problem"
    SKIPPED = "skipped"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class PageFate:
    """The fate of one page, told when it is sure: what is said to be recorded is on the disk.

    Attributes:
        index: 0-based place in the file.
        reason: why a page is `REJECTED`; the serial of a `SURPLUS` one.
        problem: what is wrong with a file that could not be opened.
        sha256: of the image of a page that was recorded now; for a look at it while the run goes on.
    """

    source: str
    index: int
    fate: Fate
    reason: str = ""
    problem: FileProblem | None = None
    sha256: str = field(default="", compare=False)


Teller = Callable[[PageFate], None]
"""Called for every page in the order of recording."""


@dataclass(frozen=True, slots=True)
class Told:
    """Who is told what happens in a run; None for nobody.

    Attributes:
        progress: after every page.
        alarm: when something is wrong with the scanner.
        tell: the fate of every page.
    """

    progress: Progress | None = None
    alarm: Alarm | None = None
    tell: Teller | None = None


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
    workers: int | ClusterPlace,
    progress: Progress | None = None,
    alarm: Alarm | None = None,
    tell: Teller | None = None,
    nice: int = 0,
) -> ScanReport:
    """Reads every page of `paths` and records it; the same pages again change nothing.

    The record is the same with any number of workers, on this machine or on a cluster: pages are recorded in
    the order they are found.

    Raises:
        InputError: nothing was printed, a key is missing, or the cluster cannot be used.
        StoreError: the disk is full or the store refuses; what was recorded before stays.
        KeyboardInterrupt: by the operator; every page that was read is recorded.
    """
    vote = load_vote(folder)
    setup = reader_setup(folder, vote, nice)
    return record_scans(folder, vote, paths, workers, setup, Told(progress, alarm, tell))


def record_scans(
    folder: VoteFolder,
    vote: Vote,
    paths: Sequence[Path],
    workers: int | ClusterPlace,
    setup: ReaderSetup,
    told: Told | None = None,
) -> ScanReport:
    """As `scan_paths`, for a vote that was read already; `setup` says how pages are read into its record."""
    with scan_store(folder, vote) as store:
        keep_profile(folder, setup.profile)
        found = tuple(find_pages(paths, leave_out=own_folders(folder)))
        refs = [item for item in found if isinstance(item, PageRef)]
        recorder = Recorder(store, len(refs), told, setup.profile)
        recorder.tell_found(found)
        with _crew(folder, store, setup, workers, len(refs)) as crew:
            recorder.run(crew.outcomes(refs))
        end_run(store, vote)
    return recorder.report(found)


def _crew(
    folder: VoteFolder, store: Store, setup: ReaderSetup, workers: int | ClusterPlace, pages: int
) -> ReadingCrew | ClusterCrew:
    """Readers on this machine, or on a cluster."""
    if not isinstance(workers, ClusterPlace):
        return ReadingCrew(setup, min(workers, pages))
    try:
        from kiemphieu.reading_cluster import ClusterCrew  # noqa: PLC0415  an optional library
    except ModuleNotFoundError as error:
        raise UsageError("cluster_library_missing", reason=str(error)) from error
    return ClusterCrew(folder, store, setup, workers)


@contextmanager
def scan_store(folder: VoteFolder, vote: Vote) -> Iterator[Store]:
    """The vote's store, ready for pages.

    Raises:
        InputError: nothing was printed, a key is missing, or the count is closed.
        StoreError: it cannot be opened or written.
    """
    with closing(open_vote_store(folder, vote)) as store:
        check_open(store)
        if not store.forms():
            raise InputError("nothing_printed", path=str(folder.root))
        read_public_key(folder)
        check_key(folder, store)
        with disk_errors(folder.pages):
            folder.pages.mkdir(exist_ok=True)
        yield store


def own_folders(folder: VoteFolder) -> tuple[Path, ...]:
    """Folders of the vote that hold no new scans."""
    own = (folder.pages, folder.ballots, folder.keys, folder.reports, folder.tests)
    return (*own, folder.root / "rescans")


def reader_setup(folder: VoteFolder, vote: Vote, nice: int = 0) -> ReaderSetup:
    """How the vote's own ballots are read.

    Raises:
        InputError: the scanner's profile that vote.toml names cannot be used.
    """
    profile = load_profile(folder, vote)
    return ReaderSetup(folder.root.resolve(), vote.id, vote.store_url, profile=profile, nice=nice)


def end_run(store: Store, vote: Vote) -> None:
    """Writes the run into the journal.

    Not after an interruption: the same run, gone on with, then leaves the journal of one run.
    """
    note_settings(store, vote)
    store.close_pages()


class Recorder:
    """The one writer: commits outcomes in the order they come, and keeps the tally of the run."""

    def __init__(
        self,
        store: Store,
        total: int = 0,
        told: Told | None = None,
        profile: ScannerProfile | None = None,
    ) -> None:
        """Starts a run.

        Args:
            store: takes the pages.
            total: pages to come, for the progress.
            told: who is told what happens; None for nobody.
            profile: of the scanner; pages that do not look like it are told.
        """
        self._store = store
        self._told = told or Told()
        self._health = ScanHealth(profile)
        self._total = total
        self._waiting: list[PageRecord] = []
        self._outcomes: Counter[RecordOutcome] = Counter()
        self._problems: list[FileProblem] = []
        self._surplus: list[SurplusPage] = []
        self._rejected: list[RejectedPage] = []

    def run(self, outcomes: Iterable[PageOutcome]) -> None:
        """Records what comes, in order; may be called again for more pages of the same run."""
        try:
            for done, outcome in enumerate(outcomes, start=1):
                self._take(outcome)
                if len(self._waiting) >= BATCH_PAGES:
                    self._commit()
                if self._told.progress is not None:
                    self._told.progress(done, self._total)
        except (KeyboardInterrupt, KiemphieuError):
            self._commit()
            raise
        self._commit()

    def tell_found(self, found: Iterable[PageRef | FileProblem | SkippedFile]) -> None:
        """Tells the fate of files that no page can be had from."""
        for item in found:
            match item:
                case FileProblem():
                    self._say(PageFate(item.source, 0, Fate.PROBLEM, problem=item))
                case SkippedFile():
                    self._say(PageFate(item.source, 0, Fate.SKIPPED))

    def _take(self, outcome: PageOutcome) -> None:
        match outcome:
            case ReadPage():
                self._waiting.append(outcome.record)
                self._feel(outcome)
            case KnownPage():
                self._outcomes[RecordOutcome.KNOWN] += 1
                self._say(PageFate(outcome.source, outcome.index, Fate.KNOWN))
            case FileProblem():
                self._problems.append(outcome)
                self._say(PageFate(outcome.source, 0, Fate.PROBLEM, problem=outcome))
            case WorkerFailure():
                raise_failure(outcome)

    def _feel(self, page: ReadPage) -> None:
        """Tells what is wrong with the scanner as soon as it shows."""
        alerts: tuple[Alert, ...] = ()
        if page.diagnostics is not None:
            alerts = self._health.take(page.diagnostics)
        elif isinstance(page.record.result, SheetRejection):
            alerts = self._health.miss(page.record.result.reason)
        for alert in alerts:
            if self._told.alarm is not None:
                self._told.alarm(alert)

    def _commit(self) -> None:
        batch, self._waiting = self._waiting, []
        if not batch:
            return
        for page, done in zip(batch, self._store.record_pages(batch), strict=True):
            self._outcomes[done] += 1
            if done is not RecordOutcome.KNOWN:
                self._note(page, done)
            self._say(_fate_of(page, done))

    def _say(self, fate: PageFate) -> None:
        if self._told.tell is not None:
            self._told.tell(fate)

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


def _fate_of(page: PageRecord, done: RecordOutcome) -> PageFate:
    source, index, sha256 = page.source or "", page.index, page.sha256
    if done is RecordOutcome.KNOWN:
        return PageFate(source, index, Fate.KNOWN)
    if isinstance(page.result, SheetRejection):
        reason = page.result.reason
        fate = Fate.BLANK if reason is RejectionReason.BLANK_PAGE else Fate.REJECTED
        return PageFate(source, index, fate, reason.value, sha256=sha256)
    if done is RecordOutcome.SURPLUS and page.token is not None:
        return PageFate(source, index, Fate.SURPLUS, page.token.serial, sha256=sha256)
    return PageFate(source, index, Fate.RECORDED, sha256=sha256)
