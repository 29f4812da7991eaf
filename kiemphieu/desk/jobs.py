"""Long work of the desk: one thread per vote at a time, looked at while it goes on."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from kiemphieu.folder import VoteFolder
from records.errors import InputError, KiemphieuError

_LOG = logging.getLogger("kiemphieu.desk")


class JobState(StrEnum):
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    STOPPED = "stopped"


@dataclass(slots=True)
class Job:
    """One run.

    Attributes:
        name: what it does, as in message ids.
        done, total: pieces of the work; total 0 while unknown.
        notes: what else the screen shows; replaced whole, never changed in place.
        result: what the work returned.
        error: why it failed.
        started: seconds of the monotonic clock.
    """

    name: str
    state: JobState = JobState.RUNNING
    done: int = 0
    total: int = 0
    notes: dict[str, Any] = field(default_factory=dict)
    result: Any = None
    error: KiemphieuError | None = None
    started: float = field(default_factory=time.monotonic)
    ended: float | None = None
    _stop: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    @property
    def stop_asked(self) -> bool:
        return self._stop.is_set()

    def ask_stop(self) -> None:
        self._stop.set()

    def progress(self, done: int, total: int) -> None:
        self.done, self.total = done, total

    def wait(self, timeout_s: float | None = None) -> bool:
        """Whether it has ended within that time."""
        if self._thread is not None:
            self._thread.join(timeout_s)
        return self.state is not JobState.RUNNING

    def _run(self, work: Callable[[Job], Any]) -> None:
        try:
            self.result = work(self)
            ended = JobState.STOPPED if self.stop_asked else JobState.DONE
        except KiemphieuError as error:
            self.error, ended = error, JobState.FAILED
        except Exception as error:  # noqa: BLE001  a thread has nobody above it
            # The last stop of a thread: a person gets a message, the log the trace.
            _LOG.exception("job %s failed", self.name)
            self.error = KiemphieuError("internal_error", kind=type(error).__name__, reason=str(error))
            ended = JobState.FAILED
        self.ended = time.monotonic()
        self.state = ended


class Jobs:
    """The newest job of every vote."""

    def __init__(self) -> None:
        self._newest: dict[str, Job] = {}
        self._lock = threading.Lock()
        self._by_vote: dict[str, threading.RLock] = {}

    def start(self, folder: VoteFolder, name: str, work: Callable[[Job], Any]) -> Job:
        """Starts work on a vote.

        Raises:
            InputError: other work on it goes on.
        """
        key = str(folder.root)
        with self._lock:
            running = self._newest.get(key)
            if running is not None and running.state is JobState.RUNNING:
                raise InputError("desk_busy", job=running.name)
            job = Job(name)
            self._newest[key] = job
            thread = threading.Thread(target=job._run, args=(work,), name=f"desk-{name}", daemon=True)  # noqa: SLF001  its own job
            job._thread = thread  # noqa: SLF001
            thread.start()
        return job

    @contextmanager
    def alone(self, folder: VoteFolder) -> Iterator[None]:
        """One at a time for each vote: what is looked at within is still so when work begins within.

        Two stations may press the same button at once.
        """
        with self._lock:
            lock = self._by_vote.setdefault(str(folder.root), threading.RLock())
        with lock:
            yield

    def of(self, folder: VoteFolder) -> Job | None:
        return self._newest.get(str(folder.root))

    def running(self) -> tuple[Job, ...]:
        return tuple(job for job in self._newest.values() if job.state is JobState.RUNNING)

    def stop_all(self, timeout_s: float) -> None:
        """Asks every job to end, and waits that long in all."""
        running, until = self.running(), time.monotonic() + timeout_s
        for job in running:
            job.ask_stop()
        for job in running:
            job.wait(max(0.0, until - time.monotonic()))
