"""Files that another program drops into a folder, each given out when it is whole and at rest.

Works by looking again and again, on network folders, too. Nobody's clock but this process's own is asked:
a file is at rest when its size, its time and its last bytes have been the same for a while, however coarse
the server's times are. Nothing of this is kept.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from itertools import islice
from pathlib import Path

from kiemphieu.intake import FURNITURE, check_whole, may_be_unfilled, natural_key
from records.errors import PageFileError

SETTLE_S = 2.0
"""FAT and some servers tell times to two seconds."""
PATIENCE_SETTLES = 15
"""So many times the settle time, half a minute, a file without its end is waited for before it is told."""

TEMPORARY_SUFFIXES = (
    ".part",
    ".partial",
    ".tmp",
    ".temp",
    ".crdownload",
    ".download",
    ".filepart",
    ".swp",
    "~",
)
"""Of names under which scanners and copying programs write; the file is looked at when it is renamed."""
_TAIL_BYTES = 4096

UNFINISHED = frozenset({"file_truncated", "file_empty", "file_broken", "page_file_unreadable"})
"""What is wrong with a file that may yet become whole."""


@dataclass(frozen=True, slots=True)
class Look:
    """What a file looked like; another look differs when somebody wrote to it.

    Attributes:
        tail: digest of its last bytes: space reserved in advance has its full size from the start.
    """

    size: int
    modified_ns: int
    tail: bytes

    def same_file(self, found: os.stat_result) -> bool:
        return (self.size, self.modified_ns) == (found.st_size, found.st_mtime_ns)


@dataclass(frozen=True, slots=True)
class Arrival:
    """A file at rest.

    Attributes:
        source: its name as shown and recorded, relative to the folder.
        look: how it looked when it was given out.
    """

    path: Path
    source: str
    look: Look


@dataclass(slots=True)
class _Watched:
    """A file under watch.

    Attributes:
        done: what it looked like when it was dealt with.
        unfinished: what it looked like when its end was last found missing.
        wanting: whether it was looked into, and was not whole or could not be read.
        told: whether somebody was told that it is waited for.
    """

    source: str
    look: Look
    since: float = 0.0
    done: Look | None = None
    unfinished: Look | None = None
    wanting: bool = False
    told: bool = False


class Arrivals:
    """One folder under watch, with the folders in it."""

    def __init__(
        self, folder: Path, settle_s: float, clock: Callable[[], float], leave_out: Sequence[Path] = ()
    ) -> None:
        """Nothing is looked at yet.

        Args:
            folder: what to watch.
            settle_s: how long a file must be at rest.
            clock: seconds from anywhere, never running backwards.
            leave_out: folders not to look into.
        """
        self._folder = folder
        self._settle_s = settle_s
        self._clock = clock
        self._left_out = frozenset(path.resolve() for path in leave_out)
        self._watched: dict[Path, _Watched] = {}
        self._changed = clock()

    @property
    def waiting(self) -> tuple[str, ...]:
        """Files that are there and not dealt with."""
        return tuple(file.source for file in self._watched.values() if file.done is None)

    @property
    def quiet_s(self) -> float:
        """How long nothing has changed in the folder."""
        return self._clock() - self._changed

    def look(self, most: int | None = None) -> tuple[Arrival, ...]:
        """Looks once; the files that are whole and at rest, in natural order.

        A file without its end is given out, too, when it has been at rest for very long: reading it
        then says what is wrong with it.

        Args:
            most: so many at most; no more are looked into, since that reads a file from end to end.

        Raises:
            OSError: the folder cannot be listed now; nothing is forgotten.
        """
        found = dict(_files(self._folder, self._left_out))
        for path in self._watched.keys() - found.keys():
            del self._watched[path]
            self._changed = self._clock()
        for path, status in found.items():
            self._see(path, status)
        open_ones = [(file.source, path) for path, file in self._watched.items() if file.done is None]
        open_ones.sort(key=lambda one: (natural_key(one[0]), one[0]))
        ready = (
            Arrival(path, name, self._watched[path].look) for name, path in open_ones if self._is_ready(path)
        )
        return tuple(islice(ready, most))

    def newly_waiting(self) -> tuple[str, ...]:
        """Files at rest without their end, each told once."""
        late = []
        for file in self._watched.values():
            at_rest = self._clock() - file.since >= 2 * self._settle_s
            if file.done is None and file.wanting and not file.told and at_rest:
                file.told = True
                late.append(file.source)
        return tuple(late)

    def is_patient(self, arrival: Arrival) -> bool:
        """Whether a file with something wrong is to be waited for a little longer."""
        file = self._watched.get(arrival.path)
        return file is not None and not self._is_late(file)

    def settle(self, arrival: Arrival) -> None:
        """Notes that the file, as it looked, is dealt with."""
        file = self._watched.get(arrival.path)
        if file is not None:
            file.done = arrival.look
        self._changed = self._clock()

    def forget(self, arrival: Arrival) -> None:
        """Notes that the file was taken away: what comes under its name is another one."""
        self._watched.pop(arrival.path, None)

    def _see(self, path: Path, status: os.stat_result) -> None:
        file = self._watched.get(path)
        if file is not None and file.done is not None and file.done.same_file(status):
            return
        look = _look_at(path, status)
        if file is not None and look == file.look:
            return
        self._watched[path] = _Watched(_shown(path.relative_to(self._folder)), look, self._clock())
        self._changed = self._clock()

    def _is_ready(self, path: Path) -> bool:
        file = self._watched[path]
        if self._clock() - file.since < self._settle_s:
            return False
        if self._is_late(file):
            return True
        if file.unfinished == file.look:
            return False
        file.wanting = not self._is_whole(path, file)
        return not file.wanting

    def _is_whole(self, path: Path, file: _Watched) -> bool:
        try:
            check_whole(path)
            if may_be_unfilled(path):
                file.unfinished = file.look
                return False
        except PageFileError as error:
            if error.message_id != "page_file_unreadable":
                file.unfinished = file.look
            return error.message_id not in UNFINISHED
        return self._is_unchanged(path, file.look)

    def _is_unchanged(self, path: Path, look: Look) -> bool:
        """Somebody may have gone on writing while the file was looked at."""
        try:
            return _look_at(path, path.stat()) == look
        except OSError:
            return False

    def _is_late(self, file: _Watched) -> bool:
        return self._clock() - file.since >= PATIENCE_SETTLES * self._settle_s


def is_temporary(name: str) -> bool:
    """Whether a name says that the file is not there yet, or is no page at all."""
    lower = name.lower()
    return lower.startswith((".", "~")) or lower.endswith(TEMPORARY_SUFFIXES) or lower in FURNITURE


def _files(folder: Path, left_out: frozenset[Path]) -> Iterator[tuple[Path, os.stat_result]]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if is_temporary(entry.name):
                continue
            path = folder / entry.name
            # What is renamed or removed just now is seen at the next look.
            with suppress(FileNotFoundError):
                if entry.is_dir(follow_symlinks=False):
                    if path.resolve() not in left_out:
                        yield from _files(path, left_out)
                elif entry.is_file():
                    yield path, path.stat()


def _look_at(path: Path, status: os.stat_result) -> Look:
    try:
        with path.open("rb") as file:
            file.seek(max(0, status.st_size - _TAIL_BYTES))
            tail = file.read(_TAIL_BYTES)
    except OSError:
        # Held by its writer, or closed to us: told when that lasts.
        return Look(status.st_size, status.st_mtime_ns, b"")
    return Look(status.st_size, status.st_mtime_ns, sha256(tail).digest())


def _shown(path: Path) -> str:
    return os.fsencode(path.as_posix()).decode("utf-8", "replace")
