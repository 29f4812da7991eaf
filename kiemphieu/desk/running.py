"""One desk per folder: a second one would overwrite what the first one keeps in memory."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from kiemphieu.disk import disk_errors, write_atomic
from records.errors import InputError

_LOCK = "desk.lock"
_FILE = "serving.json"
_PRIVATE = 0o600
_STARTING_S = 10.0
"""How long a desk that has just taken the folder may need to say where it serves."""


@contextmanager
def held(own: Path) -> Iterator[bool]:
    """Holds a desk's folder while the body runs; False where another desk does.

    The system lets go of it with the process, however that ends.

    Raises:
        StoreError: the folder cannot be written.
    """
    with disk_errors(own):
        own.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = FileLock(own / _LOCK, timeout=0, mode=_PRIVATE)
        try:
            lock.acquire()
            first = True
        except Timeout:
            first = False
    if not first:
        yield False
        return
    try:
        with suppress(OSError):
            (own / _FILE).unlink()  # of a desk that was killed
        yield True
    finally:
        with suppress(OSError):
            (own / _FILE).unlink()
        lock.release()


def announce(own: Path, origin: str) -> None:
    """Says where the desk that holds the folder serves.

    Raises:
        StoreError: the folder cannot be written.
    """
    write_atomic(own / _FILE, json.dumps({"origin": origin}).encode(), _PRIVATE)


def origin_of_holder(own: Path, patience_s: float = _STARTING_S) -> str:
    """Where the desk that holds the folder serves: scheme, host and port.

    Raises:
        InputError: it has not said so.
    """
    until = time.monotonic() + patience_s
    while True:
        try:
            return str(json.loads((own / _FILE).read_text(encoding="utf-8"))["origin"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            if time.monotonic() > until:
                raise InputError("desk_held", folder=str(own.parent)) from error
        time.sleep(0.1)
