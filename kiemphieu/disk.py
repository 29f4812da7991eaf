"""Writing files so that a reader finds either the old file whole or the new one whole."""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from records.errors import StoreError

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_REFUSED = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})

SETTLED_TIME_S = 315_532_800
"""1980-01-01, given to files whose true time would tell the order of scanning."""


def disk_error(error: OSError, path: Path) -> StoreError:
    """The error of the tree that says what `error` means for someone who was writing `path`."""
    if error.errno in _FULL:
        return StoreError("disk_full", path=str(path))
    if error.errno in _REFUSED:
        return StoreError("not_writable", path=str(path))
    return StoreError("write_failed", path=str(path), reason=error.strerror or str(error))


@contextmanager
def disk_errors(path: Path) -> Iterator[None]:
    """Turns an OSError of the body into a `StoreError` that names `path`."""
    try:
        yield
    except OSError as error:
        raise disk_error(error, path) from error


@contextmanager
def atomic_file(path: Path, mode: int = 0o644) -> Iterator[BinaryIO]:
    """A file that appears under `path` when the body ends well, and not at all when it raises.

    Raises:
        StoreError: the disk is full, the folder is not writable, or writing failed otherwise.
    """
    partial = path.with_name(f".{path.name}.{secrets.token_hex(6)}.partial")
    with disk_errors(path):
        try:
            descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
            with os.fdopen(descriptor, "wb") as out:
                yield out
                out.flush()
                os.fsync(out.fileno())
            partial.replace(path)
            sync_folder(path.parent)
        except BaseException:
            with suppress(OSError):
                partial.unlink(missing_ok=True)
            raise


def write_atomic(path: Path, data: bytes, mode: int = 0o644) -> None:
    """Writes `data` to `path`, whole or not at all; see `atomic_file`."""
    with atomic_file(path, mode) as out:
        out.write(data)


def sync_folder(folder: Path) -> None:
    """Makes a rename in `folder` survive a power cut, where the system can do that."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
