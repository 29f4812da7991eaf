"""What one worker does with one page: load, look it up, read, keep the image.

A worker is handed paths, never pixels, and hands back values: what went wrong travels as a value, too,
because exceptions with named details do not survive the way between processes.
"""

from __future__ import annotations

import os
import signal
from dataclasses import dataclass, field
from pathlib import Path

import cv2
from threadpoolctl import threadpool_limits

from kiemphieu.folder import VoteFolder, keep_page, read_public_key
from kiemphieu.intake import FileProblem, PageRef, file_problem, load_page
from kiemphieu.page_file import PageBytes, decode_page
from kiemphieu.pdf_file import render_reference
from kiemphieu.store import PageRecord, Store, StoredForm, open_store
from records.canonical import sha256_hex
from records.errors import InputError, KiemphieuError, PageFileError
from records.layout import layout_from_json
from records.reading import RejectionReason, SheetRejection, SheetResult
from records.scanner_profile import ScannerProfile
from records.token import TokenKind
from scanner.diagnostics import PageDiagnostics
from scanner.forms import PreparedForm, SealSource, prepare_form
from scanner.options import ReaderOptions
from scanner.prior import prior_of
from scanner.sheet import ReadingContext, ReadSheet, read_and_measure_sheet


@dataclass(frozen=True, slots=True)
class ReaderSetup:
    """All that a worker needs to start; small, so that it travels.

    Attributes:
        vote: the vote's id.
        store_url: as in vote.toml.
        profile: of the scanner.
        nice: how far workers stand back for whoever else wants the processor, as in nice(2).
    """

    root: Path
    vote: str
    store_url: str
    kind: TokenKind = TokenKind.BALLOT
    options: ReaderOptions = field(default_factory=ReaderOptions)
    profile: ScannerProfile | None = None
    nice: int = 0


@dataclass(frozen=True, slots=True)
class KnownPage:
    """An image that was recorded before."""

    source: str
    index: int


@dataclass(frozen=True, slots=True)
class WorkerFailure:
    """Why no further page can be done: the disk, the store or the keys; see `raise_failure`."""

    error: type[KiemphieuError]
    message_id: str
    details: tuple[tuple[str, object], ...]


@dataclass(frozen=True, slots=True)
class ReadPage:
    """A page to be recorded; what it says of the scanner goes no further than the run."""

    record: PageRecord
    diagnostics: PageDiagnostics | None


PageOutcome = ReadPage | KnownPage | FileProblem | WorkerFailure


def raise_failure(failure: WorkerFailure) -> None:
    """Raises in the main process what stopped a worker."""
    raise failure.error(failure.message_id, **dict(failure.details))


def use_one_thread() -> None:
    """Keeps OpenCV and linear algebra to one thread, in this process too.

    Sums must not depend on how work was split, and threads that wait for each other over small matrices cost
    a page more time than they save.
    """
    cv2.setNumThreads(1)
    threadpool_limits(1)


class PageReader:
    """Reads pages of one vote; holds the prepared forms and a connection to the store."""

    def __init__(self, setup: ReaderSetup) -> None:
        use_one_thread()
        self._folder = VoteFolder(setup.root)
        self._store = open_store(self._folder.database, setup.store_url)
        self._context = reading_context(self._folder, self._store, setup)
        self._options = self._context.digest()

    def close(self) -> None:
        self._store.close()

    def read(self, ref: PageRef) -> PageOutcome:
        """What became of one page."""
        try:
            return self._read(ref)
        except PageFileError as error:
            return file_problem(ref.source, error)
        except KiemphieuError as error:
            return failure_of(error)
        except MemoryError:
            return FileProblem(ref.source, "page_stops_reader", (("page", str(ref.index + 1)),))

    def _read(self, ref: PageRef) -> ReadPage | KnownPage | FileProblem:
        page = load_page(ref)
        sha256 = sha256_hex(page.data)
        if self._store.has_page(sha256):
            return KnownPage(ref.source, ref.index)
        read = read_and_measure_sheet(decode_page(page), self._context)
        return kept_page(self._folder, ref, page, sha256, read, self._context.kind, self._options)


