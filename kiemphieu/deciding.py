"""Recording what the committee decided on a ballot in review, and undoing it."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, replace

from kiemphieu.ballots import BallotEntry, Standing, find_ballot, rule_again
from kiemphieu.decisions import Decisions, decision_to_data, read_decisions
from kiemphieu.folder import VoteFolder, load_vote, vote_rules
from kiemphieu.store import Store
from kiemphieu.vote_store import check_open, note_settings, open_vote_store
from records.decision import (
    BallotDecision,
    Decision,
    LineDecision,
    RecordedDecision,
    SheetDecision,
    SheetStanding,
)
from records.errors import InputError, UsageError
from records.journal import EventKind
from records.rules import RuleSet
from records.vote import Vote

Ruled = LineDecision | BallotDecision | SheetDecision


@dataclass(frozen=True, slots=True)
class DecisionOrder:
    """What is to be recorded.

    Attributes:
        target: see `kiemphieu.ballots.find_ballot`.
        by: role names or initials of those who decided.
    """

    target: str
    ruled: Ruled
    by: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class DecisionReport:
    """What was recorded or undone, and the ballot as it is ruled now."""

    recorded: RecordedDecision
    entry: BallotEntry


@dataclass(frozen=True, slots=True)
class _Desk:
    """An open record with the vote and the rules it is ruled by."""

    folder: VoteFolder
    vote: Vote
    rules: RuleSet
    store: Store

    def find(self, target: str, decisions: Decisions) -> BallotEntry:
        return find_ballot(self.store, self.rules, target, self.folder.root, decisions)

    def ruled(self, before: BallotEntry, decision: Decision, decisions: Decisions) -> BallotEntry:
        """The ballot of a decision as it is ruled with it; its pages are read again only if it has others."""
        if decision.sheet is not None:
            return self.find(_found_under(decision), decisions)
        return next(rule_again(self.store, self.rules, (before,), decisions))


def decide(folder: VoteFolder, order: DecisionOrder) -> DecisionReport:
    """Records a decision.

    Raises:
        InputError: there is no such ballot, line or level, or the record is sealed.
        UsageError: too few people are named, or no reason is given.
        StoreError: the record refuses.
    """
    desk = _open_desk(folder)
    try:
        by = _checked_people(desk.vote, order.by)
        reason = _checked_reason(order.reason)
        check_open(desk.store)
        standing = read_decisions(desk.store)
        before = desk.find(order.target, standing)
        _check(desk, before, order.ruled)
        target = before.serial or before.pages[0].sha256
        ruled = order.ruled
        if isinstance(ruled, BallotDecision):
            ruled = replace(ruled, settled=before.review, sheets=len(before.pages))
        decision = _decision(target, ruled, by, reason)
        # Worked out with the decision as if it stood: what it comes to is ruled in one place only.
        after = desk.ruled(before, decision, standing.having(decision))
        decision = replace(decision, before=in_short(before), after=in_short(after))
        note_settings(desk.store, desk.vote)
        entry = desk.store.append(EventKind.DECISION_MADE, decision_to_data(decision))
        return DecisionReport(RecordedDecision(entry.position, entry.day, decision), after)
    finally:
        desk.store.close()


def undo(folder: VoteFolder, number: int, by: tuple[str, ...], reason: str) -> DecisionReport:
    """Takes a decision back by a further entry.

    Raises:
        InputError: no decision with that number stands, or the record is sealed.
        UsageError: too few people are named, or no reason is given.
        StoreError: the record refuses.
    """
    desk = _open_desk(folder)
    try:
        people = _checked_people(desk.vote, by)
        words = _checked_reason(reason)
        check_open(desk.store)
        standing = read_decisions(desk.store)
        recorded = standing.numbered(number)
        if recorded is None:
            raise InputError("decision_unknown", number=number, folder=str(folder.root))
        target = recorded.decision.target
        _check_undo(desk, standing, recorded.decision)
        before = desk.find(_found_under(recorded.decision), standing)
        after = desk.find(target, standing.without(number))
        data = {
            "number": number,
            "target": target,
            "by": list(people),
            "reason": words,
            "before": in_short(before),
            "after": in_short(after),
        }
        desk.store.append(EventKind.DECISION_UNDONE, data)
        return DecisionReport(recorded, after)
    finally:
        desk.store.close()


def standing_decisions(folder: VoteFolder) -> tuple[RecordedDecision, ...]:
    """The decisions that stand, by number."""
    desk = _open_desk(folder)
    try:
        found = read_decisions(desk.store).standing.values()
    finally:
        desk.store.close()
    return tuple(sorted((one for many in found for one in many), key=lambda one: one.number))


def in_short(entry: BallotEntry) -> str:
    """How a ballot is ruled, in the words of the contract: verdict, faults, reasons, and each line."""
    words = [entry.standing.value if entry.standing is not Standing.RULED else entry.verdict.value]
    words += [fault.value for fault in entry.faults]
    words += [f"?{reason.value}" for reason in entry.review]
    for line in entry.lines:
        what = [line.choice or "-", *(fault.value for fault in line.faults)]
        what += [f"?{reason.value}" for reason in line.review]
        words.append(f"{line.official}={'+'.join(what)}")
    return " ".join(words)


def _open_desk(folder: VoteFolder) -> _Desk:
    vote = load_vote(folder)
    return _Desk(folder, vote, vote_rules(vote), open_vote_store(folder, vote))


def _decision(target: str, ruled: Ruled, by: tuple[str, ...], reason: str) -> Decision:
    empty = Decision(target, by, reason, "", "")
    match ruled:
        case LineDecision():
            return replace(empty, line=ruled)
        case BallotDecision():
            return replace(empty, ballot=ruled)
        case SheetDecision():
            return replace(empty, sheet=ruled)


def _found_under(decision: Decision) -> str:
    """Where the ballot is found once the decision stands."""
    return (decision.sheet.serial if decision.sheet is not None else "") or decision.target


def _checked_people(vote: Vote, by: tuple[str, ...]) -> tuple[str, ...]:
    named: dict[str, str] = {}
    for name in by:
        words = unicodedata.normalize("NFC", " ".join(name.split()))
        if words:
            # Capitals, or a letter in two pieces, make no second person.
            named.setdefault(words.casefold(), words)
    needed = 2 if vote.two_person else 1
    if len(named) < needed:
        raise UsageError("decision_people", needed=needed, named=len(named))
    return tuple(named.values())


def _checked_reason(reason: str) -> str:
    words = " ".join(reason.split())
    if not words:
        raise UsageError("decision_reason")
    return words


def _check(desk: _Desk, entry: BallotEntry, ruled: Ruled) -> None:
    """What is decided must be there to be decided."""
    if entry.serial is not None and entry.standing is Standing.FOREIGN:
        raise InputError("decision_foreign", serial=entry.serial)
    match ruled:
        case SheetDecision():
            _check_sheet(desk, entry, ruled)
        case _ if entry.serial is None:
            raise InputError("decision_sheet_first", sheet=entry.pages[0].sha256[:12])
        case LineDecision():
            _check_line(desk, entry, ruled)
        case BallotDecision():
            pass


def _check_undo(desk: _Desk, standing: Decisions, decision: Decision) -> None:
    """Decisions on a ballot do not outlive the sheet that they were made on."""
    sheet = decision.sheet
    if sheet is None or sheet.standing is not SheetStanding.BALLOT:
        return
    if standing.standing.get(sheet.serial) and len(desk.find(sheet.serial, standing).pages) == 1:
        raise InputError("decision_undo_order", serial=sheet.serial)


def _check_sheet(desk: _Desk, entry: BallotEntry, ruled: SheetDecision) -> None:
    if entry.serial is not None:
        raise InputError("decision_sheet_has_serial", serial=entry.serial)
    if ruled.standing is SheetStanding.BALLOT and entry.standing is not Standing.UNREAD:
        raise InputError("decision_sheet_no_ballot", sheet=entry.pages[0].sha256[:12])
    if ruled.standing is SheetStanding.BALLOT and ruled.serial not in desk.store.issued():
        raise InputError("explain_serial_unknown", serial=ruled.serial, folder=str(desk.folder.root))


def _check_line(desk: _Desk, entry: BallotEntry, ruled: LineDecision) -> None:
    listed = tuple(official.id for official in desk.vote.officials_of(entry.style))
    if ruled.official not in listed:
        raise InputError("decision_official", official=ruled.official, listed=", ".join(listed))
    levels = tuple(level.id for level in desk.rules.levels)
    if ruled.choice is not None and ruled.choice not in levels:
        raise InputError("decision_level", level=ruled.choice, levels=", ".join(levels))
