"""Folders of this machine where scans are likely to lie: offered, so that nobody has to type a path."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from kiemphieu.folder import VoteFolder

MOST = 12
_MEDIA = (Path("/media"), Path("/run/media"), Path("/Volumes"), Path("/mnt"))
_HOME_NAMES = ("Scans", "Scan", "Pictures", "Documents", "Downloads", "Desktop", "Ảnh", "Tài liệu", "Tải về")


def found_folders(folder: VoteFolder) -> tuple[str, ...]:
    """Folders that exist: the vote's own scans, the usual ones of the account, and sticks."""
    return tuple(islice((str(path) for path in _candidates(folder) if _is_folder(path)), MOST))


def _candidates(folder: VoteFolder) -> Iterator[Path]:
    yield folder.root / "scans"
    for name in _HOME_NAMES:
        yield Path.home() / name
    for media in _MEDIA:
        for path in _inside(media):
            # /media and /run/media hold a folder for each account, and the sticks in it.
            yield from _inside(path) if path.name == Path.home().name else (path,)


def _inside(folder: Path) -> list[Path]:
    try:
        return sorted(folder / name for name in os.listdir(folder) if not name.startswith("."))  # noqa: PTH208
    except OSError:
        return []


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:
        return False
