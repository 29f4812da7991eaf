"""`watch`: what a scanner drops into a folder is read and recorded while it comes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from kiemphieu.arrivals import PATIENCE_SETTLES, SETTLE_S, UNFINISHED, Arrival, Arrivals, Look
from kiemphieu.folder import VoteFolder, load_vote
from kiemphieu.intake import FileProblem, PageRef, SkippedFile, pages_of_file
from kiemphieu.page_worker import PageOutcome
from kiemphieu.reading_crew import ReadingCrew
from kiemphieu.scanner_profiles import keep_profile
from kiemphieu.scanning import (
    Alarm,
    Fate,
    PageFate,
    Recorder,
    ScanReport,
    Teller,
    Told,
    end_run,
    own_folders,
    reader_setup,
    scan_store,
)
from records.errors import InputError, StoreError

QUIET_SETTLES = 3
"""So many times the settle time nothing must have changed before `once` ends."""
ROUND_FILES = 32
"""Files dealt with between two looks at the folder."""

PASSING = frozenset({"disk_full", "store_busy", "store_unreachable"})
"""What stops the recording and may pass: waited out."""
FOLDER_GONE = "watch_folder_gone"
GOES_ON = "watch_goes_on"


@dataclass(frozen=True, slots=True)
class WatchOptions:
    """How to watch.

    Attributes:
        workers: processes that read.
        settle_s: how long a file must be at rest.
        once: end when the folder has been quiet for a while.
        nice: see `ReaderSetup`.
    """

    workers: int
    settle_s: float = SETTLE_S
    once: bool = False
    nice: int = 0

    @property
    def poll_s(self) -> float:
        return min(1.0, max(0.02, self.settle_s / 4))


@dataclass(frozen=True, slots=True)
class Listener:
    """Who is told what happens.

    Attributes:
        fate: of every page and file, as soon as it is sure.
        alarm: something is wrong with the scanner.
        news: a message id and its details: what is waited out, told once, and that it goes on.
        beat: called between pages and between looks; a KeyboardInterrupt from it stops the watch in order.
    """

    fate: Teller
    alarm: Alarm
    news: Callable[[str, Mapping[str, object]], None]
    beat: Callable[[], None] = lambda: None


@dataclass(frozen=True, slots=True)
class WatchReport:
    """What a watch did.

    Attributes:
        waiting: files that were not whole when it ended.
        blank: blank sides among the rejected pages.
        stopped: by a person, and not because the folder was quiet.
    """

    scan: ScanReport
    waiting: tuple[str, ...]
    blank: int
    stopped: bool


class Feed(Protocol):
    """What puts files into the folder, where this process does that itself."""

    def step(self) -> None:
        """Called before every look."""

    def is_over(self) -> bool:
        """Whether nothing more will come."""

    def dealt_with(self, path: Path, recorded: bool, /) -> bool:
        """Told of every file that is done; `recorded` where all of it is in the record.

        Returns:
            Whether it was taken away, so that another one may come under its name.
        """


class NoFeed:
    """Somebody else's scanner."""

    def step(self) -> None:
        pass

    def is_over(self) -> bool:
        return True

    def dealt_with(self, _path: Path, _recorded: bool) -> bool:
        return False


def watch_folder(
    folder: VoteFolder, inbox: Path, options: WatchOptions, listener: Listener, feed: Feed | None = None
) -> WatchReport:
    """Records every page that comes into `inbox`, until a person stops it or `options.once` is met.

    Raises:
        InputError: there is no such folder, nothing was printed, a key is missing, or the record is sealed.
        StoreError: the store refuses for good; what was recorded before stays.
    """
    if not inbox.is_dir():
        raise InputError("watch_folder_missing", path=str(inbox))
    vote = load_vote(folder)
    stopped = False
    setup = reader_setup(folder, vote, options.nice)
    with (
        scan_store(folder, vote) as store,
        ReadingCrew(setup, options.workers) as crew,
    ):
        keep_profile(folder, setup.profile)
        arrivals = Arrivals(inbox, options.settle_s, time.monotonic, own_folders(folder))
        watch = _Watch(arrivals, crew, options, listener, feed or NoFeed())
        told = Told(lambda _done, _total: listener.beat(), listener.alarm, watch.tell)
        recorder = Recorder(store, told=told, profile=setup.profile)
        try:
            watch.run(recorder)
        except KeyboardInterrupt:
            stopped = True
        if not (stopped and arrivals.waiting):
            end_run(store, vote)
    return watch.report(recorder.report(()), stopped)


