"""A printing that was cut off: the ballots it had recorded as issued are taken back by the next one.

A batch is recorded first and gets its file name after, so that no PDF ever has ballots that the record does
not know. A process killed between the two leaves ballots issued that are on no paper. So a printing writes
down its serials, in order of the alphabet, before it writes any, and throws them away at its end. Where they
still stand, and the PDF beside them under its unfinished name, the batch never became a file.
"""

from __future__ import annotations

import glob
import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from kiemphieu.disk import disk_errors, sync_folder
from kiemphieu.folder import VoteFolder
from kiemphieu.store import Store
from records.errors import InputError

if sys.platform != "win32":
    import fcntl

_NAME = ".printing"


@dataclass(frozen=True, slots=True)
class PrintSlip:
    """The file that a running printing holds and writes its serials into.

    Attributes:
        taken_back: how many ballots of a printing that was cut off were taken back.
    """

    path: Path
    file: IO[bytes]
    taken_back: int

    def write(self, pdf: Path, serials: Sequence[str]) -> None:
        """Writes down, to last through a power cut, what is about to be printed."""
        data = json.dumps({"pdf": os.fspath(pdf.resolve()), "serials": sorted(serials)}).encode()
        with disk_errors(self.path):
            self.file.truncate(0)
            self.file.seek(0)
            self.file.write(data)
            self.file.flush()
            os.fsync(self.file.fileno())
            sync_folder(self.path.parent)


def _take_back(text: bytes, store: Store) -> int:
    try:
        found = json.loads(text)
        pdf, serials = Path(found["pdf"]), [str(serial) for serial in found["serials"]]
    except (ValueError, KeyError, TypeError):
        return 0  # new, or cut off while it was written: nothing had been recorded yet
    with disk_errors(pdf):
        left = _unfinished(pdf)
        # No unfinished file: it has its name, or had it, and may be on paper.
        taken = store.withdraw_issued(serials) if left else 0
        for path in left:
            path.unlink(missing_ok=True)
    return taken


def _unfinished(pdf: Path) -> list[Path]:
    """The PDF under the names that `kiemphieu.disk.atomic_file` gives it while it is written."""
    return sorted(pdf.parent.glob(f".{glob.escape(pdf.name)}.*.partial"))


@contextmanager
def only_printing(folder: VoteFolder, store: Store) -> Iterator[PrintSlip]:
    """Takes back what was cut off, and holds off every other printing of the vote: two would take one name.

    Raises:
        InputError: another one is running.
        StoreError: disk or database refuse.
    """
    path = folder.ballots / _NAME
    with disk_errors(path):
        folder.ballots.mkdir(exist_ok=True)
        file = _held(path)
    with file:
        # Where this fails, the slip stays for the next try.
        taken = _take_back(file.read(), store)
        try:
            yield PrintSlip(path, file, taken)
        finally:
            _throw_away(path, file)


def _held(path: Path) -> IO[bytes]:
    while True:
        file = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+b")
        try:
            _lock(file, path)
            # The one before may have thrown it away since it was opened.
            if path.exists() and os.path.samestat(path.stat(), os.fstat(file.fileno())):
                return file
        except BaseException:
            file.close()
            raise
        file.close()


def _throw_away(path: Path, file: IO[bytes]) -> None:
    with suppress(OSError):
        file.truncate(0)
        path.unlink()


def _lock(file: IO[bytes], path: Path) -> None:
    if sys.platform == "win32":
        return  # there, an unfinished file that is still being written cannot be removed
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise InputError("print_running", path=str(path.parent)) from error
