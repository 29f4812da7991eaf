"""What was settled on the screen Problems, in words."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass

from kiemphieu.desk.acts import Act
from kiemphieu.folder import load_vote, vote_rules
from kiemphieu.settled_sheets import SettledSheet, settled_sheets
from kiemphieu.vote_store import check_open, open_vote_store
from records.decision import LineDecision, SheetStanding
from records.errors import InputError
from records.rules import RuleSet
from records.token import grouped_serial
from records.vote import Vote

ROWS_A_PAGE = 20


@dataclass(frozen=True, slots=True)
class SettledRow:
    """One ballot or sheet.

    Attributes:
        decided: of it as a whole; empty where only lines were decided.
        lines: what was decided of each.
    """

    sheet: SettledSheet
    title: str
    decided: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SettledList:
    """One page of the list.

    Attributes:
        closed: why nothing can be taken back any more; empty while it can.
    """

    rows: tuple[SettledRow, ...]
    first: int
    total: int
    closed: str
    step: int = ROWS_A_PAGE


def settled_list(act: Act, vote: Vote) -> SettledList:
    """The page of the list that was asked for."""
    found, rules = settled_sheets(act.folder, vote), vote_rules(vote)
    first = min(act.asked_number("settled"), max(0, len(found) - 1)) // ROWS_A_PAGE * ROWS_A_PAGE
    rows = tuple(_row(act, one, vote, rules) for one in found[first : first + ROWS_A_PAGE])
    return SettledList(rows, first, len(found), why_closed(act) if found else "")


def settled_row(act: Act, sheet: SettledSheet) -> SettledRow:
    vote = load_vote(act.folder)
    return _row(act, sheet, vote, vote_rules(vote))


def why_closed(act: Act) -> str:
    """Why nothing that bears on the result may be added; empty while it may."""
    with closing(open_vote_store(act.folder, load_vote(act.folder))) as store:
        try:
            check_open(store)
        except InputError as error:
            return act.say(error)
    return ""


def _row(act: Act, sheet: SettledSheet, vote: Vote, rules: RuleSet) -> SettledRow:
    if sheet.serial is None:
        title = act.t("desk_problems_settled_sheet", start=sheet.target[:8])
    else:
        title = act.t("desk_problems_ballot", serial=grouped_serial(sheet.serial))
    names = {official.id: official.name for official in vote.officials}
    levels = {level.id: level.label for level in rules.levels}
    lines = tuple(f"{names[line.official]}: {_choice(act, line, levels)}" for line in sheet.lines)
    return SettledRow(sheet, title, _decided(act, sheet), lines)


def _choice(act: Act, line: LineDecision, levels: dict[str, str]) -> str:
    if line.choice is not None:
        return levels.get(line.choice, line.choice)
    faults = ", ".join(act.t(f"fault_{fault.value}") for fault in line.faults)
    return act.t("desk_problems_no_vote", fault=faults)


def _decided(act: Act, sheet: SettledSheet) -> str:
    if sheet.sheet is not None:
        if sheet.sheet.standing is SheetStanding.BALLOT:
            return act.t("desk_problems_settled_ballot", serial=grouped_serial(sheet.sheet.serial))
        return act.t(f"desk_problems_settled_as_{sheet.sheet.standing.value}")
    if sheet.ballot is None:
        return ""
    if sheet.ballot.faults:
        faults = ", ".join(act.t(f"fault_{fault.value}") for fault in sheet.ballot.faults)
        return act.t("desk_problems_invalid", fault=faults)
    return act.t(
        "desk_problems_way_one_sheet" if sheet.ballot.one_sheet else "desk_problems_settled_no_fault"
    )
