"""A scan while it goes on: what the screen shows of it, in memory only.

The last pages are remembered as long as the server runs and are written nowhere: their order is that of the
paper in the feeder.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from kiemphieu.batches import PageTally
from kiemphieu.scan_health import Alert
from kiemphieu.scanning import Fate, PageFate

LAST_PAGES = 6
_REMEMBERED = 64
"""Pages whose picture may still be asked for: some batches go by between a push and the browser's request."""
_MOST_LISTED = 200
"""Files that could not be used, listed by name; beyond that their number says enough."""
_RATE_S = 60.0
"""The speed shown is that of the last minute: the first pages wait for the readers to start."""

CALM = frozenset({Fate.RECORDED, Fate.BLANK, Fate.KNOWN, Fate.SKIPPED, Fate.WAITING})
"""Fates that nobody has to do anything about."""


@dataclass(frozen=True, slots=True)
class LiveState:
    """One look at a running scan.

    Attributes:
        done, total: pages through the reader, and in all; `total` 0 where nobody can know.
        run: fates told so far; behind `done` by the pages not yet on the disk.
        last: the newest pages, the newest first.
        unusable: files that no page could be had from, and those passed over.
        minute: pages per minute; None before it can be measured.
        left_s: what the rest takes at that speed; None where it cannot be said.
        news: what is waited out, as message id and details; empty while nothing is.
        stopped_by: why a scanner stopped, likewise.
    """

    done: int
    total: int
    run: PageTally
    last: tuple[PageFate, ...]
    unusable: tuple[PageFate, ...]
    alerts: tuple[Alert, ...]
    minute: float | None
    left_s: float | None
    news: tuple[str, Mapping[str, object]]
    stopped_by: tuple[str, Mapping[str, object]]


_NO_NEWS: tuple[str, Mapping[str, object]] = ("", {})


@dataclass(slots=True)
class LiveScan:
    """Told by the scan's thread, looked at by any other.

    Attributes:
        expected: pages that the hand count lets expect; for the time left where no total is known.
    """

    expected: int = 0
    clock: Callable[[], float] = time.monotonic
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _state: LiveState = field(
        default_factory=lambda: LiveState(0, 0, PageTally(), (), (), (), None, None, _NO_NEWS, _NO_NEWS)
    )
    _pictures: deque[str] = field(default_factory=lambda: deque(maxlen=_REMEMBERED))
    _times: deque[tuple[float, int]] = field(default_factory=deque)

    def progress(self, done: int, total: int) -> None:
        with self._lock:
            self._state = replace(self._state, done=done, total=total)
            self._measure(done)

    def tell(self, fate: PageFate) -> None:
        with self._lock:
            if fate.sha256:
                self._pictures.append(fate.sha256)
            state = self._state
            unusable = state.unusable
            if fate.fate in {Fate.PROBLEM, Fate.SKIPPED} and len(unusable) < _MOST_LISTED:
                unusable = (*unusable, fate)
            self._state = replace(
                state,
                run=state.run.adding(fate),
                last=(fate, *state.last)[:LAST_PAGES],
                unusable=unusable,
            )
            run = self._state.run
            if not state.total and run.new + run.known:
                self._measure(run.new + run.known)

    def alarm(self, alert: Alert) -> None:
        with self._lock:
            self._state = replace(self._state, alerts=(*self._state.alerts, alert))

    def news(self, message_id: str, details: Mapping[str, object]) -> None:
        with self._lock:
            self._state = replace(self._state, news=(message_id, dict(details)))

    def stopped_by(self, message_id: str, details: Mapping[str, object]) -> None:
        with self._lock:
            self._state = replace(self._state, stopped_by=(message_id, dict(details)))

    def remembers(self, sha256: str) -> bool:
        """Whether that page went by not long ago."""
        with self._lock:
            return sha256 in self._pictures

    def look(self) -> LiveState:
        """The state now."""
        with self._lock:
            state, minute = self._state, self._minute()
            seen = state.done if state.total else state.run.new + state.run.known
            left = (state.total or self.expected) - seen
            left_s = 60.0 * left / minute if minute and left > 0 else None
            return replace(state, done=seen, minute=minute, left_s=left_s)

    def _measure(self, done: int) -> None:
        now = self.clock()
        self._times.append((now, done))
        while len(self._times) > 2 and now - self._times[0][0] > _RATE_S:
            self._times.popleft()

    def _minute(self) -> float | None:
        if len(self._times) < 2:
            return None
        (first_at, first), (last_at, last) = self._times[0], self._times[-1]
        # A scanner that waits for paper gets slower on the screen, and not stuck at its best.
        passed = max(last_at, self.clock() - _RATE_S / 4) - first_at
        return 60.0 * (last - first) / passed if passed > 0 and last > first else None
