"""What runs on the workers of a Dask cluster: one prepared reader per worker, one page per task."""

from __future__ import annotations

from dataclasses import dataclass

from distributed import Worker, WorkerPlugin, get_worker

from kiemphieu.intake import PageRef, file_problem, load_page
from kiemphieu.page_file import PageBytes, decode_page
from kiemphieu.page_worker import ReadingKit, use_one_thread
from records.canonical import sha256_hex
from records.errors import KiemphieuError, PageFileError
from scanner.sheet import ReadingContext, ReadSheet, read_and_measure_sheet


@dataclass(frozen=True, slots=True)
class PageAtPath:
    """A page on storage that the workers share; `sha256` is what its bytes must have."""

    ref: PageRef
    sha256: str


@dataclass(frozen=True, slots=True)
class RemoteRead:
    """A page read elsewhere.

    Attributes:
        reader: digest of the reader that read it.
        read: None where the worker did not find the page at its path.
        fault: message and details of what is wrong with the file; None where nothing is.
    """

    reader: str
    read: ReadSheet | None = None
    fault: tuple[str, tuple[tuple[str, str], ...]] | None = None


class ReaderPlugin(WorkerPlugin):
    """Gives a worker a reader when it joins, and takes it away when the scan is over."""

    def __init__(self, name: str, kit: ReadingKit) -> None:
        """Takes note only; `name` tells scans on one cluster apart."""
        self.name = name
        self._kit = kit
        self.context: ReadingContext | None = None

    def setup(self, worker: Worker) -> None:  # noqa: ARG002  the library's signature
        use_one_thread()
        self.context = self._kit.context()

    def teardown(self, worker: Worker) -> None:  # noqa: ARG002
        self.context = None


def read_on_worker(name: str, page: PageBytes | PageAtPath) -> RemoteRead:
    """Reads one page with the reader that the plugin `name` prepared here."""
    context: ReadingContext = get_worker().plugins[name].context  # type: ignore[attr-defined]
    reader = context.digest()
    if isinstance(page, PageAtPath):
        found = _found(page)
        if found is None:
            return RemoteRead(reader)
        page = found
    try:
        return RemoteRead(reader, read_and_measure_sheet(decode_page(page), context))
    except PageFileError as error:
        return RemoteRead(reader, fault=_fault(error))


def _fault(error: PageFileError) -> tuple[str, tuple[tuple[str, str], ...]]:
    problem = file_problem("", error)
    return problem.message_id, problem.details


def _found(page: PageAtPath) -> PageBytes | None:
    """The page's bytes if they are the same here; another machine may have other files at that path."""
    try:
        loaded = load_page(page.ref)
    except (KiemphieuError, OSError):
        return None
    return loaded if sha256_hex(loaded.data) == page.sha256 else None
