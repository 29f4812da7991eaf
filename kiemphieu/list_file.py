"""The tables in a file that holds a list of people: CSV, XLSX and DOCX. Every file is taken as hostile.

Nothing is unpacked before its size is known, no part may declare entities, and rows and columns are
bounded while they are read.
"""

from __future__ import annotations

import csv
import io
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

from docx.oxml.ns import qn
from docx.oxml.parser import parse_xml
from openpyxl import load_workbook

from kiemphieu.list_columns import Rows, is_header
from records.errors import InputError

MOST_BYTES = 5_000_000
"""Of a file. A list of 60 people with their curricula is some 100 kB."""
MOST_UNPACKED_BYTES = 30_000_000
"""Of all parts of an XLSX or DOCX together, pictures too."""
MOST_XML_BYTES = 3_000_000
"""Of one part that is parsed; a sheet of 60 rows has some 50 kB. Made to be slow, a part of this size takes
a second."""
MOST_CHARACTERS = 300_000
"""Of pasted text or CSV."""
MOST_PARTS = 1_000
MOST_ROWS = 500
MOST_COLUMNS = 30
MOST_TABLES = 10
"""Sheets of a workbook, tables of a document: the list is in one of the first."""
MOST_CELL_CHARACTERS = 1_000

_ZIP = b"PK\x03\x04"
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_UTF16 = b"\xff\xfe", b"\xfe\xff"
_DELIMITERS = "\t", ";", "|", ","
_HEAD_BYTES = 4096
_BEFORE_XML = b" \t\r\n\0\xef\xbb\xbf\xff\xfe"
_DECLARATIONS = "<!DOCTYPE", "<!ENTITY"
BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    ParseError,
    SyntaxError,  # what lxml raises is one
    ValueError,
    KeyError,
    IndexError,
    TypeError,
    AttributeError,
    NotImplementedError,
    RuntimeError,
    OSError,
    EOFError,
)
"""What the readers of XLSX and DOCX raise for a damaged file."""


def tables_of_file(path: Path, name: str) -> tuple[Rows, ...]:
    """The tables of a file, in its order; the paragraphs of a DOCX come last, as a table of one column.

    Args:
        path: where it lies.
        name: what messages call it.

    Raises:
        InputError: it is too large, of another kind, damaged, or holds what such a list never does.
    """
    data = _bytes_of(path, name)
    if data.startswith(_OLD_OFFICE):
        raise InputError("list_old_office", name=name)
    if data.startswith(_ZIP):
        return _tables_of_package(data, name)
    if data.startswith((b"%PDF", b"\x89PNG", b"\xff\xd8", b"PK", b"{\\rtf", b"GIF8", b"II*\0", b"MM\0*")):
        raise InputError("list_other_kind", name=name)
    return (rows_of_text(_decoded(data, name)),)


def rows_of_text(text: str) -> Rows:
    """Pasted or CSV text as a table; one column where nothing in it parts columns.

    Raises:
        InputError: it is too long, or no table can be made of it.
    """
    if len(text) > MOST_CHARACTERS:
        raise InputError("list_text_too_long")
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if len(lines) > MOST_ROWS * 2:
        raise InputError("list_too_many_rows", most=MOST_ROWS)
    delimiter = _delimiter(lines)
    if not delimiter:
        return _bounded([line] for line in lines)
    try:
        return _bounded(csv.reader(io.StringIO("\n".join(lines)), delimiter=delimiter))
    except csv.Error as error:
        raise InputError("list_text_unreadable", reason=str(error)) from error


def _delimiter(lines: list[str]) -> str:
    """What parts the columns; a comma does only where the first line names columns with it.

    Positions have commas in them, so that a comma alone says nothing.
    """
    filled = [line for line in lines if line.strip()]
    for delimiter in _DELIMITERS[:-1]:
        if sum(delimiter in line for line in filled) * 2 > len(filled):
            return delimiter
    quoted = sum('"' in line for line in filled) * 2 > len(filled)
    return "," if filled and (quoted or is_header(filled[0].split(","))) else ""


