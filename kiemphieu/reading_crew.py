"""The workers that read pages: one reader in this process, or a pool that outlives a worker's death."""

from __future__ import annotations

import multiprocessing
import signal
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from kiemphieu.intake import FileProblem, PageRef
from kiemphieu.page_worker import PageOutcome, PageReader, ReaderSetup, read_in_worker, start_worker
from records.errors import KiemphieuError

AHEAD_PER_WORKER = 4
"""Pages handed out beyond those being read, so that no worker waits for the writer."""


@dataclass(frozen=True, slots=True)
class ClusterPlace:
    """An existing cluster of the library Dask.

    Attributes:
        address: of its scheduler, such as `tcp://10.0.0.5:8786`.
        shared_paths: whether workers see the scans under the same paths; one that does not gets the bytes.
    """

    address: str
    shared_paths: bool = False


class ReadingCrew:
    """Reads pages of one vote, any number of times over; nothing starts before the first page."""

    def __init__(self, setup: ReaderSetup, workers: int) -> None:
        """Takes note only.

        Args:
            setup: what a worker needs to start.
            workers: processes that read; with one, this process reads itself.
        """
        self._setup = setup
        self._workers = workers
        self._reader: PageReader | None = None
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Ends the workers when they are through with the page at hand."""
        self._drop_pool()
        reader, self._reader = self._reader, None
        if reader is not None:
            reader.close()

    def outcomes(self, refs: Sequence[PageRef]) -> Iterator[PageOutcome]:
        """One outcome per page, in order."""
        return self._outcomes_here(refs) if self._workers <= 1 else self._outcomes_of_pool(refs)

    def _outcomes_here(self, refs: Sequence[PageRef]) -> Iterator[PageOutcome]:
        for ref in refs:
            if self._reader is None:
                self._reader = PageReader(self._setup)
            yield self._reader.read(ref)

    def _outcomes_of_pool(self, refs: Sequence[PageRef]) -> Iterator[PageOutcome]:
        """A page that ends its worker (memory, a fault in a decoder) is told, and the run goes on.

        Raises:
            KiemphieuError: workers end whichever page they get.
        """
        ahead = self._workers * AHEAD_PER_WORKER
        place = 0
        while place < len(refs):
            try:
                if self._pool is None:
                    self._pool = _new_pool(self._setup, self._workers)
                for outcome in _in_flight(self._pool, refs[place:], ahead):
                    yield outcome
                    place += 1
            except BrokenProcessPool as error:
                self._drop_pool()
                # Any page that was handed out may have been the one: each is read again, alone.
                suspects = refs[place : place + ahead]
                alone = [self._outcome_alone(ref) for ref in suspects]
                if len(alone) > self._workers and all(_stopped_reader(outcome) for outcome in alone):
                    raise KiemphieuError("worker_died") from error
                yield from alone
                place += len(alone)

    def _outcome_alone(self, ref: PageRef) -> PageOutcome:
        pool = _new_pool(self._setup, 1)
        try:
            (outcome,) = _in_flight(pool, [ref], 1)
        except BrokenProcessPool:
            return FileProblem(ref.source, "page_stops_reader", (("page", str(ref.index + 1)),))
        finally:
            pool.shutdown(cancel_futures=True)
        return outcome

    def _drop_pool(self) -> None:
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.shutdown(cancel_futures=True)


def _new_pool(setup: ReaderSetup, workers: int) -> ProcessPoolExecutor:
    # "spawn": a fork would copy the open database connection and OpenCV's threads in mid-flight.
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(workers, context, initializer=start_worker, initargs=(setup,))


def _in_flight(pool: ProcessPoolExecutor, refs: Sequence[PageRef], ahead: int) -> Iterator[PageOutcome]:
    waiting: deque[Future[PageOutcome]] = deque()
    try:
        for ref in refs:
            with interrupts_held():
                waiting.append(pool.submit(read_in_worker, ref))
            if len(waiting) >= ahead:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        for left in waiting:
            left.cancel()


def _stopped_reader(outcome: PageOutcome) -> bool:
    return isinstance(outcome, FileProblem) and outcome.message_id == "page_stops_reader"


@contextmanager
def interrupts_held() -> Iterator[None]:
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
