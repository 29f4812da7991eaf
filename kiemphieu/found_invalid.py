"""What the program alone found invalid: ballots, and lines of valid ballots, that nobody has looked at.

The paper was clear to the program, so nothing of it waits for a person. A committee that wants to see what it
is about to count as invalid looks through these, and decides where the paper says otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass

from kiemphieu.ballots import BallotEntry, Standing, find_ballot
from kiemphieu.decisions import read_decisions
from kiemphieu.folder import VoteFolder
from kiemphieu.review_items import BALLOT, LINE, QueueReader, ReviewItem
from kiemphieu.store import Store
from records.errors import InputError
from records.rules import RuleSet
from records.ruling import BallotFault, LineFault, Verdict
from tally.decisions import Decided


@dataclass(frozen=True, slots=True)
class FoundInvalid:
    """One of them.

    Attributes:
        official: whose line it is; None for the ballot as a whole.
        faults: why, in the order of their enum; never empty.
    """

    serial: str
    official: str | None
    faults: tuple[BallotFault, ...] | tuple[LineFault, ...]

    @property
    def what(self) -> str:
        """As `ReviewItem.what`."""
        return BALLOT if self.official is None else f"{LINE}{self.official}"


def found_invalid(entry: BallotEntry, decided: Decided) -> tuple[FoundInvalid, ...]:
    """What of one ballot is invalid without a person having said so.

    A ballot that waits for a person shows none of it: its other lines are nobody's to see before that. Of a
    ballot that is invalid for a fault of its own, its lines are not told besides.

    Args:
        entry: the ballot, ruled with all decisions.
        decided: the decisions on it.
    """
    if entry.serial is None or entry.standing is not Standing.RULED or entry.verdict is Verdict.REVIEW:
        return ()
    if entry.verdict is Verdict.INVALID and entry.faults:
        return () if decided.ballot is not None else (FoundInvalid(entry.serial, None, entry.faults),)
    seen = {line.official for line in decided.lines}
    return tuple(
        FoundInvalid(entry.serial, line.official, line.faults)
        for line in entry.lines
        if line.faults and line.official not in seen
    )


def find_invalid(
    store: Store, rules: RuleSet, folder: VoteFolder, serial: str, what: str
) -> tuple[FoundInvalid, ReviewItem] | None:
    """The one about a ballot or a line, as a thing to look at; None where there is none (any more).

    Args:
        store: the record.
        rules: with the committee's overrides applied.
        folder: of the vote.
        serial: of the ballot.
        what: as of `FoundInvalid`.

    Raises:
        StoreError: the record cannot be read.
    """
    decisions = read_decisions(store)
    try:
        entry = find_ballot(store, rules, serial, folder.root, decisions)
    except InputError:
        return None
    found = found_invalid(entry, decisions.on_ballot(entry.serial or ""))
    one = next((one for one in found if one.what == what), None)
    item = None if one is None else QueueReader(store, rules).fault_item(store, entry, one.official)
    return None if one is None or item is None else (one, item)
