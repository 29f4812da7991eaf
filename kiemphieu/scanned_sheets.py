"""Sheets that went through the scanner, told from the pages and held against what was made of them.

Counted apart from the rulings: a sheet that the count lost would be missing here, and show.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kiemphieu.counting import CountReport
from kiemphieu.decisions import Decisions, read_decisions
from kiemphieu.store import PageRecord, Store
from records.decision import SheetStanding
from records.reading import RejectionReason, SheetRejection
from records.rules import ForeignPolicy

_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class SheetBalance:
    """Sheets by what is known of them. A ballot of several pages is one.

    Attributes:
        scanned: serials that were read, and sheets without one that are not empty.
        surplus: further pictures of a page that had one: the same sheet again, or another with its serial.
        foreign: not issued by the committee, and not among the invalid.
        excluded: no ballots, as a person found.
        joined: sheets without a code that a person found to be part of a ballot that is there already.
    """

    scanned: int
    surplus: int
    foreign: int
    excluded: int
    joined: int

    @property
    def explained(self) -> int:
        return self.foreign + self.excluded + self.joined


def balance_sheets(store: Store, report: CountReport) -> SheetBalance:
    """The sheets of a record.

    Args:
        store: the record.
        report: its count.

    Raises:
        StoreError: the record cannot be read.
    """
    decisions = read_decisions(store)
    serials, bare, surplus = set[str](), list[str](), 0
    for key in store.page_keys():
        surplus += key.surplus
        if key.serial is None:
            bare.append(key.sha256)
        else:
            serials.add(key.serial)
    sheets = [page for page in _stored(store, bare) if not _is_empty(page, decisions)]
    apart = report.rules.foreign_in_returned is ForeignPolicy.APART
    return SheetBalance(
        scanned=len(serials) + len(sheets),
        surplus=surplus,
        foreign=report.result.ballots.foreign if apart else 0,
        excluded=sum(_standing(page, decisions) is SheetStanding.NO_BALLOT for page in sheets),
        joined=_joined(decisions, serials),
    )


def _stored(store: Store, hashes: list[str]) -> Iterable[PageRecord]:
    for start in range(0, len(hashes), _AT_ONCE):
        yield from store.facts_of(hashes[start : start + _AT_ONCE]).values()


def _standing(page: PageRecord, decisions: Decisions) -> SheetStanding | None:
    decided = decisions.on_sheet(page.sha256)
    return None if decided is None else decided.standing


def _is_empty(page: PageRecord, decisions: Decisions) -> bool:
    """Whether nothing is on it, and no person found otherwise."""
    blank = isinstance(page.result, SheetRejection) and page.result.reason is RejectionReason.BLANK_PAGE
    return blank and _standing(page, decisions) in {None, SheetStanding.NO_BALLOT}


def _joined(decisions: Decisions, serials: set[str]) -> int:
    known, joined = set(serials), 0
    for serial, _ in decisions.sheets_of_ballots():
        joined += serial in known
        known.add(serial)
    return joined
