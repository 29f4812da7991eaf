"""Stacks of ballots as the committee scans them: each with a name and a number counted by hand.

Kept in the vote folder as `desk/batches.json`: sums by fate only. No list of pages, no serial and no time:
together with the order of scanning they would tell whose ballot is whose. The record itself knows nothing of
batches; a batch helps people to see that no sheet was left in the feeder.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field, fields, replace
from enum import StrEnum
from pathlib import Path

from kiemphieu.disk import SETTLED_TIME_S, disk_errors, write_atomic
from kiemphieu.folder import VoteFolder, load_vote
from kiemphieu.scanning import Fate, PageFate
from kiemphieu.store import Store
from kiemphieu.vote_store import open_vote_store
from records.canonical import canonical_json
from records.codec import CodecError, from_plain, to_plain
from records.errors import InputError, StoreError
from records.layout import layout_from_json
from records.reading import RejectionReason, SheetRejection

LONGEST_NAME = 60
MOST_SHEETS = 1_000_000

_writing = threading.RLock()
"""One change of the file at a time; one program at a time has a vote folder's desk."""


class BatchSource(StrEnum):
    """Where the pages come from."""

    FILES = "files"
    """Sent from the browser."""
    FOLDER = "folder"
    """A folder on this machine, as it is."""
    WATCHED = "watched"
    """A folder on this machine that a scanner goes on filling."""
    SCANNER = "scanner"


class BatchState(StrEnum):
    RUNNING = "running"
    ASKS = "asks"
    """The feeder is empty, the files are at their end, or somebody stopped: a person says how it goes on."""
    SAVED = "saved"
    DISCARDED = "discarded"
    """Given up; what was recorded stays recorded."""


OPEN_STATES = frozenset({BatchState.RUNNING, BatchState.ASKS})


@dataclass(frozen=True, slots=True)
class PageTally:
    """Pages and files by fate, named as `Fate` names them."""

    recorded: int = 0
    blank: int = 0
    rejected: int = 0
    surplus: int = 0
    known: int = 0
    problem: int = 0
    skipped: int = 0

    def adding(self, fate: PageFate) -> PageTally:
        """With one more; a file that is waited for has no fate yet."""
        if fate.fate is Fate.WAITING:
            return self
        name = fate.fate.value
        return replace(self, **{name: getattr(self, name) + 1})

    def plus(self, other: PageTally, sign: int = 1) -> PageTally:
        """The sum, or the difference where `sign` is -1; nothing below 0."""
        sums = {
            one.name: max(0, getattr(self, one.name) + sign * getattr(other, one.name))
            for one in fields(PageTally)
        }
        return PageTally(**sums)

    @property
    def new(self) -> int:
        """Pages that came into the record."""
        return self.recorded + self.blank + self.rejected + self.surplus

    @property
    def printed(self) -> int:
        """Pages of ballots: no empty backs, and no second picture of a page that is there already."""
        return self.recorded + self.rejected


