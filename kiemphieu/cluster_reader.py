"""What runs on the workers of a Dask cluster: one prepared reader per worker, one page per task."""

from __future__ import annotations

import ctypes
import sys
import threading
from dataclasses import dataclass, replace
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import cast

import cv2
from distributed import Worker, WorkerPlugin, get_worker

from kiemphieu.intake import FileProblem, PageRef, file_problem, load_page
from kiemphieu.page_file import PageBytes, decode_page
from kiemphieu.page_worker import ReadingKit, WorkerFailure, failure_of, use_one_thread
from records.canonical import sha256_hex
from records.errors import KiemphieuError, PageFileError
from scanner.sheet import ReadingContext, ReadSheet, read_and_measure_sheet

_LIBRARIES = ("kiemphieu", "numpy", "pillow", "pypdfium2", "pyzbar", "zxing-cpp")
"""With OpenCV, all that a page's pixels and its code go through."""

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3
_KEPT_BYTES = 256 * 1024 * 1024
"""More than a worker needs for a page."""

_one_page_at_a_time = threading.Lock()
"""Neither PDFium nor the reader's caches are made for threads; a worker with several reads page by page."""


@dataclass(frozen=True, slots=True)
class PageAtPath:
    """A page on storage that the workers share; `sha256` is what its bytes must have."""

    ref: PageRef
    sha256: str


@dataclass(frozen=True, slots=True)
class RemoteRead:
    """What a worker made of a page.

    Attributes:
        worker: its address.
        reader: names the reader and the libraries that it stands on, see `reader_name`.
        result: a problem comes without the file's name; None where the page is not at its path over there.
    """

    worker: str
    reader: str
    result: ReadSheet | FileProblem | WorkerFailure | None


class ReaderPlugin(WorkerPlugin):
    """Stays with every worker of the cluster, also one that joins later, until the scan is over.

    The reader is made with the first page, so that what fails then comes back as a value.
    """

    def __init__(self, name: str, kit: ReadingKit) -> None:
        """Takes note only; `name` tells scans on one cluster apart."""
        self.name = name
        self._kit = kit
        self._context: ReadingContext | None = None

    def context(self) -> ReadingContext:
        """The reader; call it with the lock held.

        Raises:
            KiemphieuError: a form cannot be prepared.
        """
        if self._context is None:
            use_one_thread()
            keep_memory()
            self._context = self._kit.context()
        return self._context

    def teardown(self, worker: Worker) -> None:  # noqa: ARG002  the library's signature
        self._context = None


def keep_memory() -> None:
    """Has the C library keep the memory of one page for the next one.

    Dask starts workers with MALLOC_TRIM_THRESHOLD_=65536: the memory of every image goes back to the system
    and comes anew, which took a page 1.4 times as long. Other C libraries than GNU's have no such setting.
    Source: mallopt(3).
    """
    if not sys.platform.startswith("linux"):
        return
    set_option = getattr(ctypes.CDLL(None), "mallopt", None)
    if set_option is not None:
        for option in (_M_MMAP_THRESHOLD, _M_TRIM_THRESHOLD):
            set_option(option, _KEPT_BYTES)


def read_on_worker(name: str, page: PageBytes | PageAtPath) -> RemoteRead:
    """Reads one page with the reader of the plugin `name`."""
    worker = get_worker()
    plugin = cast("ReaderPlugin", worker.plugins[name])
    with _one_page_at_a_time:
        try:
            context = plugin.context()
        except KiemphieuError as error:
            return RemoteRead(worker.address, "", failure_of(error))
        return RemoteRead(worker.address, reader_name(context), _result(page, context))


def _result(
    page: PageBytes | PageAtPath, context: ReadingContext
) -> ReadSheet | FileProblem | WorkerFailure | None:
    found = found_page(page) if isinstance(page, PageAtPath) else page
    if found is None:
        return None
    try:
        return read_and_measure_sheet(decode_page(found), context)
    except PageFileError as error:
        return file_problem("", error)
    except KiemphieuError as error:
        return failure_of(error)


def found_page(page: PageAtPath) -> PageBytes | None:
    """The page's bytes if they are the same here; another machine may have other files at that path."""
    try:
        loaded = load_page(page.ref)
    except (KiemphieuError, OSError):
        return None
    return loaded if sha256_hex(loaded.data) == page.sha256 else None


def at_path(ref: PageRef, page: PageBytes) -> PageAtPath:
    """Where a page lies, for workers that see the same storage."""
    return PageAtPath(replace(ref, path=ref.path.resolve(), source=""), sha256_hex(page.data))


def reader_name(context: ReadingContext) -> str:
    """Equal on two machines only where both read with the same program on the same libraries."""
    return " ".join((context.digest(), *_library_versions()))


@cache
def _library_versions() -> tuple[str, ...]:
    return (cv2.__version__, *map(_version_of, _LIBRARIES))


def _version_of(library: str) -> str:
    try:
        return version(library)
    except PackageNotFoundError:
        return "none"