def kept_page(
    folder: VoteFolder,
    ref: PageRef,
    page: PageBytes,
    sha256: str,
    read: ReadSheet,
    kind: TokenKind,
    options: str,
) -> ReadPage | FileProblem:
    """A page as read, its image kept.

    Args:
        folder: takes the image.
        ref: where the page was found.
        page: its bytes.
        sha256: of the bytes.
        read: what was read on it.
        kind: of the ballots that are read.
        options: digest of the reader that read it.

    Raises:
        StoreError: the image cannot be written.
    """
    if is_real_ballot(read.result, kind):
        # A vote has no business in a test record: nothing of it is kept.
        return FileProblem(ref.source, "testdeck_real_ballot", (("page", str(ref.index + 1)),))
    # A row never stands without its image: the image is on the disk before the row is written.
    keep_page(folder, sha256, page.suffix, page.data)
    return ReadPage(
        PageRecord(sha256, page.suffix, ref.source, ref.index, read.result, options), read.diagnostics
    )


def is_real_ballot(result: SheetResult, kind: TokenKind) -> bool:
    """Whether a reader of test ballots met a real one."""
    return (
        kind is TokenKind.TEST
        and isinstance(result, SheetRejection)
        and result.reason is RejectionReason.TEST_BALLOT
    )


def failure_of(error: KiemphieuError) -> WorkerFailure:
    return WorkerFailure(type(error), error.message_id, tuple(error.details.items()))


def reading_context(folder: VoteFolder, store: Store, setup: ReaderSetup) -> ReadingContext:
    """Everything `read_and_measure_sheet` needs about the vote and the scanner.

    Raises:
        InputError: no ballot was printed yet.
        KeyFileError: the public key is missing.
    """
    return reading_kit(folder, store, setup).context()


def reading_kit(folder: VoteFolder, store: Store, setup: ReaderSetup) -> ReadingKit:
    """What `reading_context` is made of.

    Raises:
        InputError: no ballot was printed yet.
        KeyFileError: the public key is missing.
    """
    forms = store.forms()
    if not forms:
        raise InputError("nothing_printed", path=str(folder.root))
    return ReadingKit(
        setup.vote, read_public_key(folder), tuple(forms), setup.kind, setup.options, setup.profile
    )


@dataclass(frozen=True, slots=True)
class ReadingKit:
    """All that the reading of a vote's pages needs, as values: no folder, no database, no private key."""

    vote: str
    public_key: bytes
    forms: tuple[StoredForm, ...]
    kind: TokenKind
    options: ReaderOptions
    profile: ScannerProfile | None

    def context(self) -> ReadingContext:
        """The kit with its forms prepared.

        Raises:
            KeyFileError: the public key cannot be used.
        """
        return ReadingContext(
            vote=self.vote,
            public_key=self.public_key,
            forms=tuple(_prepared(form, self.options) for form in self.forms),
            kind=self.kind,
            options=self.options,
            scanner=None if self.profile is None else prior_of(self.profile),
        )


def _prepared(form: StoredForm, options: ReaderOptions) -> PreparedForm:
    pages = render_reference(form.reference_pdf)
    return prepare_form(layout_from_json(form.layout_json), pages, SealSource(form.seal), options)


class _Worker:
    """The state of a worker process; its reader is made with the first page, so that what fails then
    comes back as a value.
    """

    setup: ReaderSetup | None = None
    reader: PageReader | None = None


def start_worker(setup: ReaderSetup) -> None:
    """Runs once in every worker process."""
    # Ctrl-C reaches the whole group of processes; only the main one decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if setup.nice and hasattr(os, "nice"):
        os.nice(setup.nice)
    _Worker.setup = setup


def read_in_worker(ref: PageRef) -> PageOutcome:
    """Reads one page in a worker process."""
    if _Worker.reader is None:
        if _Worker.setup is None:
            raise KiemphieuError("worker_died")
        try:
            _Worker.reader = PageReader(_Worker.setup)
        except KiemphieuError as error:
            return failure_of(error)
    return _Worker.reader.read(ref)
