"""The documents of a vote in its folder: found by name, looked at a page or some rows at a time."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from pathlib import Path

from openpyxl import load_workbook

from kiemphieu.folder import VoteFolder, load_vote, read_text
from kiemphieu.journal_order import CHANGES
from kiemphieu.list_file import BROKEN
from kiemphieu.messages import Language, translate
from kiemphieu.pdf_file import open_pdf, page_picture
from kiemphieu.reporting import write_reports
from kiemphieu.vote_store import open_vote_store
from records.errors import InputError
from records.journal import EventKind

MOST_ROWS = 40
MOST_COLUMNS = 30
LONGEST_TEXT = 6000
_VERSION = re.compile(r"version-(\d{1,4})")


class Look(StrEnum):
    """How a document can be looked at."""

    PAGES = "pages"
    ROWS = "rows"
    TEXT = "text"
    NONE = "none"


_LOOKS = {
    ".pdf": Look.PAGES,
    ".docx": Look.NONE,
    ".csv": Look.ROWS,
    ".xlsx": Look.ROWS,
    ".json": Look.TEXT,
}


@dataclass(frozen=True, slots=True)
class Document:
    """One file.

    Attributes:
        version: 0 for the newest; 1, 2, … for what an earlier closing left.
        written: whether it is a document that the journal speaks of, and no export.
    """

    path: Path
    version: int
    written: bool

    @property
    def name(self) -> str:
        return self.path.name

    @property
    def look(self) -> Look:
        return _LOOKS[self.path.suffix]


@dataclass(frozen=True, slots=True)
class Shelf:
    """All documents of a vote.

    Attributes:
        stale: whether the record has changed since the newest ones were written.
    """

    documents: tuple[Document, ...]
    stale: bool

    def find(self, name: str, version: int) -> Document | None:
        """The one of that name; a name is looked up here and is never a path."""
        return next((one for one in self.documents if (one.name, one.version) == (name, version)), None)


def read_shelf(folder: VoteFolder) -> Shelf:
    """What lies in the vote's reports.

    Raises:
        VoteFileError: vote.toml has mistakes.
        StoreError: the record cannot be read.
    """
    noted, written_at, changed_at = set[str](), 0, 0
    changes = CHANGES | {EventKind.COUNT_REOPENED.value}
    with closing(open_vote_store(folder, load_vote(folder))) as store:
        for entry in store.journal():
            if entry.kind == EventKind.REPORT_WRITTEN.value:
                name = str(entry.content.get("file"))
                noted.add(name)
                written_at = entry.position if "/" not in name else written_at
            elif entry.kind in changes:
                changed_at = entry.position
    found = tuple(_documents(folder, noted))
    return Shelf(found, stale=0 < written_at < changed_at)


def _documents(folder: VoteFolder, noted: set[str]) -> Iterator[Document]:
    for path in _files(folder.reports):
        yield Document(path, 0, path.name in noted)
    try:
        places = sorted(folder.reports.iterdir())
    except OSError:
        return
    for place in places:
        version = _VERSION.fullmatch(place.name)
        if version is not None:
            for path in _files(place):
                yield Document(path, int(version[1]), f"{place.name}/{path.name}" in noted)


def _files(place: Path) -> list[Path]:
    try:
        found = [path for path in place.iterdir() if path.suffix in _LOOKS and path.is_file()]
    except OSError:
        return []
    return sorted(found, key=lambda path: (path.suffix != ".pdf", path.name))


def write_again(folder: VoteFolder) -> None:
    """Writes the documents anew in every language in which they lie there.

    Raises:
        VoteFileError: vote.toml has mistakes.
        StoreError: the record cannot be read, or the disk refuses.
    """
    newest = [one.name for one in read_shelf(folder).documents if one.written and not one.version]
    for lang in Language:
        start = translate("doc_name_minutes", lang)
        if any(name.startswith(start) for name in newest):
            write_reports(folder, lang)


def page_count(document: Document) -> int:
    """How many pages it has.

    Raises:
        PageFileError: it is no PDF.
    """
    with open_pdf(document.path) as pdf:
        return len(pdf)


def page_png(document: Document, page: int) -> bytes:
    """One page.

    Args:
        document: a PDF.
        page: 1 for the first.

    Raises:
        InputError: there is no such page.
        PageFileError: it is no PDF.
    """
    with open_pdf(document.path) as pdf:
        if not 1 <= page <= len(pdf):
            raise InputError("document_page_unknown", name=document.name, pages=len(pdf))
        return page_picture(pdf, page - 1)


@dataclass(frozen=True, slots=True)
class Sheet:
    """The first rows of a table.

    Attributes:
        rows: without empty cells at their end.
        more: whether there are more rows than shown.
    """

    title: str
    rows: tuple[tuple[str, ...], ...]
    more: bool

    @property
    def width(self) -> int:
        return max((len(row) for row in self.rows), default=0)


def sheets_of(document: Document) -> tuple[Sheet, ...]:
    """The tables of a CSV or XLSX file.

    Raises:
        InputError: it cannot be read.
    """
    try:
        if document.path.suffix == ".csv":
            return (_sheet("", csv.reader(io.StringIO(read_text(document.path)))),)
        with closing(load_workbook(document.path, read_only=True, data_only=True)) as book:
            return tuple(_sheet(one.title, one.iter_rows(values_only=True)) for one in book.worksheets)
    except (csv.Error, *BROKEN) as error:
        raise InputError("file_unreadable", path=str(document.path), reason=str(error)) from error


def _sheet(title: str, rows: Iterable[Iterable[object]]) -> Sheet:
    found = [
        _filled("" if cell is None else str(cell) for cell in islice(row, MOST_COLUMNS))
        for row in islice(rows, MOST_ROWS + 1)
    ]
    while found and not found[-1]:
        found.pop()
    return Sheet(title, tuple(found[:MOST_ROWS]), len(found) > MOST_ROWS)


def _filled(cells: Iterable[str]) -> tuple[str, ...]:
    """A row without the empty cells at its end."""
    found = list(cells)
    while found and not found[-1]:
        found.pop()
    return tuple(found)


def text_of(document: Document) -> str:
    """The beginning of a text file.

    Raises:
        InputError: it cannot be read.
    """
    text = read_text(document.path)
    return text if len(text) <= LONGEST_TEXT else f"{text[:LONGEST_TEXT]}…"
