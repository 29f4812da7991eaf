"""Pages read by the workers of a Dask cluster, recorded here: one writer, any number of machines.

Workers need no vote folder, no database and no key but the public one. What they need travels to each of
them once, also to those that join later; pages go as bytes, or as paths where storage is shared. A worker
that dies loses nothing: its pages are read again by another.

Imported only where a cluster is asked for: the library is an optional one.
"""

from __future__ import annotations

import logging
import time
import uuid
import warnings
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Self, TypeVar

import dask
from distributed import CancelledError, Client, Future, KilledWorker

from kiemphieu.cluster_reader import (
    PageAtPath,
    ReaderPlugin,
    RemoteRead,
    at_path,
    read_on_worker,
    reader_name,
)
from kiemphieu.folder import VoteFolder
from kiemphieu.intake import FileProblem, PageRef, file_problem, load_page
from kiemphieu.page_file import PageBytes
from kiemphieu.page_worker import (
    KnownPage,
    PageOutcome,
    ReaderSetup,
    ReadingKit,
    WorkerFailure,
    failure_of,
    kept_page,
    reading_kit,
)
from kiemphieu.reading_crew import AHEAD_PER_WORKER, ClusterPlace, interrupts_held
from kiemphieu.store import Store
from records.canonical import sha256_hex
from records.errors import InputError, KiemphieuError, PageFileError

T = TypeVar("T")

CONNECT_S = 20
"""How long the scheduler, and a first worker, are waited for."""
NO_WORKER_S = 120
"""How long a run waits for new workers when all are gone: a machine starts again in that time."""
STOPPED_IN_A_ROW = 5
"""So many pages one after the other that end every worker are no fault of the pages."""
_LOOK_S = 5
"""How often the workers are counted."""
_LARGE_PAGE = "1 GB"
"""Below it the library does not warn of a page's size: a scan of A3 at 1200 dpi is no mistake here."""


@dataclass(frozen=True, slots=True)
class _Sent:
    """A page on its way: its bytes are kept until they are recorded."""

    ref: PageRef
    page: PageBytes
    sha256: str
    future: Future[RemoteRead]


