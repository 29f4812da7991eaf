"""`acquire`: a SANE scanner fills an inbox in the vote folder, and every page there is recorded as it comes.

`scanimage` writes a page under a name ending in `.part` and renames it when the page is whole, so a jam, a
stop or a crash never leaves half a page under a page's name. A whole page goes from the raw folder to the
inbox as a PNG named by its content, and leaves the inbox when the record has it: at any moment each page is
in one of the three, and a run that was ended at any moment is gone on with by the next one. Names and times
tell no order.
"""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from PIL import Image

from kiemphieu.disk import SETTLED_TIME_S, disk_errors, write_atomic
from kiemphieu.folder import VoteFolder
from kiemphieu.intake import check_whole
from kiemphieu.page_file import open_image
from kiemphieu.sane_device import DeviceOption, Stop, Trouble, environment, reason_of, scan_program
from kiemphieu.sane_settings import ScanSettings, arguments
from kiemphieu.watching import Listener, WatchOptions, WatchReport, watch_folder
from records.canonical import sha256_hex
from records.errors import InputError, PageFileError

if sys.platform != "win32":
    import fcntl

SETTLE_S = 0.2
"""Pages appear in the inbox whole, by a rename."""
_STOPPING_S = 15.0
_CLOSING_S = 5.0
_LAST_WORDS = "Batch terminated"
"""What `scanimage` says when all its pages are renamed. Some drivers then hang while they close the scanner
(SANE's own `test` does, once in some dozens of jams): after a while it is ended from here."""
_PNG_LEVEL = 1
_HASH_DIGITS = 16
_SHEETS = "sheet-*.png"


@dataclass(frozen=True, slots=True)
class Acquired:
    """What one batch brought.

    Attributes:
        pages: pages that the scanner gave whole, among them those left over from an earlier batch.
        stop: what ended the batch; None where the wanted number of pages was reached.
    """

    watch: WatchReport
    pages: int
    stop: Stop | None


@dataclass(frozen=True, slots=True)
class Inbox:
    """Where pages wait for the record.

    Attributes:
        lock: descriptor of the lock; the scanner's program inherits it, so that one that outlives this
            process keeps the next run away from its pages.
    """

    path: Path
    lock: int

    @property
    def raw(self) -> Path:
        """Where the scanner's own files lie for the moment."""
        return _raw(self.path)


@contextmanager
def open_inbox(folder: VoteFolder) -> Iterator[Inbox]:
    """The vote's inbox, held by one program at a time; removed when it is left empty.

    Raises:
        InputError: another program scans into it.
        StoreError: it cannot be made.
    """
    inbox = folder.root / "inbox"
    raw = _raw(inbox)
    with disk_errors(inbox):
        raw.mkdir(parents=True, exist_ok=True)
        lock = (raw / ".lock").open("wb")
    with lock:
        _hold(lock, inbox)
        try:
            yield Inbox(inbox, lock.fileno())
        finally:
            with suppress(OSError):
                (raw / ".lock").unlink()
                raw.rmdir()
                inbox.rmdir()


def _hold(lock: IO[bytes], inbox: Path) -> None:
    if sys.platform == "win32":
        raise InputError("sane_not_installed")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        raise InputError("acquire_running", path=str(inbox)) from error


def _raw(inbox: Path) -> Path:
    return inbox / ".raw"


def acquire_batch(
    folder: VoteFolder,
    inbox: Inbox,
    settings: ScanSettings,
    options: Mapping[str, DeviceOption],
    workers: int,
    listener: Listener,
    nice: int = 0,
) -> Acquired:
    """Scans until the paper is at its end or something stops the scanner, and records every page.

    Raises:
        UsageError: the device cannot do what was asked.
        InputError: nothing was printed, or SANE is not installed.
        StoreError: the store refuses for good. Pages scanned already stay in the inbox for the next run.
    """
    words = arguments(settings, options)
    count = 1 if settings.is_single(options) else settings.count
    batch = _Batch(inbox, (scan_program(), "-d", settings.device, *words), count)
    try:
        batch.start(listener)
        watching = WatchOptions(workers, SETTLE_S, once=True, nice=nice)
        watch = watch_folder(folder, inbox.path, watching, listener, batch)
    finally:
        batch.end()
        if left := batch.left():
            listener.news("acquire_left", {"pages": left, "path": inbox.path})
    return Acquired(watch, batch.pages, batch.stop)


