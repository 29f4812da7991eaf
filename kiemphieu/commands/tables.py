"""Results as tables for a person."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from rich.table import Table

from kiemphieu.ballots import BallotEntry
from kiemphieu.commands.base import Session
from kiemphieu.documents.facts import Words
from kiemphieu.messages import Language
from records.count import CountSource, OfficialResult, TallyResult
from records.rules import RuleSet


def result_table(
    session: Session, result: TallyResult, rules: RuleSet, names: Mapping[str, str], title: str
) -> Table:
    """One row per official: counts with percentages, and the outcome."""
    table = Table(title=title)
    table.add_column(session.text("column_number"), justify="right")
    table.add_column(session.text("column_name"), overflow="fold")
    for level in rules.levels:
        table.add_column(level.label, justify="right")
    for message_id in ("column_invalid", "column_base"):
        table.add_column(session.text(message_id), justify="right")
    table.add_column(session.text("column_outcome"))
    for number, official in enumerate(result.officials, start=1):
        count = official.count
        table.add_row(
            str(number),
            names.get(count.official, count.official),
            *_level_cells(session, official),
            str(count.invalid),
            str(official.base),
            Words(session.lang).outcome(official, rules),
        )
    return table


def _level_cells(session: Session, official: OfficialResult) -> list[str]:
    percent = dict(official.percent)
    cells = []
    for level, number in official.count.levels:
        share = percent.get(level)
        cells.append(f"{number} ({_number(session, share)} %)" if share else str(number))
    return cells


def _number(session: Session, text: str) -> str:
    """Vietnamese writes a decimal comma."""
    return text.replace(".", ",") if session.lang is Language.VIETNAMESE else text


def result_lines(session: Session, result: TallyResult) -> Iterator[str]:
    """What stands below the table: ballots, attendance, and what keeps the result from being final."""
    ballots = result.ballots
    if result.source is CountSource.TYPED:
        yield session.text("tally_typed_ballots", returned=ballots.returned)
    else:
        yield session.text(
            "tally_ballots",
            issued=ballots.issued,
            returned=ballots.returned,
            valid=ballots.valid,
            invalid=ballots.invalid,
            review=ballots.review,
            foreign=ballots.foreign,
        )
    yield session.text(
        "tally_quorum",
        summoned="–" if result.summoned is None else result.summoned,
        present="–" if result.present is None else result.present,
        quorum=session.text(f"quorum_{result.quorum.value}"),
    )
    if result.final:
        yield session.text("tally_final")
    else:
        yield session.text("tally_not_final")
        for point in result.open_points:
            yield f"  – {session.text(f'open_{point.value}')}"
    for point in result.warnings:
        yield session.text("tally_warning", text=session.text(f"open_{point.value}"))


def review_table(session: Session, entries: Sequence[BallotEntry]) -> Table:
    """Ballots that wait for a person, with why and where to look."""
    table = Table(title=session.text("demo_review_title", count=len(entries)))
    for message_id in ("column_serial", "column_reasons", "column_pages"):
        table.add_column(session.text(message_id), overflow="fold")
    for entry in entries:
        reasons = [session.text(f"reason_{reason.value}") for reason in entry.review]
        for line in entry.lines:
            reasons += [f"{line.official}: {session.text(f'reason_{r.value}')}" for r in line.review]
        pages = [f"{page.source or '–'} [{page.index + 1}]" for page in entry.pages]
        table.add_row(entry.serial or session.text("no_serial"), "; ".join(reasons), "; ".join(pages))
    return table