class _Watch:
    def __init__(
        self, arrivals: Arrivals, crew: ReadingCrew, options: WatchOptions, listener: Listener, feed: Feed
    ) -> None:
        self._arrivals = arrivals
        self._crew = crew
        self._options = options
        self._listener = listener
        self._feed = feed
        self._told: dict[Path, tuple[Look, set[int]]] = {}
        self._at_hand: dict[str, Arrival] = {}
        self._found_at_start: frozenset[str] | None = None
        self._trouble = ""
        self._trouble_since = 0.0
        self._early: list[FileProblem] = []
        self._skipped: list[SkippedFile] = []
        self._failed: set[str] = set()
        self._blank = 0

    def run(self, recorder: Recorder) -> None:
        while True:
            self._listener.beat()
            busy = self._round(recorder)
            if self._is_over():
                return
            if not busy:
                time.sleep(self._options.poll_s)

    def report(self, scan: ScanReport, stopped: bool) -> WatchReport:
        whole = replace(
            scan,
            pages=scan.recorded + scan.known,
            problems=(*self._early, *scan.problems),
            skipped=tuple(self._skipped),
        )
        return WatchReport(whole, self._arrivals.waiting, self._blank, stopped)

    def tell(self, fate: PageFate) -> None:
        """Passes on the fate of a page of a file at hand; nothing is told twice."""
        arrival = self._at_hand.get(fate.source)
        if arrival is not None and fate.fate is not Fate.PROBLEM:
            self._told_of(arrival).add(fate.index)
        self._blank += fate.fate is Fate.BLANK
        if fate.fate is Fate.PROBLEM:
            self._failed.add(fate.source)
        # On going on after a stop, what was recorded before is no event.
        if fate.fate is Fate.KNOWN and fate.source in (self._found_at_start or ()):
            return
        self._listener.fate(fate)

    def _is_over(self) -> bool:
        quiet = self._arrivals.quiet_s >= QUIET_SETTLES * self._options.settle_s
        at_rest = self._options.once and not self._arrivals.waiting and quiet
        return at_rest and not self._trouble and self._feed.is_over()

    def _round(self, recorder: Recorder) -> bool:
        """One look and what it brings; whether there was something to do."""
        try:
            return self._look_and_record(recorder)
        except StoreError as error:
            if error.message_id not in PASSING:
                raise
            self._wait_out(error.message_id, error.details)
            time.sleep(self._options.settle_s)
            return False

    def _look_and_record(self, recorder: Recorder) -> bool:
        self._feed.step()
        try:
            ready = self._arrivals.look(ROUND_FILES)
        except OSError as error:
            self._wait_out(FOLDER_GONE, {"reason": error.strerror or str(error)})
            return False
        if self._found_at_start is None:
            self._found_at_start = frozenset(self._arrivals.waiting)
        for source in self._arrivals.newly_waiting():
            self._listener.fate(PageFate(source, 0, Fate.WAITING))
        self._deal_with(ready, recorder)
        if self._trouble:
            self._trouble = ""
            self._listener.news(GOES_ON, {})
        return bool(ready)

    def _wait_out(self, message_id: str, details: Mapping[str, object]) -> None:
        now = time.monotonic()
        if self._trouble != message_id:
            self._trouble, self._trouble_since = message_id, now
            self._listener.news(message_id, details)
        patience_s = PATIENCE_SETTLES * self._options.settle_s
        if self._options.once and message_id == FOLDER_GONE and now - self._trouble_since > patience_s:
            raise InputError(FOLDER_GONE, **details)

    def _deal_with(self, arrivals: Sequence[Arrival], recorder: Recorder) -> None:
        self._at_hand = {arrival.source: arrival for arrival in arrivals}
        open_again: set[str] = set()
        refs = [ref for arrival in arrivals for ref in self._pages(arrival, open_again)]
        recorder.run(self._outcomes(refs, open_again))
        for arrival in arrivals:
            if arrival.source not in open_again:
                self._arrivals.settle(arrival)
                self._told.pop(arrival.path, None)
                if self._feed.dealt_with(arrival.path, arrival.source not in self._failed):
                    self._arrivals.forget(arrival)

    def _pages(self, arrival: Arrival, open_again: set[str]) -> Iterator[PageRef]:
        """Pages of a file that are not recorded in this look at it."""
        told = self._told_of(arrival)
        for item in pages_of_file(arrival.path, arrival.source):
            match item:
                case PageRef():
                    if item.index not in told:
                        yield item
                case FileProblem():
                    if self._may_pass(item):
                        open_again.add(item.source)
                        continue
                    self._early.append(item)
                    self.tell(PageFate(item.source, 0, Fate.PROBLEM, problem=item))
                case SkippedFile():
                    self._skipped.append(item)
                    self._failed.add(item.source)
                    self.tell(PageFate(item.source, 0, Fate.SKIPPED))

    def _outcomes(self, refs: Sequence[PageRef], open_again: set[str]) -> Iterator[PageOutcome]:
        """As the crew reads them, without files that somebody began to write to again."""
        for outcome in self._crew.outcomes(refs):
            if isinstance(outcome, FileProblem) and self._may_pass(outcome):
                open_again.add(outcome.source)
            else:
                yield outcome

    def _may_pass(self, problem: FileProblem) -> bool:
        arrival = self._at_hand[problem.source]
        return problem.message_id in UNFINISHED and self._arrivals.is_patient(arrival)

    def _told_of(self, arrival: Arrival) -> set[int]:
        look, told = self._told.get(arrival.path, (arrival.look, set()))
        if look != arrival.look:
            told = set()
        self._told[arrival.path] = (arrival.look, told)
        return told
