"""Sheets of paper that went through the scanner, told from the pages and held against what was made of them.

Counted apart from the rulings: a sheet that the count lost would be missing here, and show. A picture is not
always a sheet: one that could not be read is scanned again, and then there are two.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, auto
from itertools import groupby

from kiemphieu.counting import CountReport
from kiemphieu.decisions import Decisions, read_decisions
from kiemphieu.store import PageRecord, Store
from kiemphieu.store.rows import PageKey
from records.decision import SheetStanding
from records.reading import RejectionReason, SheetRejection
from records.rules import ForeignPolicy


@dataclass(frozen=True, slots=True)
class SheetBalance:
    """Sheets of paper by what is known of them, and pictures that are none. A ballot of several pages is one.

    Attributes:
        scanned: serials that were read, also by a person, and sheets without one that are not empty.
        foreign: sheets not issued by the committee, and not among the invalid.
        again: pictures that a person found to be further ones of a sheet: scanned again, or twice.
        surplus: further pictures with a serial that is there: the same sheet again, or another that bears its
            serial. No sheets, unless the committee say so.
        excluded: pictures of no ballots, as a person found: a cover sheet that was scanned by mistake, or a
            piece of paper out of the box. No sheets, unless the committee say so.
    """

    scanned: int
    foreign: int
    again: int
    surplus: int
    excluded: int

    @property
    def pictures(self) -> int:
        """Those that are no sheets of their own, as far as the record tells."""
        return self.again + self.surplus + self.excluded


def balance_sheets(store: Store, report: CountReport) -> SheetBalance:
    """The sheets of a record.

    Args:
        store: the record.
        report: its count.

    Raises:
        StoreError: the record cannot be read.
    """
    decisions = read_decisions(store)
    serials, bare, surplus, twice = set[str](), list[str](), 0, 0
    for serial, group in groupby(store.page_keys(), key=lambda key: key.serial):
        keys = list(group)
        if serial is None:
            bare += [key.sha256 for key in keys]
            continue
        serials.add(serial)
        further = _most_further(keys)
        if further and _is_one_sheet(decisions, serial, len(keys)):
            twice += further
        else:
            surplus += further
    identified = [serial for serial, _ in decisions.sheets_of_ballots()]
    found = Counter(_kind(page, decisions) for page in store.facts_of(bare))
    apart = report.rules.foreign_in_returned is ForeignPolicy.APART
    ballots = len(serials.union(identified))
    return SheetBalance(
        scanned=ballots + found[_Kind.SHEET],
        foreign=report.result.ballots.foreign if apart else 0,
        again=twice + found[_Kind.AGAIN],
        surplus=surplus + len(serials) + len(identified) - ballots,
        excluded=found[_Kind.EXCLUDED],
    )


def _most_further(keys: Iterable[PageKey]) -> int:
    """How many sheets beside the first one serial's pages may be of; each page comes before its surplus."""
    most = run = 0
    for key in keys:
        run = run + 1 if key.surplus else 0
        most = max(most, run)
    return most


def _is_one_sheet(decisions: Decisions, serial: str, pictures: int) -> bool:
    """Whether a person found so, and had all of these pictures to look at."""
    decided = decisions.on_ballot(serial).ballot
    return decided is not None and decided.one_sheet and pictures <= decided.sheets


class _Kind(Enum):
    """What a page without a serial is, to the sheets."""

    SHEET = auto()
    AGAIN = auto()
    EXCLUDED = auto()
    EMPTY = auto()
    IDENTIFIED = auto()
    """Its serial tells the sheet."""


_DECIDED_KIND = {
    SheetStanding.FOREIGN: _Kind.SHEET,
    SheetStanding.NO_BALLOT: _Kind.EXCLUDED,
    SheetStanding.SCANNED_AGAIN: _Kind.AGAIN,
    SheetStanding.BALLOT: _Kind.IDENTIFIED,
}


def _kind(page: PageRecord, decisions: Decisions) -> _Kind:
    decided = decisions.on_sheet(page.sha256)
    if decided is not None:
        return _DECIDED_KIND[decided.standing]
    blank = isinstance(page.result, SheetRejection) and page.result.reason is RejectionReason.BLANK_PAGE
    return _Kind.EMPTY if blank else _Kind.SHEET
