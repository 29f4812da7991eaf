"""A document as a value: what stands on it, in order, whatever it is written as."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Style(StrEnum):
    """How a paragraph is set."""

    TITLE = "title"
    SUBTITLE = "subtitle"
    HEADING = "heading"
    BODY = "body"
    ITEM = "item"
    NOTE = "note"
    WARNING = "warning"
    CENTRED = "centred"


class Align(StrEnum):
    LEFT = "left"
    CENTRE = "centre"
    RIGHT = "right"


@dataclass(frozen=True, slots=True)
class Paragraph:
    text: str
    style: Style = Style.BODY


@dataclass(frozen=True, slots=True)
class Column:
    """`width` is a share of the text's width; all of a table's add up to 1."""

    title: str
    width: float
    align: Align = Align.LEFT


@dataclass(frozen=True, slots=True)
class TableBlock:
    """Rows of text under a head that is repeated on every page."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Code:
    """A QR code with what it says beside it."""

    text: str
    caption: str


Block = Paragraph | TableBlock | Code


@dataclass(frozen=True, slots=True)
class Letterhead:
    """The head of an official document (Nghị định 30/2020/NĐ-CP, phụ lục I).

    Attributes:
        parent: the superior body, set in plain capitals.
        body: the body that issues the document, in bold capitals.
        number: such as "Số: 05/BB-BKP".
        marks: framed under the number, such as "MẬT".
        copy: such as "Bản số: 1/3"; empty for a document without numbered copies.
        motto: the two lines of the national heading.
        place_and_date: in italics under it.
    """

    parent: str
    body: str
    number: str
    marks: tuple[str, ...]
    copy: str
    motto: tuple[str, str]
    place_and_date: str


@dataclass(frozen=True, slots=True)
class Signature:
    """A role with room to sign, and the name under it (dots where nobody is named)."""

    role: str
    name: str


@dataclass(frozen=True, slots=True)
class Document:
    """One document.

    Attributes:
        title: for the file's properties.
        draft: words printed across every page of what is not final; empty for a final document.
        signatures: in rows of two or three side by side.
        recipients: "Nơi nhận", one line each.
        footer: stands at the foot of every page beside the page number.
    """

    title: str
    letterhead: Letterhead
    blocks: tuple[Block, ...]
    signatures: tuple[tuple[Signature, ...], ...]
    recipients_title: str
    recipients: tuple[str, ...]
    footer: str
    draft: str = ""
