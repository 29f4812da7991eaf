"""From what an operator names to single page images: files, folders, TIFF and PDF of many pages."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

from kiemphieu.file_kind import FileKind, kind_of_head
from kiemphieu.page_file import PageBytes, check_jpeg, check_png, open_image
from kiemphieu.pdf_file import check_pdf_end, pdf_page, pdf_page_count
from kiemphieu.tiff_file import FileBytes, tiff_blank_end, tiff_page, tiff_page_count
from records.errors import PageFileError

T = TypeVar("T")

_HEAD_BYTES = 1024
_DIGITS = re.compile(r"(\d+)")

PAGE_SUFFIXES = frozenset(
    {".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".tif", ".tiff", ".pdf"}
    | {".heic", ".heif", ".avif", ".webp", ".bmp", ".gif", ".jp2", ".jpx", ".jxl", ".djvu", ".jb2"}
    | {".pnm", ".pbm", ".pgm", ".ppm", ".btf"}
)
"""In a folder, a file of another name that is no page either is passed over and said to be."""
FURNITURE = frozenset({"thumbs.db", "desktop.ini"})
"""What systems leave in folders by themselves."""


@dataclass(frozen=True, slots=True)
class PageRef:
    """Where a page image is to be had.

    Attributes:
        source: the file's name as given: relative to the folder that was named.
        index: 0-based place in the file.
    """

    path: Path
    source: str
    index: int
    kind: FileKind


@dataclass(frozen=True, slots=True)
class FileProblem:
    """A file, or one page of it, that could not be opened as a page image.

    Attributes:
        message_id: in the catalogue: what is wrong and what to do.
    """

    source: str
    message_id: str
    details: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class SkippedFile:
    """A file in a folder that does not look like a page."""

    source: str


Found = PageRef | FileProblem | SkippedFile


@dataclass(frozen=True, slots=True)
class _File:
    path: Path
    source: str
    named: bool


def find_pages(paths: Sequence[Path], leave_out: Sequence[Path] = ()) -> Iterator[Found]:
    """Every page of the files and folders named, in natural order within folders.

    Args:
        paths: what the operator named.
        leave_out: folders not to walk into, such as the vote's own pages.
    """
    excluded = frozenset(path.resolve() for path in leave_out)
    for path in paths:
        try:
            is_folder, is_there = path.is_dir(), path.exists() or path.is_symlink()
        except OSError as error:
            # The folder around it is closed; the other paths are still to be done.
            reason = error.strerror or str(error)
            yield FileProblem(_shown(path), "page_file_unreadable", (("reason", reason),))
            continue
        if is_folder:
            yield from _folder_pages(path, path, excluded)
        elif is_there:
            yield from _file_pages(_File(path, _shown(path.name), named=True))
        else:
            yield FileProblem(_shown(path), "file_missing")


def pages_of_file(path: Path, source: str) -> Iterator[Found]:
    """Every page of one file that lies in a folder; `source` is its name as shown."""
    yield from _file_pages(_File(path, source, named=False))


def natural_key(name: str) -> tuple[tuple[int, str], ...]:
    """Sorts `scan-2` before `scan-10`."""
    return tuple(
        (int(part), "") if part.isdecimal() else (-1, part.casefold()) for part in _DIGITS.split(name) if part
    )


def _folder_pages(folder: Path, top: Path, excluded: frozenset[Path]) -> Iterator[Found]:
    try:
        names = sorted(os.listdir(folder), key=lambda name: (natural_key(name), name))  # noqa: PTH208
    except OSError as error:
        reason = error.strerror or str(error)
        yield FileProblem(_source(folder, top), "folder_unreadable", (("reason", reason),))
        return
    for name in names:
        path = folder / name
        if name.startswith(".") or name.lower() in FURNITURE:
            continue
        if path.is_dir():
            if path.resolve() not in excluded and not path.is_symlink():
                yield from _folder_pages(path, top, excluded)
        else:
            yield from _file_pages(_File(path, _source(path, top), named=False))


def _source(path: Path, top: Path) -> str:
    return _shown(path.relative_to(top).as_posix() if path != top else path.name or str(path))


def _shown(name: str | Path) -> str:
    """A name as text; bytes in it that are no UTF-8 (old Windows names) show as U+FFFD."""
    return os.fsencode(name).decode("utf-8", "replace")


def _file_pages(file: _File) -> Iterator[Found]:
    try:
        kind = _file_kind(file.path)
        count = _page_count(file.path, kind)
    except PageFileError as error:
        looks_like_page = file.named or file.path.suffix.lower() in PAGE_SUFFIXES
        if error.message_id == "file_type" and not looks_like_page:
            yield SkippedFile(file.source)
        else:
            yield file_problem(file.source, error)
        return
    for index in range(count):
        yield PageRef(file.path, file.source, index, kind)


def file_problem(source: str, error: PageFileError) -> FileProblem:
    """`error` as a value, for the report at the end of the run."""
    details = tuple((name, str(value)) for name, value in error.details.items())
    return FileProblem(source, error.message_id, details)


def _file_kind(path: Path) -> FileKind:
    with _opened(lambda: path.open("rb")) as file:
        head = file.read(_HEAD_BYTES)
    return kind_of_head(head)


def _opened(action: Callable[[], T]) -> T:
    try:
        return action()
    except OSError as error:
        raise PageFileError("page_file_unreadable", reason=error.strerror or str(error)) from error


def _page_count(path: Path, kind: FileKind) -> int:
    if kind is FileKind.PDF:
        _opened(lambda: check_pdf_end(path))
        return pdf_page_count(path)
    if kind is FileKind.TIFF:
        return _in_tiff(path, tiff_page_count)
    return 1


def _in_tiff(path: Path, action: Callable[[FileBytes], T]) -> T:
    def read() -> T:
        with path.open("rb") as file:
            return action(FileBytes(file))

    return _opened(read)


def load_page(ref: PageRef) -> PageBytes:
    """The page's own bytes, as they are kept.

    Raises:
        PageFileError: it cannot be read, is broken, cut off or too large.
    """
    if ref.kind is FileKind.PDF:
        return pdf_page(ref.path, ref.index)
    if ref.kind is FileKind.TIFF:
        return _in_tiff(ref.path, lambda data: tiff_page(data, ref.index))
    data = _opened(ref.path.read_bytes)
    if ref.kind is FileKind.JPEG:
        check_jpeg(data)
        return PageBytes(data, ".jpg")
    check_png(data)
    with open_image(data):
        return PageBytes(data, ".png")


def may_be_unfilled(path: Path) -> bool:
    """Whether a file that seems whole may be space that its writer is still filling.

    Raises:
        PageFileError: it cannot be read or is broken.
    """
    return _file_kind(path) is FileKind.TIFF and _in_tiff(path, tiff_blank_end)


def check_whole(path: Path) -> None:
    """Refuses a file whose end is not there yet, or not any more: every page of it must be whole.

    Raises:
        PageFileError: empty, cut off, broken, or no page file at all.
    """
    kind = _file_kind(path)
    count = _page_count(path, kind)
    if kind is FileKind.PDF:
        return
    if kind is FileKind.TIFF:
        for index in range(count):
            _in_tiff(path, partial(tiff_page, index=index))
        return
    data = _opened(path.read_bytes)
    if kind is FileKind.JPEG:
        check_jpeg(data)
    else:
        check_png(data)
