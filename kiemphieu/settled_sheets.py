"""Sheets that a person settled, to be taken up again: the list below the cards of the screen Problems.

What members decided in review is taken back there, with their opinions (`kiemphieu.review_passes`). Here is
every other decision that stands, those of the command line among them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass

from kiemphieu.deciding import undo
from kiemphieu.decisions import Decisions, read_decisions
from kiemphieu.folder import VoteFolder
from kiemphieu.opinions import Opinions
from kiemphieu.sheet_problems import Way, Words
from kiemphieu.store import Store
from kiemphieu.vote_store import open_vote_store
from records.decision import BallotDecision, LineDecision, RecordedDecision, SheetDecision, SheetStanding
from records.vote import Vote

_WAYS = {SheetStanding.FOREIGN: Way.FOREIGN, SheetStanding.BALLOT: Way.IDENTIFY}


@dataclass(frozen=True, slots=True)
class SettledSheet:
    """What was decided about one ballot, or about one sheet without a readable code.

    Attributes:
        target: what the decisions are about: the serial, or the image's SHA-256.
        serial: None for a sheet.
        numbers: of all of them, the newest first: in this order they are undone.
        lines: the one in force for each official, in the order of vote.toml.
        ballot: the one in force; None where there is none.
        sheet: likewise.
        said: who decided, and why, in no order that tells anything.
        pages: images to look at, the first of each page before any other.
    """

    target: str
    serial: str | None
    numbers: tuple[int, ...]
    lines: tuple[LineDecision, ...]
    ballot: BallotDecision | None
    sheet: SheetDecision | None
    said: tuple[Words, ...]
    pages: tuple[str, ...]

    @property
    def way(self) -> Way:
        """The way that was gone with it."""
        if self.sheet is not None:
            return _WAYS.get(self.sheet.standing, Way.LEAVE_OUT)
        return Way.ONE_SHEET if self.ballot is not None and self.ballot.one_sheet else Way.BY_HAND


def settled_sheets(folder: VoteFolder, vote: Vote) -> tuple[SettledSheet, ...]:
    """Everything that can be taken up again, by serial, sheets without one by hash at the end.

    Raises:
        StoreError: the record or the opinions cannot be read.
    """
    opinions = Opinions(folder).all().values()
    in_review = {number for given in opinions for one in given for number in one.recorded}
    with closing(open_vote_store(folder, vote)) as store:
        decisions = read_decisions(store)
        found = {
            target: kept
            for target, made in decisions.standing.items()
            if (kept := [one for one in made if one.number not in in_review])
        }
        pages = _pages(store, decisions, found)
    sheets = [_settled(target, made, pages, vote) for target, made in found.items()]
    return tuple(sorted(sheets, key=lambda one: (one.serial is None, one.target)))


def _settled(
    target: str, made: Sequence[RecordedDecision], pages: Mapping[str, list[str]], vote: Vote
) -> SettledSheet:
    decisions = [one.decision for one in made]
    lines = {one.line.official: one.line for one in decisions if one.line is not None}
    sheets = [one.sheet for one in decisions if one.sheet is not None]
    said = {(one.by, one.reason) for one in decisions}
    return SettledSheet(
        target=target,
        serial=None if sheets else target,
        numbers=tuple(sorted((one.number for one in made), reverse=True)),
        lines=tuple(lines[official.id] for official in vote.officials if official.id in lines),
        ballot=next((one.ballot for one in reversed(decisions) if one.ballot is not None), None),
        sheet=sheets[-1] if sheets else None,
        said=tuple(Words(by, reason) for by, reason in sorted(said)),
        pages=(target,) if sheets else tuple(pages.get(target, ())),
    )


def _pages(store: Store, decisions: Decisions, wanted: Mapping[str, object]) -> dict[str, list[str]]:
    """Images of ballots by serial, of those wanted."""
    found: dict[str, list[str]] = {}
    for key in store.page_keys() if wanted else ():
        if key.serial is not None and key.serial in wanted:
            found.setdefault(key.serial, []).append(key.sha256)
    for serial, sha256 in sorted(decisions.sheets_of_ballots()):
        found.setdefault(serial, []).append(sha256)
    return found


def undo_settled(folder: VoteFolder, sheet: SettledSheet, words: Words) -> None:
    """Takes back everything that was decided about it; it waits for a person again.

    A ballot that is cut off halfway is in review already: what was said last of it is undone first.

    Raises:
        InputError: decisions that rest on it stand, one does not stand any more, or the count is closed.
        UsageError: too few people, or no reason.
        StoreError: it cannot be written.
    """
    for number in sheet.numbers:
        undo(folder, number, words.by, words.reason)