@dataclass(frozen=True, slots=True)
class Batch:
    """One stack.

    Attributes:
        number: from 1; its address.
        counted: ballots counted by hand.
        place: the folder, or the scanner's device; empty for files that were sent.
        paper: which way the paper takes through a scanner, as `PaperSource` names it; empty leaves it to it.
        pages_each: pages of one ballot; 0 where the groups of the vote differ in it.
        met_again: pages recorded already that the next run over the same place meets again.
        before: what the record held when a run began that has not ended in order.
        cut_off: whether the last run ended with the program.
    """

    number: int
    name: str
    counted: int
    source: BatchSource
    place: str = ""
    paper: str = ""
    state: BatchState = BatchState.ASKS
    tally: PageTally = field(default_factory=PageTally)
    pages_each: int = 1
    met_again: int = 0
    before: PageTally | None = None
    cut_off: bool = False

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES

    def sheets(self, running: PageTally | None = None) -> int | None:
        """Ballots scanned, with those of a run that goes on; None where pages do not tell their number."""
        tally = self.with_run(running or PageTally())
        return -(-tally.printed // self.pages_each) if self.pages_each else None

    def missing(self, running: PageTally | None = None) -> int | None:
        """Ballots counted by hand and not scanned; negative where more were scanned."""
        scanned = self.sheets(running)
        return None if scanned is None else self.counted - scanned

    def with_run(self, run: PageTally) -> PageTally:
        """The tally with a run's: pages met again are no event."""
        return self.tally.plus(replace(run, known=max(0, run.known - self.met_again)))


@dataclass(frozen=True, slots=True)
class _Book:
    """The file."""

    batches: tuple[Batch, ...]


@dataclass(frozen=True, slots=True)
class BatchOrder:
    """What a person says of a new batch."""

    name: str
    counted: int | None
    source: BatchSource
    place: str = ""
    paper: str = ""


def read_batches(folder: VoteFolder) -> tuple[Batch, ...]:
    """Every batch, by number.

    Raises:
        StoreError: the file is damaged or cannot be read.
    """
    path = _file(folder)
    try:
        return from_plain(_Book, json.loads(path.read_bytes())).batches
    except FileNotFoundError:
        return ()
    except (ValueError, CodecError, OSError) as error:
        raise StoreError("batches_damaged", path=str(path), reason=str(error)) from error


def batch_at_hand(batches: tuple[Batch, ...]) -> Batch | None:
    """The one that is not saved or discarded; there is one at most."""
    return next((batch for batch in batches if batch.is_open), None)


def open_batch(folder: VoteFolder, order: BatchOrder) -> Batch:
    """A new batch, with nothing scanned.

    Raises:
        InputError: the name is missing or taken, the count is missing, or another batch is open.
        StoreError: the file cannot be read or written.
    """
    with _writing:
        batches = read_batches(folder)
        name = " ".join(order.name.split())
        if not name or len(name) > LONGEST_NAME:
            raise InputError("scan_batch_name_missing", most=LONGEST_NAME)
        if any(batch.name.casefold() == name.casefold() for batch in batches):
            raise InputError("scan_batch_name_taken", name=name)
        at_hand = batch_at_hand(batches)
        if at_hand is not None:
            raise InputError("scan_batch_is_open", name=at_hand.name)
        batch = Batch(
            number=1 + max((one.number for one in batches), default=0),
            name=name,
            counted=_checked_count(order.counted),
            source=order.source,
            place=order.place,
            paper=order.paper,
            pages_each=pages_of_a_ballot(folder),
        )
        _write(folder, (*batches, batch))
        return batch


def begin_run(folder: VoteFolder, number: int) -> Batch:
    """Notes that pages of the batch are being scanned from now on."""
    held = record_tally(folder)
    return _changed(
        folder, number, lambda one: replace(one, state=BatchState.RUNNING, before=held, cut_off=False)
    )


def end_run(folder: VoteFolder, number: int, run: PageTally, met_again: int = 0) -> Batch:
    """Adds what a run brought; a person is asked how to go on.

    Args:
        folder: the vote.
        number: of the batch.
        run: pages of this run.
        met_again: see `Batch`.
    """
    return _changed(
        folder,
        number,
        lambda one: replace(
            one, state=BatchState.ASKS, tally=one.with_run(run), before=None, met_again=met_again
        ),
    )


def mend_run(folder: VoteFolder, number: int) -> Batch:
    """Ends a run that ended with the program: what it brought is what the record holds more than before.

    Which of those pages could not be laid over their form is not looked up: they count as recorded.
    """
    held = record_tally(folder)

    def mended(one: Batch) -> Batch:
        run = held.plus(one.before or held, -1)
        again = one.met_again + run.new
        tally = one.tally.plus(run)
        return replace(one, state=BatchState.ASKS, tally=tally, before=None, met_again=again, cut_off=True)

    return _changed(folder, number, mended)


def recount_batch(folder: VoteFolder, number: int, counted: int | None) -> Batch:
    """Puts another number counted by hand in place of the first.

    Raises:
        InputError: no number, or no such batch.
    """
    checked = _checked_count(counted)
    return _changed(folder, number, lambda one: replace(one, counted=checked))


def save_batch(folder: VoteFolder, number: int) -> Batch:
    """Ends a batch; its pages are in the record already."""
    return _changed(folder, number, lambda one: replace(_at_rest(one), state=BatchState.SAVED, met_again=0))


def discard_batch(folder: VoteFolder, number: int) -> Batch:
    """Gives a batch up; it is forgotten where none of its pages was recorded."""
    batch = _changed(
        folder, number, lambda one: replace(_at_rest(one), state=BatchState.DISCARDED, met_again=0)
    )
    if not batch.tally.new:
        with _writing:
            _write(folder, tuple(one for one in read_batches(folder) if one.number != number))
    return batch


def _at_rest(batch: Batch) -> Batch:
    if batch.state is not BatchState.ASKS:
        raise InputError("scan_batch_not_at_rest", name=batch.name)
    return batch


def record_tally(folder: VoteFolder) -> PageTally:
    """What the record holds, without looking into readings.

    Raises:
        StoreError: it cannot be read.
    """
    with closing(open_vote_store(folder, load_vote(folder))) as store:
        return _tally_of(store)


def _tally_of(store: Store) -> PageTally:
    recorded, surplus, without_serial = 0, 0, []
    for key in store.page_keys():
        if key.serial is None:
            without_serial.append(key.sha256)
        elif key.surplus:
            surplus += 1
        else:
            recorded += 1
    blank = sum(
        isinstance(page.result, SheetRejection) and page.result.reason is RejectionReason.BLANK_PAGE
        for page in store.facts_of(without_serial)
    )
    return PageTally(recorded, blank, len(without_serial) - blank, surplus)


def pages_of_a_ballot(folder: VoteFolder) -> int:
    """How many pages each ballot has; 0 where the groups differ.

    Raises:
        InputError: nothing was printed.
        StoreError: the record cannot be read.
    """
    with closing(open_vote_store(folder, load_vote(folder))) as store:
        counts = {len(layout_from_json(form.layout_json).pages) for form in store.forms()}
    if not counts:
        raise InputError("nothing_printed", path=str(folder.root))
    return counts.pop() if len(counts) == 1 else 0


def spool_of(folder: VoteFolder, batch: Batch) -> Path:
    """Where files that were sent wait until they are recorded."""
    return folder.root / "desk" / "inbox" / str(batch.number)


def _checked_count(counted: int | None) -> int:
    if counted is None or not 1 <= counted <= MOST_SHEETS:
        raise InputError("scan_batch_count_missing")
    return counted


def _changed(folder: VoteFolder, number: int, change: Callable[[Batch], Batch]) -> Batch:
    with _writing:
        batches = read_batches(folder)
        found = next((one for one in batches if one.number == number), None)
        if found is None:
            raise InputError("scan_batch_unknown")
        batch = change(found)
        _write(folder, tuple(batch if one.number == number else one for one in batches))
        return batch


def _file(folder: VoteFolder) -> Path:
    return folder.root / "desk" / "batches.json"


def _write(folder: VoteFolder, batches: tuple[Batch, ...]) -> None:
    path = _file(folder)
    with disk_errors(path):
        path.parent.mkdir(mode=0o700, exist_ok=True)
        write_atomic(path, canonical_json(to_plain(_Book(batches))))
        os.utime(path, (SETTLED_TIME_S, SETTLED_TIME_S))
