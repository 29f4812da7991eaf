"""What `verify` says."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Mismatch(StrEnum):
    """What does not match."""

    DATABASE = "database"
    JOURNAL_ENTRY = "journal_entry"
    JOURNAL_HEAD = "journal_head"
    """The last entries are gone."""
    HEAD_UNKNOWN = "head_unknown"
    """No entry has the hash that stands on the minutes."""
    KEY = "key"
    FORM = "form"
    LAYOUT_FILE = "layout_file"
    SERIAL_ROW = "serial_row"
    SERIALS = "serials"
    PAGE_ROW = "page_row"
    PAGES = "pages"
    PAGE_MISSING = "page_missing"
    PAGE_CHANGED = "page_changed"
    READING = "reading"
    READER = "reader"
    NOTE = "note"
    SETTINGS = "settings"
    TALLY = "tally"
    REPORT_MISSING = "report_missing"
    REPORT_CHANGED = "report_changed"
    PACKAGE = "package"
    """A file of a package, or its signature."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that does not match.

    Attributes:
        name: the entry's position, the page's hash, the serial, or the file.
        detail: what is wrong with it, where there is more than one way.
    """

    mismatch: Mismatch
    name: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class VerifyReport:
    """What was checked and what does not match.

    Attributes:
        head: hash of the last entry; to be compared with the one on the minutes.
        unsigned: entries written while no key was at hand.
        unrecorded: files beside the page images that no row speaks of: left by a scan that was interrupted
            between image and row. They count for nothing; the same scan run again takes them up.
        open_pages: whether pages were recorded of which no entry speaks yet: by a run that was interrupted
            and not gone on with.
    """

    entries: int
    unsigned: int
    head: str
    pages: int
    reread: int
    unrecorded: tuple[str, ...]
    open_pages: bool
    faults: tuple[Fault, ...]
