"""Pages read by the workers of a Dask cluster, recorded here: one writer, any number of machines.

Workers need no vote folder, no database and no key but the public one. What they need travels to each of
them once, also to those that join later; pages go as bytes, or as paths where storage is shared. A worker
that dies loses nothing: its pages are read again by another.

Imported only where a cluster is asked for: the library is an optional one.
"""

from __future__ import annotations

import uuid
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Any, Self

from distributed import CancelledError, Client, Future, KilledWorker

from kiemphieu.cluster_reader import PageAtPath, ReaderPlugin, RemoteRead, read_on_worker
from kiemphieu.folder import VoteFolder
from kiemphieu.intake import FileProblem, PageRef, file_problem, load_page
from kiemphieu.page_file import PageBytes
from kiemphieu.page_worker import (
    KnownPage,
    PageOutcome,
    ReaderSetup,
    ReadingKit,
    failure_of,
    kept_page,
    reading_kit,
)
from kiemphieu.reading_crew import AHEAD_PER_WORKER, ClusterPlace, interrupts_held
from kiemphieu.store import Store
from records.canonical import sha256_hex
from records.errors import InputError, KiemphieuError, PageFileError

CONNECT_S = 20
"""How long the scheduler, and a first worker, are waited for."""


@dataclass(frozen=True, slots=True)
class _Sent:
    """A page on its way: its bytes are kept until they are recorded."""

    ref: PageRef
    page: PageBytes
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
        self._reader = self._kit.context().digest()
        self._name = f"kiemphieu-{uuid.uuid4().hex}"
        self._client: Client | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Takes the reader from the workers and leaves the cluster as it was."""
        client, self._client = self._client, None
        if client is not None:
            try:
                client.unregister_worker_plugin(self._name)
            except (CancelledError, OSError, RuntimeError, TimeoutError, ValueError):
                pass  # it is gone; so are its workers' readers
            finally:
                client.close()

    def outcomes(self, refs: Sequence[PageRef]) -> Iterator[PageOutcome]:
        """One outcome per page, in order.

        Raises:
            InputError: no cluster, no worker, or one with another reader.
            KiemphieuError: the cluster was lost; what was recorded before stays.
        """
        if not refs:
            return
        client = self._client = self._client or self._connected()
        waiting: deque[_Sent | PageOutcome] = deque()
        try:
            for ref in refs:
                with interrupts_held():
                    waiting.append(self._send(client, ref))
                with self._lost_is_told():
                    most = _ahead(client)
                while len(waiting) >= most:
                    yield self._received(client, waiting.popleft())
            while waiting:
                yield self._received(client, waiting.popleft())
        finally:
            for left in waiting:
                if isinstance(left, _Sent):
                    left.future.cancel()

    def _connected(self) -> Client:
        address = self._place.address
        try:
            client = Client(address, timeout=CONNECT_S, set_as_default=False)
        except (OSError, TimeoutError, ValueError) as error:
            raise InputError("cluster_unreachable", address=address, reason=str(error)) from error
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
        with self._lost_is_told():
            at = ref if self._place.shared_paths else None
            return _Sent(ref, page, _submit(client, self._name, page, at))

    def _received(self, client: Client, sent: _Sent | PageOutcome) -> PageOutcome:
        if not isinstance(sent, _Sent):
            return sent
        answer = self._answer(sent)
        if answer is None:
            page = str(sent.ref.index + 1)
            return FileProblem(sent.ref.source, "page_stops_reader", (("page", page),))
        if answer.reader != self._reader:
            raise InputError("cluster_other_reader", address=self._place.address)
        if answer.fault is not None:
            return FileProblem(sent.ref.source, *answer.fault)
        if answer.read is None:
            # Not to be had at that path over there.
            return self._received(client, replace(sent, future=_submit(client, self._name, sent.page)))
        try:
            return kept_page(self._folder, sent.ref, sent.page, answer.read, self._kit.kind, self._reader)
        except KiemphieuError as error:
            return failure_of(error)

    def _answer(self, sent: _Sent) -> RemoteRead | None:
        """What a worker made of a page; None where it ended every worker that tried."""
        try:
            with self._lost_is_told():
                return sent.future.result()
        except KilledWorker:
            return None
        except KiemphieuError:
            raise
        except Exception as error:
            reason = _first_line(error)
            raise InputError("cluster_reader_refused", address=self._place.address, reason=reason) from error

    @contextmanager
    def _lost_is_told(self) -> Iterator[None]:
        """Whatever the library raises once its scheduler is gone, in one word."""
        try:
            yield
        except (CancelledError, OSError, RuntimeError, TimeoutError) as error:
            raise KiemphieuError("cluster_lost", address=self._place.address) from error


def _ahead(client: Client) -> int:
    """Pages on their way at most: workers that join get their share."""
    workers: dict[str, Any] = client.scheduler_info(n_workers=-1)["workers"]
    return AHEAD_PER_WORKER * max(1, sum(int(one["nthreads"]) for one in workers.values()))


def _submit(client: Client, name: str, page: PageBytes, at: PageRef | None = None) -> Future[RemoteRead]:
    """Sends a page, or where it lies."""
    what: PageBytes | PageAtPath = page
    if at is not None:
        what = PageAtPath(replace(at, path=at.path.resolve()), sha256_hex(page.data))
    # No file name in the task's: it would stand on the scheduler's screen.
    return client.submit(read_on_worker, name, what, key=f"page-{uuid.uuid4().hex}", pure=False)


def _first_line(error: BaseException) -> str:
    text = str(error).strip().splitlines()
    return f"{type(error).__name__}: {text[0]}" if text else type(error).__name__
