"""`testdeck`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from rich.table import Table

from calibration.deck_totals import Spread
from kiemphieu.commands.base import (
    ANY_PATH,
    EXIT_DONE,
    EXIT_INPUT,
    VOTE,
    LocalCommand,
    Session,
    common_options,
    session_of,
)
from kiemphieu.commands.scan import tell_alert
from kiemphieu.deck_comparing import DeckDifference
from kiemphieu.deck_printing import DeckOrder, DeckPrint, print_deck
from kiemphieu.deck_report import MOST_DIFFERENCES, difference_text, shown
from kiemphieu.deck_scanning import DeckCheck, DeckOfRun, check_deck
from kiemphieu.documents.facts import Words, facts_of_count
from kiemphieu.folder import VoteFolder, open_folder
from kiemphieu.scanning import default_workers
from records.errors import UsageError, VerificationError


@click.command("testdeck", cls=LocalCommand)
@VOTE
@click.argument("paths", type=ANY_PATH, nargs=-1, metavar="[PATH…]")
@click.option("--scan", is_flag=True)
@click.option("--short", is_flag=True)
@click.option("--unmarked", type=click.IntRange(1, 200), default=1)
@click.option("--seed", type=int, default=None)
@click.option("--deck", default=None, metavar="N")
@click.option("--name", default=None, metavar="NAME")
@click.option("--workers", type=click.IntRange(1, 256), default=None)
@common_options
@click.pass_context
def testdeck_command(
    context: click.Context,
    vote: Path,
    paths: tuple[Path, ...],
    scan: bool,
    short: bool,
    unmarked: int,
    seed: int | None,
    deck: str | None,
    name: str | None,
    workers: int | None,
    as_json: bool,
) -> int:
    session, folder = session_of(context, as_json), open_folder(vote)
    if scan:
        if not paths:
            raise UsageError("testdeck_no_scans")
        return _scan(session, folder, paths, DeckOfRun(deck, name), workers or default_workers())
    if paths or deck is not None or name is not None:
        raise UsageError("testdeck_scan_only")
    order = DeckOrder(Spread.LINES if short else Spread.ALL, unmarked, seed)
    with session.progress("progress_print") as show:
        _tell_print(session, vote, print_deck(folder, order, show))
    return EXIT_DONE


def _tell_print(session: Session, vote: Path, printed: DeckPrint) -> None:
    if printed.seeded:
        session.warn("print_seeded")
    expected = printed.expected
    groups = []
    for group, pdf in zip(expected.groups, printed.pdfs, strict=True):
        ballots = len(expected.of_group(group.style))
        pages = ballots * group.pages
        session.say("testdeck_printed", ballots=ballots, pages=pages, pdf=pdf)
        groups.append({"group": group.style, "pdf": str(pdf), "ballots": ballots, "pages": pages})
    session.say("testdeck_next", deck=expected.name, expected=printed.folder.expected, folder=vote)
    if session.as_json:
        session.document(
            {
                "vote": expected.vote,
                "deck": expected.name,
                "expected": str(printed.folder.expected),
                "groups": groups,
            }
        )


def _scan(
    session: Session, folder: VoteFolder, paths: tuple[Path, ...], wanted: DeckOfRun, workers: int
) -> int:
    with session.progress("progress_scan") as show:
        check = check_deck(
            folder, paths, wanted, workers, session.lang, show, lambda alert: tell_alert(session, alert)
        )
    if session.as_json:
        session.document(_to_json(check))
    else:
        _tell_check(session, check)
    for problem in check.scan.problems:
        text = session.text(problem.message_id, **dict(problem.details))
        click.echo(session.text("scan_problem_file", source=problem.source, text=text), err=True)
    if not check.comparison.equal:
        return VerificationError.exit_code
    return EXIT_INPUT if check.other_problems else EXIT_DONE


def _tell_check(session: Session, check: DeckCheck) -> None:
    comparison, words = check.comparison, Words(session.lang)
    facts = facts_of_count(check.count, (), "")
    if comparison.unequal_cells:
        table = Table(title=session.text("testdeck_cells_title"))
        for column in ("testdeck_column_person", "testdeck_column_counted", "testdeck_column_numbers"):
            table.add_column(session.text(column))
        names = {official.id: official.name for official in check.vote.officials}
        for cell in comparison.unequal_cells:
            about = names.get(cell.official, session.text("testdeck_all_ballots"))
            table.add_row(about, _column(session, check, cell.column), shown(cell))
        session.show(table)
    for difference in comparison.differences[:MOST_DIFFERENCES]:
        session.line(difference_text(difference, facts, words))
    if len(comparison.differences) > MOST_DIFFERENCES:
        more = len(comparison.differences) - MOST_DIFFERENCES
        session.say("testdeck_report_more", count=more)
    for ballot in comparison.cautious:
        session.say(
            "testdeck_cautious",
            serial=ballot.serial,
            case=session.text(f"testdeck_case_{ballot.case.value}"),
            reasons=", ".join(session.text(f"reason_{reason.value}") for reason in ballot.reasons),
        )
    if comparison.equal:
        session.say("testdeck_equal", ballots=comparison.ballots)
    else:
        session.say("testdeck_differs", count=len(comparison.differences))
    session.say("testdeck_written", path=check.report)


def _column(session: Session, check: DeckCheck, column: str) -> str:
    labels = {level.id: level.label for level in check.count.rules.levels}
    return labels.get(column) or session.text(f"testdeck_column_{column}")


def _to_json(check: DeckCheck) -> dict[str, Any]:
    comparison = check.comparison
    return {
        "vote": check.vote.id,
        "deck": check.expected.name,
        "run": check.name,
        "equal": comparison.equal,
        "ballots": comparison.ballots,
        "pages": check.scan.pages,
        "cells": [
            {
                **({"group": cell.style} if cell.style else {}),
                "official": cell.official or None,
                "column": cell.column,
                "expected": cell.expected,
                "read": cell.read,
            }
            for cell in comparison.cells
        ],
        "differences": [_difference_json(difference) for difference in comparison.differences],
        "cautious": [
            {
                "serial": ballot.serial,
                "case": ballot.case.value,
                "review": [reason.value for reason in ballot.reasons],
            }
            for ballot in comparison.cautious
        ],
        "problems": [{"source": problem.source, "id": problem.message_id} for problem in check.scan.problems],
        "report": str(check.report),
    }


def _difference_json(difference: DeckDifference) -> dict[str, Any]:
    return {
        "what": difference.fault.value,
        "serial": difference.serial,
        "case": difference.case.value if difference.case else None,
        "official": difference.official or None,
        "level": difference.level or None,
        "expected": difference.expected or None,
        "read": difference.read or None,
    }
