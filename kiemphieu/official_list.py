"""A list of officials, pasted or in a file, becomes names and positions, with whatever is odd about each row.

Nothing is guessed in silence: a row that is taken for no person is handed back as left out, and a name or
position that looks wrong keeps its text and gets a remark.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from ballot_layout.vote_values import MAX_OFFICIALS, MOST_CHARACTERS
from kiemphieu.list_columns import (
    Columns,
    Rows,
    find_columns,
    is_number,
    looks_like_name,
    looks_like_position,
    without_title,
)
from kiemphieu.list_file import rows_of_text, tables_of_file
from kiemphieu.plain_words import plain_words
from records.errors import InputError


class RowRemark(StrEnum):
    """What is odd about a row; each is a message of the catalogue with `list_remark_` before it."""

    NO_POSITION = "no_position"
    TWICE = "twice"
    SAME_NAME = "same_name"
    """Of another row with another position: perhaps two people, perhaps one."""
    TOO_LONG = "too_long"
    OLD_FONT = "old_font"
    """Letters that only make sense in a font of before Unicode (TCVN3, VNI)."""
    DIGITS = "digits"
    TITLE = "title"
    """The name begins with "Ông", "Bà" or "Đồng chí", which would be printed."""
    NO_NAME_SHAPE = "no_name_shape"


@dataclass(frozen=True, slots=True)
class ListedOfficial:
    """One person of a list.

    Attributes:
        row: 1-based in the file or text.
    """

    name: str
    position: str
    row: int
    remarks: tuple[RowRemark, ...] = ()


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A row that was taken for no person, such as a heading or a sum."""

    row: int
    text: str


@dataclass(frozen=True, slots=True)
class OfficialList:
    officials: tuple[ListedOfficial, ...]
    left_out: tuple[LeftOut, ...] = ()


def officials_from_text(text: str) -> OfficialList:
    """The people of a pasted list: columns parted by tabs, semicolons or bars, or one person a line.

    Raises:
        InputError: it is too long, or nobody is found in it.
    """
    return _from_tables((rows_of_text(text),))


def officials_from_file(path: Path, name: str) -> OfficialList:
    """The people of a CSV, XLSX or DOCX file: of the first table that has columns of names and positions.

    Args:
        path: where the file lies; it is taken as hostile.
        name: what messages call it.

    Raises:
        InputError: it is no such file, too large, damaged, or nobody is found in it.
    """
    return _from_tables(tables_of_file(path, name))


def _from_tables(tables: Sequence[Rows]) -> OfficialList:
    tidied = [tuple(tuple(tidy(cell) for cell in row) for row in rows) for rows in tables]
    shaped = [(rows, find_columns(rows)) for rows in tidied]
    with_header = [(rows, columns) for rows, columns in shaped if columns is not None and columns.first_row]
    by_look = [
        (rows, columns) for rows, columns in shaped if columns is not None and columns.position is not None
    ]
    for rows, columns in (*with_header, *by_look):
        found = _from_columns(rows, columns)
        if found.officials:
            return _checked(found)
    for rows in tables:
        if all(len([cell for cell in row if cell.strip()]) <= 1 for row in rows):
            found = _from_lines(rows)
            if found.officials:
                return _checked(found)
    raise InputError("list_nobody")


def _from_columns(rows: Rows, columns: Columns) -> OfficialList:
    above = rows[: max(0, columns.first_row - 1)]
    officials, left_out = [], [_left(number, row) for number, row in enumerate(above, start=1)]
    open_end = bool(columns.first_row) and len(rows[columns.first_row - 1]) == (columns.position or 0) + 1
    for number, row in enumerate(rows[columns.first_row :], start=columns.first_row + 1):
        name = " ".join(part for index in columns.names if (part := _at(row, index)))
        position = "" if columns.position is None else _position(row, columns.position, open_end)
        if _is_nobody(row, name):
            left_out.append(_left(number, row))
        else:
            officials.append(ListedOfficial(name, position, number))
    titles = tuple(row for row in left_out if row.text)
    return OfficialList(tuple(officials), titles)


def _is_nobody(row: Sequence[str], name: str) -> bool:
    """Whether a row is empty, numbers the columns, or is a heading: one cell that is no name."""
    filled = [cell for cell in row if cell and not is_number(cell)]
    is_heading = len(filled) == 1 and len(row) > 1 and not looks_like_name(name)
    return not name or is_number(name) or not filled or is_heading


