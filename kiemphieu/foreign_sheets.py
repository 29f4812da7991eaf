"""Sheets whose code shows that the committee did not issue them: listed, as each counts as a sheet of paper.

One of the committee's ballots that comes twice shows by its serial. Of these nobody keeps a list, so only a
person sees that two pictures are of one sheet, or that one is no ballot at all.
"""

from __future__ import annotations

from dataclasses import dataclass

from kiemphieu.ballots import BallotEntry
from kiemphieu.counting import CountReport
from kiemphieu.sheet_problems import Way
from kiemphieu.store.rows import is_foreign
from records.reading import RejectionReason, SheetRejection

_CLAIMED = "claimed_serial"


@dataclass(frozen=True, slots=True)
class ForeignSheet:
    """One sheet that was told by its code.

    Attributes:
        target: what a decision is about: the image's SHA-256; the serial of a signed one.
        serial: on the code, on which nobody can rely; None where it says none.
        cause: None where the signature holds and the record knows no such ballot.
        vote: that the code names, where it is another one; else empty.
        pages: images to look at.
        ways: none for a signed serial: its pictures count once already.
    """

    target: str
    serial: str | None
    cause: RejectionReason | None
    vote: str
    pages: tuple[str, ...]
    ways: tuple[Way, ...]


def foreign_sheets(counted: CountReport) -> tuple[ForeignSheet, ...]:
    """Those that no person has spoken about yet; equal serials stand together, the rest goes by hash."""
    found = [_foreign(entry) for entry in counted.foreign if _told_by_code(entry)]
    return tuple(sorted(found, key=lambda one: (one.serial or "", one.target)))


def find_foreign(counted: CountReport, target: str) -> ForeignSheet | None:
    """The one about `target`, while it is listed."""
    return next((one for one in foreign_sheets(counted) if one.target == target), None)


def _told_by_code(entry: BallotEntry) -> bool:
    return entry.serial is not None or is_foreign(entry.pages[0].result)


def _foreign(entry: BallotEntry) -> ForeignSheet:
    pages = tuple(page.sha256 for page in entry.pages)
    if entry.serial is not None:
        return ForeignSheet(entry.serial, entry.serial, None, "", pages, ())
    result = entry.pages[0].result
    if not isinstance(result, SheetRejection):
        raise TypeError("a page that was read has a serial")
    said = dict(result.details)
    serial = said.get(_CLAIMED) or (result.token.serial if result.token is not None else None)
    return ForeignSheet(pages[0], serial, result.reason, said.get("vote", ""), pages, (Way.LEAVE_OUT,))
