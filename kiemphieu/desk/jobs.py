"""Long work of the desk: one thread per vote at a time, looked at while it goes on."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping
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


class JobStopped(KeyboardInterrupt):
    """A member stops the work. It ends as at Ctrl-C: a scan records the pages that it has read."""


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
    def running(self) -> bool:
        return self.state is JobState.RUNNING

    def ask_stop(self) -> None:
        self._stop.set()

    def check_stop(self) -> None:
        """Called by the work wherever it may end.

        Raises:
            JobStopped: a member has asked for it.
        """
        if self._stop.is_set():
            raise JobStopped

    def progress(self, done: int, total: int) -> None:
        """How far the work is; it may end here.

        Raises:
            JobStopped: a member has asked for it.
        """
        self.done, self.total = done, total
        self.check_stop()

    def as_json(self) -> dict[str, object]:
        """How far it is, for the script of a page."""
        return {"state": self.state.value, "done": self.done, "total": self.total}

    def wait(self, timeout_s: float | None = None) -> bool:
        """Whether it has ended within that time."""
        if self._thread is not None:
            self._thread.join(timeout_s)
        return not self.running

    def _run(self, work: Callable[[Job], Any]) -> None:
        try:
            self.result = work(self)
            ended = JobState.DONE
        except JobStopped:
            ended = JobState.STOPPED
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

    def start(
        self,
        folder: VoteFolder,
        name: str,
        work: Callable[[Job], Any],
        notes: Mapping[str, Any] | None = None,
    ) -> Job:
        """Starts work on a vote.

        Args:
            folder: the vote.
            name: of the work, as in message ids.
            work: done in a thread of its own.
            notes: what the screen shows of it from the start.

        Raises:
            InputError: other work on it goes on.
        """
        with self._lock:
            self.check_idle(folder)
            job = Job(name, notes=dict(notes or {}))
            self._newest[str(folder.root)] = job
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

    def check_idle(self, folder: VoteFolder) -> None:
        """Whether nothing works on the vote.

        Raises:
            InputError: something does.
        """
        job = self.of(folder)
        if job is not None and job.running:
            raise InputError("desk_busy", job=job.name)

    def of(self, folder: VoteFolder, *names: str) -> Job | None:
        """The newest job of the vote; None where it is none of those names."""
        job = self._newest.get(str(folder.root))
        return job if job is not None and (not names or job.name in names) else None

    def running(self) -> tuple[Job, ...]:
        return tuple(job for job in self._newest.values() if job.running)

    def stop_all(self, timeout_s: float) -> None:
        """Asks every job to end, and waits that long in all."""
        running, until = self.running(), time.monotonic() + timeout_s
        for job in running:
            job.ask_stop()
        for job in running:
            job.wait(max(0.0, until - time.monotonic()))