class ClusterCrew:
    """Reads pages of one vote on a cluster; as `ReadingCrew`, it gives one outcome per page, in order."""

    def __init__(self, folder: VoteFolder, store: Store, setup: ReaderSetup, place: ClusterPlace) -> None:
        """Takes note only.

        Args:
            folder: keeps the images.
            store: says which pages are known.
            setup: how pages are read.
            place: the cluster.
        """
        self._folder = folder
        self._store = store
        self._place = place
        self._kit: ReadingKit = reading_kit(folder, store, setup)
        context = self._kit.context()
        self._digest, self._reader = context.digest(), reader_name(context)
        self._name = f"kiemphieu-{uuid.uuid4().hex}"
        self._client: Client | None = None
        self._workers = _Workers()
        self._stopped = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Takes the reader from the workers and leaves the cluster as it was."""
        client, self._client = self._client, None
        if client is None:
            return
        # Where the cluster is gone, so are its workers' readers.
        with suppress(CancelledError, OSError, RuntimeError, TimeoutError, ValueError):
            client.unregister_worker_plugin(self._name)
        client.close()

    def outcomes(self, refs: Sequence[PageRef]) -> Iterator[PageOutcome]:
        """One outcome per page, in order.

        Raises:
            InputError: no cluster or none any more, no worker, or one with another reader.
            KiemphieuError: workers end whichever page they get. What was recorded before stays.
        """
        if not refs:
            return
        client = self._client = self._client or self._connected()
        waiting: deque[_Sent | PageOutcome] = deque()
        try:
            for ref in refs:
                with interrupts_held(), self._lost_is_told():
                    waiting.append(self._send(client, ref))
                    most = AHEAD_PER_WORKER * max(1, self._workers.count(client))
                while len(waiting) >= most:
                    yield self._received(client, waiting.popleft(), waiting)
            while waiting:
                yield self._received(client, waiting.popleft(), waiting)
        finally:
            for left in waiting:
                if isinstance(left, _Sent):
                    left.future.cancel()

    def _connected(self) -> Client:
        address = self._place.address
        # What goes wrong is told in words of our own.
        logging.getLogger("distributed.client").setLevel(logging.CRITICAL)
        dask.config.set({"distributed.admin.large-graph-warning-threshold": _LARGE_PAGE})
        try:
            with warnings.catch_warnings():
                # Of versions that differ; those that matter are refused.
                warnings.simplefilter("ignore")
                client = Client(address, timeout=CONNECT_S, set_as_default=False)
        except (OSError, TimeoutError, ValueError) as error:
            raise InputError("cluster_unreachable", address=address, reason=_first_line(error)) from error
        try:
            client.wait_for_workers(1, timeout=CONNECT_S)
            client.register_plugin(ReaderPlugin(self._name, self._kit))
        except TimeoutError as error:
            client.close()
            raise InputError("cluster_no_workers", address=address, seconds=CONNECT_S) from error
        except Exception as error:  # whatever a worker raises: it lacks this program, or has another one
            client.close()
            raise InputError("cluster_reader_refused", address=address, reason=_first_line(error)) from error
        return client

    def _send(self, client: Client, ref: PageRef) -> _Sent | PageOutcome:
        try:
            page = load_page(ref)
            sha256 = sha256_hex(page.data)
            if self._store.has_page(sha256):
                return KnownPage(ref.source, ref.index)
        except PageFileError as error:
            return file_problem(ref.source, error)
        except KiemphieuError as error:
            return failure_of(error)
        what = at_path(ref, page) if self._place.shared_paths else page
        return _Sent(ref, page, sha256, _submit(client, self._name, what))

    def _received(
        self, client: Client, sent: _Sent | PageOutcome, others: Sequence[_Sent | PageOutcome]
    ) -> PageOutcome:
        """What became of a page; `others` are on their way."""
        if not isinstance(sent, _Sent):
            return sent
        answer = self._answer(client, sent, others)
        if answer is None:
            return self._page_that_stops(sent)
        self._stopped = 0
        if isinstance(answer.result, WorkerFailure):
            return answer.result
        if answer.reader != self._reader:
            raise InputError("cluster_other_reader", address=self._place.address, worker=answer.worker)
        if isinstance(answer.result, FileProblem):
            return replace(answer.result, source=sent.ref.source)
        if answer.result is None:
            # Not to be had at that path over there.
            return self._received(client, self._sent_again(client, sent), others)
        try:
            kind = self._kit.kind
            return kept_page(
                self._folder, sent.ref, sent.page, sent.sha256, answer.result, kind, self._digest
            )
        except KiemphieuError as error:
            return failure_of(error)

    def _page_that_stops(self, sent: _Sent) -> FileProblem:
        self._stopped += 1
        if self._stopped >= STOPPED_IN_A_ROW:
            raise KiemphieuError("cluster_workers_die", address=self._place.address)
        return FileProblem(sent.ref.source, "page_stops_reader", (("page", str(sent.ref.index + 1)),))

    def _answer(
        self, client: Client, sent: _Sent, others: Sequence[_Sent | PageOutcome]
    ) -> RemoteRead | None:
        """What a worker made of a page; None where it ended every worker that tried."""
        answer = self._read(client, sent.future)
        if answer is not None:
            return answer
        # The library suspects every page that waited for a worker that died: this one is read again, alone.
        for other in others:
            if isinstance(other, _Sent):
                self._patiently(client, other.future.exception)
        return self._read(client, self._sent_again(client, sent).future)

    def _sent_again(self, client: Client, sent: _Sent) -> _Sent:
        """The page's bytes, wherever it lay before."""
        with self._lost_is_told():
            return replace(sent, future=_submit(client, self._name, sent.page))

    def _read(self, client: Client, future: Future[RemoteRead]) -> RemoteRead | None:
        error: BaseException | None = self._patiently(client, future.exception)
        if error is None:
            try:
                return self._patiently(client, future.result)
            except KilledWorker as killed:
                # Those that held the result died, and those that read the page again.
                error = killed
        if isinstance(error, KilledWorker | MemoryError):
            return None
        reason = _first_line(error)
        raise InputError("cluster_reader_refused", address=self._place.address, reason=reason) from error

    def _patiently(self, client: Client, ask: Callable[[float], T]) -> T:
        """What `ask` answers, asked until it does; workers that are all gone have a while to come back."""
        gone_since: float | None = None
        while True:
            with self._lost_is_told():
                try:
                    return ask(_LOOK_S)
                except TimeoutError:
                    some = self._workers.count(client)
            now = time.monotonic()
            gone_since = None if some else gone_since or now
            if gone_since is not None and now - gone_since > NO_WORKER_S:
                raise InputError("cluster_no_workers", address=self._place.address, seconds=NO_WORKER_S)

    @contextmanager
    def _lost_is_told(self) -> Iterator[None]:
        """Whatever the library raises once its scheduler is gone, in one word."""
        try:
            yield
        except (CancelledError, OSError, RuntimeError, TimeoutError) as error:
            raise InputError("cluster_lost", address=self._place.address) from error


class _Workers:
    """How many there are; they join and die."""

    def __init__(self) -> None:
        self._count = 0
        self._next_look = 0.0

    def count(self, client: Client) -> int:
        if time.monotonic() >= self._next_look:
            self._count = len(client.nthreads())
            self._next_look = time.monotonic() + _LOOK_S
        return self._count


def _submit(client: Client, name: str, what: PageBytes | PageAtPath) -> Future[RemoteRead]:
    # No file name in the task's: it would stand on the scheduler's screen.
    return client.submit(read_on_worker, name, what, key=f"page-{uuid.uuid4().hex}", pure=False)


def _first_line(error: BaseException) -> str:
    text = str(error).strip().splitlines()
    return f"{type(error).__name__}: {text[0]}" if text else type(error).__name__
