"""`decide`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from rich.table import Table

from kiemphieu.ballots import entry_to_json
from kiemphieu.commands.base import (
    ANY_PATH,
    EXIT_DONE,
    EXIT_REVIEW,
    LocalCommand,
    Session,
    common_options,
    session_of,
)
from kiemphieu.deciding import DecisionOrder, DecisionReport, Ruled, decide, standing_decisions, undo
from kiemphieu.decisions import decision_to_data
from kiemphieu.folder import VoteFolder, open_folder
from records.decision import (
    BallotDecision,
    LineDecision,
    RecordedDecision,
    SheetDecision,
    SheetStanding,
)
from records.errors import UsageError
from records.ruling import BallotFault, LineFault, Verdict
from records.token import serial_as_typed

_COLUMNS = (
    "decision_number",
    "decision_day",
    "decision_target",
    "decision_before",
    "decision_after",
    "decision_by",
    "decision_reason_column",
)
_FAULTS = tuple(dict.fromkeys([*(f.value for f in LineFault), *(f.value for f in BallotFault)]))


@click.command("decide", cls=LocalCommand)
@click.argument("vote", type=ANY_PATH, metavar="VOTE")
@click.argument("serial", metavar="SERIAL", required=False)
@click.option("--line", "official", metavar="ID", default=None)
@click.option("--choice", metavar="LEVEL", default=None)
@click.option("--ballot", type=click.Choice(["valid", "invalid"]), default=None)
@click.option("--sheet", type=click.Choice([s.value for s in SheetStanding]), default=None)
@click.option("--as-serial", metavar="SERIAL", default="")
@click.option("--fault", "faults", type=click.Choice(_FAULTS), multiple=True)
@click.option("--by", multiple=True, metavar="NAME")
@click.option("--reason", default="")
@click.option("--undo", "undone", type=click.IntRange(1), default=None, metavar="NUMBER")
@common_options
@click.pass_context
def decide_command(
    context: click.Context,
    vote: Path,
    serial: str | None,
    official: str | None,
    choice: str | None,
    ballot: str | None,
    sheet: str | None,
    as_serial: str,
    faults: tuple[str, ...],
    by: tuple[str, ...],
    reason: str,
    undone: int | None,
    as_json: bool,
) -> int:
    session = session_of(context, as_json)
    folder = open_folder(vote)
    if undone is not None:
        return _tell(session, undo(folder, undone, by, reason), "decision_undone")
    if serial is None:
        return _list(session, folder)
    ruled = _ruled(official, choice, ballot, sheet, as_serial, faults)
    return _tell(session, decide(folder, DecisionOrder(serial, ruled, by, reason)), "decision_recorded")


def _ruled(
    official: str | None,
    choice: str | None,
    ballot: str | None,
    sheet: str | None,
    as_serial: str,
    faults: tuple[str, ...],
) -> Ruled:
    """What the options say.

    Raises:
        UsageError: not exactly one thing is decided, or with words that do not fit together.
    """
    if [official, ballot, sheet].count(None) != 2:
        raise UsageError("decide_one_thing")
    if official is not None:
        return _ruled_line(official, choice, faults)
    if choice is not None:
        raise UsageError("decide_choice_needs_line")
    if ballot is not None:
        return _ruled_ballot(ballot, faults)
    standing = SheetStanding(sheet or "")
    if faults or (standing is SheetStanding.BALLOT) != bool(as_serial):
        raise UsageError("decide_sheet_words")
    return SheetDecision(standing, serial_as_typed(as_serial))


def _ruled_line(official: str, choice: str | None, faults: tuple[str, ...]) -> LineDecision:
    known = {fault.value for fault in LineFault}
    if (choice is None) != bool(faults) or not known.issuperset(faults):
        raise UsageError("decide_line_words", faults=", ".join(sorted(known)))
    return LineDecision(official, choice, tuple(LineFault(fault) for fault in faults))


def _ruled_ballot(ballot: str, faults: tuple[str, ...]) -> BallotDecision:
    known = {fault.value for fault in BallotFault}
    if (ballot == "invalid") != bool(faults) or not known.issuperset(faults):
        raise UsageError("decide_ballot_words", faults=", ".join(sorted(known)))
    return BallotDecision(tuple(BallotFault(fault) for fault in faults))


def _tell(session: Session, report: DecisionReport, message_id: str) -> int:
    recorded, entry = report.recorded, report.entry
    session.say(
        message_id,
        number=recorded.number,
        target=recorded.decision.target,
        before=recorded.decision.before,
        after=recorded.decision.after,
    )
    open_lines = [line.official for line in entry.lines if line.review]
    waits = entry.verdict is Verdict.REVIEW
    if waits:
        reasons = ", ".join(reason.value for reason in entry.review) or "–"
        session.say("decision_still_open", lines=", ".join(open_lines) or "–", reasons=reasons)
    if session.as_json:
        session.document({"decision": _to_json(recorded), "ballot": entry_to_json(entry)})
    return EXIT_REVIEW if waits else EXIT_DONE


def _list(session: Session, folder: VoteFolder) -> int:
    found = standing_decisions(folder)
    if session.as_json:
        session.document([_to_json(recorded) for recorded in found])
        return EXIT_DONE
    if not found:
        session.say("decisions_none")
        return EXIT_DONE
    table = Table(*(session.text(column) for column in _COLUMNS))
    for recorded in found:
        decision = recorded.decision
        table.add_row(
            str(recorded.number),
            recorded.day,
            decision.target,
            decision.before,
            decision.after,
            ", ".join(decision.by),
            decision.reason,
        )
    session.show(table)
    return EXIT_DONE


def _to_json(recorded: RecordedDecision) -> dict[str, Any]:
    return {"number": recorded.number, "day": recorded.day, **decision_to_data(recorded.decision)}
