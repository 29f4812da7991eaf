"""The committee's decisions as the journal has them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from kiemphieu.standing import standing
from kiemphieu.store import Store
from records.codec import from_plain, to_plain
from records.decision import Decision, RecordedDecision, SheetDecision, SheetStanding
from records.journal import EventKind, JournalEntry
from tally.decisions import UNDECIDED, Decided


@dataclass(frozen=True, slots=True)
class Decisions:
    """Decisions that stand, in the order in which they were made, by what they are about."""

    standing: Mapping[str, tuple[RecordedDecision, ...]] = field(default_factory=dict)

    def having(self, decision: Decision) -> Decisions:
        """With one more, as if it were the newest."""
        recorded = RecordedDecision(0, "", decision)
        target = decision.target
        return Decisions({**self.standing, target: (*self.standing.get(target, ()), recorded)})

    def without(self, number: int) -> Decisions:
        """Without the one with that number."""
        kept = {
            target: tuple(recorded for recorded in found if recorded.number != number)
            for target, found in self.standing.items()
        }
        return Decisions({target: found for target, found in kept.items() if found})

    def numbered(self, number: int) -> RecordedDecision | None:
        """The one with that number, if it stands."""
        return next(
            (recorded for found in self.standing.values() for recorded in found if recorded.number == number),
            None,
        )

    def on_ballot(self, serial: str) -> Decided:
        """What stands on a ballot's lines and on itself."""
        found = [recorded.decision for recorded in self.standing.get(serial, ())]
        if not found:
            return UNDECIDED
        lines = tuple(decision.line for decision in found if decision.line is not None)
        ballots = [decision.ballot for decision in found if decision.ballot is not None]
        return Decided(lines, ballots[-1] if ballots else None)

    def on_sheet(self, sha256: str) -> SheetDecision | None:
        """What a sheet without a readable code was found to be."""
        found = [recorded.decision.sheet for recorded in self.standing.get(sha256, ())]
        return found[-1] if found else None

    def sheets_of_ballots(self) -> Iterator[tuple[str, str]]:
        """Every sheet that a person read the serial of: (serial, SHA-256)."""
        for sha256 in self.standing:
            sheet = self.on_sheet(sha256)
            if sheet is not None and sheet.standing is SheetStanding.BALLOT:
                yield sheet.serial, sha256


def read_decisions(store: Store) -> Decisions:
    """The decisions that stand.

    Raises:
        StoreError: an entry of the journal is damaged.
    """
    by_target: dict[str, tuple[RecordedDecision, ...]] = {}
    for recorded in standing(store, EventKind.DECISION_MADE, _recorded):
        target = recorded.decision.target
        by_target[target] = (*by_target.get(target, ()), recorded)
    return Decisions(by_target)


def _recorded(entry: JournalEntry) -> RecordedDecision:
    return RecordedDecision(entry.position, entry.day, from_plain(Decision, entry.content))


def decision_to_data(decision: Decision) -> dict[str, Any]:
    """The data of a decision's journal entry."""
    data: dict[str, Any] = to_plain(decision)
    return data