def _position(cells: Sequence[str], column: int, open_end: bool) -> str:
    """The position; commas in it, unquoted, made further cells at the end of a comma-parted row."""
    return ", ".join(cell for cell in cells[column:] if cell) if open_end else _at(cells, column)


def _at(cells: Sequence[str], index: int) -> str:
    return cells[index] if index < len(cells) else ""


def _left(number: int, row: Sequence[str]) -> LeftOut:
    return LeftOut(number, " · ".join(text for cell in row if (text := tidy(cell)))[:MOST_CHARACTERS])


_LEADING = re.compile(r"^\s*(?:[(\[]?\d{1,3}\s*[.):\]/-]|\d{1,3}\s+(?=\D)|[-–—•*+▪●])\s*")
_BETWEEN = re.compile(r"\t+|\s*;\s*|\s*\|\s*|\s+[-–—]+\s+|\s*[:–—]\s+|\s*,\s*")
_GAP = re.compile(r"\s{2,}")
"""Parts where no sign does: within a name, two spaces are a slip."""


def _from_lines(rows: Rows) -> OfficialList:
    """One person a line: "1. Nguyễn Văn A - Trưởng ban", "Nguyễn Văn A, Trưởng ban"."""
    officials, left_out = [], []
    for number, row in enumerate(rows, start=1):
        line = next((cell for cell in row if cell.strip()), "")
        name, position = _split_line(line)
        if not looks_like_name(name):
            left_out.append(_left(number, (line,)))
        else:
            officials.append(ListedOfficial(name, position, number))
    return OfficialList(tuple(officials), tuple(row for row in left_out if row.text))


def _split_line(line: str) -> tuple[str, str]:
    """Name and position: parted at the first sign after the name, whatever signs the position has."""
    bare = _LEADING.sub("", line).strip()
    parts = (_BETWEEN if _BETWEEN.search(bare) else _GAP).split(bare, maxsplit=1)
    name, position = tidy(parts[0]), tidy(parts[1]) if len(parts) > 1 else ""
    if looks_like_position(name) and looks_like_name(position):
        return position, name
    return name, position


_SPACES = re.compile(r"[\s\u00a0\u2000-\u200a\u202f\u3000]+")
_HIDDEN = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")


def tidy(text: str) -> str:
    """One line of composed Unicode (NFC) without hidden characters and stray spaces."""
    return _SPACES.sub(" ", _HIDDEN.sub("", unicodedata.normalize("NFC", text))).strip()


def _checked(found: OfficialList) -> OfficialList:
    if len(found.officials) > MAX_OFFICIALS:
        raise InputError("list_too_many_people", count=len(found.officials), most=MAX_OFFICIALS)
    remarked = []
    earlier: dict[str, set[str]] = {}
    for official in found.officials:
        name, position = plain_words(without_title(official.name)), plain_words(official.position)
        known = earlier.setdefault(name, set())
        remarks = [*_repeats(known, position), *_remarks(official)]
        known.add(position)
        remarked.append(replace(official, remarks=tuple(remarks)))
    return replace(found, officials=tuple(remarked))


def _repeats(known: set[str], position: str) -> Iterator[RowRemark]:
    if position in known:
        yield RowRemark.TWICE
    elif known:
        yield RowRemark.SAME_NAME


_OLD_FONT = re.compile("[¡¢£¤¥¦§¨©ª«¬®¯°±²³´µ¶·¸¹º»¼½¾¿ÆÞßåæø]|[a-z][ÀÁÂÈÉÊËÌÍÎÏÒÓÔÖÙÚÛÜÝ]")


def _remarks(official: ListedOfficial) -> Iterator[RowRemark]:
    both = official.name, official.position
    if not official.position:
        yield RowRemark.NO_POSITION
    if any(len(text) > MOST_CHARACTERS for text in both):
        yield RowRemark.TOO_LONG
    if any(_OLD_FONT.search(text) for text in both):
        yield RowRemark.OLD_FONT
    if any(character.isdecimal() for character in official.name):
        yield RowRemark.DIGITS
    elif without_title(official.name) != official.name:
        yield RowRemark.TITLE
    elif not looks_like_name(official.name):
        yield RowRemark.NO_NAME_SHAPE
