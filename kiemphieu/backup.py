"""`backup`: one file that holds a vote folder as it is at one moment, while scanning goes on.

The database is copied first, by its own means, in one consistent state. Page images are written before their
rows and never change, so every image that the copied rows speak of is there to be added afterwards.
"""

from __future__ import annotations

import sqlite3
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from kiemphieu.archive import add_member
from kiemphieu.disk import atomic_file, disk_errors
from kiemphieu.folder import VoteFolder, load_vote, read_page
from kiemphieu.store import Store, open_store
from kiemphieu.vote_store import open_vote_store
from records.errors import InputError, StoreError

_PRIVATE = 0o600


@dataclass(frozen=True, slots=True)
class BackupReport:
    """What was saved.

    Attributes:
        pages: page images in it.
        files: all files in it.
    """

    path: Path
    pages: int
    files: int


def back_up(folder: VoteFolder, out: Path) -> BackupReport:
    """Writes everything of the vote into a tar file that did not exist.

    The private key is in it where it lies in the folder: the file is for its owner only.

    Raises:
        InputError: `out` exists, or the record lies on a server, which has its own means.
        StoreError: the disk is full, or an image is gone.
    """
    vote = load_vote(folder)
    if vote.store_url:
        raise InputError("backup_server", folder=str(folder.root))
    with disk_errors(out):
        if out.exists():
            raise InputError("output_exists", path=str(out))
    open_vote_store(folder, vote).close()
    with tempfile.TemporaryDirectory(prefix="kiemphieu-backup-") as place:
        copy = Path(place) / folder.database.name
        _copy_database(folder.database, copy)
        with (
            closing(open_store(copy)) as store,
            atomic_file(out, _PRIVATE) as file,
            tarfile.open(fileobj=file, mode="w") as tar,
        ):
            pages, files = _fill(tar, folder, store, copy)
    return BackupReport(out, pages, files)


def _copy_database(source: Path, target: Path) -> None:
    try:
        with (
            closing(sqlite3.connect(f"{source.resolve().as_uri()}?mode=ro", uri=True)) as old,
            closing(sqlite3.connect(target)) as new,
        ):
            old.backup(new)
    except sqlite3.Error as error:
        raise StoreError("store_failed", path=str(source), reason=str(error)) from error


def _fill(tar: tarfile.TarFile, folder: VoteFolder, store: Store, database: Path) -> tuple[int, int]:
    add_member(tar, f"{folder.root.resolve().name}/{folder.database.name}", database.read_bytes())
    pages = files = 0
    for page in store.pages():
        data = read_page(folder, page.sha256, page.suffix)
        path = folder.page(page.sha256, page.suffix)
        add_member(tar, _name(folder, path), data)
        pages += 1
    for path in _other_files(folder):
        add_member(tar, _name(folder, path), path.read_bytes(), path.stat().st_mode & 0o777)
        files += 1
    return pages, pages + files + 1


def _other_files(folder: VoteFolder) -> Iterator[Path]:
    """What is neither database nor page image nor an earlier backup nor half-written."""
    for path in sorted(folder.root.rglob("*")):
        database = path.parent == folder.root and path.name.startswith(folder.database.name)
        own = path.is_relative_to(folder.pages) or path.is_relative_to(folder.backups) or database
        if path.is_file() and not own and not path.name.endswith(".partial"):
            yield path


def _name(folder: VoteFolder, path: Path) -> str:
    return f"{folder.root.resolve().name}/{path.relative_to(folder.root).as_posix()}"