class _Batch:
    """A run of `scanimage`, and the way of its pages into the inbox."""

    def __init__(self, inbox: Inbox, command: tuple[str, ...], count: int | None) -> None:
        self._inbox = inbox.path
        self._lock = inbox.lock
        self._raw = inbox.raw
        self._command = command
        self._count = count
        self._process: subprocess.Popen[bytes] | None = None
        self._said: IO[bytes] | None = None
        self._closing_since: float | None = None
        self.pages = 0
        self.stop: Stop | None = None

    def start(self, listener: Listener) -> None:
        """Starts the scanner, beyond the numbers of pages that an earlier run left."""
        for cut_off in sorted(self._raw.glob("*.part")):
            cut_off.unlink()
            listener.news("acquire_cut_off", {})
        for unfinished in self._inbox.glob(".*.partial"):
            unfinished.unlink()  # its page still lies whole in the raw folder
        first = 1 + max((int(path.stem[1:]) for path in self._whole()), default=0)
        words = ("--format=tiff", "--batch=p%d.tif", f"--batch-start={first}")
        count = () if self._count is None else (f"--batch-count={self._count}",)
        self._said = tempfile.TemporaryFile()  # noqa: SIM115  closed in `end`
        # In the raw folder, so that a percent sign in the vote's path is no number format; in a session of
        # its own, so that Ctrl-C reaches this process only, which then ends the scanner in order.
        self._process = subprocess.Popen(  # noqa: S603  no shell: every word is one argument
            [*self._command, *words, *count],
            cwd=self._raw,
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=self._said,
            start_new_session=True,
            pass_fds=(self._lock,),
        )

    def end(self) -> None:
        """Ends the scanner where it still runs; the page at hand is cut off and not kept."""
        process = self._process
        if process is not None and process.poll() is None:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(_STOPPING_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        if self._said is not None:
            self._said.close()
            self._said = None

    def step(self) -> None:
        """Moves whole pages into the inbox."""
        for path in self._whole():
            self._move(path)

    def is_over(self) -> bool:
        process = self._process
        if process is None or not self._has_ended(process) or self._whole():
            return False
        if self.stop is None:
            self.stop = _stop(process.returncode, self._words(), self._count)
        return True

    def left(self) -> int:
        """How many whole pages wait for the next run, because this one was ended before their turn."""
        return len(self._whole()) + sum(1 for _ in self._inbox.glob(_SHEETS))

    def dealt_with(self, path: Path, recorded: bool) -> bool:
        """Takes a page out of the inbox that is in the record; anything else stays for a person."""
        own = recorded and path.parent == self._inbox and path.match(_SHEETS)
        if own:
            path.unlink(missing_ok=True)
        return own

    def _has_ended(self, process: subprocess.Popen[bytes]) -> bool:
        if process.poll() is None and _LAST_WORDS in self._words():
            self._closing_since = self._closing_since or time.monotonic()
            if time.monotonic() - self._closing_since > _CLOSING_S:
                process.kill()
                process.wait()
        return process.poll() is not None

    def _words(self) -> str:
        """What the program said so far; the place at which it goes on writing is left alone."""
        if self._said is None:
            return ""
        descriptor = self._said.fileno()
        return os.pread(descriptor, os.fstat(descriptor).st_size, 0).decode("utf-8", "replace")

    def _whole(self) -> list[Path]:
        return sorted(path for path in self._raw.glob("p*.tif") if path.stem[1:].isdecimal())

    def _move(self, path: Path) -> None:
        with disk_errors(path):
            try:
                check_whole(path)
                data = _as_png(path.read_bytes())
            except PageFileError:
                # A disk that was full, or power that failed: a person sees the file among the problems.
                name = f"damaged-{sha256_hex(path.read_bytes())[:_HASH_DIGITS]}.tif"
                _settle(path)
                path.replace(self._inbox / name)
                return
            target = self._inbox / f"sheet-{sha256_hex(data)[:_HASH_DIGITS]}.png"
            write_atomic(target, data)
            _settle(target)
            path.unlink()
        self.pages += 1


def _stop(code: int, said: str, count: int | None) -> Stop | None:
    stop = reason_of(code, said)
    if code > 0 or (code < 0 and _LAST_WORDS not in said):
        return stop
    if stop.trouble is Trouble.OTHER:  # nothing but notes, such as of a rounded value
        return None if count is not None else Stop(Trouble.OUT_OF_PAPER, "")
    return Stop(Trouble.OUT_OF_PAPER, "") if stop.trouble is Trouble.OUT_OF_PAPER else stop


def _settle(path: Path) -> None:
    os.utime(path, (SETTLED_TIME_S, SETTLED_TIME_S))


def _as_png(tiff: bytes) -> bytes:
    """The same pixels as PNG: SANE's TIFF files are not compressed."""
    out = io.BytesIO()
    with open_image(tiff) as image:
        image.load()
        dpi = image.info.get("dpi")
        Image.Image.save(image, out, "PNG", compress_level=_PNG_LEVEL, **({"dpi": dpi} if dpi else {}))
    return out.getvalue()