def _bytes_of(path: Path, name: str) -> bytes:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise InputError("list_too_large", name=name, most=MOST_BYTES // 1_000_000)
        data = path.read_bytes()
    except OSError as error:
        raise InputError("file_unreadable", path=name, reason=error.strerror) from error
    if not data.strip():
        raise InputError("list_empty", name=name)
    return data


def _decoded(data: bytes, name: str) -> str:
    try:
        text = data.decode("utf-16" if data.startswith(_UTF16) else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError("list_not_utf8", name=name) from error
    if "\0" in text:
        raise InputError("list_other_kind", name=name)
    return text


def _tables_of_package(data: bytes, name: str) -> tuple[Rows, ...]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            _check_package(package, name)
            parts = set(package.namelist())
            if "xl/workbook.xml" in parts:
                return tuple(_sheets(data))
            if "word/document.xml" in parts:
                return tuple(_document_tables(package.read("word/document.xml")))
    except BROKEN as error:
        raise InputError("list_unreadable", name=name, reason=str(error)[:100]) from error
    raise InputError("list_other_kind", name=name)


def _check_package(package: zipfile.ZipFile, name: str) -> None:
    """Holds the sizes that the package declares, which unpacking never exceeds, against the limits."""
    parts = package.infolist()
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED_BYTES:
        raise InputError("list_package_too_large", name=name, most=MOST_UNPACKED_BYTES // 1_000_000)
    for part in parts:
        # By its content: which part is parsed is for the package to say, whatever the part is called.
        data = package.read(part)
        if not data[:_HEAD_BYTES].strip(_BEFORE_XML).startswith(b"<"):
            continue
        if len(data) > MOST_XML_BYTES:
            raise InputError("list_package_too_large", name=name, most=MOST_XML_BYTES // 1_000_000)
        if _declares(data):
            raise InputError("list_declares_entities", name=name)


def _declares(data: bytes) -> bool:
    return any(
        word.encode(code) in data for word in _DECLARATIONS for code in ("ascii", "utf-16-le", "utf-16-be")
    )


def _sheets(data: bytes) -> Iterator[Rows]:
    """The visible sheets of a workbook, as last calculated."""
    book = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
    try:
        for sheet in book.worksheets[:MOST_TABLES]:
            if sheet.sheet_state == "visible":
                # What a sheet says of its own size is not to be relied on.
                sheet.reset_dimensions()
                cells = sheet.iter_rows(max_row=MOST_ROWS + 1, max_col=MOST_COLUMNS, values_only=True)
                yield _bounded([_cell_text(value) for value in row] for row in cells)
    finally:
        book.close()


def _cell_text(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value)


def _document_tables(document: bytes) -> Iterator[Rows]:
    """The tables of a Word document; the parser resolves no entities and reads no other file."""
    root: Any = parse_xml(document)
    table, row, cell = qn("w:tbl"), qn("w:tr"), qn("w:tc")
    for found in islice(root.iter(table), MOST_TABLES):
        own = (one for one in found.iter(row) if next(one.iterancestors(table)) is found)
        yield _bounded(
            [
                text
                for one in each.iter(cell)
                if next(one.iterancestors(row)) is each
                for text in _spanned(one)
            ]
            for each in own
        )
    paragraphs = (one for one in root.iter(qn("w:p")) if next(one.iterancestors(table), None) is None)
    yield _bounded([_paragraph_text(one)] for one in islice(paragraphs, MOST_ROWS))


def _spanned(cell: Any) -> Iterator[str]:
    """A cell's text, and an empty one for each further column that it spans."""
    yield " ".join(text for one in cell.iter(qn("w:p")) if (text := _paragraph_text(one).strip()))
    span = next(cell.iter(qn("w:gridSpan")), None)
    columns = "1" if span is None else str(span.get(qn("w:val"), "1"))
    for _ in range(min(int(columns) if columns.isdecimal() else 1, MOST_COLUMNS) - 1):
        yield ""


def _paragraph_text(paragraph: Any) -> str:
    kinds = qn("w:t"), qn("w:tab"), qn("w:br")
    # A tab stop of the paragraph's settings has the name of a typed tab, and another parent.
    typed = (one for one in paragraph.iter(*kinds) if one.getparent().tag == qn("w:r"))
    return "".join((one.text or "") if one.tag == kinds[0] else _SIGNS[one.tag == kinds[1]] for one in typed)


_SIGNS = " ", "\t"
"""What stands for a line break and for a tab."""


def _bounded(rows: Iterable[list[str]]) -> Rows:
    """Rows within the limits; trailing empty ones are dropped."""
    found: list[tuple[str, ...]] = []
    for row in rows:
        if len(found) >= MOST_ROWS and any(cell.strip() for cell in row):
            raise InputError("list_too_many_rows", most=MOST_ROWS)
        if len(found) < MOST_ROWS:
            found.append(tuple(cell[:MOST_CELL_CHARACTERS] for cell in row[:MOST_COLUMNS]))
    while found and not any(cell.strip() for cell in found[-1]):
        found.pop()
    return tuple(found)
